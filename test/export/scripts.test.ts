// Scripts of an export, run with programs that record how they are called: what each asks of an engine, and in which order.
import { spawnSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { certManagerExport } from '../../src/export/cert-manager/cert-manager.ts';
import { vaultExport } from '../../src/export/vault/vault.ts';
import { anAuthority, anInventory, aServer } from '../helpers/entities.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { opensslSync } from '../helpers/openssl.ts';
import { lay, recorder, textsOf } from './exporting.ts';

const SERVICES = anAuthority({ name: 'services', issuer: 'authorities/root', pathLength: 0 });
const API = aServer({ name: 'api', issuer: 'authorities/services' });
const INVENTORY = anInventory(anAuthority(), SERVICES, API);

/** An export for Vault in a folder, beside an output folder; a bao or curl that keeps what it is sent. */
function setting(engine: 'bao' | 'curl') {
  const folder = temporaryFolder();
  const [to, sent] = [join(folder, 'export'), join(folder, 'sent')];
  mkdirSync(to);
  writeFileSync(sent, '');
  lay(to, vaultExport(INVENTORY, { output: '../pki' }));
  for (const [path, text] of [
    ['root/cert.pem', 'ROOT\r\n\n'],
    ['services/cert.pem', 'CERT\n'],
    ['services/key.pem', 'KEY\n'],
  ] as const) {
    const file = join(folder, 'pki/authorities', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const keeps = `for word; do case $word in @*) cat "\${word#@}" >>'${sent}'; printf '\\n' >>'${sent}' ;; esac; done`;
  const answers =
    engine === 'bao' ? 'case "$*" in *-field=csr*) echo CSR ;; esac' : `printf '%s\\n' '{"csr":"A\\nB"}'`;
  const program = recorder(folder, engine, `${keeps}\n${answers}\n[ "$1" != read ]`);
  const run = (script: string, ...args: readonly string[]) => {
    const env = { ...process.env, PKI_VAULT: program.path, BAO_TOKEN: 'hush', BAO_ADDR: 'https://bao.test' };
    return spawnSync(join(to, script), args, { env, encoding: 'utf8' });
  };
  return { folder, to, run, program, sent: () => readFileSync(sent, 'utf8') };
}

describe('the key of an authority', () => {
  it('is made in the engine, and asked for a request', () => {
    const { folder, to, run, program, sent } = setting('bao');
    const made = run('authority.sh', 'request', 'services', join(folder, 'request.pem'));
    expect({ status: made.status, stderr: made.stderr }).toEqual({ status: 0, stderr: '' });
    expect(program.calls()).toEqual([
      [
        'write',
        '-field=csr',
        expect.stringMatching(/\/intermediate\/generate\/internal$/),
        `@${to}/keys/services.json`,
      ],
    ]);
    expect(readFileSync(join(folder, 'request.pem'), 'utf8')).toBe('CSR\n');
    expect(JSON.parse(sent())).toMatchObject({ key_type: 'ec' });
  });

  it('gets its certificate with those above it, and issues no longer than that', () => {
    const { folder, run, program, sent } = setting('bao');
    writeFileSync(join(folder, 'made.pem'), 'MADE\n');
    expect(run('authority.sh', 'install', 'services', join(folder, 'made.pem')).status).toBe(0);
    expect(program.calls().map(([verb, path]) => `${verb} ${path?.replace(/^[^/]*/, 'MOUNT')}`)).toEqual([
      'write MOUNT/intermediate/set-signed',
      'write MOUNT/issuer/default',
    ]);
    const [certificate = '', issuer = ''] = sent().trim().split('\n');
    expect(JSON.parse(certificate)).toEqual({ certificate: 'MADE\nROOT\n' });
    expect(JSON.parse(issuer)).toEqual({ leaf_not_after_behavior: 'truncate' });
  });

  it('is brought there from the output folder', () => {
    const { run, program, sent } = setting('bao');
    expect(run('authority.sh', 'import', 'services').status).toBe(0);
    expect(program.calls().map(([verb, path]) => `${verb} ${path?.replace(/^[^/]*/, 'MOUNT')}`)).toEqual([
      'write MOUNT/issuers/import/bundle',
      'write MOUNT/issuer/default',
    ]);
    const [bundle = '', issuer = ''] = sent().trim().split('\n');
    expect(JSON.parse(bundle)).toEqual({ pem_bundle: 'KEY\nCERT\nROOT\n' });
    expect(JSON.parse(issuer)).toEqual({ leaf_not_after_behavior: 'truncate' });
  });

  it.each([
    [[]],
    [['import']],
    [['import', 'nobody']],
    [['import', 'services', 'x']],
    [['request', 'services']],
    [['install', 'services']],
    [['other', 'services']],
  ])('%j is shown how to be written, and asks nothing', (args) => {
    const { run, program } = setting('bao');
    const { status, stderr } = run('authority.sh', ...args);
    expect(status).toBe(64);
    expect(stderr).toMatch(
      /^usage: .*authority\.sh request NAME REQUEST \| install NAME CERTIFICATE \| import NAME\n$/,
    );
    expect(program.calls()).toEqual([]);
  });

  it('of a root is brought there, because no one could sign its request', () => {
    const { to, run, program } = setting('bao');
    lay(to, vaultExport(anInventory(anAuthority(), aServer({ name: 'direct' })), { output: '../pki' }));
    const { status, stderr } = run('authority.sh', 'request', 'root', 'request.pem');
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/root is a root, which no authority signs: import it\n$/),
    });
    expect(program.calls()).toEqual([]);
  });

  it('reaches the engine by curl as well, the token never as an argument', () => {
    const { folder, run, program } = setting('curl');
    expect(run('authority.sh', 'request', 'services', join(folder, 'request.pem')).status).toBe(0);
    expect(readFileSync(join(folder, 'request.pem'), 'utf8')).toBe('A\nB\n');
    const [call = []] = program.calls();
    expect(call).toEqual(expect.arrayContaining(['--disable', '--fail', '--request', 'POST']));
    expect(call.at(-1)).toMatch(/^https:\/\/bao\.test\/v1\/.*\/intermediate\/generate\/internal$/);
    expect(call.join(' ')).not.toContain('hush');
  });
});

