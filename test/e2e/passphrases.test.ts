// Private keys under a passphrase: never plain on the disk, never given to another process, and the same key throughout.
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../helpers/cli.ts';
import { openssl } from '../helpers/openssl.ts';
import { copyOf, itNeeds, mode, Project, publicKeyOf, stateOf } from './project.ts';
import { typedAt } from './typing.ts';

const SECRETS = { ROOT: 'root-pass-5e1d', API: 'api-pass-77b0', OLD: 'old-pass-19c4', SUB: 'sub-pass-d1a2' };
const MANIFEST = `version: 1
authorities:
  root: { commonName: Root, passphrase: env:ROOT }
  sub: { commonName: Sub, issuer: root, passphrase: { command: [printenv, SUBCOPY] } }
servers:
  api:
    commonName: api.example.test
    issuer: sub
    passphrase: env:API
    outputs: [default, public, { pkcs12: { password: env:API } }]
clients:
  app: { issuer: sub }
`;
const ENV = { ...SECRETS, SUBCOPY: SECRETS.SUB };
const KEYS = { root: 'authorities/root', sub: 'authorities/sub', api: 'servers/api' } as const;

/** Records what every process of openssl can be seen with, and the files of staging that hold a plain key. */
const WATCHED = `#!/bin/sh
cat /proc/$$/cmdline /proc/$$/environ >"$PKI_SEEN/$$"
# The shell of a worker, and not pki itself, which was given the passphrases.
case $(cat /proc/$PPID/comm) in
  sh | dash | bash) cat /proc/$PPID/cmdline /proc/$PPID/environ >"$PKI_SEEN/$$.parent" ;;
esac
exec openssl "$@"
`;

const apply = (project: Project, env: Record<string, string> = ENV, ...args: readonly string[]) =>
  project.pki(['apply', '--allow', 'run', ...args], { env });

const keyText = (project: Project, id: string): string => project.read(id, 'key.pem');
const opens = (project: Project, id: string, passphrase: string) =>
  openssl(['pkey', '-in', project.path(id, 'key.pem'), '-passin', `pass:${passphrase}`, '-pubout']);

/** Every file below a folder. */
function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

let applied: Project;
let seen: string;
beforeAll(async () => {
  applied = new Project(MANIFEST);
  seen = join(applied.folder, 'watched');
  // Looked up by the shell of the wrapper, so that the real one runs.
  writeFileSync(seen, WATCHED.replaceAll('$PKI_SEEN', join(applied.folder, 'seen')));
  chmodSync(seen, 0o755);
  await runProgram('mkdir', [join(applied.folder, 'seen')]);
  const run = await apply(applied, { ...ENV, PKI_OPENSSL: seen });
  expect(run).toMatchObject({ code: 0 });
  // The proof had the key of the server, open in memory.
  expect(run.stdout).toContain('2 handshakes accepted, 8 refused, as expected');
});

