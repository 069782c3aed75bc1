// What `pki apply` leaves on disk and says, with the built program and the real openssl.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../helpers/cli.ts';
import { LONGER } from '../helpers/everything.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { aRequest, openssl } from '../helpers/openssl.ts';
import {
  certificatesIn,
  changedPaths,
  itNeeds,
  mode,
  Project,
  publicKeyOf,
  publishedState,
  put,
  stateOf,
} from './project.ts';

const FILES = ['ca.pem', 'cert.pem', 'csr.pem', 'fullchain.pem', 'key.pem'];

describe('five levels of authorities', () => {
  const project = new Project(`
version: 1
authorities:
  root: { commonName: Root }
  one: { commonName: One, issuer: root }
  two: { commonName: Two, issuer: one }
  three: { commonName: Three, issuer: two }
  four: { commonName: Four, issuer: three, pathLength: 0 }
servers:
  deep: { commonName: deep.example.test }
  shallow: { commonName: shallow.example.test, issuer: root }
clients:
  middle: { commonName: middle, issuer: two }
`);
  const certificate = (id: string): string => certificatesIn(project.path(id, 'cert.pem'))[0] ?? '';
  const authority = (name: string): string => certificate(`authorities/${name}`);

  beforeAll(async () => {
    const run = await project.pki(['apply']);
    expect(run).toMatchObject({ code: 0 });
  });

  it('writes the chain without the root, nearest issuer first, and none under a root', () => {
    const below = (...names: string[]): string[] => names.map(authority);
    expect(certificatesIn(project.path('servers/deep/chain.pem'))).toEqual(
      below('four', 'three', 'two', 'one'),
    );
    expect(certificatesIn(project.path('clients/middle/chain.pem'))).toEqual(below('two', 'one'));
    expect(certificatesIn(project.path('authorities/four/chain.pem'))).toEqual(below('three', 'two', 'one'));
    expect(existsSync(project.path('servers/shallow/chain.pem'))).toBe(false);
    expect(existsSync(project.path('authorities/one/chain.pem'))).toBe(false);
    expect(existsSync(project.path('authorities/root/chain.pem'))).toBe(false);
  });

  it('writes fullchain as certificate and chain, and the root as ca', () => {
    for (const id of [
      'servers/deep',
      'servers/shallow',
      'clients/middle',
      'authorities/two',
      'authorities/root',
    ]) {
      const chain = project.path(id, 'chain.pem');
      const rest = existsSync(chain) ? readFileSync(chain, 'utf8') : '';
      expect(project.read(id, 'fullchain.pem')).toBe(project.read(id, 'cert.pem') + rest);
      expect(certificatesIn(project.path(id, 'ca.pem'))).toEqual([authority('root')]);
    }
  });

  it('writes the files that are documented, and no others', () => {
    for (const id of ['servers/deep', 'clients/middle', 'authorities/four']) {
      expect(readdirSync(project.path(id)).sort()).toEqual([...FILES, 'chain.pem'].sort());
    }
    expect(readdirSync(project.path('servers/shallow')).sort()).toEqual(FILES);
    expect(readdirSync(project.out).sort()).toEqual([
      '.gitignore',
      '.pki',
      'authorities',
      'clients',
      'servers',
    ]);
  });

  it('keeps keys for their owner alone, and everything else readable', () => {
    for (const id of ['authorities/root', 'authorities/four', 'servers/deep', 'clients/middle']) {
      for (const file of readdirSync(project.path(id))) {
        expect(`${file} ${mode(project.path(id, file))}`).toBe(
          `${file} ${file === 'key.pem' ? '0600' : '0644'}`,
        );
      }
      expect(mode(project.path(id))).toBe('0755');
    }
    expect(mode(project.path('.pki'))).toBe('0700');
    expect(mode(project.path('.pki/ledger.jsonl'))).toBe('0600');
  });

  it('leaves no staging, scratch, journal or lock behind', () => {
    const left = readdirSync(project.path('.pki'), { recursive: true, withFileTypes: true });
    expect(left.filter((entry) => entry.isFile()).map(({ name }) => name)).toEqual(['ledger.jsonl']);
    expect(existsSync(project.path('.pki/stage'))).toBe(false);
    expect(existsSync(project.path('.pki/scratch'))).toBe(false);
  });

  it('writes a ledger line per certificate', () => {
    const lines = project.read('.pki/ledger.jsonl').trim().split('\n');
    const entities = lines.map((line) => (JSON.parse(line) as { entity: string }).entity);
    expect(entities.sort()).toEqual(
      [
        ...['root', 'one', 'two', 'three', 'four'].map((name) => `authorities/${name}`),
        ...['servers/deep', 'servers/shallow', 'clients/middle'],
      ].sort(),
    );
  });

  it('changes no byte, no inode and no time when applied again, and says so', async () => {
    const before = publishedState(project.folder);
    const ledger = stateOf(project.path('.pki/ledger.jsonl'));
    const run = await project.pki(['apply', '--skip-verify']);
    expect(run).toEqual({
      code: 0,
      stdout: 'applied: nothing to do, everything matches the manifest\n',
      stderr: '',
    });
    expect(changedPaths(before, publishedState(project.folder))).toEqual([]);
    expect(stateOf(project.path('.pki/ledger.jsonl'))).toEqual(ledger);
  });

  it('changes nothing either when the proof runs, or `pki verify` does', async () => {
    const before = stateOf(project.out);
    expect(await project.pki(['verify'])).toMatchObject({ code: 0 });
    expect(changedPaths(before, stateOf(project.out))).toEqual([]);
  });
});

