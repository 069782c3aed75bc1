/**
 * OpenBao, given our export, issues what the manifest says: put into the folder, `pki plan` finds nothing to do, and it finds
 * every change of the export. Needs `bao` in PATH; calls are made by curl, which starts faster.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { temporaryFolder } from '../helpers/folders.ts';
import { blocksIn } from '../helpers/markdown.ts';
import { openssl } from '../helpers/openssl.ts';
import { copyOf, freePort, has, itNeeds, mode, Project, until } from './project.ts';

const NEEDED = ['bao', 'curl'];

/** One of everything that OpenBao can do; values that are code elsewhere. */
const MANIFEST = `version: 1
defaults: { subject: { organization: 'Ex, ample \${x} %{y} "q" {{z}} \\ \`id\`', country: SE } }
authorities:
  root: { commonName: 'Root/CA+1', key: ecdsa-p384 }
  services:
    commonName: 'Services/CA=a+b\\'
    issuer: root
    pathLength: 0
    crl: { url: 'http://pki.example.test/a.crl' }
    ocsp: { url: 'http://ocsp.example.test/' }
    caIssuers: { url: 'http://pki.example.test/ca.der' }
servers:
  api:
    commonName: api.example.test
    issuer: services
    san: ['*.api.example.test', api.example.test, 127.0.0.1, '::1', 'uri:spiffe://example.test/api']
  wild: { commonName: '*.example.test', issuer: services, san: ['*.example.test'] }
clients:
  billing:
    commonName: Billing of Example
    issuer: services
    key: ed25519
    validity: 7d
    san: ['email:billing@example.test', 'upn:billing@example.test']
  Report_1: { issuer: services, commonName: report, subject: { serialNumber: '77', userId: r1, organizationalUnit: [a, b] } }
peers:
  broker:
    commonName: broker.example.test
    issuer: services
    key: rsa-2048
    policies: [{ policy: 1.2.3.4, cps: 'http://cps.example.test/' }]
certificates:
  signer: { commonName: Signer, issuer: services, extendedKeyUsage: [codeSigning, 1.2.3.4.5], keyUsage: [digitalSignature, nonRepudiation] }
`;

/** Entity → what its role is called. */
const LEAVES = {
  'servers/api': 'servers-api',
  'servers/wild': 'servers-wild',
  'clients/billing': 'clients-billing',
  'clients/Report_1': 'clients-report-1-',
  'peers/broker': 'peers-broker',
  'certificates/signer': 'certificates-signer',
} as const;
type Leaf = keyof typeof LEAVES;

/** A server in memory that ends with this file. */
class Bao {
  readonly address: string;
  readonly #child: ChildProcess;

  private constructor(address: string, child: ChildProcess) {
    this.address = address;
    this.#child = child;
  }

  static async start(): Promise<Bao> {
    const listen = `127.0.0.1:${await freePort()}`;
    const args = [
      'server',
      '-dev',
      '-dev-root-token-id=root',
      `-dev-listen-address=${listen}`,
      '-dev-no-store-token',
    ];
    const child = spawn('bao', args, { stdio: 'ignore', env: { ...process.env, HOME: temporaryFolder() } });
    const bao = new Bao(`http://${listen}`, child);
    await until(async () => (await bao.health()) === 200, 'OpenBao listens');
    return bao;
  }

  async health(): Promise<number> {
    return fetch(`${this.address}/v1/sys/health`).then(
      ({ status }) => status,
      () => 0,
    );
  }

  /** For the scripts of an export. */
  get env(): NodeJS.ProcessEnv {
    return { ...process.env, BAO_ADDR: this.address, BAO_TOKEN: 'root', PKI_VAULT: 'curl' };
  }

  async call(
    path: string,
    data?: object,
    token = 'root',
  ): Promise<{ status: number; data: Record<string, unknown> }> {
    const response = await fetch(`${this.address}/v1/${path}`, {
      method: data === undefined ? 'GET' : 'POST',
      headers: { 'X-Vault-Token': token },
      ...(data === undefined ? {} : { body: JSON.stringify(data) }),
    });
    const text = await response.text();
    const body = text === '' ? {} : JSON.parse(text);
    return { status: response.status, data: body.data ?? body.auth ?? body };
  }