describe('a key under a passphrase', () => {
  it('is PKCS#8 with current parameters, closed to others, and opened by openssl', async () => {
    for (const [name, id] of Object.entries(KEYS)) {
      expect(keyText(applied, id)).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----\n/);
      expect(mode(applied.path(id, 'key.pem'))).toBe('0600');
      const text = await openssl(['asn1parse', '-in', applied.path(id, 'key.pem')]);
      for (const part of ['PBES2', 'PBKDF2', ':0927C0', 'hmacWithSHA256', 'aes-256-cbc'])
        expect(text).toContain(part);
      const passphrase = SECRETS[name === 'root' ? 'ROOT' : name === 'sub' ? 'SUB' : 'API'];
      expect(await opens(applied, id, passphrase)).toBe(
        await publicKeyOf(applied.path(id, 'cert.pem'), 'cert'),
      );
    }
    expect(keyText(applied, 'clients/app')).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
  });

  it('no other process can be seen with the passphrase, and no file but the keys has it', () => {
    const records = filesIn(join(applied.folder, 'seen'));
    expect(records.length).toBeGreaterThan(0);
    const others = filesIn(applied.out).filter((path) => !path.endsWith('key.pem'));
    for (const path of [...records, ...others]) {
      const bytes = readFileSync(path);
      for (const secret of Object.values(SECRETS)) expect(bytes.includes(secret)).toBe(false);
    }
  });

  it('a second apply changes nothing, and neither does a plan without the passphrases', async () => {
    const before = stateOf(applied.path('servers'));
    expect(await apply(applied)).toMatchObject({ code: 0 });
    expect(stateOf(applied.path('servers'))).toEqual(before);
    const plan = await applied.pki(['plan'], { env: {} });
    expect(plan.stdout).toContain('plan: 4 unchanged, nothing to do');
    expect(plan.stderr.match(/unknown whether/g)).toHaveLength(1);
    expect(plan.stderr).toContain('they stay: authorities/root, servers/api\n');
    expect(plan.stderr).not.toContain('may not be read by this user');
  });

  it('that is not to be had is a refusal of what needs it, and of nothing else', async () => {
    const project = copyOf(applied);
    rmSync(project.path('servers/api/cert.pem'));
    rmSync(project.path('clients/app/fullchain.pem'));
    const { API: _, ...without } = ENV;
    const run = await apply(project, without, '--skip-verify');
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(
      'pki: error: "servers/api/key.pem" is encrypted, and its passphrase is not to be had: "env:API" is not set\n',
    );
    expect(existsSync(project.path('clients/app/fullchain.pem'))).toBe(true);
    const failing = await apply(project, { ...SECRETS }, '--skip-verify');
    expect(failing.code).toBe(1);
    expect(failing.stderr).toContain(
      'pki.yaml:4:53: no passphrase for the key.pem of authorities/sub: "command:[printenv, SUBCOPY]" exited with 1\n',
    );
    expect(await apply(project, { ...ENV, ROOT: 'another' }, '--skip-verify')).toMatchObject({ code: 1 });
    expect(await apply(project, ENV, '--skip-verify')).toMatchObject({ code: 0 });
  });

  it('is renewed with the same key, whatever the engine', async () => {
    const project = copyOf(applied);
    const before = keyText(project, 'servers/api');
    for (const engine of ['openssl', 'node']) {
      rmSync(project.path('servers/api/cert.pem'));
      const run = await project.pki(['apply', '--engine', engine, '--allow', 'run', '--skip-verify'], {
        env: ENV,
      });
      expect(run).toMatchObject({ code: 0 });
      expect(keyText(project, 'servers/api')).toBe(before);
    }
  });
});

describe('the same key', () => {
  const plain = MANIFEST.replace('    passphrase: env:API\n', '');

  it('is encrypted, encrypted again and decrypted in its place, and no plain copy is left', async () => {
    const project = copyOf(applied);
    const publicKey = await publicKeyOf(project.path('servers/api/cert.pem'), 'cert');
    const certificate = project.read('servers/api/cert.pem');
    const step = async (manifest: string, says: string, env: Record<string, string> = ENV) => {
      project.write(manifest);
      expect((await project.pki(['plan'], { env })).stdout).toContain(says);
      expect(await apply(project, env, '--skip-verify')).toMatchObject({ code: 0 });
      expect((await project.pki(['plan'], { env })).stdout).toContain('nothing to do');
      expect(project.read('servers/api/cert.pem')).toBe(certificate);
    };
    await step(
      plain.replace(
        '    issuer: sub\n    outputs',
        '    issuer: sub\n    previousPassphrase: env:API\n    outputs',
      ),
      'key.pem is encrypted\n',
    );
    expect(keyText(project, 'servers/api')).toMatch(/^-----BEGIN PRIVATE KEY/);
    await step(MANIFEST, 'key.pem is not encrypted\n');
    expect(await opens(project, 'servers/api', SECRETS.API)).toBe(publicKey);
    await step(
      MANIFEST.replace('passphrase: env:API', 'passphrase: env:OLD\n    previousPassphrase: env:API'),
      'key.pem has its previous passphrase\n',
    );
    expect(await opens(project, 'servers/api', SECRETS.OLD)).toBe(publicKey);
    const left = filesIn(project.out).filter((path) => readFileSync(path).includes('BEGIN PRIVATE KEY'));
    expect(left).toEqual([project.path('clients/app/key.pem')]);
  });

  it('behind links leaves no plain copy either', async () => {
    const manifest = `version: 1
authorities: { root: { commonName: Root } }
servers: { api: { commonName: api.example.test, publish: symlinks } }
`;
    const project = new Project(manifest);
    await project.apply();
    project.write(manifest.replace('publish', 'passphrase: env:API, publish'));
    expect(await apply(project, ENV, '--skip-verify')).toMatchObject({ code: 0 });
    const left = filesIn(project.out).filter((path) => readFileSync(path).includes('BEGIN PRIVATE KEY'));
    expect(left).toEqual([project.path('authorities/root/key.pem')]);
    expect(await opens(project, 'servers/api', SECRETS.API)).toContain('PUBLIC KEY');
  });

  it('that no stated passphrase opens is refused, with the way to change it', async () => {
    const project = copyOf(applied);
    const run = await project.pki(['plan'], { env: { ...ENV, API: 'another' } });
    expect(run.code).toBe(1);
    expect(run.stdout).toContain(
      '"servers/api/key.pem" is encrypted, and the stated passphrase does not open it',
    );
    expect(run.stdout).toContain('state that as "previousPassphrase" beside the new "passphrase"');
    project.write(plain);
    const unstated = await project.pki(['plan'], { env: ENV });
    expect(unstated.stdout).toContain('is encrypted, and the manifest states no passphrase for it');
  });
});