describe('kinds of key', () => {
  const kinds = {
    'ecdsa-p256': 'ASN1 OID: prime256v1',
    'ecdsa-p384': 'ASN1 OID: secp384r1',
    'ecdsa-p521': 'ASN1 OID: secp521r1',
    ed25519: 'ED25519 Private-Key:',
    ed448: 'ED448 Private-Key:',
    'rsa-2048': 'Private-Key: (2048 bit',
    'rsa-3072': 'Private-Key: (3072 bit',
  };
  const names = Object.keys(kinds);
  const project = new Project(`
version: 1
authorities:
${names.map((name) => `  ${name}: { commonName: Root ${name}, key: ${name} }`).join('\n')}
servers:
${names.map((name) => `  ${name}: { commonName: ${name}.example.test, key: ${name}, issuer: ${name} }`).join('\n')}
`);

  beforeAll(async () => {
    await project.apply();
  });

  it.each(Object.entries(kinds))('%s: a root and a leaf, in PKCS#8, that verify', async (name, line) => {
    for (const section of ['authorities', 'servers']) {
      const key = project.path(section, name, 'key.pem');
      expect(readFileSync(key, 'latin1')).toMatch(
        /^-----BEGIN PRIVATE KEY-----\n[^-]+-----END PRIVATE KEY-----\n$/,
      );
      expect(await openssl(['pkey', '-in', key, '-noout', '-text'])).toContain(line);
      const files = ['cert', 'csr'] as const;
      for (const file of files) {
        expect(await publicKeyOf(project.path(section, name, `${file}.pem`), file)).toBe(
          await publicKeyOf(key, 'key'),
        );
      }
    }
    const root = project.path('authorities', name, 'cert.pem');
    const leaf = project.path('servers', name, 'cert.pem');
    const verified = await openssl([
      'verify',
      '-x509_strict',
      '-purpose',
      'sslserver',
      '-CAfile',
      root,
      leaf,
    ]);
    expect(verified).toBe(`${leaf}: OK\n`);
  });

  it('needs nothing after that', async () => {
    expect(await project.actions()).toEqual({});
  });
});

