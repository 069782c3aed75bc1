// Entries whose key is elsewhere: certificates for the keys of requests that other programs made.
import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../helpers/cli.ts';
import { openssl, opensslSync } from '../helpers/openssl.ts';
import { copyOf, extensionsOf, has, Project, pathOf, publicKeyOf, publishedState, put } from './project.ts';

const MANIFEST = `version: 1
defaults: { subject: { organization: Example } }
authorities:
  root: { commonName: Root }
  sub: { commonName: Sub, issuer: root, key: rsa-2048, signature: rsa-pss }
defaults: { issuer: sub }
servers:
  own: { commonName: own.example.test }
`.replace('defaults: { subject: { organization: Example } }\n', '');

/** An entry of the manifest for each kind of request, all of servers. */
const given = (...names: readonly string[]): string =>
  names
    .map(
      (name) =>
        `  ${name}: { commonName: ${name}.example.test, request: requests/${name}.csr, outputs: [default, public] }\n`,
    )
    .join('');

/** A request by openssl, and the key for it where no plan looks. */
function ask(project: Project, name: string, ...more: readonly string[]): void {
  const key = more.includes('-newkey') ? [] : ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  const files = ['-keyout', `${name}.key`, '-out', `requests/${name}.csr`];
  opensslSync(
    ['req', '-new', ...key, '-noenc', ...files, '-subj', `/O=Partner/CN=${name}`, ...more],
    project.folder,
  );
}

const request = (project: Project, name: string): string => join(project.folder, 'requests', `${name}.csr`);

/** The same key, the names of the manifest, and a chain that openssl accepts. */
async function expectIssued(project: Project, name: string): Promise<void> {
  const path = (file: string): string => project.path('servers', name, file);
  const form = name === 'ed' ? 'DER' : 'PEM';
  const key = await openssl(['req', '-inform', form, '-in', request(project, name), '-noout', '-pubkey']);
  expect(await publicKeyOf(path('cert.pem'), 'cert')).toBe(key);
  expect(project.read('servers', name, 'public.pem')).toBe(key);
  const subject = await openssl([
    'x509',
    '-in',
    path('cert.pem'),
    '-noout',
    '-subject',
    '-nameopt',
    'RFC2253',
  ]);
  expect(subject.trim()).toBe(`subject=CN=${name}.example.test`);
  const extensions = await extensionsOf(path('cert.pem'));
  expect(extensions['X509v3 Subject Alternative Name']).toBe(`DNS:${name}.example.test`);
  expect(extensions['X509v3 Basic Constraints']).toBe('critical, CA:FALSE');
  const trust = ['-CAfile', path('ca.pem'), '-untrusted', path('fullchain.pem')];
  await openssl(['verify', '-x509_strict', '-purpose', 'sslserver', ...trust, path('cert.pem')]);
  expect(readdirSync(project.path('servers', name)).sort()).toEqual([
    'ca.pem',
    'cert.pem',
    'chain.pem',
    'fullchain.pem',
    'public.pem',
  ]);
}

/** Those whose programs are here, and what makes each. */
const REQUESTS: Readonly<Record<string, (project: Project) => void>> = {
  ec: (project) =>
    ask(
      project,
      'ec',
      '-addext',
      'subjectAltName=DNS:evil.test',
      '-addext',
      'basicConstraints=critical,CA:TRUE',
    ),
  pss: (project) =>
    ask(
      project,
      'pss',
      '-newkey',
      'rsa-pss',
      '-pkeyopt',
      'rsa_keygen_bits:2048',
      '-sigopt',
      'rsa_pss_saltlen:32',
    ),
  ed: (project) => ask(project, 'ed', '-newkey', 'ed25519', '-outform', 'DER'),
  ...(has('certtool') ? { gnutls: byCerttool } : {}),
  ...(has('keytool') ? { java: byKeytool } : {}),
};
const FIRST = Object.keys(REQUESTS);
let applied: Project;

/** With the text of the request in front of it. */
function byCerttool(project: Project): void {
  put(join(project.folder, 'template'), 'cn = "other"\ndns_name = "other.test"\nsigning_key\n');
  const key = ['--key-type', 'rsa', '--bits', '2048', '--outfile', 'gnutls.key'];
  run(project, 'certtool', '--generate-privkey', ...key);
  const from = ['--load-privkey', 'gnutls.key', '--template', 'template'];
  run(project, 'certtool', '--generate-request', ...from, '--outfile', 'requests/gnutls.csr');
}

