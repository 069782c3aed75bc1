// Authorities whose keys are elsewhere, signed by one that is here: a certificate shows the key and the name that it takes.
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { GO } from '../helpers/judges.ts';
import { openssl, opensslSync } from '../helpers/openssl.ts';
import { copyOf, extensionsOf, itNeeds, Project } from './project.ts';

const MANIFEST = `version: 1
authorities:
  root: { commonName: Root }
  away: { commonName: Away, key: offline, crossSignedBy: [root] }
  corp: { certificate: corp.pem, crossSignedBy: [{ issuer: root, validity: 2y }] }
`;
const BY_CORP = 'authorities/corp@root';
const BY_AWAY = 'authorities/away@root';

/** A root of another company: strings, identifier and kind of key that this program would not choose; and a server of it. */
const CONFIG = `[req]
prompt = no
string_mask = default
distinguished_name = name
x509_extensions = ca
[name]
C = DE
O = Corp
CN = Corp Root
[ca]
basicConstraints = critical, CA:TRUE, pathlen:1
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = 0102030405
[leaf]
subjectAltName = DNS:shop.corp.test
extendedKeyUsage = serverAuth
authorityKeyIdentifier = keyid
subjectKeyIdentifier = hash
`;

function makeRoot(folder: string, file: string, ...key: readonly string[]): void {
  writeFileSync(join(folder, 'corp.cnf'), CONFIG);
  const files = ['-keyout', `${file}.key`, '-out', `${file}.pem`];
  opensslSync(['req', '-x509', '-config', 'corp.cnf', '-noenc', '-days', '900', ...key, ...files], folder);
}

function makeServer(folder: string): void {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', 'shop.key'];
  const by = ['-CA', 'corp.pem', '-CAkey', 'corp.key', '-days', '90', '-extensions', 'leaf'];
  const of = ['-config', 'corp.cnf', '-subj', '/CN=shop.corp.test'];
  opensslSync(['req', '-x509', ...of, ...key, ...by, '-out', 'shop.pem'], folder);
}

const P384 = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384'];
const RSA = ['-newkey', 'rsa:2048'];

let prepared: Project;
let applied: Project;
beforeAll(async () => {
  prepared = new Project(MANIFEST);
  makeRoot(prepared.folder, 'corp', ...RSA);
  makeServer(prepared.folder);
  const away = new Project('version: 1\nauthorities: { away: { commonName: Away, key: ed25519 } }\n');
  await away.apply();
  applied = copyOf(prepared);
  mkdirSync(applied.path('authorities/away'), { recursive: true });
  writeFileSync(applied.path('authorities/away/cert.pem'), away.read('authorities/away/cert.pem'));
  await applied.apply();
});

const shown = (path: string) => {
  const { publicKey, raw } = new X509Certificate(readFileSync(path));
  return { key: publicKey.export({ format: 'der', type: 'spki' }).toString('hex'), raw };
};