it('makes only a root where the manifest has only a root, and proves what there is to prove', async () => {
  const project = new Project('version: 1\nauthorities: { root: { commonName: Root } }\n');
  expect(await project.pki(['apply'])).toMatchObject({ code: 0 });
  expect(readdirSync(project.out).sort()).toEqual(['.gitignore', '.pki', 'authorities']);
  expect(await project.pki(['apply'])).toMatchObject({ code: 0, stderr: '' });
});

it.each([
  ['no clients', 'servers: { a: { commonName: a.example.test } }'],
  ['no servers', 'clients: { a: { commonName: a } }'],
  ['empty sections', 'servers:\nclients: {}\npeers:'],
  ['one peer alone', 'peers: { a: { commonName: a.example.test } }'],
])('proves a manifest with %s', async (_, sections) => {
  const project = new Project(`version: 1\nauthorities: { root: { commonName: Root } }\n${sections}\n`);
  const run = await project.pki(['apply']);
  expect(run).toMatchObject({ code: 0 });
  expect(run.stdout).toContain('verified by openssl');
});

it('keeps several roots apart, and puts every trusted root into ca.pem', async () => {
  const project = new Project(`
version: 1
authorities:
  blue: { commonName: Blue }
  green: { commonName: Green }
servers:
  blue: { commonName: blue.example.test, issuer: blue, trust: [green, blue] }
  green: { commonName: green.example.test, issuer: green }
clients:
  blue: { commonName: client, issuer: blue, trust: [blue] }
peers:
  green: { commonName: peer.example.test, issuer: green, trust: [blue, green] }
`);
  expect(await project.pki(['apply'])).toMatchObject({ code: 0 });
  const root = (name: string) => certificatesIn(project.path('authorities', name, 'cert.pem'))[0];
  const ca = (id: string) => [...certificatesIn(project.path(id, 'ca.pem'))].sort();
  expect(ca('servers/blue')).toEqual([root('blue'), root('green')].sort());
  expect(ca('servers/green')).toEqual([root('green')]);
  expect(ca('clients/blue')).toEqual([root('blue')]);
  expect(ca('peers/green')).toEqual([root('blue'), root('green')].sort());
});

it('writes the outputs that are asked for, and takes away what no longer is', async () => {
  const manifest = (outputs: string) => `
version: 1
defaults: { outputs: [${outputs}] }
authorities: { root: { commonName: Root }, sub: { commonName: Sub, issuer: root } }
servers: { a: { commonName: a.example.test } }
`;
  const project = new Project(manifest('key, cert, public'));
  await project.apply();
  expect(readdirSync(project.path('servers/a')).sort()).toEqual(['cert.pem', 'key.pem', 'public.pem']);
  expect(project.read('servers/a/public.pem')).toBe(
    await publicKeyOf(project.path('servers/a/key.pem'), 'key'),
  );
  const kept = [project.read('servers/a/key.pem'), project.read('servers/a/cert.pem')];

  project.write(manifest('key, cert, fullchain, chain'));
  expect(await project.actions()).toMatchObject({ 'servers/a': 'refresh' });
  await project.apply();
  expect(readdirSync(project.path('servers/a')).sort()).toEqual([
    'cert.pem',
    'chain.pem',
    'fullchain.pem',
    'key.pem',
  ]);
  expect([project.read('servers/a/key.pem'), project.read('servers/a/cert.pem')]).toEqual(kept);
  expect(await project.actions()).toEqual({});
});

