/** Objects for cert-manager and trust-manager as values, judged by the schemas of both where these are found. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { certManagerExport } from '../../src/export/cert-manager/cert-manager.ts';
import { goDuration } from '../../src/export/cert-manager/vault-issuer.ts';
import type { Exported } from '../../src/export/file.ts';
import { kubernetesExport } from '../../src/export/kubernetes/kubernetes.ts';
import { stepCaExport } from '../../src/export/step-ca/step-ca.ts';
import { vaultExport } from '../../src/export/vault/vault.ts';
import type { Authority, EndEntity } from '../../src/pki/entity.ts';
import { itWhen } from '../e2e/project.ts';
import {
  aClient,
  anAuthority,
  anInventory,
  aPeer,
  aServer,
  dns,
  email,
  ip,
  uri,
} from '../helpers/entities.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { holds } from '../helpers/property.ts';
import { lay, recorder, textsOf } from './exporting.ts';
import { REQUEST } from './shop.ts';

const SERVICES = anAuthority({
  name: 'services',
  issuer: 'authorities/root',
  crl: { url: ['http://pki/a.crl'] },
});
const OTHER = anAuthority({ name: 'Other_Root' });
const below = { issuer: 'authorities/services' } as const;

function exported(...leaves: readonly EndEntity[]): Exported {
  return certManagerExport(anInventory(anAuthority(), OTHER, SERVICES, ...leaves), { output: '../pki' });
}

/** The key of its authority is elsewhere. */
const VAULTED = anInventory(
  anAuthority(),
  { ...SERVICES, keyPlace: { kind: 'offline' } },
  { ...aServer({ ...below, name: 'api', san: [dns('*.example.test'), dns('api.example.test'), ip('::1')] }) },
  aClient({ ...below, name: 'two' }),
);

function objectsOf(made: Exported): readonly Record<string, unknown>[] {
  return made.files.flatMap(({ path, text }) => (path.endsWith('.json') ? [JSON.parse(text)] : []));
}

const API = aServer({
  ...below,
  name: 'api',
  subject: [
    { type: 'C', value: 'SE' },
    { type: 'O', value: 'Ex, ample' },
    { type: 'CN', value: 'api.example.test' },
  ],
  san: [
    dns('api.example.test'),
    dns('*.example.test'),
    ip('::1'),
    uri('spiffe://a/b'),
    email('a@example.test'),
  ],
  objects: { secret: { name: 'api-tls', namespace: 'shop', labels: { app: 'api' }, annotations: {} } },
  renewBefore: { kind: 'seconds', seconds: 86_400 },
});
const ALL = [
  API,
  aClient({
    ...below,
    name: 'billing',
    key: { algorithm: 'ed25519' },
    rotateKey: true,
    trust: ['authorities/root', OTHER.id],
  }),
  aPeer({
    ...below,
    name: 'broker',
    key: { algorithm: 'rsa', size: 3072 },
    keyUsage: ['digitalSignature', 'keyEncipherment'],
  }),
];