/** Under a label of its own. */
function byKeytool(project: Project): void {
  const store = ['-keystore', 'store.p12', '-storepass', 'changeit', '-alias', 'a'];
  const key = ['-keyalg', 'EC', '-groupname', 'secp384r1', '-dname', 'CN=other'];
  run(project, 'keytool', '-genkeypair', ...store, ...key);
  run(project, 'keytool', '-certreq', ...store, '-ext', 'SAN=dns:other.test', '-file', 'requests/java.csr');
}

function run({ folder }: Project, program: string, ...args: readonly string[]): void {
  execFileSync(program, args, { cwd: folder, stdio: 'ignore' });
}

beforeAll(() => {
  applied = new Project(MANIFEST + given(...FIRST));
  put(join(applied.folder, 'requests', '.keep'), '');
  for (const make of Object.values(REQUESTS)) make(applied);
});

describe('requests of openssl, and of GnuTLS and Java where they are installed,', () => {
  it('are shown whole where they ask for more, and by both engines get what the manifest says', async () => {
    const { stdout } = await applied.pki(['plan']);
    expect(stdout).toContain(
      'note: servers/ec: its request also asks for what the manifest does not say, which is ignored: subject O=Partner, CN=ec; basicConstraints CA:TRUE; san dns:evil.test',
    );
    const other = copyOf(applied);
    for (const [project, engine] of [
      [applied, 'openssl'],
      [other, 'node'],
    ] as const) {
      const run = await project.pki(['apply', '--engine', engine]);
      expect(run.code, run.stderr).toBe(0);
      expect(run.stdout).toMatch(/^\? servers\/ec, .*not tested: mutual TLS$/m);
      for (const name of FIRST) await expectIssued(project, name);
      const before = publishedState(project.folder);
      expect(await project.pki(['apply'])).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^applied: nothing to do/),
      });
      expect(publishedState(project.folder)).toEqual(before);
    }
  });

  it('bring a new key in a new file, and renewal keeps it', async () => {
    const project = copyOf(applied);
    ask(project, 'ec');
    expect(await project.change('servers/ec')).toMatchObject({
      action: 'rekey',
      newKey: false,
      reasons: [
        {
          kind: 'differs',
          field: 'key',
          text: expect.stringMatching(/^key: ecdsa-p256 \w{16} → ecdsa-p256 \w{16}$/),
        },
      ],
    });
    await project.apply();
    await expectIssued(project, 'ec');
    const later = await project.plan('--now', '2030-01-01T00:00:00Z');
    expect(later.changes.find(({ id }) => id === 'servers/ec')).toMatchObject({
      action: 'issue',
      newKey: false,
    });
    const history = await project.pki(['history', '--json']);
    expect(
      JSON.parse(history.stdout).entries.filter((line: { entity: string }) => line.entity === 'servers/ec'),
    ).toHaveLength(2);
  });

  it('cannot be rotated here', async () => {
    const run = await applied.pki(['rotate', 'servers/ec']);
    expect(run).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('the key of servers/ec is elsewhere'),
    });
  });

  it('are made use of by the script as well', async () => {
    const project = copyOf(applied);
    rmSync(project.out, { recursive: true });
    const { stdout } = await project.pki(['plan', '--commands']);
    expect(stdout).not.toMatch(/^openssl .*example\.test/m);
    writeFileSync(join(project.folder, 'script.sh'), stdout);
    const run = await runProgram(pathOf('dash') ?? '/bin/sh', ['script.sh'], { cwd: project.folder });
    expect(run.code, run.stderr).toBe(0);
    for (const name of FIRST) await expectIssued(project, name);
    expect(await project.actions()).toEqual({});
  });
});

describe('an entry that had a key of its own', () => {
  it('keeps it in the archive, and gets another when it comes back', async () => {
    const project = copyOf(applied);
    const key = project.read('servers', 'own', 'key.pem');
    ask(project, 'own');
    project.write(
      (MANIFEST + given(...FIRST)).replace(
        'own.example.test }',
        'own.example.test, request: requests/own.csr, outputs: [default, public] }',
      ),
    );
    const change = await project.change('servers/own');
    expect(change).toMatchObject({ action: 'rekey', newKey: false });
    expect(change.reasons.map(({ text }) => text)).toContainEqual(expect.stringMatching(/key\.pem/));
    await project.apply();
    await expectIssued(project, 'own');
    const archive = project.path('.pki', 'archive', 'servers', 'own');
    const [run = ''] = readdirSync(archive);
    expect(project.read('.pki', 'archive', 'servers', 'own', run, 'key.pem')).toBe(key);
    project.write(MANIFEST + given(...FIRST));
    expect(await project.change('servers/own')).toMatchObject({ action: 'rekey', newKey: true });
    await project.apply();
    expect(project.read('servers', 'own', 'key.pem')).not.toBe(key);
  });
});
