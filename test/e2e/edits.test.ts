// Edits to the manifest and to the files: the plan names each with what is and what is wanted, and apply mends exactly that.
import { chmodSync, copyFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../helpers/cli.ts';
import { someOf } from '../helpers/everything.ts';
import { openssl } from '../helpers/openssl.ts';
import {
  type ChangeJson,
  certificatesIn,
  changedPaths,
  copyOf,
  datesOf,
  extensionsOf,
  mode,
  Project,
  publicKeyOf,
  publishedState,
  put,
  stateOf,
} from './project.ts';

const MANIFEST = `
version: 1
defaults: { subject: { organization: Example Org }, validity: 90d }
authorities:
  root: { commonName: Root, validity: 10y }
  sub: { commonName: Sub, issuer: root, pathLength: 0, validity: 5y }
  other: { commonName: Other root, validity: 10y }
servers:
  web: { commonName: web.example.test, san: [web.example.test, 127.0.0.1], issuer: sub }
  bystander: { commonName: bystander.example.test, issuer: other }
clients:
  app: { commonName: app, issuer: sub }
peers:
  broker: { commonName: broker.example.test, issuer: sub }
`;
const BELOW_SUB = ['servers/web', 'clients/app', 'peers/broker'];

let applied: Project;
beforeAll(async () => {
  applied = new Project(MANIFEST);
  await applied.apply();
});

function edited(from: string, to: string): Project {
  const project = copyOf(applied);
  const text = MANIFEST.replace(from, to);
  if (text === MANIFEST) throw new Error(`the manifest has no ${from}`);
  project.write(text);
  return project;
}

function differing(change: ChangeJson): Record<string, [unknown, unknown]> {
  return Object.fromEntries(
    change.reasons
      .filter(({ kind }) => kind === 'differs')
      .map(({ field = '', before, after }) => [field, [before, after]]),
  );
}

/** Entities whose published files changed. */
async function entitiesChangedBy(project: Project, work: () => Promise<unknown>): Promise<readonly string[]> {
  const before = publishedState(project.out);
  await work();
  const files = changedPaths(before, publishedState(project.out)).filter((path) => path.endsWith('.pem'));
  return [...new Set(files.map((path) => path.split('/').slice(0, 2).join('/')))];
}

describe('a field of the manifest', () => {
  const WEB = 'web: { commonName: web.example.test, san: [web.example.test, 127.0.0.1], issuer: sub }';
  const cases: readonly [
    what: string,
    from: string,
    to: string,
    field: string,
    before: string,
    after: string,
  ][] = [
    [
      'a SAN more',
      '127.0.0.1]',
      '127.0.0.1, "::1"]',
      'san',
      'dns:web.example.test, ip:127.0.0.1',
      'dns:web.example.test, ip:127.0.0.1, ip:::1',
    ],
    ['a SAN less', ', 127.0.0.1]', ']', 'san', 'dns:web.example.test, ip:127.0.0.1', 'dns:web.example.test'],
    [
      'a name',
      WEB,
      'web: { commonName: new.example.test, issuer: sub }',
      'subject',
      'O=Example Org, CN=web.example.test',
      'O=Example Org, CN=new.example.test',
    ],
    [
      'an attribute',
      WEB,
      WEB.replace('issuer: sub', 'issuer: sub, subject: { country: SE }'),
      'subject',
      'O=Example Org, CN=web.example.test',
      'C=SE, O=Example Org, CN=web.example.test',
    ],
    ['validity', WEB, WEB.replace('issuer: sub', 'issuer: sub, validity: 30d'), 'validity', '90d', '30d'],
  ];

  it.each(someOf(cases))(
    '%s: before and after, a new certificate, the same key',
    async (_, from, to, field, before, after) => {
      const project = edited(from, to);
      const change = await project.change('servers/web');
      expect(change).toMatchObject({ action: 'issue', newKey: false });
      expect(differing(change)[field]).toEqual([before, after]);
      const texts = change.reasons.map(({ text }) => text);
      // A longer list is shown by what comes and goes.
      const isLong = after.split(', ').length > 2 && field === 'san';
      expect(texts).toContain(isLong ? `${field}: + ip:::1; 2 stay` : `${field}: ${before} → ${after}`);
      const key = stateOf(project.path('servers/web/key.pem'));
      const changed = await entitiesChangedBy(project, () => project.apply());
      expect(changed).toEqual(['servers/web']);
      expect(stateOf(project.path('servers/web/key.pem'))).toEqual(key);
      expect(await project.actions()).toEqual({});
      const cert = project.path('servers/web/cert.pem');
      if (field === 'san') {
        const names = (await extensionsOf(cert))['X509v3 Subject Alternative Name'] ?? '';
        expect(names.includes('IP Address:0:0:0:0:0:0:0:1')).toBe(after.includes('::1'));
        expect(names.includes('IP Address:127.0.0.1')).toBe(after.includes('127.0.0.1'));
      } else if (field === 'subject') {
        const subject = await openssl([
          'x509',
          '-in',
          cert,
          '-noout',
          '-subject',
          '-nameopt',
          'oneline,-space_eq,utf8',
        ]);
        expect(subject).toBe(`subject=${after}\n`);
      } else {
        const { notBefore, notAfter } = await datesOf(cert);
        expect(notAfter - notBefore + 1).toBe(30 * 86_400);
      }
    },
  );

  it('another key: a new key and certificate, the old ones in the archive', async () => {
    const project = edited(WEB, WEB.replace('issuer: sub', 'issuer: sub, key: ed25519'));
    const old = [project.read('servers/web/key.pem'), project.read('servers/web/cert.pem')];
    const change = await project.change('servers/web');
    expect(change).toMatchObject({ action: 'rekey', newKey: true, consent: null });
    expect(differing(change)['key']).toEqual(['ecdsa-p256', 'ed25519']);
    expect(await entitiesChangedBy(project, () => project.apply())).toEqual(['servers/web']);
    expect(await openssl(['pkey', '-in', project.path('servers/web/key.pem'), '-noout', '-text'])).toContain(
      'ED25519',
    );
    const archive = project.path('.pki/archive/servers/web');
    const [run = ''] = readdirSync(archive);
    expect([
      project.read('.pki/archive/servers/web', run, 'key.pem'),
      project.read('.pki/archive/servers/web', run, 'cert.pem'),
    ]).toEqual(old);
    expect(mode(project.path('.pki/archive/servers/web', run, 'key.pem'))).toBe('0600');
    expect(mode(project.path('.pki/archive'))).toBe('0700');
    expect(await project.actions()).toEqual({});
  });

  it('another issuer: says so, and the chain follows', async () => {
    const project = edited('app: { commonName: app, issuer: sub }', 'app: { commonName: app, issuer: root }');
    const change = await project.change('clients/app');
    expect(change).toMatchObject({ action: 'issue', newKey: false });
    expect(differing(change)).toEqual({ issuer: ['O=Example Org, CN=Sub', 'O=Example Org, CN=Root'] });
    expect(await entitiesChangedBy(project, () => project.apply())).toEqual(['clients/app']);
    expect(existsSync(project.path('clients/app/chain.pem'))).toBe(false);
    expect(await project.actions()).toEqual({});
    const root = project.path('authorities/root/cert.pem');
    expect(
      await openssl(['verify', '-x509_strict', '-CAfile', root, project.path('clients/app/cert.pem')]),
    ).toContain('OK');
  });

  it('a path length: the authority is issued again with its key, and what is below stays', async () => {
    const project = edited('pathLength: 0', 'pathLength: 1');
    expect(differing(await project.change('authorities/sub'))).toEqual({ pathLength: ['0', '1'] });
    const certificates = BELOW_SUB.map((id) => stateOf(project.path(id, 'cert.pem')));
    await project.apply();
    expect((await extensionsOf(project.path('authorities/sub/cert.pem')))['X509v3 Basic Constraints']).toBe(
      'critical, CA:TRUE, pathlen:1',
    );
    expect(BELOW_SUB.map((id) => stateOf(project.path(id, 'cert.pem')))).toEqual(certificates);
    for (const id of BELOW_SUB) {
      expect(certificatesIn(project.path(id, 'chain.pem'))).toEqual(
        certificatesIn(project.path('authorities/sub/cert.pem')),
      );
    }
    expect(await project.actions()).toEqual({});
    expect(await project.pki(['verify'])).toMatchObject({ code: 0 });
  });

  it("an authority's name: all below it name the new issuer, with their keys", async () => {
    const project = edited('commonName: Sub,', 'commonName: Better name,');
    const change = await project.change('authorities/sub');
    expect(change.affects).toEqual(BELOW_SUB);
    const keys = BELOW_SUB.map((id) => stateOf(project.path(id, 'key.pem')));
    expect(await entitiesChangedBy(project, () => project.apply())).toEqual(
      ['authorities/sub', ...BELOW_SUB].sort(),
    );
    expect(BELOW_SUB.map((id) => stateOf(project.path(id, 'key.pem')))).toEqual(keys);
    expect(await project.pki(['apply'])).toMatchObject({ code: 0 });
  });

  it('an entry more: only that is made', async () => {
    const project = edited('servers:', 'servers:\n  more: { commonName: more.example.test, issuer: sub }');
    expect(await project.actions()).toEqual({ 'servers/more': 'create' });
    expect(await entitiesChangedBy(project, () => project.apply())).toEqual(['servers/more']);
  });

  it('order and comments: nothing', async () => {
    const project = copyOf(applied);
    const [head = '', ...sections] = MANIFEST.split(/^(?=authorities:|servers:|clients:|peers:)/m);
    project.write(
      `# a comment\n${head}${sections.reverse().join('')}`.replace(
        'web.example.test, 127.0.0.1',
        '127.0.0.1, web.example.test',
      ),
    );
    expect(await project.actions()).toEqual({});
  });
});

describe("an authority's new key", () => {
  it('needs consent, and without it nothing changes', async () => {
    const project = edited('commonName: Sub,', 'commonName: Sub, key: ed25519,');
    const before = publishedState(project.out);
    const run = await project.pki(['apply', '--skip-verify']);
    expect(run.code).toBe(1);
    expect(run.stdout).toBe('');
    expect(run.stderr).toMatch(
      /^pki: error: .*needs consent: authorities\/sub \(3 below are issued again\)\npki: hint: .*--allow rekey-ca/,
    );
    expect(changedPaths(before, publishedState(project.out))).toEqual([]);
  });

  it('issues everything below it anew, as the plan says, and keeps their keys', async () => {
    const project = edited('commonName: Sub,', 'commonName: Sub, key: ed25519,');
    const text = (await project.pki(['plan'])).stdout;
    expect(text).toContain('key: ecdsa-p384 → ed25519');
    expect(text).toContain('3 entities follow: servers/web, clients/app, peers/broker');
    expect(text).toContain('needs consent: --allow rekey-ca');
    const keys = BELOW_SUB.map((id) => stateOf(project.path(id, 'key.pem')));
    const changed = await entitiesChangedBy(project, () => project.applyByCommand('--allow', 'rekey-ca'));
    expect(changed).toEqual(['authorities/sub', ...BELOW_SUB].sort());
    expect(BELOW_SUB.map((id) => stateOf(project.path(id, 'key.pem')))).toEqual(keys);
    expect(await project.actions()).toEqual({});
    expect(await project.pki(['verify'])).toMatchObject({ code: 0 });
  });

  it('also where its key file is lost', async () => {
    const project = copyOf(applied);
    rmSync(project.path('authorities/sub/key.pem'));
    expect(await project.change('authorities/sub')).toMatchObject({ action: 'rekey', consent: 'rekey-ca' });
    expect((await project.pki(['apply', '--skip-verify'])).code).toBe(1);
  });

  it('and an unknown consent is an error', async () => {
    const run = await applied.pki(['apply', '--allow', 'everything']);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('pki: error: ');
  });
});

// The two cases in which certyaml, the nearest relative, says "No changes" (style.md §4.1).
describe('what others got wrong', () => {
  it('a changed SAN reaches the certificate', async () => {
    const project = edited('san: [web.example.test, 127.0.0.1]', 'san: [web.example.test, www.example.test]');
    await project.apply();
    expect(
      (await extensionsOf(project.path('servers/web/cert.pem')))['X509v3 Subject Alternative Name'],
    ).toBe('DNS:web.example.test, DNS:www.example.test');
  });

  it.each(['root', 'sub'])(
    'deleted files of authority %s: what hangs from it is issued again',
    async (name) => {
      const project = copyOf(applied);
      rmSync(project.path('authorities', name), { recursive: true });
      const actions = await project.actions();
      for (const id of BELOW_SUB) expect(actions[id]).toBeDefined();
      expect((await project.pki(['apply', '--skip-verify'])).code).toBe(1); // orphans: needs a yes
      expect(await project.pki(['apply', '--allow', 'rekey-ca'])).toMatchObject({ code: 0 });
      expect(await project.actions()).toEqual({});
      const [root, sub] = ['root', 'sub'].map((ca) => project.path('authorities', ca, 'cert.pem'));
      const leaves = BELOW_SUB.map((id) => project.path(id, 'cert.pem'));
      await openssl(['verify', '-x509_strict', '-CAfile', root ?? '', '-untrusted', sub ?? '', ...leaves]);
    },
  );
});

describe('a private key with one bit that fell over', () => {
  /** Still a readable file; openssl says what it is worth. */
  async function damage(path: string): Promise<void> {
    const [head = '', body = '', tail = ''] = readFileSync(path, 'latin1').split(/(?<=-----\n)|(?=-----END)/);
    const der = Buffer.from(body, 'base64');
    // The last octets of the private scalar, which the public point follows (RFC 5915 §3).
    const at = 60;
    der[at] = (der[at] ?? 0) ^ 1;
    put(
      path,
      `${head}${der
        .toString('base64')
        .replace(/(.{64})/g, '$1\n')
        .trimEnd()}\n${tail}`,
    );
    const check = await runProgram('openssl', ['pkey', '-in', path, '-check', '-noout']);
    expect(check.stdout + check.stderr).toContain('nvalid');
  }

  it('of a leaf: a new key, and the damaged one in the archive', async () => {
    const project = copyOf(applied);
    await damage(project.path('servers/web/key.pem'));
    const damaged = project.read('servers/web/key.pem');
    const change = await project.change('servers/web');
    expect(change).toMatchObject({ action: 'rekey' });
    expect(change.reasons[0]?.text).toContain('damaged private key');
    await project.apply();
    const archive = project.path('.pki/archive/servers/web');
    expect(readFileSync(join(archive, readdirSync(archive)[0] ?? '', 'key.pem'), 'latin1')).toBe(damaged);
    expect(await project.pki(['verify'])).toMatchObject({ code: 0 });
  });

  it('of an authority: named, and replaced with consent only', async () => {
    const project = copyOf(applied);
    await damage(project.path('authorities/sub/key.pem'));
    expect(await project.change('authorities/sub')).toMatchObject({ action: 'rekey', consent: 'rekey-ca' });
    expect(await project.pki(['apply', '--skip-verify'])).toMatchObject({ code: 1 });
    await project.applyByCommand('--allow', 'rekey-ca');
    expect(await project.pki(['verify'])).toMatchObject({ code: 0 });
  });
});

it('a stranger’s root in a trust bundle fails verify, until apply has taken it out', async () => {
  const project = copyOf(applied);
  const bundle = project.path('servers/web/ca.pem');
  put(bundle, project.read('servers/web/ca.pem') + project.read('authorities/other/cert.pem'));
  const run = await project.pki(['verify']);
  expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining('run "pki plan" to see how') });
  await project.apply();
  expect(await project.pki(['verify'])).toMatchObject({ code: 0, stderr: '' });
});

