/** Roles, requests and policies for OpenBao and Vault as values; and no value of a manifest is code of a shell, HCL or JSON. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Exported } from '../../src/export/file.ts';
import { nameSlug, slugOf } from '../../src/export/slug.ts';
import { vaultExport } from '../../src/export/vault/vault.ts';
import type { EndEntity, Inventory } from '../../src/pki/entity.ts';
import type { KeySpec } from '../../src/pki/key-spec.ts';
import { itNeeds } from '../e2e/project.ts';
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

const PLACE = { output: '../pki' };
const SERVICES = anAuthority({ name: 'services', issuer: 'authorities/root', pathLength: 0 });
const below = { issuer: 'authorities/services' } as const;

function exported(...leaves: readonly EndEntity[]): Exported {
  return vaultExport(anInventory(anAuthority(), SERVICES, ...leaves), PLACE);
}

function jsonOf(made: Exported, path: string): Record<string, unknown> {
  return JSON.parse(textsOf(made).get(path) ?? 'null');
}

describe('a role', () => {
  const api = aServer({
    ...below,
    name: 'api',
    subject: [
      { type: 'C', value: 'SE' },
      { type: 'O', value: 'Ex, ample' },
      { type: 'CN', value: 'api.example.test' },
    ],
    san: [dns('*.example.test'), dns('api.example.test'), ip('127.0.0.1'), ip('::1'), uri('spiffe://a/b')],
  });
  const made = exported(api);

  it('fixes subject, usages, key and lifetime', () => {
    expect(jsonOf(made, 'roles/servers-api.json')).toMatchObject({
      key_type: 'ec',
      key_bits: 256,
      key_usage: ['DigitalSignature'],
      ext_key_usage: ['ServerAuth'],
      ext_key_usage_oids: [],
      server_flag: false,
      client_flag: false,
      country: ['SE'],
      organization: ['Ex, ample'],
      ou: [],
      allow_any_name: false,
      allowed_domains: ['api.example.test', '*.example.test'],
      allowed_ip_sans_cidr: ['127.0.0.1/32', '::1/128'],
      allowed_uri_sans: ['spiffe://a/b'],
      ttl: 90 * 86400 - 300 - 1,
      max_ttl: 90 * 86400 - 300 - 1,
      not_before_duration: 300,
      use_csr_sans: false,
      use_csr_common_name: false,
    });
  });

  it.each<[KeySpec, object]>([
    [
      { algorithm: 'rsa', size: 2048 },
      { key_type: 'rsa', key_bits: 2048 },
    ],
    [
      { algorithm: 'ecdsa', curve: 'P-521' },
      { key_type: 'ec', key_bits: 521 },
    ],
    [{ algorithm: 'ed25519' }, { key_type: 'ed25519', key_bits: 0 }],
  ])('has the key %j', (key, expected) => {
    const made = exported(aServer({ ...below, name: 'keyed', key }));
    expect(made.omissions).toEqual([]);
    expect(jsonOf(made, 'roles/servers-keyed.json')).toMatchObject(expected);
  });

  it('is asked for what a subject has beside what the role fixes', () => {
    const subject = [
      { type: 'CN', value: 'alice' },
      { type: 'UID', value: 'u17' },
      { type: 'serialNumber', value: 's4' },
    ] as const;
    const made = exported(aClient({ ...below, name: 'alice', subject }));
    expect(jsonOf(made, 'requests/clients-alice.json')).toMatchObject({
      common_name: 'alice',
      user_ids: 'u17',
      serial_number: 's4',
    });
  });

  it('is asked with the names as texts, of which a policy allows no others', () => {
    const request = jsonOf(made, 'requests/servers-api.json');
    expect(request).toEqual({
      common_name: 'api.example.test',
      // A leading star would be a pattern in a policy.
      alt_names: ' *.example.test,api.example.test',
      ip_sans: '127.0.0.1,::1',
      uri_sans: 'spiffe://a/b',
      exclude_cn_from_sans: 'true',
      remove_roots_from_chain: 'true',
    });
    const allowed = Object.fromEntries(Object.entries(request).map(([name, value]) => [name, [value]]));
    expect(jsonOf(made, 'policies/servers-api.json')).toEqual({
      path: {
        'pki-services/sign/servers-api': {
          capabilities: ['update'],
          required_parameters: ['csr', ...Object.keys(request)],
          allowed_parameters: { csr: [], format: ['pem', 'pem_bundle', 'der'], ...allowed },
        },
      },
    });
  });

  it('has a mount that lets it last as long as it should', () => {
    const peer = aPeer({ ...below, name: 'long', validity: 365 * 86400 });
    expect(jsonOf(exported(api, peer), 'tune/services.json')).toMatchObject({
      max_lease_ttl: `${365 * 86400 - 301}s`,
    });
  });

  it('is there for each extension that these engines write', () => {
    const list = { validity: 9 * 86400, renewBefore: { kind: 'share', share: 1 / 3 } } as const;
    const services = {
      ...SERVICES,
      crl: { url: ['http://a.test/crl'], list },
      ocsp: { url: ['http://a.test/ocsp'], terms: list },
      caIssuers: { url: ['http://a.test/ca'] },
    };
    const policies = [{ oid: '1.2.3', qualifiers: [] }];
    const nameless = aServer({ ...below, name: 'nameless', subject: [], policies });
    const { omissions, files } = vaultExport(anInventory(anAuthority(), services, nameless), PLACE);
    expect(omissions).toEqual([]);
    expect(files.map(({ path }) => path)).toContain('roles/servers-nameless.json');
  });

  it('takes the key of someone else, of whatever kind it is', () => {
    const key = { keyId: 'aa', keyIdentifier: 'bb', spki: 'cc' };
    const keyPlace = { kind: 'request', path: 'partner.csr', pem: '', key, ignored: [] } as const;
    const made = exported(aClient({ ...below, name: 'partner', key: { algorithm: 'ed448' }, keyPlace }));
    expect(jsonOf(made, 'roles/clients-partner.json')).toMatchObject({ key_type: 'any', key_bits: 0 });
  });

  it.each([
    ['billing', 'hostname'],
    ['*.example.test', 'hostname'],
    ['me@example.test', 'email'],
    ['Billing of Example', 'disabled'],
    ['a@b@c', 'disabled'],
    ['-a', 'disabled'],
  ])('with the common name %j has it looked at as %s', (value, form) => {
    const client = aClient({ ...below, name: 'c', subject: [{ type: 'CN', value }] });
    expect(jsonOf(exported(client), 'roles/clients-c.json')['cn_validations']).toEqual([form]);
  });
});

describe('what these engines cannot do exactly', () => {
  const CN = { type: 'CN', value: 'x' } as const;
  it.each<readonly [string, Partial<EndEntity>, object]>([
    ['a key of Ed448', { key: { algorithm: 'ed448' } }, { kind: 'key', key: 'ed448' }],
    ['a domain component', { subject: [{ type: 'DC', value: 'x' }, CN] }, { kind: 'attribute', type: 'DC' }],
    ['two common names', { subject: [CN, CN] }, { kind: 'attribute', type: 'CN' }],
    [
      'an order of its own',
      { subject: [CN, { type: 'O', value: 'o' }], exactSubject: true },
      { kind: 'order' },
    ],
    [
      'a directory name',
      { san: [{ kind: 'dirName', value: 'CN=x' }] },
      { kind: 'san', name: 'dirName:CN=x' },
    ],
    ['a comma in a list', { san: [uri('urn:a,b')] }, { kind: 'value', value: 'urn:a,b' }],
    ['a pattern', { san: [uri('urn:a*')] }, { kind: 'value', value: 'urn:a*' }],
    [
      'a star at the end',
      { subject: [{ type: 'CN', value: 'all of *' }] },
      { kind: 'value', value: 'all of *' },
    ],
    [
      'a purpose that has to be critical',
      { kind: 'certificate', extendedKeyUsage: ['timeStamping'] },
      { kind: 'extension', name: 'extendedKeyUsage' },
    ],
    ['must-staple', { mustStaple: true }, { kind: 'extension', name: 'mustStaple' }],
    [
      'a private extension',
      { extensions: [{ oid: '1.2.3', critical: false, der: '0500' }] },
      { kind: 'extension', name: '1.2.3' },
    ],
    [
      'a digest that is not that of the curve',
      { signing: { digest: 'sha512', padding: null } },
      { kind: 'signature' },
    ],
  ])('%s is left out, and said', (_, given, cause) => {
    const made = exported(aServer({ ...below, name: 'odd', ...given }), aServer({ ...below, name: 'api' }));
    expect(made.omissions).toEqual([{ entity: 'servers/odd', cause }]);
    const paths = made.files.map(({ path }) => path);
    expect(paths.filter((path) => path.includes('odd'))).toEqual([]);
    expect(paths).toContain('roles/servers-api.json');
    expect(textsOf(made).get('README.md')).toContain('servers/odd: ');
  });

  it('goes with an authority whose key these engines do not have', () => {
    const authority = { ...SERVICES, key: { algorithm: 'ed448' } as const };
    const made = vaultExport(
      anInventory(anAuthority(), authority, aServer({ ...below, name: 'api' })),
      PLACE,
    );
    expect(made.omissions).toEqual([
      { entity: 'servers/api', cause: { kind: 'issuer', issuer: 'authorities/services' } },
    ]);
  });
});

it('slugs are names that everything takes, and equal only for equal entries', () => {
  const name = fc.stringMatching(/^[A-Za-z0-9_]([A-Za-z0-9._@+-]{0,62}[A-Za-z0-9_@+-])?$/);
  holds(fc.array(name, { minLength: 20, maxLength: 20 }), (names) => {
    const slugs = names.map((one) => slugOf(`servers/${one}`));
    for (const slug of slugs) expect(slug).toMatch(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])$/);
    expect(new Set(slugs).size).toBe(new Set(names).size);
  });
  expect(nameSlug('api')).toBe('api');
  // One that looks as if it were made of another gets a digest as well.
  expect(nameSlug('api-0123456789')).not.toBe('api-0123456789');
});

/** What could be code somewhere. */
const ODD = [
  `\${x}`,
  '%{if}',
  '$(id)',
  '`id`',
  '"',
  "'",
  '\\',
  '\n',
  '{{x}}',
  '$',
  '%',
  '#',
  ';',
  '&',
  '*',
  ' ',
  'ä',
  '😀',
  '-n',
  '/',
  '+',
  '=',
];
const oddText = fc
  .array(fc.constantFrom(...ODD, 'a', 'b'), { minLength: 1, maxLength: 8 })
  .map((all) => all.join(''));

