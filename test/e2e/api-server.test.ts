// What goes into clusters, judged by the API server of Kubernetes: deliveries, exported Secrets, and objects of cert-manager.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../helpers/everything.ts';
import { ApiServer, HAS_SERVER, itServes } from './api-server.ts';
import { stopAll } from './daemon.ts';
import { itDelivers, MANIFEST } from './delivering.ts';
import { HAS_LOOPS, itIssues } from './issuing-loops.ts';
import { copyOf, Project } from './project.ts';

const CRDS = process.env['PKI_CRDS'] ?? '';
/** Kinds that we export: each that is served costs the server time. */
const KNOWN = [
  'cert-manager.io_certificates',
  'cert-manager.io_clusterissuers',
  'trust.cert-manager.io_bundles',
];
/** Two leaves with Secrets in namespaces, one without. */
const EXPORTED = `version: 1
engine: node
authorities:
  root: { commonName: Root }
  services: { commonName: Services, issuer: root, crl: { url: 'http://pki.example.test/a.crl' } }
servers:
  api:
    commonName: api.example.test
    issuer: services
    san: [api.example.test, '*.api.example.test', 127.0.0.1, 'uri:spiffe://example.test/api']
    outputs: [default, { secret: { name: api-tls, namespace: shop, labels: { app: api }, annotations: { note: 'a: b' } } }, bundle]
clients:
  billing: { commonName: billing, issuer: services, key: ed25519, outputs: [default, { secret: { namespace: ops } }] }
  plain: { commonName: plain, issuer: services, key: rsa-2048 }
`;

let project: Project;
let exported: Project;
let server: ApiServer;
beforeAll(async () => {
  if (!HAS_SERVER) return;
  server = await ApiServer.start();
  project = new Project(MANIFEST);
  await project.apply();
  exported = new Project(EXPORTED);
  await exported.apply();
});
afterAll(stopAll);

describe('pki deliver', () => {
  itDelivers({
    itHas: (_, name, run) => itServes(name, run),
    itHasMore: (_, name, run) => {
      if (EVERYTHING) itServes(name, run);
    },
    isReal: true,
    project: () => project,
    begin: () => server.cluster(),
  });
});

/** The commands of the README of an export, as its user would run them. @returns what they print. */
function follow(of: Project, target: string, which: (line: string) => boolean): string {
  const cwd = join(of.folder, 'export', target);
  const [, commands = ''] =
    /^```sh\n([\s\S]*?)^```$/m.exec(readFileSync(join(cwd, 'README.md'), 'utf8')) ?? [];
  const lines = commands.split('\n').filter(which);
  expect(lines).not.toEqual([]);
  const script = ['set -e', ...lines].join('\n');
  return execFileSync('sh', ['-c', script], {
    cwd,
    env: { ...process.env, ...server.env },
    encoding: 'utf8',
    stdio: 'pipe',
  });
}

/** Which version of each object there is: one that an apply left alone keeps it. */
function versions(...kinds: readonly string[]): readonly string[] {
  const path =
    'jsonpath={range .items[*]}{.kind}/{.metadata.namespace}/{.metadata.name} {.metadata.resourceVersion}{"\\n"}{end}';
  return server
    .admin(['get', kinds.join(','), '--all-namespaces', `--output=${path}`])
    .split('\n')
    .slice(0, -1);
}

const isApply = (line: string): boolean => line.startsWith('kubectl apply');

describe('pki export kubernetes', () => {
  itServes(
    'what the README says applies it, a second time changes nothing, and diff says what would',
    async () => {
      server.cluster();
      const copy = copyOf(exported);
      expect(await copy.pki(['export', 'kubernetes'])).toMatchObject({ code: 0 });
      const said = follow(copy, 'kubernetes', isApply);
      for (const object of [
        'secret/api-tls',
        'secret/billing',
        'secret/clients-plain',
        'configmap/pki-trust-root',
      ])
        expect(said).toContain(`${object} serverside-applied\n`);
      const before = versions('secrets', 'configmaps');
      expect(before.join()).toContain('Secret/shop/api-tls ');
      follow(copy, 'kubernetes', (line) => /^kubectl (diff|apply)/.test(line));
      expect(versions('secrets', 'configmaps')).toEqual(before);
      await copy.pki(['rotate', 'clients/billing', '--skip-verify']);
      await copy.pki(['export', 'kubernetes']);
      expect(() => follow(copy, 'kubernetes', (line) => line.startsWith('kubectl diff'))).toThrow();
      follow(copy, 'kubernetes', isApply);
      const changed = versions('secrets', 'configmaps').filter((one) => !before.includes(one));
      expect(changed.map((one) => one.split(' ')[0])).toEqual(['Secret/ops/billing']);
    },
  );

  itServes('files of the outputs "secret" and "bundle" are taken as they are', async () => {
    server.cluster();
    for (const name of ['secret', 'bundle']) {
      const path = exported.path(`servers/api/${name}.yaml`);
      const args = ['apply', '--server-side', '--field-manager=pki-apply', `--filename=${path}`];
      expect(server.admin(args)).toContain('serverside-applied');
      expect(server.admin(['diff', '--server-side', '--field-manager=pki-apply', `--filename=${path}`])).toBe(
        '',
      );
    }
  });
});