describe('a Certificate', () => {
  const made = exported(...ALL);

  it('has the names, usages, key and lifetime of the manifest', () => {
    expect(JSON.parse(textsOf(made).get('certificates/servers-api.json') ?? '')).toEqual({
      apiVersion: 'cert-manager.io/v1',
      kind: 'Certificate',
      metadata: { name: 'servers-api', namespace: 'shop' },
      spec: {
        secretName: 'api-tls',
        secretTemplate: { labels: { app: 'api' } },
        issuerRef: { group: 'cert-manager.io', kind: 'ClusterIssuer', name: 'pki-services' },
        commonName: 'api.example.test',
        subject: { countries: ['SE'], organizations: ['Ex, ample'] },
        dnsNames: ['api.example.test', '*.example.test'],
        ipAddresses: ['::1'],
        uris: ['spiffe://a/b'],
        emailAddresses: ['a@example.test'],
        duration: '7776000s',
        renewBefore: '86400s',
        usages: ['digital signature', 'server auth'],
        encodeUsagesInRequest: true,
        privateKey: { algorithm: 'ECDSA', size: 256, encoding: 'PKCS8', rotationPolicy: 'Never' },
      },
    });
  });

  it('of others has their keys, and their trust is a Bundle for each set of roots', () => {
    expect(textsOf(made).get('certificates/peers-broker.json')).toContain('"size": 3072');
    expect(textsOf(made).get('certificates/clients-billing.json')).toContain('"rotationPolicy": "Always"');
    const bundles = objectsOf(made).filter(({ kind }) => kind === 'Bundle');
    const sources = bundles.map(({ spec }) => JSON.stringify(spec).match(/pki-root-[\w-]+/g));
    expect(sources).toEqual([
      ['pki-root-root'],
      ['pki-root-root', expect.stringMatching(/^pki-root-other-root-[0-9a-f]{10}$/)],
    ]);
  });

  const crds = process.env['PKI_CRDS'] ?? '';
  itWhen(
    existsSync(crds),
    'PKI_CRDS names no folder of schemas',
    'is one by the schemas of its makers, like all the others',
    async () => {
      const schemas = schemasIn(crds);
      const vault = certManagerExport(VAULTED, { output: '../pki' }, 'https://vault.example.test:8200');
      const objects = [...objectsOf(made), ...objectsOf(vault)].filter(({ kind }) => kind !== undefined);
      expect(objects.length).toBe(11);
      for (const object of objects) {
        const validate = schemas.get(`${object['apiVersion']} ${object['kind']}`);
        expect(validate?.(object), JSON.stringify(validate?.errors)).toBe(true);
      }
      // And they find what is wrong.
      const validate = schemas.get('cert-manager.io/v1 Certificate');
      const [good] = objects.filter(({ kind }) => kind === 'Certificate');
      for (const wrong of [{ dnsName: [] }, { usages: ['serve'] }, { privateKey: { algorithm: 'DSA' } }])
        expect(validate?.({ ...good, spec: { ...Object(good?.['spec']), ...wrong } })).toBe(false);
    },
  );
});

it.each<readonly [string, Partial<EndEntity>, object]>([
  ['a key of someone else', { keyPlace: REQUEST }, { kind: 'request' }],
  ['half an hour', { validity: 1800 }, { kind: 'validity' }],
  ['a key of Ed448', { key: { algorithm: 'ed448' } }, { kind: 'key', key: 'ed448' }],
  ['a user id', { subject: [{ type: 'UID', value: 'x' }] }, { kind: 'attribute', type: 'UID' }],
  ['a UPN', { san: [{ kind: 'upn', value: 'a@b' }] }, { kind: 'san', name: 'upn:a@b' }],
  ['a purpose by OID', { extendedKeyUsage: ['1.2.3'] }, { kind: 'extension', name: 'extendedKeyUsage' }],
  [
    'policies',
    { policies: [{ oid: '1.2.3', qualifiers: [] }] },
    { kind: 'extension', name: 'certificatePolicies' },
  ],
  ['another digest', { signing: { digest: 'sha512', padding: null } }, { kind: 'signature' }],
])('%s is left out, and said', (_, given, cause) => {
  const made = exported(aServer({ ...below, name: 'odd', ...given }), API);
  expect(made.omissions).toEqual([{ entity: 'servers/odd', cause }]);
  expect(textsOf(made).has('certificates/servers-odd.json')).toBe(false);
});

const TOKEN = { uri: 'pkcs11:object=a', pin: { kind: 'env', name: 'PIN' } } as const;
it.each<readonly [string, Partial<Authority>, object]>([
  ['offline', { keyPlace: { kind: 'offline' } }, { kind: 'offline', issuer: SERVICES.id }],
  ['on a token', { token: TOKEN }, { kind: 'token', of: SERVICES.id }],
  ['under a passphrase', { passphrase: { kind: 'env', name: 'X' } }, { kind: 'passphrase', of: SERVICES.id }],
])('an authority whose key is %s cannot sign in a cluster', (_, given, cause) => {
  const made = certManagerExport(anInventory(anAuthority(), { ...SERVICES, ...given }, API), {
    output: '../pki',
  });
  expect(made.omissions).toEqual([{ entity: 'servers/api', cause }]);
});

