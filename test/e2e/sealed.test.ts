// Files under a password: opened by their real readers, compared by what is in them, and without a trace of the password.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../helpers/cli.ts';
import { openssl } from '../helpers/openssl.ts';
import { copyOf, has, itNeeds, Project, stateOf } from './project.ts';

const PASSWORD = 'correct-horse-7e1f';
const MANIFEST = `version: 1
authorities:
  root: { commonName: Root }
  services: { commonName: Services, issuer: root }
  partner: { commonName: Partner }
servers:
  api:
    commonName: api.example.test
    issuer: services
    trust: [root, partner]
    outputs:
      - default
      - pkcs12: { password: env:STORE_PASSWORD, name: api key }
      - keystore: { password: file:secrets/store, encryption: compatible }
      - truststore: { password: file:secrets/store }
  web: { commonName: web.example.test, issuer: services }
  jvm:
    commonName: jvm.example.test
    issuer: services
    trust: [root, partner]
    outputs:
      - default
      - keystore: { password: file:secrets/store, format: jks, name: JVM }
      - truststore: { password: file:secrets/store, format: jks }
`;
const FILES = ['identity.p12', 'keystore.p12', 'truststore.p12'] as const;
const ENV = { STORE_PASSWORD: PASSWORD };

function withSecret(project: Project, password = PASSWORD): Project {
  mkdirSync(join(project.folder, 'secrets'), { recursive: true });
  writeFileSync(join(project.folder, 'secrets/store'), `${password}\n`);
  return project;
}

async function apply(project: Project, ...args: readonly string[]): Promise<void> {
  const run = await project.pki(['apply', '--skip-verify', ...args], { env: ENV });
  expect(run).toMatchObject({ code: 0 });
}

async function planned(project: Project, env: Record<string, string> = ENV): Promise<string> {
  const { stdout, stderr } = await project.pki(['plan'], { env });
  return stdout + stderr;
}

const contents = (project: Project): readonly Buffer[] =>
  FILES.map((name) => readFileSync(project.path('servers/api', name)));

let applied: Project;
beforeAll(async () => {
  applied = withSecret(new Project(MANIFEST));
  await apply(applied);
});

describe('opened', () => {
  it('by openssl: the key and the chain, and no more than the owner may read', async () => {
    for (const name of ['identity.p12', 'keystore.p12']) {
      const path = applied.path('servers/api', name);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      const read = [
        'pkcs12',
        '-in',
        path,
        '-passin',
        `file:${join(applied.folder, 'secrets/store')}`,
        '-noenc',
      ];
      const text = await openssl(read);
      const blocks = (kind: string): readonly string[] =>
        text.match(new RegExp(`-----BEGIN ${kind}-----[^-]+-----END ${kind}-----\n`, 'g')) ?? [];
      expect(blocks('CERTIFICATE').join('')).toBe(applied.read('servers/api/fullchain.pem'));
      expect(blocks('PRIVATE KEY').join('')).toBe(applied.read('servers/api/key.pem'));
      expect(text).toContain(`friendlyName: ${name === 'identity.p12' ? 'api key' : 'api'}\n`);
    }
    expect(statSync(applied.path('servers/api/truststore.p12')).mode & 0o777).toBe(0o644);
  });

  itNeeds(['keytool'], 'by Java: a key with its chain, and every root as trusted', async () => {
    const list = async (name: string): Promise<string> => {
      const args = ['-list', '-v', '-storepass', PASSWORD, '-keystore', applied.path('servers', name)];
      return (await runProgram('keytool', args)).stdout;
    };
    const keys = await list('api/keystore.p12');
    expect(keys).toContain('Entry type: PrivateKeyEntry\nCertificate chain length: 2');
    for (const name of ['api/truststore.p12', 'jvm/truststore.jks']) {
      const roots = await list(name);
      expect(roots.match(/^Entry type: trustedCertEntry$/gm)).toHaveLength(2);
      expect([...roots.matchAll(/^Alias name: (.*)$/gm)].map(([, alias]) => alias).sort()).toEqual([
        'partner',
        'root',
      ]);
    }
    const old = await list('jvm/keystore.jks');
    expect(old).toContain('Keystore type: JKS');
    expect(old).toContain('Alias name: jvm\n');
    expect(old).toContain('Entry type: PrivateKeyEntry\nCertificate chain length: 2');
    expect(statSync(applied.path('servers/jvm/keystore.jks')).mode & 0o777).toBe(0o600);
  });
});

