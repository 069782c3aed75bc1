// SANs that are no hosts: as openssl, GnuTLS and Java read them, compared by their words, and written back by adopt.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../helpers/cli.ts';
import { openssl } from '../helpers/openssl.ts';
import { copyOf, itNeeds, Project } from './project.ts';

const GUID = '0410000102030405060708090a0b0c0d0e0f';
const NAMES = [
  'upn:alice@example.org',
  'otherName:1.3.6.1.4.1.99999.1;utf8:node $HOME #7',
  'otherName:1.3.6.1.4.1.99999.2;ia5:rack',
  `otherName:1.3.6.1.4.1.311.25.1;der:${GUID}`,
  'dirName:CN=Alice,OU=People,O=Acme,C=SE',
  'registeredID:1.2.3.4.5.5',
];
const MANIFEST = `version: 1
authorities:
  root: { commonName: Root, san: ["uri:https://ca.example.org/"] }
servers:
  api: { san: ["uri:spiffe://example.org/api"] }
peers:
  node: { san: ["uri:spiffe://example.org/node"] }
clients:
  alice: { commonName: alice, san: ${JSON.stringify(NAMES)} }
`;
const ALICE = 'clients/alice/cert.pem';
const API = 'servers/api/cert.pem';

let applied: Project;
let proof = '';
beforeAll(async () => {
  applied = new Project(MANIFEST);
  proof = (await applied.pki(['apply'])).stdout;
});

async function sanOf(project: Project, path: string): Promise<string> {
  const text = await openssl(['x509', '-in', project.path(path), '-noout', '-ext', 'subjectAltName']);
  return text.trim().replaceAll(/\s+/g, ' ');
}

it('are what openssl reads', async () => {
  const text = await sanOf(applied, ALICE);
  expect(text).toContain('DirName:/C=SE/O=Acme/OU=People/CN=Alice, Registered ID:1.2.3.4.5.5');
  expect(text).toMatch(/othername: ?(?:UPN:+ ?)?:?alice@example\.org/);
  const parsed = await openssl(['asn1parse', '-in', applied.path(ALICE)]);
  expect(parsed).toContain('X509v3 Subject Alternative Name');
  expect(await sanOf(applied, API)).toBe(
    'X509v3 Subject Alternative Name: critical URI:spiffe://example.org/api',
  );
  expect(await sanOf(applied, 'authorities/root/cert.pem')).toContain('URI:https://ca.example.org/');
});

itNeeds(['certtool'], 'are what GnuTLS reads', async () => {
  const { stdout } = await runProgram('certtool', ['--certificate-info', '--infile', applied.path(ALICE)]);
  expect(stdout).toContain('otherName OID: 1.3.6.1.4.1.99999.1');
  expect(stdout).toContain('otherName ASCII: ..node $HOME #7');
  expect(stdout).toContain(`otherName DER: ${GUID}`);
  expect(stdout).toContain('directoryName: CN=Alice,OU=People,O=Acme,C=SE');
  expect(stdout).toContain('1.2.3.4.5.5');
});

itNeeds(['keytool'], 'are what Java reads', async () => {
  const { stdout } = await runProgram('keytool', ['-printcert', '-file', applied.path(ALICE)]);
  expect(stdout).toContain('Other-Name: Unrecognized ObjectIdentifier: 1.3.6.1.4.1.311.20.2.3');
  expect(stdout).toContain('CN=Alice, OU=People, O=Acme, C=SE');
  expect(stdout).toContain('OIDName: 1.2.3.4.5.5');
});

it('the same again changes nothing, and both engines write the same octets', async () => {
  expect((await applied.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
  for (const engine of ['node', 'openssl']) {
    const other = new Project(`${MANIFEST}engine: ${engine}\n`);
    await other.apply();
    expect(await extensionOf(other)).toBe(await extensionOf(applied));
  }
});

async function extensionOf(project: Project): Promise<string> {
  const lines = (await openssl(['asn1parse', '-in', project.path(ALICE)])).split('\n');
  const at = lines.findIndex((line) => line.includes('X509v3 Subject Alternative Name'));
  return /\[HEX DUMP\]:(\w+)/.exec(lines.slice(at).join('\n'))?.[1] ?? '';
}

it('status and plan call them by these words', async () => {
  const status = await applied.pki(['status', '--json']);
  const written = status.stdout.replaceAll(/\s+/g, ' ');
  expect(written).toContain(NAMES.map((name) => JSON.stringify(name)).join(', '));
  const project = copyOf(applied);
  project.write(MANIFEST.replace('upn:alice@', 'upn:bob@').replace(',"registeredID:1.2.3.4.5.5"', ''));
  const plan = await project.pki(['plan', '--detailed-exitcode']);
  expect(plan.code).toBe(2);
  expect(plan.stdout).toMatch(/san: .*upn:bob@example\.org/);
  expect(plan.stdout).toMatch(/registeredID:1\.2\.3\.4\.5\.5/);
  expect(plan.stdout).not.toMatch(/tag\d/);
  await project.apply();
  expect((await project.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
});

it('of an authority are changed, taken away and added', async () => {
  const project = copyOf(applied);
  const planned = async (san: string): Promise<string> => {
    project.write(MANIFEST.replace(', san: ["uri:https://ca.example.org/"]', san));
    const { stdout, code } = await project.pki(['plan', '--detailed-exitcode']);
    expect(code).toBe(2);
    return stdout;
  };
  const other = ', san: ["email:ca@example.org"]';
  expect(await planned(other)).toMatch(/san: .*uri:https:\/\/ca\.example\.org\/.*email:ca@example\.org/s);
  expect(await planned('')).toMatch(/san: uri:https:\/\/ca\.example\.org\/ → none/);
  await project.apply();
  expect(await planned(other)).toMatch(/san: none → email:ca@example\.org/);
});

describe('a URI alone', () => {
  it('is what the proof has clients ask for, and says so', () => {
    expect(proof).toMatch(/handshakes accepted, \d+ refused, as expected; 2 checks could not be made/);
    expect(proof).toContain('the certificate has no host name: clients asked for its URI, as SPIFFE does');
  });

  it('of a certificate that has another fails the proof', async () => {
    const project = copyOf(applied);
    project.write(MANIFEST.replace('spiffe://example.org/api', 'spiffe://example.org/other'));
    const { code, stdout } = await project.pki(['verify']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/servers\/api .*does not carry the name that was asked for/);
  });
});

it('is written back by adopt, with nothing due', async () => {
  const { folder, out } = copyOf(applied);
  const adopted = new Project('', { folder });
  const { stdout, code } = await adopted.pki(['adopt', out]);
  expect(code).toBe(0);
  for (const name of [...NAMES, 'spiffe://example.org/api', 'https://ca.example.org/'])
    expect(stdout).toContain(name);
  adopted.write(stdout);
  expect((await adopted.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
});

it('is in the script as well, which makes what apply makes', async () => {
  const project = new Project(MANIFEST);
  const script = await project.pki(['plan', '--commands']);
  writeFileSync(join(project.folder, 'plan.sh'), script.stdout);
  const run = await runProgram('sh', ['plan.sh'], { cwd: project.folder });
  expect(run.code).toBe(0);
  expect(await extensionOf(project)).toBe(await extensionOf(applied));
  expect((await project.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
});