it('odd values are data in JSON, and kubectl gets names and files alone', () => {
  const folder = temporaryFolder();
  const kubectl = recorder(folder, 'kubectl', 'case $1 in create) echo {} ;; esac');
  const odd = fc
    .array(fc.constantFrom(`\${x}`, '$(id)', '`id`', '"', "'", '\\', '\n', '{{x}}', ' ', '😀', '-n', 'a'), {
      minLength: 1,
      maxLength: 6,
    })
    .map((all) => all.join(''));
  let round = 0;
  holds(
    fc.tuple(odd, odd),
    ([organization, path]) => {
      const subject = [{ type: 'O', value: organization }];
      const server = { ...API, subject, san: [dns(organization)] };
      const files = `x${path.replaceAll('/', '')}`;
      const made = certManagerExport(anInventory(anAuthority(), SERVICES, server), { output: files });
      const to = join(folder, String(++round));
      execFileSync('mkdir', ['-p', to]);
      lay(to, made);
      for (const id of ['root', 'services']) {
        execFileSync('mkdir', ['-p', join(to, files, 'authorities', id)]);
        for (const name of ['cert.pem', 'ca.pem', 'key.pem'])
          execFileSync('cp', ['/dev/null', join(to, files, 'authorities', id, name)]);
      }
      execFileSync(join(to, 'apply.sh'), ['--dry-run=server'], {
        env: { ...process.env, KUBECTL: kubectl.path },
      });
      const spec = JSON.parse(textsOf(made).get('certificates/servers-api.json') ?? '').spec;
      expect({ organizations: spec.subject.organizations, dnsNames: spec.dnsNames }).toEqual({
        organizations: [organization],
        dnsNames: [organization],
      });
      const calls = kubectl.calls().slice(-7);
      expect(calls.map(([verb, what]) => (verb === 'create' ? what : verb))).toEqual([
        ...['secret', 'apply', 'configmap', 'apply', 'apply', 'apply', 'apply'],
      ]);
      expect(calls[0]?.find((word) => word.startsWith('--key='))).toBe(
        `--key=${to}/${files}/authorities/services/key.pem`,
      );
      expect(
        calls.filter(([verb]) => verb === 'apply').every((call) => call.includes('--dry-run=server')),
      ).toBe(true);
    },
    8,
  );
});

/** By `apiVersion kind`; what a schema does not name is refused, as a server with strict validation does. */
function schemasIn(folder: string): ReadonlyMap<string, ReturnType<Ajv['compile']>> {
  const ajv = new Ajv({ strict: false, logger: false });
  const found = new Map<string, ReturnType<Ajv['compile']>>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.yaml')) continue;
    const { spec } = parse(readFileSync(join(folder, name), 'utf8'));
    for (const version of spec.versions) {
      const { apiVersion, kind, metadata, ...rest } = version.schema.openAPIV3Schema.properties;
      const closed = close({ type: 'object', properties: { apiVersion, kind, ...rest } });
      const schema = { ...closed, properties: { ...closed['properties'], metadata } };
      found.set(`${spec.group}/${version.name} ${spec.names.kind}`, ajv.compile(schema));
    }
  }
  return found;
}

type Schema = Record<string, unknown> & { readonly properties?: Record<string, unknown> };

function close(schema: Schema): Schema {
  const parts = Object.entries(schema).map(([key, value]) => {
    const inner = typeof value === 'object' && value !== null && !Array.isArray(value);
    return [key, inner ? close(value as Schema) : value] as const;
  });
  const closed = Object.fromEntries(parts);
  const isOpen = schema.properties === undefined || 'additionalProperties' in schema;
  return isOpen || schema['type'] !== 'object' ? closed : { ...closed, additionalProperties: false };
}

it('what others issue is not exported once more', () => {
  const corp = { ...SERVICES, keyPlace: { kind: 'anchor', path: 'corp.pem', certificates: [] } } as const;
  const inventory = anInventory(anAuthority(), corp, { ...API, elsewhere: true });
  for (const make of [certManagerExport, vaultExport])
    expect(make(inventory, { output: '../pki' }).omissions).toEqual([
      { entity: 'servers/api', cause: { kind: 'elsewhere', issuer: 'authorities/services' } },
    ]);
});