describe('compared', () => {
  it('a second apply changes nothing, with the password or without', async () => {
    const before = stateOf(applied.path('servers'));
    await apply(applied);
    expect(stateOf(applied.path('servers'))).toEqual(before);
    expect(await planned(applied, {})).toContain('nothing to do');
  });

  it('another format makes another file, and takes the first away', async () => {
    const project = copyOf(applied);
    project.write(MANIFEST.replace(', format: jks, name: JVM', ', name: JVM'));
    const text = await planned(project);
    expect(text).toContain('keystore.p12 is missing');
    expect(text).toContain('keystore.jks is no longer needed');
    await apply(project);
    expect(readdirSync(project.path('servers/jvm')).filter((name) => /store/.test(name))).toEqual([
      'keystore.p12',
      'truststore.jks',
    ]);
  });

  it('another password, name or encryption makes the file again, and nothing else', async () => {
    const project = copyOf(applied);
    const [identity, keys, trust] = contents(project);
    expect(await planned(project, { STORE_PASSWORD: 'another' })).toContain(
      'identity.p12 has another password',
    );
    project.write(MANIFEST.replace('name: api key', 'name: other').replace(', encryption: compatible', ''));
    const text = await planned(project);
    expect(text).toContain('identity.p12 is out of date');
    expect(text).toContain('keystore.p12 is out of date');
    await apply(project);
    const [newIdentity, newKeys, newTrust] = contents(project);
    expect(newTrust).toEqual(trust);
    expect(newIdentity).not.toEqual(identity);
    expect(newKeys).not.toEqual(keys);
    expect(await project.pki(['plan', '--detailed-exitcode'], { env: ENV })).toMatchObject({ code: 0 });
  });

  it('a new key of an authority reaches what holds its certificate, and nothing else', async () => {
    const project = copyOf(applied);
    const [identity, , trust] = contents(project);
    const args = ['rotate', 'authorities/partner', '--allow', 'rekey-ca', '--skip-verify'];
    expect(await project.pki(args, { env: ENV })).toMatchObject({ code: 0 });
    const [sameIdentity, , newTrust] = contents(project);
    expect(sameIdentity).toEqual(identity);
    expect(newTrust).not.toEqual(trust);
    expect(await project.pki(['plan', '--detailed-exitcode'], { env: ENV })).toMatchObject({ code: 0 });
    await project.pki(['rotate', 'servers/api', '--skip-verify'], { env: ENV });
    expect(contents(project)[0]).not.toEqual(identity);
  });

  it('one that cannot be opened is unknown, once, and stays', async () => {
    const project = copyOf(applied);
    const theirs = project.path('servers/api/identity.p12');
    const pems = ['-inkey', project.path('servers/web/key.pem'), '-in', project.path('servers/web/cert.pem')];
    await openssl(['pkcs12', '-export', ...pems, '-passout', 'pass:theirs', '-out', theirs]);
    const before = readFileSync(theirs);
    const text = await planned(project, {});
    expect(text).toContain('nothing to do');
    expect(text.match(/unknown whether files under a password are up to date/g)).toHaveLength(1);
    expect(await project.pki(['apply', '--skip-verify'])).toMatchObject({ code: 0 });
    expect(readFileSync(theirs)).toEqual(before);
    await apply(project);
    expect(readFileSync(theirs)).not.toEqual(before);
  });

  it('damage is repaired, and what is no longer asked for goes', async () => {
    const project = copyOf(applied);
    copyFileSync(project.path('servers/api/cert.pem'), project.path('servers/api/keystore.p12'));
    expect(await planned(project)).toContain('keystore.p12 holds no readable PKCS#12');
    await apply(project);
    project.write(MANIFEST.replace(/ {6}- keystore.*\n/, ''));
    expect(await planned(project)).toContain('keystore.p12 is no longer needed');
    await apply(project);
    expect(existsSync(project.path('servers/api/keystore.p12'))).toBe(false);
  });
});

