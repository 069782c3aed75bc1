/**
 * step-ca, given our export, issues what the manifest says: put into the folder, `pki plan` finds nothing to do, and it finds
 * every change of a template. Needs `step-ca` in PATH.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { shellWords } from '../../src/openssl/shell.ts';
import { certificateBlocks } from '../../src/x509/parse.ts';
import { pemText } from '../../src/x509/pem.ts';
import { CLI, runProgram } from '../helpers/cli.ts';
import { blocksIn } from '../helpers/markdown.ts';
import { openssl } from '../helpers/openssl.ts';
import { copyOf, freePort, has, itNeeds, mode, Project, until } from './project.ts';

const NEEDED = ['step-ca', 'curl'];

/** One of everything that templates can do; values that are code elsewhere. */
const MANIFEST = `version: 1
defaults: { subject: { organization: 'Ex, ample \${x} %{y} "q" {{z}} }} \\ \`id\`', country: SE } }
authorities:
  root: { commonName: 'Root/CA+1', key: ecdsa-p384 }
  services:
    commonName: 'Services/CA=a+b\\'
    issuer: root
    pathLength: 0
    crl: { url: 'http://pki.example.test/a.crl' }
    ocsp: { url: 'http://ocsp.example.test/' }
servers:
  api:
    commonName: api.example.test
    issuer: services
    san: ['*.api.example.test', api.example.test, 127.0.0.1, '::1', 'uri:spiffe://example.test/api']
clients:
  billing: { commonName: 'Billing "{{of}}"', issuer: services, key: ed25519, validity: 7d, san: ['email:billing@example.test'] }
  Report_1: { issuer: services, commonName: report, subject: { serialNumber: '77', organizationalUnit: [a, b] } }
peers:
  broker: { commonName: broker.example.test, issuer: services, key: rsa-2048, policies: [{ policy: 1.2.3.4, cps: 'http://cps.example.test/' }] }
certificates:
  signer: { commonName: Signer, issuer: services, extendedKeyUsage: [codeSigning, 1.2.3.4.5], keyUsage: [digitalSignature, nonRepudiation] }
`;

const LEAVES = [
  'servers/api',
  'clients/billing',
  'clients/Report_1',
  'peers/broker',
  'certificates/signer',
] as const;
type Leaf = (typeof LEAVES)[number];

let project: Project;
let engine: ChildProcess;
const folder = (): string => join(project.folder, 'export/step-ca');