  /** A token with nothing but one policy. */
  async tokenFor(policy: string): Promise<string> {
    const { data } = await this.call('auth/token/create', { policies: [policy], no_default_policy: true });
    return String(data['client_token']);
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill();
    await ended;
  }
}

let bao: Bao;
let project: Project;
const folder = (): string => join(project.folder, 'export/vault');
const script = (name: string, ...args: readonly string[]): string =>
  execFileSync(join(folder(), name), args, {
    env: bao.env,
    cwd: project.folder,
    stdio: 'pipe',
    encoding: 'utf8',
  });

beforeAll(async () => {
  if (!NEEDED.every(has)) return;
  bao = await Bao.start();
  project = new Project(MANIFEST);
  await project.apply();
  const run = await project.pki(['export', 'vault']);
  expect(run.stderr).not.toMatch(/OpenBao/);
  script('setup.sh');
  script('authority.sh', 'import', 'services');
  script('setup.sh');
});
afterAll(async () => bao?.stop());

/** The slug with its digest, where it has one. */
function slugOf(leaf: Leaf): string {
  const table = readFileSync(join(folder(), 'README.md'), 'utf8');
  const [, slug = ''] = new RegExp(`^\\| ${leaf} \\| pki-services/sign/(\\S+) `, 'm').exec(table) ?? [];
  expect(slug.startsWith(LEAVES[leaf])).toBe(true);
  return slug;
}

function dataOf(kind: 'roles' | 'requests' | 'policies', leaf: Leaf): Record<string, unknown> {
  return JSON.parse(readFileSync(join(folder(), kind, `${slugOf(leaf)}.json`), 'utf8'));
}

/** Asks as a machine that has the policy of this leaf alone. */
async function issue(leaf: Leaf, given: object = {}): Promise<{ status: number; certificate: string }> {
  const token = await bao.tokenFor(`pki-${slugOf(leaf)}`);
  const csr = project.read(leaf, 'csr.pem');
  const asked = { ...dataOf('requests', leaf), csr, ...given };
  const { status, data } = await bao.call(`pki-services/sign/${slugOf(leaf)}`, asked, token);
  return { status, certificate: `${data['certificate']}\n` };
}

/** Reasons for which a plan would issue a certificate again; none where it stays. */
async function reasonsFor(
  certificates: Partial<Record<Leaf, string>>,
): Promise<Record<string, readonly string[]>> {
  const copy = copyOf(project);
  for (const [leaf, text] of Object.entries(certificates)) writeFileSync(copy.path(leaf, 'cert.pem'), text);
  const { changes } = await copy.plan();
  return Object.fromEntries(
    changes
      .filter(({ action }) => action !== 'keep' && action !== 'refresh')
      .map(({ id, reasons }) => [id, reasons.flatMap(({ field, kind }) => field ?? kind)]),
  );
}

itNeeds(NEEDED, 'every certificate that OpenBao issues is as the manifest states it', async () => {
  const issued: Partial<Record<Leaf, string>> = {};
  for (const leaf of Object.keys(LEAVES) as Leaf[]) {
    const { status, certificate } = await issue(leaf);
    expect({ leaf, status }).toEqual({ leaf, status: 200 });
    issued[leaf] = certificate;
  }
  expect(await reasonsFor(issued)).toEqual({});
  // Chains follow, and then nothing is due, with the very certificates that came from there.
  const copy = copyOf(project);
  for (const [leaf, text] of Object.entries(issued)) writeFileSync(copy.path(leaf, 'cert.pem'), text);
  await copy.apply();
  expect(await copy.actions()).toEqual({});
  for (const [leaf, text] of Object.entries(issued)) expect(copy.read(leaf, 'cert.pem')).toBe(text);
  const chain = [copy.path('authorities/services/cert.pem'), copy.path('servers/api/cert.pem')] as const;
  const root = copy.path('authorities/root/cert.pem');
  expect(await openssl(['verify', '-x509_strict', '-CAfile', root, '-untrusted', ...chain])).toContain(
    ': OK',
  );
});