it('a script by hand makes what the next plan calls up to date', async () => {
  const project = new Project(MANIFEST.replace('{ command: [printenv, SUBCOPY] }', 'env:SUB'));
  const { stdout } = await project.pki(['plan', '--commands'], { env: ENV });
  writeFileSync(join(project.folder, 'make.sh'), stdout);
  expect(await runProgram('sh', ['make.sh'], { cwd: project.folder, env: ENV })).toMatchObject({ code: 0 });
  expect((await project.pki(['plan'], { env: ENV })).stdout).toContain('4 unchanged, nothing to do');
  expect(keyText(project, 'servers/api')).toContain('ENCRYPTED');
});

itNeeds(['python3'], 'is asked for at the terminal once, for the run and its proof', async () => {
  const project = new Project(`version: 1
authorities: { root: { commonName: Root, passphrase: "prompt:root" } }
servers: { api: { commonName: api.example.test, passphrase: prompt } }
`);
  const root = ['passphrase "root" for authorities/root: ', 'r00t\r'] as const;
  const leaf = ['passphrase for servers/api: ', 'l3af\r'] as const;
  const again = (keys: string) => ['the same again: ', keys] as const;
  const run = await typedAt(project, [root, again('r00t\r'), leaf, again('l3af\r')], ['apply']);
  expect(run).toMatchObject({ code: 0 });
  expect(run.stdout).toContain('as expected');
  expect(run.stdout).not.toMatch(/r00t|l3af/);
  expect(await opens(project, 'authorities/root', 'r00t')).toContain('PUBLIC KEY');
  // Only what is needed is asked for, and what opens something is typed once.
  rmSync(project.path('servers/api/cert.pem'));
  const later = await typedAt(project, [leaf, root], ['apply', '--skip-verify']);
  expect(later).toMatchObject({ code: 0 });
  expect(later.stdout).not.toContain('the same again');
  const nothing = await project.pki(['apply', '--skip-verify']);
  expect(nothing).toMatchObject({ code: 0 });
});

it('a folder with an encrypted authority is adopted as it is, and signs once its passphrase is there', async () => {
  const base = new Project(
    `version: 1
output: certs
authorities: { ca: { commonName: Easy CA, folder: ., files: { key: private/ca.key, cert: ca.crt }, outputs: [key, cert] } }
servers: { api: { commonName: api.example.test } }
`,
    { output: 'certs' },
  );
  await base.apply();
  rmSync(base.path('.pki'), { recursive: true });
  const key = base.path('private/ca.key');
  // As easy-rsa and older tools leave it: RFC 1421's headers around SEC 1.
  await openssl(['ec', '-in', key, '-aes256', '-passout', 'pass:ca-pass', '-out', `${key}.new`]);
  expect(readFileSync(`${key}.new`, 'utf8')).toContain('Proc-Type: 4,ENCRYPTED\n');
  writeFileSync(key, readFileSync(`${key}.new`));
  rmSync(`${key}.new`);
  rmSync(join(base.folder, 'pki.yaml'));
  const before = readFileSync(key);
  expect(await base.pki(['adopt', 'certs', '--write', 'pki.yaml'])).toMatchObject({ code: 0 });
  const manifest = readFileSync(join(base.folder, 'pki.yaml'), 'utf8');
  expect(manifest).toContain('    passphrase: prompt\n');
  const plan = await base.pki(['plan']);
  expect(plan.stdout).toContain('2 unchanged, nothing to do');
  expect(plan.stderr).toBe('');
  base.write(
    manifest
      .replace('passphrase: prompt', 'passphrase: env:CA')
      .concat('  new: { commonName: new.example.test }\n'),
  );
  const run = await base.pki(['apply', '--skip-verify'], { env: { CA: 'ca-pass' } });
  expect(run).toMatchObject({ code: 0 });
  expect(readFileSync(key)).toEqual(before);
});