interface Odd {
  readonly inventory: Inventory;
  readonly organization: string;
  readonly url: string;
}

/** Values in every place that takes free text; past the checks of a manifest, which would refuse some. */
const odd: fc.Arbitrary<Odd> = fc.tuple(oddText, oddText, oddText).map(([organization, name, url]) => {
  const subject = [
    { type: 'O', value: organization },
    { type: 'CN', value: `${name}.` },
  ] as const;
  const authority = { ...SERVICES, subject, crl: { url: [url] } };
  const server = aServer({
    ...below,
    name: 'api',
    subject,
    san: [dns(name), email(`x${url}`)],
  });
  return { organization, url, inventory: anInventory(anAuthority(), authority, server) };
});

/** Of what is left out nothing is written; the authority is there in any case. */
function withPlainLeaf({ entities, ...rest }: Inventory): Inventory {
  return { ...rest, entities: [...entities, aClient({ ...below, name: 'plain' })] };
}

describe('odd values', () => {
  it('are in JSON what they were', () => {
    holds(odd, ({ inventory, organization, url }) => {
      const made = vaultExport(withPlainLeaf(inventory), PLACE);
      for (const { path, text } of made.files) if (path.endsWith('.json')) JSON.parse(text);
      expect(jsonOf(made, 'urls/services.json')['crl_distribution_points']).toEqual([url]);
      if (made.omissions.length === 0)
        expect(jsonOf(made, 'roles/servers-api.json')['organization']).toEqual([organization]);
    });
  });

  it('reach bao as files of JSON, and openssl as one argument', () => {
    const folder = temporaryFolder();
    const bao = recorder(folder, 'bao', '[ "$1" != read ]');
    const openssl = recorder(
      folder,
      'openssl',
      'case $1 in ca) echo made >certificate.pem ;; x509) echo "notAfter=2099-01-01 00:00:00Z" ;; esac',
    );
    const [request, out] = [join(folder, 'request'), join(folder, 'made')];
    writeFileSync(request, 'a request\n');
    let round = 0;
    holds(
      odd,
      ({ inventory }) => {
        const made = vaultExport(withPlainLeaf(inventory), PLACE);
        const to = join(folder, String(++round));
        mkdirSync(to);
        lay(to, made);
        const env = { ...process.env, PKI_VAULT: bao.path, PKI_OPENSSL: openssl.path };
        execFileSync(join(to, 'setup.sh'), { env });
        execFileSync(join(to, 'sign-services.sh'), [request, out], { env });
        const words = bao.calls().flat();
        expect(words.filter((word) => !/^[a-z]+$|^@?[a-z0-9/-]+(\.json)?$/.test(word))).toEqual([]);
        const call = openssl.calls().at(-1) ?? [];
        expect(unescaped(call[call.indexOf('-subj') + 1] ?? '')).toEqual(
          inventory.entities.find(({ id }) => id === 'authorities/services')?.subject,
        );
      },
      12,
    );
  });

  it('keep the scripts scripts', () => {
    holds(
      odd,
      ({ inventory }) => {
        for (const { path, text } of vaultExport(withPlainLeaf(inventory), PLACE).files) {
          if (!path.endsWith('.sh')) continue;
          const { status, stderr } = spawnSync('sh', ['-n'], { input: text, encoding: 'utf8' });
          expect({ path, status, stderr }).toEqual({ path, status: 0, stderr: '' });
        }
      },
      8,
    );
  });

  itNeeds(['hcl2tojson'], 'are not in HCL, which a parser reads', async () => {
    const file = textsOf(vaultExport(withPlainLeaf(sample(odd).inventory), PLACE)).get('main.tf');
    const parsed = JSON.parse(execFileSync('hcl2tojson', { input: file, encoding: 'utf8' }));
    expect(parsed.resource.length).toBeGreaterThan(3);
    expect(file).not.toMatch(/organization|allowed_domains/);
  });
});

function sample<T>(arbitrary: fc.Arbitrary<T>): T {
  const [first] = fc.sample(arbitrary, { numRuns: 1, seed: 1 });
  if (first === undefined) throw new Error('no sample');
  return first;
}

/** `/O=a\/b/CN=c` as openssl-ca(1) reads it. */
function unescaped(text: string): readonly object[] {
  const parts = text.match(/\/(?:\\.|[^\\/])*/gs) ?? [];
  return parts.map((part) => {
    const [, type, value = ''] = /^\/(\w+)=(.*)$/s.exec(part) ?? [];
    return { type, value: value.replace(/\\(.)/gs, '$1') };
  });
}