describe('a further certificate', () => {
  it.each([
    [BY_CORP, 'authorities/corp'],
    [BY_AWAY, 'authorities/away'],
  ])('%s has the key, the octets of the name and the identifier of its authority', async (further, own) => {
    const paths = [further, own].map((id) => applied.path(id, 'cert.pem')) as [string, string];
    const [a, b] = paths.map(shown);
    expect(a?.key).toBe(b?.key);
    const names = paths.map((path) =>
      opensslSync(['x509', '-in', path, '-noout', '-subject', '-nameopt', 'dump_all,dump_der'], '.'),
    );
    expect(names[0]).toBe(names[1]);
    const [one, other] = await Promise.all(paths.map((path) => extensionsOf(path)));
    for (const name of ['X509v3 Subject Key Identifier', 'X509v3 Basic Constraints'])
      expect(one?.[name]).toBe(other?.[name]);
  });

  it('is up to date afterwards, and listed with the kind of key that it shows', async () => {
    expect(await applied.actions()).toEqual({});
    const { stdout } = await prepared.pki(['plan']);
    expect(stdout).toContain('rsa-2048, issued by authorities/root');
  });

  it('leads what the other company issued to our root, for openssl', async () => {
    const args = ['-x509_strict', '-policy_check', '-policy', 'anyPolicy', '-purpose', 'sslserver'];
    const chain = [
      '-CAfile',
      applied.path('authorities/root/cert.pem'),
      '-untrusted',
      applied.path(BY_CORP, 'cert.pem'),
    ];
    expect(await openssl(['verify', ...args, ...chain, join(applied.folder, 'shop.pem')])).toContain('OK');
  });

  itNeeds(['certtool'], 'and for GnuTLS', async () => {
    const chain = join(temporaryFolder(), 'chain.pem');
    const files = [join(applied.folder, 'shop.pem'), applied.path(BY_CORP, 'cert.pem')];
    writeFileSync(chain, files.map((file) => readFileSync(file, 'utf8')).join(''));
    const root = applied.path('authorities/root/cert.pem');
    const run = await runProgram('certtool', ['--verify', '--load-ca-certificate', root, '--infile', chain]);
    expect(run, run.stdout + run.stderr).toMatchObject({ code: 0 });
  });

  itNeeds(['go'], 'and for Go', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'judge.go'), GO);
    const chain = join(folder, 'chain.pem');
    const files = [join(applied.folder, 'shop.pem'), applied.path(BY_CORP, 'cert.pem')];
    writeFileSync(chain, files.map((file) => readFileSync(file, 'utf8')).join(''));
    const asked = [applied.path('authorities/root/cert.pem'), chain, 'server', ''];
    const { stdout } = await runProgram('go', ['run', join(folder, 'judge.go'), ...asked]);
    expect(stdout.split('\n')[0]).toBe('ok');
  });
});

describe('while the certificate of an offline authority', () => {
  it('is not there, it waits for that, and says where it goes; everything else is made', async () => {
    const project = copyOf(prepared);
    const run = await project.pki(['apply', '--skip-verify']);
    expect(run).toMatchObject({ code: 1 });
    expect(run.stderr).toContain(
      `"${BY_AWAY}" waits for the certificate of "authorities/away", which shows the key that it is for`,
    );
    expect(run.stderr).toContain('put it in place as "authorities/away/cert.pem"');
    expect(run.stderr).not.toContain('pki request');
    expect(await project.actions()).toEqual({ 'authorities/away': 'wait', [BY_AWAY]: 'wait' });
  });
});

describe('another certificate of the authority', () => {
  it('with another key makes it again, and the plan says which; with the same, not', async () => {
    const project = copyOf(applied);
    const further = () => shown(project.path(BY_CORP, 'cert.pem'));
    const before = further();
    opensslSync(
      ['req', '-x509', '-config', 'corp.cnf', '-key', 'corp.key', '-days', '1200', '-out', 'corp.pem'],
      project.folder,
    );
    expect(await project.actions()).toEqual({ 'authorities/corp': 'refresh' });
    makeRoot(project.folder, 'corp', ...P384);
    const { stdout } = await project.pki(['plan']);
    expect(stdout).toMatch(/corp@root +issue +key: rsa-2048 [0-9a-f]{16} → ecdsa-p384 [0-9a-f]{16}/);
    await project.apply();
    expect(further().key).not.toBe(before.key);
    expect(further().key).toBe(shown(join(project.folder, 'corp.pem')).key);
    expect(await project.actions()).toEqual({});
  });
});

it('a script makes the same', async () => {
  const project = copyOf(applied);
  makeRoot(project.folder, 'corp', ...P384);
  const script = (await project.pki(['plan', '--commands'])).stdout;
  execFileSync('/bin/sh', ['-s'], { cwd: project.folder, input: script, stdio: 'pipe' });
  expect(await project.actions()).toEqual({});
});