itNeeds(NEEDED, 'pki verify asks every role, and finds one that was changed', async () => {
  const ask = () =>
    project.pki(['verify', '--against', 'vault'], { env: { BAO_ADDR: bao.address, BAO_TOKEN: 'root' } });
  const good = await ask();
  expect(good.code).toBe(0);
  expect(good.stdout).toContain('sample: 6 certificates, issued as the manifest says');
  const role = `pki-services/roles/${slugOf('servers/api')}`;
  await bao.call(role, { ...dataOf('roles', 'servers/api'), ext_key_usage: ['ServerAuth', 'ClientAuth'] });
  const bad = await ask();
  await bao.call(role, dataOf('roles', 'servers/api'));
  expect(bad.code).toBe(1);
  expect(bad.stdout).toContain('      extendedKeyUsage: serverAuth, clientAuth → serverAuth\n');
  expect(bad.stdout).toContain('sample: 1 of 6 certificates not issued as the manifest says');
});

itNeeds(NEEDED, 'the engine keeps every field of a role as it is in the file', async () => {
  for (const leaf of Object.keys(LEAVES) as Leaf[]) {
    const wanted = dataOf('roles', leaf);
    const { data } = await bao.call(`pki-services/roles/${slugOf(leaf)}`);
    expect(Object.fromEntries(Object.keys(wanted).map((field) => [field, data[field]]))).toEqual(wanted);
  }
});

itNeeds(NEEDED, 'a policy lets a machine have its own names, and no others', async () => {
  const tries: readonly object[] = [
    { common_name: 'wild.example.test' },
    { common_name: undefined },
    { alt_names: 'api.example.test' },
    { alt_names: '*.api.example.test,api.example.test,evil.example.test' },
    { ip_sans: '127.0.0.1' },
    { uri_sans: 'spiffe://example.test/*' },
    { other_sans: '1.2.3;UTF8:x' },
    { exclude_cn_from_sans: 'false' },
    { exclude_cn_from_sans: false },
    { ttl: 60 },
    { not_after: '2030-01-01T00:00:00Z' },
  ];
  for (const given of tries)
    expect({ given, status: (await issue('servers/api', given)).status }).toEqual({ given, status: 403 });
  // A star at the front of a common name is a pattern in its policy: there the role refuses.
  expect((await issue('servers/wild', { common_name: 'evil.example.test' })).status).toBe(400);
  const token = await bao.tokenFor(`pki-${slugOf('servers/wild')}`);
  const asked = { ...dataOf('requests', 'servers/api'), csr: project.read('servers/api/csr.pem') };
  expect((await bao.call(`pki-services/sign/${slugOf('servers/api')}`, asked, token)).status).toBe(403);
});

itNeeds(NEEDED, 'a plan finds one usage, one name and one day that the export was changed by', async () => {
  const cases: readonly (readonly [Leaf, object, object, readonly string[]])[] = [
    ['servers/api', { ext_key_usage: ['ServerAuth', 'ClientAuth'] }, {}, ['extendedKeyUsage']],
    ['servers/api', { key_usage: ['KeyAgreement'] }, {}, ['keyUsage']],
    ['servers/api', {}, { alt_names: 'api.example.test' }, ['san']],
    [
      'servers/api',
      { allow_any_name: true },
      { alt_names: 'api.example.test,*.api.example.test,evil.example.test' },
      ['san'],
    ],
    ['clients/billing', { ttl: 8 * 86400, max_ttl: 8 * 86400 }, {}, ['validity']],
    ['servers/api', { ttl: 89 * 86400, max_ttl: 89 * 86400 }, {}, ['validity']],
    ['clients/billing', { organization: ['Example'] }, {}, ['subject']],
    ['peers/broker', { policy_identifiers: [] }, {}, ['policies']],
  ];
  for (const [leaf, role, request, found] of cases) {
    const slug = slugOf(leaf);
    await bao.call('pki-services/roles/changed', { ...dataOf('roles', leaf), ...role });
    const asked = { ...dataOf('requests', leaf), csr: project.read(leaf, 'csr.pem'), ...request };
    const { data } = await bao.call('pki-services/sign/changed', asked);
    const reasons = await reasonsFor({ [leaf]: `${data['certificate']}\n` });
    expect({ slug, reasons }).toEqual({ slug, reasons: { [leaf]: found } });
  }
});