it('a file that others may write, and that outputs no longer asks for, goes', async () => {
  const project = edited('web: {', 'web: { outputs: [key, cert],');
  chmodSync(project.path('servers/web/ca.pem'), 0o666);
  await project.apply();
  expect(existsSync(project.path('servers/web/ca.pem'))).toBe(false);
  expect(await project.actions()).toEqual({});
});

describe('files', () => {
  const LEAVES = ['servers/web', 'clients/app', 'peers/broker'];
  /** What hangs together is spoilt apart: all derived files at once, but keys and certificates level by level. */
  const scenarios: readonly { what: string; files: readonly string[] }[] = [
    {
      what: 'every request, chain and bundle',
      files: [
        ...['csr', 'fullchain', 'ca'].flatMap((artifact) =>
          ['authorities/root', 'authorities/sub', ...LEAVES].map((id) => `${id}/${artifact}.pem`),
        ),
        ...LEAVES.map((id) => `${id}/chain.pem`),
      ],
    },
    ...['key', 'cert'].flatMap((artifact) => [
      { what: `each leaf's ${artifact}`, files: LEAVES.map((id) => `${id}/${artifact}.pem`) },
      { what: `the intermediate's ${artifact}`, files: [`authorities/sub/${artifact}.pem`] },
      { what: `the root's ${artifact}`, files: [`authorities/root/${artifact}.pem`] },
    ]),
  ];

  const TWINS: Readonly<Record<string, string>> = {
    'authorities/root': 'authorities/other',
    'authorities/sub': 'authorities/other',
    'servers/web': 'clients/app',
    'clients/app': 'peers/broker',
    'peers/broker': 'servers/web',
  };

  /** The same kind of file, and a good one, but somebody else's. */
  function twinOf(file: string): string {
    const [section = '', name = '', base = ''] = file.split('/');
    // All three leaves have the same ca.pem and chain.pem: the certificate of another root then.
    if (base === 'ca.pem' || base === 'chain.pem') return 'authorities/other/cert.pem';
    return `${TWINS[`${section}/${name}`]}/${base}`;
  }

  const spoilers: readonly [how: string, spoil: (project: Project, file: string, i: number) => void][] = [
    ['deleted', (project, file) => rmSync(project.path(file))],
    [
      'garbled',
      (project, file, i) => {
        const text = applied.read(file);
        put(project.path(file), ['', text.slice(0, text.length / 2), Buffer.alloc(300, 0xff)][i % 3] ?? '');
      },
    ],
    ['swapped', (project, file) => copyFileSync(applied.path(twinOf(file)), project.path(file))],
  ];

  const rows = spoilers.flatMap(([how, spoil]) =>
    scenarios.map(({ what, files }) => ({ how, what, files, spoil })),
  );

  it.each(someOf(rows))(
    '$how: $what is named by the plan and mended by apply',
    async ({ how, files, spoil }) => {
      const project = copyOf(applied);
      for (const [i, file] of files.entries()) spoil(project, file, i);
      const { changes } = await project.plan();
      for (const file of files) {
        const [id, artifact] = [file.split('/').slice(0, 2).join('/'), /(\w+)\.pem$/.exec(file)?.[1]];
        const change = changes.find((found) => found.id === id);
        const direct = change?.reasons.some(
          (reason) =>
            reason.artifact === artifact || (artifact === 'ca' && /^(dis)?trusts$/.test(reason.kind)),
        );
        // A swapped key or certificate is seen by what it does not fit.
        const indirect = change?.reasons.some(({ kind }) =>
          /^(key-mismatch|shared-key|foreign-issuer|differs)$/.test(kind),
        );
        expect(`${file} ${direct || (how === 'swapped' && indirect)}`).toBe(`${file} true`);
      }
      const breaksTrust = changes.some(({ consent }) => consent === 'rekey-ca');
      await project.applyByCommand(...(breaksTrust ? ['--allow', 'rekey-ca'] : []));
      expect(await project.actions()).toEqual({});
      const certOf = (id: string): string => project.path(id, 'cert.pem');
      const [root, sub] = [certOf('authorities/root'), certOf('authorities/sub')];
      await openssl(['verify', '-x509_strict', '-CAfile', root, '-untrusted', sub, ...LEAVES.map(certOf)]);
      for (const id of new Set(files.map((file) => file.split('/').slice(0, 2).join('/')))) {
        const key = await publicKeyOf(project.path(id, 'key.pem'), 'key');
        expect(await publicKeyOf(project.path(id, 'cert.pem'), 'cert')).toBe(key);
        expect(await publicKeyOf(project.path(id, 'csr.pem'), 'csr')).toBe(key);
      }
      // What is derived from what stays has only one right content.
      for (const file of files.filter((name) => /(chain|ca)\.pem$/.test(name))) {
        expect(project.read(file)).toBe(applied.read(file));
      }
    },
  );

  it('a wrong mode is named, and set right without touching the content', async () => {
    const project = copyOf(applied);
    chmodSync(project.path('servers/web/key.pem'), 0o644);
    chmodSync(project.path('clients/app/cert.pem'), 0o666);
    expect((await project.change('servers/web')).reasons.map(({ text }) => text)).toEqual([
      'key.pem has mode 0644, not 0600',
    ]);
    await project.apply();
    expect(mode(project.path('servers/web/key.pem'))).toBe('0600');
    expect(mode(project.path('clients/app/cert.pem'))).toBe('0644');
    expect(project.read('servers/web/key.pem')).toBe(applied.read('servers/web/key.pem'));
    expect(project.read('clients/app/cert.pem')).toBe(applied.read('clients/app/cert.pem'));
  });

  it.each(['cert', 'chain', 'fullchain', 'ca'])(
    '%s.pem that everybody may write is named and set right',
    async (artifact) => {
      const project = copyOf(applied);
      chmodSync(project.path('servers/web', `${artifact}.pem`), 0o666);
      const { reasons } = await project.change('servers/web');
      expect(reasons.map(({ text }) => text)).toEqual([`${artifact}.pem has mode 0666, not 0644`]);
      await project.apply();
      expect(mode(project.path('servers/web', `${artifact}.pem`))).toBe('0644');
    },
  );

  it('a certificate full of control characters is shown without obeying them', async () => {
    const project = copyOf(applied);
    const name = '\u001b[31mred\u001b]0;title\u0007\u202eevil';
    const key = ['-key', project.path('servers/web/key.pem')];
    const names = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
    put(project.path('servers/web/cert.pem'), await openssl(['req', '-x509', '-utf8', ...key, ...names]));
    const { stdout } = await project.pki(['plan']);
    expect(stdout).toMatch(/^~ servers\/web +issue /m);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  });

  it('a certificate of another tool with the same content stays', async () => {
    const project = copyOf(applied);
    const cert = project.path('servers/web/cert.pem');
    const text = await openssl(['x509', '-in', cert, '-text']);
    put(cert, text); // the same certificate, with openssl's words in front
    expect((await project.change('servers/web')).action).toBe('keep');
    expect(project.read('servers/web/cert.pem')).toBe(text);
  });

  it('an encrypted key is refused, and never replaced', async () => {
    const project = copyOf(applied);
    const key = project.path('servers/web/key.pem');
    const locked = await openssl(['pkcs8', '-topk8', '-in', key, '-passout', 'pass:secret']);
    put(key, locked);
    const before = publishedState(project.out);
    const run = await project.pki(['apply', '--skip-verify']);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('pki: error: "servers/web/key.pem" is encrypted');
    expect(run.stderr).toContain('pki: hint: ');
    expect(changedPaths(before, publishedState(project.out))).toEqual([]);
  });
});