describe('the output folder', () => {
  // test/e2e/plan.test.ts has odder names.
  it.each(['deep/er/pki', '[a]*?', './pki'])('may be called %j', async (output) => {
    const project = new Project(
      `version: 1\noutput: ${JSON.stringify(output)}\nauthorities: { root: { commonName: Root } }\nservers: { a: { commonName: a.example.test } }\n`,
      { output },
    );
    await project.apply();
    expect(existsSync(project.path('servers/a/cert.pem'))).toBe(true);
    expect(await project.actions()).toEqual({});
  });

  it('is relative to the manifest, not to the current folder', async () => {
    const project = new Project('version: 1\nauthorities: { root: { commonName: Root } }\n');
    const elsewhere = temporaryFolder();
    const run = await project.pki(['apply', '--skip-verify', join(project.folder, 'pki.yaml')], {
      cwd: elsewhere,
    });
    expect(run.code).toBe(0);
    expect(existsSync(project.path('authorities/root/key.pem'))).toBe(true);
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  itNeeds(['git'], 'stays out of git, whatever is in it', async () => {
    const project = new Project('version: 1\nauthorities: { root: { commonName: Root } }\n');
    const git = (...args: string[]) => runProgram('git', args, { cwd: project.folder });
    await git('init', '--quiet');
    await project.apply();
    put(project.path('servers/by-hand/key.pem'), 'secret');
    expect((await git('status', '--porcelain', '--untracked-files=all')).stdout).toBe('?? pki.yaml\n');
    await git('add', '--all');
    expect((await git('ls-files')).stdout).toBe('pki.yaml\n');
  });

  it('keeps a .gitignore that leads nowhere', async () => {
    const project = new Project('version: 1\nauthorities: { root: { commonName: Root } }\n');
    mkdirSync(project.out);
    symlinkSync('elsewhere', project.path('.gitignore'));
    await project.apply();
    await project.apply();
    expect(readlinkSync(project.path('.gitignore'))).toBe('elsewhere');
    expect(existsSync(project.path('elsewhere'))).toBe(false);
  });

  it('keeps a .gitignore that somebody else wrote', async () => {
    const project = new Project('version: 1\nauthorities: { root: { commonName: Root } }\n');
    put(project.path('.gitignore'), 'mine\n');
    await project.apply();
    expect(project.read('.gitignore')).toBe('mine\n');
  });

  it('keeps files of others beside its own', async () => {
    const project = new Project('version: 1\nauthorities: { root: { commonName: Root } }\n');
    put(project.path('authorities/root/notes.txt'), 'mine');
    put(project.path('servers/other/key.pem'), 'theirs');
    await project.apply();
    await project.apply();
    expect(project.read('authorities/root/notes.txt')).toBe('mine');
    expect(project.read('servers/other/key.pem')).toBe('theirs');
  });
});

describe('what apply says', () => {
  const manifest = `
version: 1
authorities: { root: { commonName: Root } }
servers: { a: { commonName: a.example.test }, b: { commonName: b.example.test } }
clients: { c: { commonName: c } }
`;

  it('prints results on stdout and progress on stderr', async () => {
    const project = new Project(manifest);
    const run = await project.pki(['apply', '--skip-verify']);
    expect(run.stdout).toBe('applied: 4 created in pki/\n');
    expect(run.stderr.trim().split('\n').sort()).toEqual([
      'pki: created authorities/root',
      'pki: created clients/c',
      'pki: created servers/a',
      'pki: created servers/b',
    ]);
  });

  it('proves it all in one run, without colours or cursor movements in a pipe', async () => {
    const run = await new Project(manifest).pki(['apply']);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('certificates: 4 verified by openssl, RFC 5280 strict');
    expect(run.stdout).toMatch(/\d+ handshakes accepted, \d+ refused, as expected/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
    expect(run.stdout + run.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });

  it('--json prints one JSON value, with the proof and without', async () => {
    const project = new Project(manifest);
    const first = await project.pki(['apply', '--json', '--skip-verify']);
    expect(first.code).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({
      format: 'pki-apply',
      version: 1,
      result: 'done',
      plan: { format: 'pki-plan', version: 1, due: true, summary: { create: 4 } },
      published: expect.arrayContaining(['authorities/root', 'servers/a', 'servers/b', 'clients/c']),
      failures: [],
      verification: null,
    });
    const second = await project.pki(['apply', '--json']);
    expect(JSON.parse(second.stdout)).toMatchObject({
      result: 'nothing',
      published: [],
      verification: { format: 'pki-verify', version: 1, ok: true },
    });
    expect(second.stderr).toBe('');
  });

  it.runIf(LONGER)('above 1,000 pairs proves what changed, and says so where nothing did', async () => {
    const leaves = (name: string, rest: (i: number) => string) =>
      Array.from(
        { length: 32 },
        (_, i) => `  ${name}${i}: { commonName: ${name}${i}.example.test, issuer: root${rest(i)} }`,
      ).join('\n');
    // Most keys are elsewhere: those pairs count, and take no handshakes.
    const elsewhere = ', request: elsewhere.csr, outputs: [cert, ca, fullchain]';
    const many = `version: 1
defaults: { outputs: [key, cert, ca, fullchain] }
authorities: { root: { commonName: Root }, idle: { commonName: Idle } }
servers:
${leaves('s', (i) => (i < 4 ? '' : elsewhere))}
clients:
${leaves('c', () => '')}
`;
    const project = new Project(many);
    put(join(project.folder, 'elsewhere.csr'), await aRequest());
    await project.apply();
    const rest = 'there are more than 1,000 pairs; "--verify all" proves them all\n';
    // What was left out, or cut short, is made up for.
    const first = await project.pki(['apply']);
    expect(first.stdout).toContain('certificates: 66 verified');
    const run = await project.pki(['apply']);
    expect(run).toMatchObject({
      code: 0,
      stdout: 'applied: nothing to do, everything matches the manifest\n',
      stderr:
        'pki: nothing changed since it was proven, so no handshakes were made; "--verify all" proves everything again\n',
    });
    // An authority that nobody uses takes part in no handshake.
    project.write(many.replace('commonName: Idle', 'commonName: Idle, validity: 8y'));
    const idle = await project.pki(['apply']);
    expect(idle.stdout).toContain('certificates: 1 verified');
    expect(idle.stderr).toContain(`pki: only what changed is proven: ${rest}`);
    expect(idle.stdout).not.toContain('no server');
    project.write(many.replace('commonName: s0.example.test', 'commonName: s0.example.test, validity: 80d'));
    const one = await project.pki(['apply']);
    expect(one).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(`only what changed is proven: ${rest}`),
    });
    expect(one.stdout).toMatch(/^\d+ handshakes accepted, \d+ refused, as expected/m);
  });

  it('--json stays JSON where a run fails', async () => {
    const project = new Project(manifest);
    await project.apply();
    symlinkSync('/dev/null', project.path('servers/a/public.pem'));
    put(
      project.path('servers/a/key.pem'),
      '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n',
    );
    const run = await project.pki(['apply', '--json']);
    expect(run.code).toBe(1);
    expect(JSON.parse(run.stdout)).toMatchObject({ result: 'refused', verification: null });
    expect(run.stderr).toContain('pki: error: "servers/a/key.pem" is encrypted');
  });

  it('a proof that fails ends with 1, and --skip-verify leaves it out', async () => {
    const project = new Project(manifest);
    await project.apply();
    // Nothing that the manifest asks for, so apply keeps it: a server certificate that has no server.
    const env = { PKI_OPENSSL: put755(join(project.folder, 'openssl'), REFUSES_TO_VERIFY) };
    const run = await project.pki(['apply'], { env });
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('bad');
    expect(await project.pki(['apply', '--skip-verify'], { env })).toMatchObject({ code: 0 });
  });
});

const REFUSES_TO_VERIFY = `#!/bin/sh
[ "$1" = verify ] || exec openssl "$@"
echo 'error 20 at 0 depth lookup: unable to get local issuer certificate' >&2
exit 2
`;

function put755(path: string, script: string): string {
  put(path, script);
  chmodSync(path, 0o755);
  return path;
}