it('a request is signed by openssl with the key of the issuer, as the manifest has it', () => {
  const { folder, to } = setting('bao');
  const root = join(folder, 'pki/authorities/root');
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout'];
  const extensions = ['basicConstraints=critical,CA:TRUE', 'subjectKeyIdentifier=hash'];
  const ca = [
    '-x509',
    '-subj',
    '/CN=root CA',
    '-days',
    '30',
    ...extensions.flatMap((one) => ['-addext', one]),
  ];
  opensslSync(['req', ...ca, ...key, join(root, 'key.pem'), '-out', join(root, 'cert.pem')], folder);
  // Its subject counts as little as what it asks for.
  opensslSync(['req', '-new', '-subj', '/CN=other', ...key, 'new.key', '-out', 'request.pem'], folder);
  const [request, out] = [join(folder, 'request.pem'), join(folder, 'made.pem')];
  const { status, stderr } = spawnSync(join(to, 'sign-services.sh'), [request, out], { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  const [made, issuer] = [out, join(root, 'cert.pem')].map(
    (path) => new X509Certificate(readFileSync(path)),
  ) as [X509Certificate, X509Certificate];
  expect(made.verify(issuer.publicKey)).toBe(true);
  expect(made.subject).toBe('CN=services CA');
  expect(made.ca).toBe(true);
  expect(Date.parse(made.validTo)).toBe(Date.parse(issuer.validTo));
  expect(made.checkPrivateKey(createPrivateKey(readFileSync(join(folder, 'new.key'))))).toBe(true);
});

it('terraform makes a mount for keys and certificates, and a role below it', () => {
  const file = textsOf(vaultExport(INVENTORY, { output: '../pki' })).get('main.tf') ?? '';
  expect(file).toMatch(/^resource "vault_mount" "pki_services" \{\n(?: {2}.*\n)* {2}type += "pki"\n/m);
});

it('cert-manager gets a policy and a role to log in with', () => {
  const folder = temporaryFolder();
  lay(folder, certManagerExport(INVENTORY, { output: '../pki' }, 'https://vault.test:8200'));
  const bao = recorder(folder, 'bao');
  const run = spawnSync(join(folder, 'vault.sh'), [], {
    env: { ...process.env, PKI_VAULT: bao.path },
    encoding: 'utf8',
  });
  expect({ status: run.status, stderr: run.stderr }).toEqual({ status: 0, stderr: '' });
  const [policy = [], role = []] = bao.calls();
  expect(policy).toEqual(['policy', 'write', expect.any(String), 'vault/policy.json']);
  expect(role).toEqual(['write', `auth/kubernetes/role/${policy[2]}`, '@vault/role.json']);
  expect(bao.calls()).toHaveLength(2);
});

describe('a role of the engine', () => {
  const textOf = (path: string, server = API) => {
    const { files } = vaultExport(anInventory(anAuthority(), SERVICES, server), { output: '../pki' });
    return files.find((file) => file.path === path)?.text ?? '';
  };

  it('states each attribute of a subject by the name that the engine has for it', () => {
    const attributes = [
      ['C', 'SE', 'country'],
      ['O', 'Org', 'organization'],
      ['OU', 'Unit', 'ou'],
      ['L', 'Town', 'locality'],
      ['ST', 'State', 'province'],
      ['street', 'Road 1', 'street_address'],
      ['postalCode', '123', 'postal_code'],
    ] as const;
    const subject = attributes.map(([type, value]) => ({ type, value }));
    const role = JSON.parse(
      textOf('roles/servers-api.json', {
        ...API,
        subject: [...subject, { type: 'CN', value: 'api.example.test' }],
      }),
    );
    for (const [, value, name] of attributes) expect(role[name], name).toEqual([value]);
  });

  it('is explained with the commands that lead to it, in their order', () => {
    const readme = textOf('README.md');
    const commands = [
      './setup.sh',
      './authority.sh request services services.csr\n',
      './sign-services.sh services.csr services.pem ',
      './authority.sh install services services.pem\n',
      '/sign/servers-api @requests/servers-api.json csr=@csr.pem',
    ].map((command) => readme.indexOf(command));
    expect(commands).not.toContain(-1);
    expect(commands).toEqual(commands.toSorted((a, b) => a - b));
    expect(readme).toMatch(/\| servers\/api \| [^|]*\/sign\/servers-api \| pki-servers-api \|/);
  });
});