describe('pki export cert-manager', () => {
  const itHas = (title: string, run: () => Promise<void>): void => {
    if (existsSync(CRDS)) itServes(title, run);
    else it.skip(`${title} (skipped: PKI_CRDS names no folder of schemas)`, run);
  };

  itHas('its schemas in the server take it, twice without a change, and refuse what is wrong', async () => {
    server.cluster();
    server.admin(['apply', '--server-side', ...KNOWN.map((kind) => `--filename=${join(CRDS, kind)}.yaml`)]);
    await server.waitFor('crds', 'Established');
    const copy = copyOf(exported);
    expect(await copy.pki(['export', 'cert-manager'])).toMatchObject({ code: 0 });
    const kinds = ['clusterissuers', 'certificates', 'bundles.trust.cert-manager.io', 'secrets'];
    const empty = versions(...kinds);
    follow(copy, 'cert-manager', (line) => line.includes('--dry-run=server'));
    expect(versions(...kinds)).toEqual(empty);
    follow(copy, 'cert-manager', (line) => /^\.\/apply\.sh +#/.test(line));
    const before = versions(...kinds);
    expect(before.map((one) => one.split(' ')[0]).sort()).toEqual([
      'Bundle//pki-trust-root',
      'Certificate/default/clients-plain',
      'Certificate/ops/clients-billing',
      'Certificate/shop/servers-api',
      'ClusterIssuer//pki-services',
      'Secret/cert-manager/pki-services',
    ]);
    follow(copy, 'cert-manager', (line) => /^\.\/apply\.sh +#/.test(line));
    expect(versions(...kinds)).toEqual(before);
    const file = join(copy.folder, 'export/cert-manager/certificates/servers-api.json');
    const good = JSON.parse(readFileSync(file, 'utf8'));
    for (const wrong of [{ dnsName: [] }, { usages: ['serve'] }, { privateKey: { algorithm: 'DSA' } }]) {
      const object = JSON.stringify({ ...good, spec: { ...good.spec, ...wrong } });
      expect(() =>
        server.admin(['apply', '--server-side', '--force-conflicts', '-f', '-'], object),
      ).toThrow();
    }
  });

  itHas('with OpenBao or Vault as the issuer: an account that may log in, and no key', async () => {
    server.cluster();
    const copy = copyOf(exported);
    const run = await copy.pki(['export', 'cert-manager', '--vault', 'https://vault.example.test:8200']);
    expect(run.code).toBe(0);
    const apply = (): string => {
      const env = { ...process.env, ...server.env, PKI_VAULT_ROOTS: copy.path('authorities/root/cert.pem') };
      return execFileSync(join(copy.folder, 'export/cert-manager/apply.sh'), {
        env,
        encoding: 'utf8',
        stdio: 'pipe',
      });
    };
    const said = apply();
    for (const object of ['serviceaccount/pki-cert-manager', 'clusterissuer.cert-manager.io/pki-servers-api'])
      expect(said).toContain(`${object} serverside-applied`);
    const kinds = ['secrets', 'serviceaccounts', 'roles', 'rolebindings', 'clusterissuers', 'certificates'];
    const before = versions(...kinds);
    expect(before.filter((one) => one.startsWith('Secret')).map((one) => one.split(' ')[0])).toEqual([
      'Secret/cert-manager/pki-vault-roots',
    ]);
    apply();
    expect(versions(...kinds)).toEqual(before);
    // As cert-manager does, for the tokens by which it logs in.
    const token = ['create', 'token', 'pki-cert-manager', '--namespace=cert-manager'];
    expect(server.admin([...token, '--as=system:serviceaccount:cert-manager:cert-manager'])).toMatch(/^ey/);
    const other = '--as=system:serviceaccount:shop:cert-manager';
    expect(() => server.admin([...token, other])).toThrow();
  });

  // The loops of cert-manager show the same.
  const itReads = HAS_LOOPS && !EVERYTHING ? () => undefined : itServes;
  itReads('verify reads the Secrets of a context, and no key', async () => {
    server.cluster();
    const copy = copyOf(exported);
    await copy.pki(['export', 'kubernetes']);
    follow(copy, 'kubernetes', isApply);
    const args = ['verify', '--against', 'cert-manager', '--at', 'admin'];
    expect(await copy.pki(args, { env: server.env })).toMatchObject({
      code: 0,
      stdout:
        '  ok  servers/api (shop/api-tls)\n  ok  clients/billing (ops/billing)\n  ok  clients/plain (clients-plain)\n' +
        'sample: 3 certificates, issued as the manifest says\n',
    });
    // In the cluster are a name more, a usage less and a day more than is agreed.
    for (const [agreed, instead, said] of [
      ["'*.api.example.test', ", '', 'san: − dns:*.api.example.test'],
      [
        'key: ed25519,',
        'key: ed25519, extendedKeyUsage: [clientAuth, emailProtection],',
        'extendedKeyUsage: clientAuth → clientAuth, emailProtection',
      ],
      ['key: rsa-2048', 'key: rsa-2048, validity: 89d', 'validity: '],
    ] as const) {
      copy.write(EXPORTED.replace(agreed, instead));
      const run = await copy.pki(args, { env: server.env });
      expect({ code: run.code, lines: run.stdout.split('\n').length }).toEqual({ code: 1, lines: 6 });
      expect(run.stdout).toContain(`      ${said}`);
    }
    copy.write(EXPORTED);
    server.admin(['delete', 'secret', 'billing', '--namespace=ops']);
    const run = await copy.pki(args, { env: server.env });
    expect(run.code).toBe(1);
    expect(run.stdout).toContain(
      'bad clients/billing (ops/billing): "kubectl" exited with 1: Error from server (NotFound)',
    );
  });
});

describe('cert-manager itself', () => {
  itIssues(() => server);
});