describe('without a password, the entity is refused before anything of it is made', () => {
  const secret = (project: Project): string => join(project.folder, 'secrets/store');
  it.each<readonly [string, Record<string, string>, (project: Project) => void, string]>([
    ['no variable', {}, () => {}, '"env:STORE_PASSWORD" is not set'],
    ['an empty variable', { STORE_PASSWORD: '' }, () => {}, '"env:STORE_PASSWORD" is empty'],
    ['no file', ENV, (project) => rmSync(secret(project)), '"file:secrets/store" is not there'],
    [
      'an empty file',
      ENV,
      (project) => writeFileSync(secret(project), '\n'),
      '"file:secrets/store" is empty',
    ],
    ['two lines', ENV, (project) => writeFileSync(secret(project), 'a\nb\n'), 'has more than one line'],
    [
      'Latin-1',
      ENV,
      (project) => writeFileSync(secret(project), 'geheimnis\xfc\n', 'latin1'),
      '"file:secrets/store" is no plain text in UTF-8',
    ],
    [
      'UTF-16',
      ENV,
      (project) => writeFileSync(secret(project), 'secret\n', 'utf16le'),
      '"file:secrets/store" is no plain text in UTF-8',
    ],
    [
      'a byte order mark',
      ENV,
      (project) => writeFileSync(secret(project), '\ufeffsecret\n'),
      '"file:secrets/store" is no plain text in UTF-8',
    ],
    [
      'a link that leads out',
      ENV,
      (project) => {
        rmSync(secret(project));
        symlinkSync('/etc/hostname', secret(project));
      },
      'is a link that leads out of the folder of the manifest',
    ],
    [
      'a folder',
      ENV,
      (project) => {
        rmSync(secret(project));
        mkdirSync(secret(project));
      },
      'cannot be read',
    ],
  ])('%s', async (_, env, spoil, message) => {
    const project = withSecret(new Project(MANIFEST));
    spoil(project);
    const run = await project.pki(['apply', '--skip-verify'], { env });
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/pki\.yaml:\d+:\d+: no password for the \w+\.p12 of servers\/api: /);
    expect(run.stderr).toContain(message);
    expect(readdirSync(project.path('servers'))).not.toContain('api');
  });

  it('a password that Java cannot use closes no file for Java, and one of other programs', async () => {
    const stated = MANIFEST.replace(
      '- keystore: { password: file:secrets/store, encryption: compatible }',
      '- public',
    );
    const project = withSecret(new Project(stated), 'pässwörd');
    const run = await project.pki(['apply', '--skip-verify'], { env: ENV });
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('"file:secrets/store" has characters with which Java opens no PKCS#12');
    expect(run.stderr).not.toContain('pässwörd');
    expect(readdirSync(project.path('servers')).sort()).toEqual(['jvm', 'web']);
    project.write(stated.replace(/ +- truststore: \{ password: file:secrets\/store \}\n/, ''));
    await apply(withSecret(project, 'pässwörd'));
    expect(existsSync(project.path('servers/api/identity.p12'))).toBe(true);
  });

  it('validate needs none, and a password in the manifest is not repeated', async () => {
    expect(await new Project(MANIFEST).pki(['validate'])).toMatchObject({ code: 0, stderr: '' });
    const { code, stdout, stderr } = await new Project(MANIFEST.replace('env:STORE_PASSWORD', PASSWORD)).pki([
      'validate',
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain('a password does not stand in a manifest');
    expect(stdout + stderr).not.toContain(PASSWORD);
  });
});

describe('the password is nowhere', () => {
  it('in no argument and environment of any process during a run, in no file and no output', async () => {
    const project = withSecret(new Project(MANIFEST.replace('env:STORE_PASSWORD', 'file:secrets/store')));
    // An openssl that looks at every process whenever it is run; grep has the word from a file.
    const seen = join(project.folder, 'seen');
    const wrapper = join(project.folder, 'openssl');
    mkdirSync(seen);
    writeFileSync(
      wrapper,
      `#!/bin/sh\ncat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' >"${seen}/$$"\nexec openssl "$@"\n`,
    );
    chmodSync(wrapper, 0o755);
    const env = { PKI_OPENSSL: wrapper };
    const first = await project.pki(['apply', '--engine', 'openssl'], { env });
    const again = await project.pki(['rotate', 'servers/api', '--json'], { env });
    const plan = await project.pki(['plan', '--json', '--verbose'], { env });
    expect([first.code, again.code, plan.code]).toEqual([0, 0, 0]);
    expect(readdirSync(seen).length).toBeGreaterThan(3);
    for (const { stdout, stderr } of [first, again, plan]) expect(stdout + stderr).not.toContain(PASSWORD);
    // What is left: nothing found is exit code 1.
    const found = await runProgram('grep', [
      '-rlaF',
      '-f',
      join(project.folder, 'secrets/store'),
      seen,
      project.out,
    ]);
    expect(found).toMatchObject({ code: 1, stdout: '' });
  });

  it('also not in the environment of what openssl is started by, where it is in ours', async () => {
    const project = withSecret(new Project(MANIFEST));
    const wrapper = join(project.folder, 'openssl');
    const seen = join(project.folder, 'seen');
    mkdirSync(seen);
    writeFileSync(
      wrapper,
      `#!/bin/sh\ncat /proc/self/environ /proc/$PPID/environ >"${seen}/$$"\nexec openssl "$@"\n`,
    );
    chmodSync(wrapper, 0o755);
    const run = await project.pki(['apply', '--skip-verify', '--engine', 'openssl'], {
      env: { ...ENV, PKI_OPENSSL: wrapper },
    });
    expect(run).toMatchObject({ code: 0 });
    // The parent of the very first call, which asks for the version, is pki itself.
    const others = readdirSync(seen).filter(
      (name) => !readFileSync(join(seen, name), 'latin1').includes('PKI_OPENSSL='),
    );
    expect(others.length).toBeGreaterThan(3);
    for (const name of others) expect(readFileSync(join(seen, name), 'latin1')).not.toContain(PASSWORD);
  });
});

it('the same by either engine', async () => {
  const project = withSecret(new Project(MANIFEST));
  expect(await project.pki(['apply', '--engine', 'node', '--skip-verify'], { env: ENV })).toMatchObject({
    code: 0,
  });
  expect(await project.pki(['plan', '--detailed-exitcode'], { env: ENV })).toMatchObject({ code: 0 });
});

it('a script of the plan makes what the next plan calls up to date', async () => {
  // Before 3.2 openssl marks no certificate as trusted.
  const java = MANIFEST.replace(/ {6}- truststore.*\n/, '');
  const project = withSecret(new Project(has('keytool') ? java : java.replace(/ {2}jvm:(?:.|\n)*/, '')));
  const script = join(project.folder, 'plan.sh');
  writeFileSync(script, (await project.pki(['plan', '--commands'], { env: ENV })).stdout);
  expect(readFileSync(script, 'utf8')).not.toContain(PASSWORD);
  execFileSync('sh', [script], { cwd: project.folder, stdio: 'pipe', env: { ...process.env, ...ENV } });
  expect(await project.pki(['plan', '--detailed-exitcode'], { env: ENV })).toMatchObject({ code: 0 });
});