itNeeds(
  NEEDED,
  'cert-manager, which logs in by its export, gets what the manifest states, and no more',
  async () => {
    const to = join(project.folder, 'export/cert-manager');
    const run = await project.pki(['export', 'cert-manager', '--vault', bao.address]);
    expect(run.code).toBe(0);
    await bao.call('sys/auth/kubernetes', { type: 'kubernetes' });
    execFileSync(join(to, 'vault.sh'), { env: bao.env, stdio: 'pipe' });
    const login = (await bao.call('auth/kubernetes/role/pki-cert-manager')).data;
    expect(login).toMatchObject({ audience: bao.address, token_policies: ['pki-cert-manager'] });
    const token = await bao.tokenFor('pki-cert-manager');
    const read = (path: string) => JSON.parse(readFileSync(join(to, path), 'utf8')).spec;
    const { path } = read(`issuers/pki-${slugOf('servers/api')}.json`).vault;
    const { commonName, dnsNames, ipAddresses, uris, duration } = read(
      `certificates/${slugOf('servers/api')}.json`,
    );
    const seconds = Number.parseInt(duration, 10);
    // As `internal/vault` of cert-manager 1.21 calls it.
    const asked = {
      common_name: commonName,
      alt_names: dnsNames.join(','),
      ip_sans: ipAddresses.join(','),
      uri_sans: uris.join(','),
      ttl: `${Math.floor(seconds / 3600)}h${Math.floor((seconds % 3600) / 60)}m${seconds % 60}s`,
      csr: project.read('servers/api', 'csr.pem'),
      exclude_cn_from_sans: 'true',
    };
    const { status, data } = await bao.call(path, asked, token);
    expect({ status, data }).toMatchObject({ status: 200 });
    expect(await reasonsFor({ 'servers/api': `${data['certificate']}\n` })).toEqual({});
    for (const wrong of [
      { common_name: 'x.example.test' },
      { alt_names: 'api.example.test' },
      { ip_sans: '127.0.0.2' },
      { uri_sans: '' },
      { ttl: '24h0m0s' },
      { exclude_cn_from_sans: 'false' },
    ])
      expect({ wrong, status: (await bao.call(path, { ...asked, ...wrong }, token)).status }).toEqual({
        wrong,
        status: 403,
      });
    expect((await bao.call(`pki-services/sign/${slugOf('peers/broker')}`, asked, token)).status).toBe(403);
  },
);

itNeeds(NEEDED, 'an authority whose key is made in the engine is signed by ours, to the letter', async () => {
  const certificate = join(folder(), 'services.pem');
  execFileSync('curl', [
    '-sS',
    '-X',
    'DELETE',
    '-H',
    'X-Vault-Token: root',
    `${bao.address}/v1/sys/mounts/pki-services`,
  ]);
  // As docs/export.md has it.
  const walk = blocksIn('docs/export.md').find(({ text }) => text.includes('./authority.sh request'));
  execFileSync('sh', ['-ec', walk?.text ?? 'exit 1'], { cwd: folder(), env: bao.env, stdio: 'pipe' });
  expect(mode(certificate)).toBe('0644');
  const { status, certificate: leaf } = await issue('servers/api');
  expect(status).toBe(200);
  // The key is there and nowhere else: offline, as the manifest calls it.
  const copy = copyOf(project);
  copy.write(MANIFEST.replace('issuer: root\n', 'issuer: root\n    key: offline\n'));
  execFileSync('rm', [
    '-r',
    copy.path('authorities/services'),
    copy.path('servers/wild'),
    copy.path('clients'),
  ]);
  execFileSync('mkdir', [copy.path('authorities/services')]);
  writeFileSync(copy.path('authorities/services/cert.pem'), readFileSync(certificate));
  writeFileSync(copy.path('servers/api/cert.pem'), leaf);
  const { changes } = await copy.plan();
  const api = changes.find(({ id }) => id === 'servers/api');
  const services = changes.find(({ id }) => id === 'authorities/services');
  expect({ api: api?.action, services: services?.action }).toEqual({ api: 'refresh', services: 'refresh' });
});