async function start(): Promise<ChildProcess> {
  const address = `127.0.0.1:${await freePort()}`;
  execFileSync(join(folder(), 'setup.sh'), ['services', address], { stdio: 'pipe' });
  const child = spawn(join(folder(), 'run.sh'), ['services'], { stdio: 'ignore', cwd: project.folder });
  const args = ['-s', '-o', '/dev/null', '--cacert', join(folder(), 'run/services/root.pem')];
  await until(
    () => spawnSync('curl', [...args, `https://${address}/health`]).status === 0 || child.exitCode !== null,
    'step-ca listens',
  );
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

beforeAll(async () => {
  if (!NEEDED.every(has)) return;
  project = new Project(MANIFEST);
  await project.apply();
  const run = await project.pki(['export', 'step-ca']);
  if (run.code !== 0) throw new Error(run.stderr);
  engine = await start();
});
afterAll(async () => {
  if (engine !== undefined) await end(engine);
});

/** What a leaf is called in the export. */
function slugOf(leaf: Leaf): string {
  const slug = leaf.replace('/', '-').toLowerCase().replace('_', '-');
  const files = readdirSync(join(folder(), 'services/tokens'));
  return files.find((file) => file.startsWith(slug))?.replace('.json', '') ?? slug;
}

/** The chain as step-ca gives it, or its words. */
function issue(leaf: Leaf, request = project.path(leaf, 'csr.pem')): string {
  const file = join(project.folder, 'got.pem');
  const run = spawnSync(join(folder(), 'request.sh'), [slugOf(leaf), request, file], { encoding: 'utf8' });
  return run.status === 0 ? readFileSync(file, 'utf8') : run.stderr;
}

/** Why a plan would replace these certificates: fields, or kinds of reasons. */
async function reasonsFor(chains: Partial<Record<Leaf, string>>): Promise<Record<string, readonly string[]>> {
  const copy = copyOf(project);
  for (const [leaf, chain] of Object.entries(chains)) put(copy, leaf, chain);
  const { changes } = await copy.plan();
  return Object.fromEntries(
    changes
      .filter(({ action }) => action !== 'keep')
      .map(({ id, reasons }) => [id, reasons.flatMap(({ field, kind }) => field ?? kind)]),
  );
}

/** As agents put files in place. */
function put(copy: Project, leaf: string, chain: string): void {
  const [own = new Uint8Array(), ...others] = certificateBlocks(Buffer.from(chain));
  writeFileSync(copy.path(leaf, 'cert.pem'), pemText('CERTIFICATE', own));
  writeFileSync(copy.path(leaf, 'fullchain.pem'), chain);
  expect(others).toHaveLength(1);
}

/** `pki verify`, which makes tokens with the keys that `setup.sh` made. */
function verified() {
  const address = readFileSync(join(folder(), 'run/services/address'), 'utf8').trim();
  return project.pki(['verify', '--against', 'step-ca', '--at', `https://${address}`]);
}

itNeeds(NEEDED, 'pki verify asks for every leaf', async () => {
  const run = await verified();
  expect(run.code).toBe(0);
  expect(run.stdout).toContain('sample: 5 certificates, issued as the manifest says');
});

itNeeds(NEEDED, 'docs/scale.md leads from files to step-ca', async () => {
  const block = blocksIn('docs/scale.md').find(({ text }) => text.includes('pki export step-ca'))?.text ?? '';
  const begin = 'export/step-ca/run.sh services &';
  expect(block).toContain(begin);
  const address = readFileSync(join(folder(), 'run/services/address'), 'utf8').trim();
  // It runs by now, at an address that was free.
  const lines = block.replace(begin, '').replaceAll('127.0.0.1:9000', address);
  const copy = copyOf(project);
  const pki = `pki() { ${shellWords([process.execPath, CLI])} "$@"; }`;
  const run = await runProgram('/bin/sh', ['-ec', `${pki}\n${lines}`], {
    cwd: copy.folder,
    env: { PKI_STEP_KEY: join(folder(), 'run/services/servers.key') },
  });
  expect(run.code, run.stderr).toBe(0);
  expect(run.stdout).toContain('sample: 5 certificates, issued as the manifest says');
});

itNeeds(NEEDED, 'every certificate that step-ca issues is as the manifest states it', async () => {
  const chains = Object.fromEntries(LEAVES.map((leaf) => [leaf, issue(leaf)]));
  expect(await reasonsFor(chains)).toEqual({});
  const [root, leaf] = [project.path('authorities/root/cert.pem'), join(project.folder, 'got.pem')];
  writeFileSync(leaf, chains['servers/api'] ?? '');
  expect(await openssl(['verify', '-x509_strict', '-CAfile', root, '-untrusted', leaf, leaf])).toContain(
    ': OK',
  );
  expect(mode(join(folder(), 'run/services/authority.key'))).toBe('0600');
});

itNeeds(
  NEEDED,
  'other names, other keys and other leaves than those of the manifest are refused',
  async () => {
    expect(issue('servers/api', project.path('peers/broker/csr.pem'))).toContain('step-ca answers with 403');
    const request = join(project.folder, 'other.csr');
    const names = 'DNS:broker.example.test';
    const key = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-noenc',
      '-keyout',
      `${request}.key`,
    ];
    await openssl([
      'req',
      '-new',
      ...key,
      '-subj',
      '/CN=broker.example.test',
      '-addext',
      `subjectAltName=${names}`,
      '-out',
      request,
    ]);
    expect(issue('peers/broker', request)).toContain('the key has to be rsa-2048');
    // A request with more in it than the manifest: none of that is in the certificate.
    const more = ['-addext', 'extendedKeyUsage=serverAuth,clientAuth', '-addext', 'basicConstraints=CA:TRUE'];
    const subject = ['-subj', '/O=Evil/CN=report', '-addext', 'subjectAltName=DNS:report'];
    await openssl(['req', '-new', ...key, ...subject, ...more, '-out', request]);
    const copy = copyOf(project);
    const chain = issue('clients/Report_1', request);
    expect(chain).toContain('BEGIN CERTIFICATE');
    put(copy, 'clients/Report_1', chain);
    writeFileSync(copy.path('clients/Report_1/key.pem'), readFileSync(`${request}.key`));
    expect(await copy.actions()).toEqual({ 'clients/Report_1': 'refresh' });
  },
);

itNeeds(NEEDED, 'a plan finds one usage, one name and one day that a template was changed by', async () => {
  const templates = join(folder(), 'services/templates');
  const config = join(folder(), 'services/ca.json');
  const cases: readonly (readonly [string, Leaf, RegExp, string, readonly string[]])[] = [
    [
      join(templates, 'servers.tpl'),
      'servers/api',
      /"serverAuth"/,
      '"serverAuth", "clientAuth"',
      ['extendedKeyUsage'],
    ],
    [
      join(templates, 'servers.tpl'),
      'servers/api',
      /"\*\.api\.example\.test",/,
      '$& "evil.example.test",',
      ['san'],
    ],
    [join(templates, 'peers.tpl'), 'peers/broker', /"country": \[\s*"SE"\s*\],/, '', ['subject']],
    [
      config,
      'certificates/signer',
      /("name": "certificates"[\s\S]*?"defaultTLSCertDuration": ")\d+s/,
      '$17689299s',
      ['validity'],
    ],
  ];
  const before = new Map(cases.map(([file]) => [file, readFileSync(file, 'utf8')]));
  for (const [file, , pattern, instead] of cases) {
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(pattern);
    writeFileSync(file, text.replace(pattern, instead));
  }
  await end(engine);
  engine = await start();
  const asked = await verified();
  const chains = Object.fromEntries(cases.map(([, leaf]) => [leaf, issue(leaf)]));
  for (const [file, text] of before) writeFileSync(file, text);
  expect(await reasonsFor(chains)).toEqual({
    'servers/api': ['extendedKeyUsage', 'san'],
    'peers/broker': ['subject'],
    'certificates/signer': ['validity'],
  });
  // The same by asking; a shorter life keeps the contract.
  expect(asked.code).toBe(1);
  expect(asked.stdout).toContain('      extendedKeyUsage: serverAuth, clientAuth → serverAuth\n');
  expect(asked.stdout).toMatch(/bad peers\/broker .*\n {6}subject: /);
  expect(asked.stdout).toContain('sample: 2 of 5 certificates not issued as the manifest says');
});
