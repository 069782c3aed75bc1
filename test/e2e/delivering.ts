/** What `pki deliver` does with a cluster, whichever it is. */
import { afterAll, expect } from 'vitest';
import type { Cluster } from './cluster.ts';
import { copyOf, type itNeeds, type Project, stateOf } from './project.ts';

/** One entry that goes into two Secrets, and one that goes into none. */
export const MANIFEST = `version: 1
engine: node
authorities:
  root: { commonName: Root }
  services: { commonName: Services, issuer: root, crl: true }
servers:
  api:
    commonName: api.example.test
    issuer: services
    outputs: [default, { secret: { labels: { app: api } } }]
    deliver: [{ secret: shop/api-tls, context: prod }, { secret: ops/api, context: prod }]
clients:
  two: { commonName: two, issuer: services }
`;

/** Runs `pki deliver` of a project with what leads to a cluster. */
export function deliver(of: Project, { env }: Cluster, ...args: readonly string[]) {
  return of.pki(['deliver', ...args], { env });
}

/** Where the tests run. */
export interface Place {
  /** `it`, skipped where a program is missing. */
  readonly itHas: typeof itNeeds;
  /** The same for what is no question to the cluster: absent where that is no matter of time. */
  readonly itHasMore?: typeof itNeeds;
  /** Whether a cluster notes requests, and not calls of kubectl. */
  readonly isReal: boolean;
  /** A project of `MANIFEST`, applied. */
  project(): Project;
  /** A cluster without Secrets. */
  begin(): Cluster | Promise<Cluster>;
}