describe('with OpenBao or Vault as the issuer', () => {
  const vault = certManagerExport(VAULTED, { output: '../pki' }, 'https://vault.example.test:8200');

  it('a ClusterIssuer asks the role of one leaf, logs in without a secret, and needs no key here', () => {
    expect(vault.omissions).toEqual([]);
    const texts = textsOf(vault);
    expect(JSON.parse(texts.get('issuers/pki-servers-api.json') ?? '').spec).toEqual({
      vault: {
        server: 'https://vault.example.test:8200',
        path: 'pki-services/sign/servers-api',
        caBundleSecretRef: { name: 'pki-vault-roots', key: 'ca.crt' },
        auth: {
          kubernetes: {
            mountPath: '/v1/auth/kubernetes',
            role: 'pki-cert-manager',
            serviceAccountRef: { name: 'pki-cert-manager' },
          },
        },
      },
    });
    const { spec } = JSON.parse(texts.get('certificates/servers-api.json') ?? '');
    expect(spec.issuerRef.name).toBe('pki-servers-api');
    // The role adds the backdate to what is asked for, and a second that counts as well.
    expect(spec.duration).toBe(`${API.validity - API.backdate - 1}s`);
    for (const [path, text] of texts) expect([path, text.includes('key.pem')]).toEqual([path, false]);
  });

  it('roles are those of an export to these engines, and the policy allows what cert-manager sends', () => {
    const roles = vaultExport(VAULTED, { output: '../pki' });
    const { path } = JSON.parse(textsOf(vault).get('vault/policy.json') ?? '');
    expect(Object.keys(path)).toEqual(['pki-services/sign/servers-api', 'pki-services/sign/clients-two']);
    for (const one of Object.keys(path)) expect(textsOf(roles).get('setup.sh')).toContain(one.split('/')[2]);
    expect(path['pki-services/sign/clients-two'].allowed_parameters).toEqual({
      csr: [],
      common_name: ['two.example.test'],
      alt_names: [''],
      ip_sans: [''],
      uri_sans: [''],
      ttl: [goDuration(aClient({ name: 'two' }).validity - aClient({ name: 'two' }).backdate - 1)],
      exclude_cn_from_sans: ['true'],
    });
  });

  it.each<readonly [string, Partial<EndEntity>, object]>([
    ['an e-mail address', { san: [email('a@example.test')] }, { kind: 'san', name: 'email:a@example.test' }],
    ['nothing but stars', { san: [dns('*.a.test')] }, { kind: 'value', value: '*.a.test' }],
    [
      'a serial number',
      { subject: [{ type: 'serialNumber', value: '7' }] },
      { kind: 'attribute', type: 'serialNumber' },
    ],
    ['half an hour', { validity: 1800 }, { kind: 'validity' }],
  ])('%s is left out, because cert-manager would not send it', (_, given, cause) => {
    const inventory = anInventory(anAuthority(), SERVICES, aServer({ ...below, name: 'odd', ...given }));
    expect(certManagerExport(inventory, { output: '.' }, 'http://vault:8200').omissions).toEqual([
      { entity: 'servers/odd', cause },
    ]);
  });

  it.each([
    [3600, '1h0m0s'],
    [7_775_699, '2159h54m59s'],
  ])('%i seconds are %s to Go', (seconds, text) => expect(goDuration(seconds)).toBe(text));
});

it.each([
  ['cert-manager', certManagerExport(anInventory(anAuthority(), SERVICES, API), { output: '../pki' })],
  [
    'cert-manager by Vault',
    certManagerExport(anInventory(anAuthority(), SERVICES, API), { output: '../pki' }, 'http://vault:8200'),
  ],
  ['Vault', vaultExport(anInventory(anAuthority(), SERVICES, API), { output: '../pki' })],
  ['step-ca', stepCaExport(anInventory(anAuthority(), SERVICES, API), { output: '../pki' })],
])('commands in what is read about %s are code, and no part of a paragraph', (_, { files }) => {
  const lines = files.find(({ path }) => path === 'README.md')?.text.split('\n') ?? [];
  const before = lines.flatMap((line, i) => (line === '```sh' ? [lines[i - 1]] : []));
  expect(before.length).toBeGreaterThan(0);
  expect(before.filter((line) => line !== '')).toEqual([]);
});

it('what is revoked is given to no engine', () => {
  const inventory = anInventory(
    anAuthority(),
    SERVICES,
    { ...API, revoked: { reason: null } },
    aClient({ ...below, name: 'two' }),
  );
  const filesOf = () => ({ key: '', fullchain: '', ca: '' });
  for (const { omissions, files } of [
    certManagerExport(inventory, { output: '../pki' }),
    vaultExport(inventory, { output: '../pki' }),
    stepCaExport(inventory, { output: '../pki' }),
    kubernetesExport(inventory, filesOf, { sealed: false }),
  ]) {
    expect(omissions[0]).toEqual({ entity: 'servers/api', cause: { kind: 'revoked' } });
    expect(files.filter(({ path }) => path.includes('servers-api'))).toEqual([]);
    const readme = files.find(({ path }) => path === 'README.md')?.text;
    expect(readme).toContain('    servers/api: it is revoked\n');
  }
});
