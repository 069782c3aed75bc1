// An authority that another tool made, with its name in other bytes than ours: renewed, it keeps them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runProgram } from '../helpers/cli.ts';
import { openssl } from '../helpers/openssl.ts';
import { Project } from './project.ts';

const MANIFEST = `version: 1
authorities:
  ca: { commonName: Foreign CA, key: ecdsa-p256, subject: { organization: Örg, country: SE }, validity: 10y }
  sub: { commonName: Sub, issuer: ca, validity: 5y }
servers: { web: { commonName: web.example.test, issuer: sub } }
clients: { app: { commonName: app, issuer: ca } }
`;

/** A root as Go writes one: PrintableString where it does, and here in another order, too. */
async function foreignRoot(strings: string): Promise<Project> {
  const project = new Project(MANIFEST);
  const folder = project.path('authorities/ca');
  mkdirSync(folder, { recursive: true });
  const config = `[req]
prompt = no
utf8 = yes
string_mask = ${strings}
distinguished_name = name
x509_extensions = extensions
[name]
organizationName = Örg
countryName = SE
commonName = Foreign CA
[extensions]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
`;
  writeFileSync(`${folder}/config`, config);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', 'key.pem'];
  const args = ['req', '-x509', '-config', 'config', ...key, '-days', '3650', '-out', 'cert.pem'];
  expect(await runProgram('openssl', args, { cwd: folder })).toMatchObject({ code: 0 });
  await project.apply();
  return project;
}

/** Types and values of the subject, one attribute to a line. */
async function subjectOf(project: Project): Promise<string> {
  const args = ['x509', '-in', project.path('authorities/ca/cert.pem'), '-noout', '-subject'];
  return openssl([...args, '-nameopt', 'multiline,show_type,-esc_msb,utf8']);
}

it.each([
  [
    'MASK:0x2002',
    /organizationName\s*= UTF8STRING:Örg\s*countryName\s*= PRINTABLESTRING:SE\s*commonName\s*= PRINTABLESTRING:Foreign CA/,
  ],
  [
    'MASK:0x0800',
    /organizationName\s*= BMPSTRING:Örg\s*countryName\s*= PRINTABLESTRING:SE\s*commonName\s*= BMPSTRING:Foreign CA/,
  ],
  [
    'utf8only',
    /organizationName\s*= UTF8STRING:Örg\s*countryName\s*= PRINTABLESTRING:SE\s*commonName\s*= UTF8STRING:Foreign CA/,
  ],
])('a root named with %s: its certificate anew, and nothing below it', async (strings, bytes) => {
  const project = await foreignRoot(strings);
  const before = ['authorities/sub', 'servers/web', 'clients/app'].map((id) => project.read(id, 'cert.pem'));
  const name = await subjectOf(project);
  expect(name).toMatch(bytes);
  project.write(MANIFEST.replace('validity: 10y', 'validity: 10y, pathLength: 3'));
  expect(await project.actions()).toEqual({
    'authorities/ca': 'issue',
    'authorities/sub': 'refresh',
    'servers/web': 'refresh',
    'clients/app': 'refresh',
  });
  expect(await project.pki(['apply'])).toMatchObject({ code: 0 });
  expect(await project.actions()).toEqual({});
  expect(await subjectOf(project)).toBe(name);
  const after = ['authorities/sub', 'servers/web', 'clients/app'].map((id) => project.read(id, 'cert.pem'));
  expect(after).toEqual(before);
  const chain = ['-CAfile', 'ca.pem', '-untrusted', 'chain.pem', 'cert.pem'];
  const judged = await runProgram('openssl', ['verify', '-x509_strict', ...chain], {
    cwd: project.path('servers/web'),
  });
  expect(judged).toMatchObject({ code: 0 });
});