/** The tests, in the `describe` that this is called in. */
export function itDelivers({ itHas, itHasMore = itHas, isReal, project, begin }: Place): void {
  const clusters: Cluster[] = [];
  afterAll(() => {
    for (const cluster of clusters) cluster.stop();
  });
  const needed = ['kubectl', 'diff'];
  const cluster = async (): Promise<Cluster> => {
    const one = await begin();
    clusters.push(one);
    return one;
  };

  itHas(needed, 'delivers on consent, reads back, and then has nothing to do', async () => {
    const [copy, prod] = [copyOf(project()), await cluster()];
    const dry = await deliver(copy, prod, '--dry-run');
    expect(dry).toMatchObject({
      code: 1,
      stderr:
        'pki: hint: private keys go there: look at "deliver" in the manifest, and agree with --allow run, once for each Secret\n',
    });
    expect(prod.calls()).toEqual([]);
    const planned = await deliver(copy, prod, '--dry-run', '--allow', 'run', '--detailed-exitcode');
    expect(planned).toMatchObject({ code: 2, stderr: '' });
    expect(planned.stdout).toContain('  ok  servers/api → shop/api-tls in prod: would be created\n');
    expect(prod.value('shop/api-tls', 'tls.key')).toBeUndefined();
    // Asking is no delivery: consent is remembered once something has been written.
    expect((await deliver(copy, prod)).code).toBe(1);
    const first = await deliver(copy, prod, '--allow', 'run');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toBe(
      '  ok  servers/api → shop/api-tls in prod: created\n' +
        '  ok  servers/api → ops/api in prod: created\n' +
        'deliver: 2 of 2 Secrets written, and read back\n',
    );
    for (const [key, file] of [
      ['tls.key', 'key.pem'],
      ['tls.crt', 'fullchain.pem'],
      ['ca.crt', 'ca.pem'],
    ] as const)
      expect(prod.value('shop/api-tls', key)).toBe(copy.read('servers/api', file));
    const before = stateOf(copy.folder);
    const again = await deliver(copy, prod);
    expect(again).toMatchObject({ code: 0, stdout: 'deliver: nothing to do, 2 Secrets up to date\n' });
    expect(stateOf(copy.folder)).toEqual(before);
    const key = Buffer.from(copy.read('servers/api/key.pem')).toString('base64').slice(40, 80);
    expect(prod.calls().join('\n')).not.toContain(key);
    if (isReal) expect(prod.calls()).toContain('PATCH shop/api-tls pki-apply force=false');
  });

  itHas(
    needed,
    'a new key is delivered; what another manager has set is refused, and left alone',
    async () => {
      const [copy, prod] = [copyOf(project()), await cluster()];
      await deliver(copy, prod, '--allow', 'run');
      await copy.pki(['rotate', 'servers/api', '--skip-verify']);
      prod.seize('ops/api');
      const planned = await deliver(copy, prod, '--dry-run', '--json');
      expect(JSON.parse(planned.stdout)).toMatchObject({
        format: 'pki-deliver',
        ok: false,
        deliveries: [
          { secret: 'shop/api-tls', outcome: 'changed', keys: ['tls.crt', 'tls.key'] },
          { secret: 'ops/api', outcome: 'conflict' },
        ],
      });
      const run = await deliver(copy, prod);
      expect(run.code).toBe(1);
      expect(run.stdout).toContain('ok  servers/api → shop/api-tls in prod: changed: tls.crt, tls.key\n');
      expect(run.stdout).toMatch(
        /bad servers\/api → ops\/api in prod: another manager has set it: .*"human"/,
      );
      expect(run.stderr).toContain('pki: hint: let the other manager give it up');
      expect(prod.value('ops/api', 'tls.crt')).toBe('AAAA');
      expect(prod.value('shop/api-tls', 'tls.key')).toBe(copy.read('servers/api/key.pem'));
    },
  );

  itHasMore(
    needed,
    'of a revoked entry nothing is delivered, and a Secret that is still there is named',
    async () => {
      const [copy, prod] = [copyOf(project()), await cluster()];
      copy.write(MANIFEST.replace('    deliver: [', '    revoked: true\n    deliver: ['));
      // Its files are in their places until the next apply.
      const before = await deliver(copy, prod, '--allow', 'run', '--verbose');
      expect(before).toMatchObject({ code: 0, stderr: '' });
      expect(before.stdout).toBe(
        '  ok  servers/api → shop/api-tls in prod: it is revoked, and nothing is there\n' +
          '  ok  servers/api → ops/api in prod: it is revoked, and nothing is there\n' +
          'nothing to deliver: every entry with "deliver" is revoked\n',
      );
      expect(prod.calls()).toEqual([]);
      copy.write(MANIFEST.replace('{ secret: ops/api, context: prod }', ''));
      await deliver(copy, prod, '--allow', 'run');
      copy.write(MANIFEST.replace('    deliver: [', '    revoked: true\n    deliver: ['));
      await copy.pki(['apply', '--skip-verify']);
      const changes = prod.calls().length;
      const after = await deliver(copy, prod, '--allow', 'run');
      expect(after).toMatchObject({
        code: 1,
        stdout:
          '  bad servers/api → shop/api-tls in prod: it is revoked, and the Secret with its key is still there\n' +
          'deliver: 1 of 1 Secret not delivered\n',
        stderr:
          'pki: hint: once nothing uses it: kubectl --context=prod --namespace=shop delete secret api-tls\n',
      });
      if (isReal) expect(prod.calls()).toHaveLength(changes);
      expect(prod.value('shop/api-tls', 'tls.crt')).toBeDefined();
    },
  );

  itHasMore(needed, 'a context that is not there is reported, and others go on', async () => {
    const [copy, prod] = [copyOf(project()), await cluster()];
    copy.write(MANIFEST.replace('ops/api, context: prod', 'ops/api, context: "--server=x"'));
    const run = await deliver(copy, prod, '--allow', 'run');
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(
      /bad servers\/api → ops\/api in --server=x: "kubectl" exited with \d: error: context "--server=x" does not exist/,
    );
    expect(prod.value('shop/api-tls', 'tls.crt')).toBe(copy.read('servers/api/fullchain.pem'));
  });
}
