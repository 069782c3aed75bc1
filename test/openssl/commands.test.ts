/** Steps → openssl calls: argv and configuration, to the letter. One line, one case. */
import { describe, expect, it } from 'vitest';
import { makeCommand } from '../../src/openssl/make-command.ts';
import { nameCommand } from '../../src/openssl/request.ts';
import { opensslTime } from '../../src/openssl/sign.ts';
import type { Entity } from '../../src/pki/entity.ts';
import { byIdOf } from '../../src/pki/issuers.ts';
import type { KeySpec } from '../../src/pki/key-spec.ts';
import { SCRIPT_PLACE } from '../../src/pki/paths.ts';
import type { SecretSource } from '../../src/pki/secret-source.ts';
import type { Issuance } from '../../src/plan/change.ts';
import type { EngineMake, KeyFile, Signer } from '../../src/plan/make.ts';
import { encodedName, type NameStrings } from '../../src/x509/name.ts';
import { aClient, anAuthority, aPeer, aServer, DAY, dns, email, ip, NOW, uri } from '../helpers/entities.ts';

const RSA: KeySpec = { algorithm: 'rsa', size: 3072 };
const ROOT = anAuthority({ key: { algorithm: 'rsa', size: 4096 } });
const API = aServer({ name: 'api' });
const ISSUANCE: Issuance = {
  notBefore: NOW,
  notAfter: NOW + 90 * DAY - 1,
  cappedBy: null,
  subjectKeyId: null,
};

const keyOf = (of: string, isNew: boolean): KeyFile => ({ kind: 'file', of, isNew });
const commandFor = (make: EngineMake, ...entities: readonly Entity[]) =>
  makeCommand(make, byIdOf(entities), SCRIPT_PLACE);

function request(entity: Entity, { newKey }: { newKey: boolean }) {
  return commandFor({ op: 'request', of: entity.id, key: keyOf(entity.id, newKey) }, entity);
}

/** By another authority, whose key is in its place, or by the entity itself. */
function sign(entity: Entity, signer: Entity, issuance: Issuance, newKey: boolean) {
  const by: Signer =
    signer.id === entity.id
      ? { kind: 'self', key: keyOf(entity.id, newKey) }
      : { kind: 'authority', id: signer.id, key: keyOf(signer.id, false) };
  return commandFor({ op: 'sign', of: entity.id, by, issuance, to: 'cert' }, entity, signer);
}

function publicKey(entity: Entity, newKey: boolean) {
  return commandFor({ op: 'public', of: entity.id, key: keyOf(entity.id, newKey) }, entity);
}

/** One section of a configuration, as its lines. */
function section(input: string | null, name: string): readonly string[] | undefined {
  const found = (input ?? '').split(/^\[/m).find((part) => part.startsWith(`${name}]`));
  return found
    ?.split('\n')
    .slice(1)
    .filter((line) => line !== '');
}

describe('a request', () => {
  const start = 'req -new -batch -config - -sha256';
  const stage = '.pki/stage/servers.api';
  it.each<[KeySpec, string]>([
    [{ algorithm: 'rsa', size: 2048 }, '-newkey rsa:2048'],
    [{ algorithm: 'rsa', size: 4096 }, '-newkey rsa:4096'],
    [{ algorithm: 'ecdsa', curve: 'P-256' }, '-newkey ec -pkeyopt ec_paramgen_curve:P-256'],
    [{ algorithm: 'ecdsa', curve: 'P-384' }, '-newkey ec -pkeyopt ec_paramgen_curve:P-384'],
    [{ algorithm: 'ecdsa', curve: 'P-521' }, '-newkey ec -pkeyopt ec_paramgen_curve:P-521'],
    [{ algorithm: 'ed25519' }, '-newkey ed25519'],
    [{ algorithm: 'ed448' }, '-newkey ed448'],
  ])('with a new key %j', (key, options) => {
    const { args } = request(aServer({ name: 'api', key }), { newKey: true });
    expect(args.join(' ')).toBe(`${start} ${options} -noenc -keyout ${stage}/key.pem -out ${stage}/csr.pem`);
  });

  it.each<[passphrase: SecretSource, options: string]>([
    [{ kind: 'env', name: 'PASS' }, ' -passout env:PASS'],
    [{ kind: 'file', path: 'pass.txt' }, ' -passout file:../pass.txt'],
    [{ kind: 'file', path: '/run/pass' }, ' -passout file:/run/pass'],
    // openssl asks at the terminal, twice.
    [{ kind: 'prompt', label: null }, ''],
  ])('with a new key that %j closes', (passphrase, options) => {
    const api = aServer({ name: 'api', passphrase });
    const make = { op: 'request', of: api.id, key: keyOf(api.id, true) } as const;
    const { args } = makeCommand(make, byIdOf([api]), { ...SCRIPT_PLACE, output: 'pki' });
    const key = `-newkey ec -pkeyopt ec_paramgen_curve:P-256${options} -keyout ${stage}/key.pem`;
    expect(args.join(' ')).toBe(`${start} ${key} -out ${stage}/csr.pem`);
  });

  it('with the key that is there', () => {
    expect(request(API, { newKey: false }).args.join(' ')).toBe(
      `${start} -key servers/api/key.pem -out ${stage}/csr.pem`,
    );
  });

  it('for a server, all of its configuration', () => {
    const subject = [
      { type: 'C', value: 'SE' },
      { type: 'O', value: '$ENV::HOME #1' },
      { type: 'CN', value: 'api.example.test' },
    ] as const;
    const san = [
      dns('api.example.test'),
      ip('::1'),
      uri('spiffe://example.test/a,b'),
      email('ops@example.test'),
      ip('127.0.0.1'),
    ];
    expect(request(aServer({ name: 'api', subject, san }), { newKey: true }).input).toBe(`[req]
prompt = no
utf8 = yes
string_mask = utf8only
distinguished_name = name
req_extensions = extensions

[name]
countryName = SE
organizationName = \\$ENV::HOME \\#1
commonName = api.example.test

[extensions]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = @san

[san]
DNS.1 = api.example.test
IP.2 = ::1
URI.3 = spiffe://example.test/a,b
email.4 = ops@example.test
IP.5 = 127.0.0.1
`);
  });

  it.each<[NameStrings, string]>([
    ['utf8', 'utf8only'],
    ['printable', 'MASK:0x2002'],
    ['t61', 'MASK:0x2004'],
    ['bmp', 'MASK:0x2800'],
    ['printable-t61', 'MASK:0x2006'],
    ['printable-bmp', 'MASK:0x2802'],
    ['t61-bmp', 'MASK:0x2804'],
    ['printable-t61-bmp', 'MASK:0x2806'],
  ])('of a name that has %s strings keeps them', (strings, mask) => {
    const name = { subject: ROOT.subject, strings };
    const { input } = commandFor({ op: 'request', of: ROOT.id, key: keyOf(ROOT.id, false), name }, ROOT);
    expect(section(input, 'req')).toContain(`string_mask = ${mask}`);
  });

  it('names every type of attribute', () => {
    const subject = (['C', 'ST', 'L', 'O', 'OU', 'CN'] as const).map((type) => ({ type, value: 'x' }));
    expect(section(request(aClient({ subject }), { newKey: true }).input, 'name')).toEqual([
      'countryName = x',
      'stateOrProvinceName = x',
      'localityName = x',
      'organizationName = x',
      'organizationalUnitName = x',
      'commonName = x',
    ]);
  });
});

it('a certificate for a key that is elsewhere is more than one command', () => {
  const by: Signer = { kind: 'authority', id: ROOT.id, key: keyOf(ROOT.id, false) };
  const key = { kind: 'given', spki: '3000' } as never;
  const make = { op: 'sign', of: API.id, by, issuance: ISSUANCE, to: 'cert', key } as const;
  expect(() => commandFor(make, API, ROOT)).toThrow(
    'Internal error: servers/api takes more than one command',
  );
});

it('a request that brings a name alone has a key of its own, and says where there is no name', () => {
  const asked = (subject: Entity['subject']) => {
    const { args, input } = nameCommand(encodedName(aServer({ name: 'api', subject }), undefined), 'k', 'o');
    return { args: args.join(' '), input };
  };
  const key = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout k -out o';
  const named = asked([{ type: 'CN', value: 'x' }]);
  expect(named.args).toBe(`req -new -batch -config - ${key}`);
  expect(section(named.input, 'name')).toEqual(['commonName = x']);
  expect(asked([]).args).toBe(`req -new -batch -config - -subj / ${key}`);
});

describe('extensions', () => {
  const extensions = (entity: Entity) => section(sign(entity, ROOT, ISSUANCE, true).input, 'extensions');
  const identifiers = ['subjectKeyIdentifier = hash', 'authorityKeyIdentifier = keyid:always'];
  const leaf = (usage: string, purpose: string, ...names: readonly string[]) => [
    'basicConstraints = critical,CA:FALSE',
    `keyUsage = critical,${usage}`,
    `extendedKeyUsage = ${purpose}`,
    ...names,
    ...identifiers,
  ];
  const ca = (constraints: string, ...rest: readonly string[]) => [
    `basicConstraints = ${constraints}`,
    'keyUsage = critical,keyCertSign,cRLSign',
    ...rest,
  ];
  const below = { name: 'services', issuer: ROOT.id } as const;

  it.each<[string, Entity, readonly string[]]>([
    ['a root', ROOT, ca('critical,CA:TRUE', 'subjectKeyIdentifier = hash')],
    ['an intermediate', anAuthority(below), ca('critical,CA:TRUE', ...identifiers)],
    [
      'an intermediate of path length 0',
      anAuthority({ ...below, pathLength: 0 }),
      ca('critical,CA:TRUE,pathlen:0', ...identifiers),
    ],
    [
      'an intermediate of path length 2',
      anAuthority({ ...below, pathLength: 2 }),
      ca('critical,CA:TRUE,pathlen:2', ...identifiers),
    ],
    ['a server', API, leaf('digitalSignature', 'serverAuth', 'subjectAltName = @san')],
    [
      'a server with RSA',
      aServer({ key: RSA }),
      leaf('digitalSignature,keyEncipherment', 'serverAuth', 'subjectAltName = @san'),
    ],
    [
      'a server with Ed25519',
      aServer({ key: { algorithm: 'ed25519' } }),
      leaf('digitalSignature', 'serverAuth', 'subjectAltName = @san'),
    ],
    ['a client without names', aClient(), leaf('digitalSignature', 'clientAuth')],
    [
      'a peer',
      aPeer({ san: [dns('x')] }),
      leaf('digitalSignature', 'serverAuth,clientAuth', 'subjectAltName = @san'),
    ],
    [
      'a client with names alone',
      aClient({ subject: [], san: [dns('x')] }),
      leaf('digitalSignature', 'clientAuth', 'subjectAltName = critical,@san'),
    ],
  ])('of %s', (_, entity, expected) => expect(extensions(entity)).toEqual(expected));

  it('a key identifier is carried over as it is', () => {
    const { input } = sign(anAuthority(below), ROOT, { ...ISSUANCE, subjectKeyId: 'abcd' }, false);
    expect(section(input, 'extensions')).toContain('subjectKeyIdentifier = abcd');
  });

  it('a request asks for the same, less what only its issuer knows', () => {
    expect(section(request(API, { newKey: true }).input, 'extensions')).toEqual(
      extensions(API)?.filter((line) => !identifiers.includes(line)),
    );
  });
});

describe('a signature', () => {
  const start = 'ca -batch -notext -preserveDN -config -';
  const dates = '-startdate 20261123120000Z -enddate 20270221115959Z';
  const out = (folder: string) => `-in .pki/stage/${folder}/csr.pem -out .pki/stage/${folder}/cert.pem`;
  const args = (...[entity, signer, newKey]: [Entity, Entity, boolean]) =>
    sign(entity, signer, ISSUANCE, newKey).args.join(' ');

  it('of an authority', () => {
    const by = '-cert authorities/root/cert.pem -keyfile authorities/root/key.pem';
    expect(args(API, ROOT, true)).toBe(`${start} ${by} ${dates} ${out('servers.api')}`);
  });
  it('of a root’s own new key', () => {
    expect(args(ROOT, ROOT, true)).toBe(
      `${start} -selfsign -keyfile .pki/stage/authorities.root/key.pem ${dates} ${out('authorities.root')}`,
    );
  });
  it('of a root’s own key that stays', () => {
    expect(args(ROOT, ROOT, false)).toBe(
      `${start} -selfsign -keyfile authorities/root/key.pem ${dates} ${out('authorities.root')}`,
    );
  });

  it('all of its configuration', () => {
    const attributes =
      'countryName stateOrProvinceName localityName organizationName organizationalUnitName commonName'.split(
        ' ',
      );
    const { input } = sign(API, ROOT, ISSUANCE, true);
    expect(section(input, 'ca')).toEqual(['default_ca = issue']);
    expect(section(input, 'policy')).toEqual(attributes.map((attribute) => `${attribute} = optional`));
    expect(section(input, 'san')).toEqual(['DNS.1 = api.example.test']);
    expect(section(input, 'issue')).toEqual([
      'database = .pki/scratch/index.txt',
      'new_certs_dir = .pki/scratch',
      'rand_serial = yes',
      'default_md = sha256',
      'policy = policy',
      'string_mask = utf8only',
      'unique_subject = no',
      'copy_extensions = none',
      'x509_extensions = extensions',
    ]);
  });

  it.each<[KeySpec, string]>([
    [RSA, 'sha256'],
    [{ algorithm: 'ecdsa', curve: 'P-256' }, 'sha256'],
    [{ algorithm: 'ecdsa', curve: 'P-384' }, 'sha384'],
    [{ algorithm: 'ecdsa', curve: 'P-521' }, 'sha512'],
    [{ algorithm: 'ed25519' }, 'sha256'],
  ])('by %j with %s', (key, digest) => {
    expect(section(sign(API, anAuthority({ key }), ISSUANCE, true).input, 'issue')).toContain(
      `default_md = ${digest}`,
    );
  });

  it.each([
    ['1999-12-31T23:59:59Z', '19991231235959Z'],
    ['2049-12-31T23:59:59Z', '20491231235959Z'],
    ['2050-01-01T00:00:00Z', '20500101000000Z'],
    ['2126-02-28T12:34:56Z', '21260228123456Z'],
  ])('dates have four digits for the year: %s', (iso, text) =>
    expect(opensslTime(Date.parse(iso) / 1000)).toBe(text),
  );
});

it('a public key: from the new key, or from the one that is there', () => {
  expect(publicKey(API, true).args.join(' ')).toBe(
    'pkey -in .pki/stage/servers.api/key.pem -pubout -out .pki/stage/servers.api/public.pem',
  );
  expect(publicKey(API, false).args.join(' ')).toBe(
    'pkey -in servers/api/key.pem -pubout -out .pki/stage/servers.api/public.pem',
  );
});

describe('a call of an apply', () => {
  const byId = byIdOf([ROOT, API]);
  const place = { run: 'run', database: '.pki/scratch/run/database-0' };
  const by: Signer = { kind: 'authority', id: ROOT.id, key: keyOf(ROOT.id, false) };
  it('works in folders of its run', () => {
    const { args, input } = makeCommand(
      { op: 'sign', of: API.id, by, issuance: ISSUANCE, to: 'cert' },
      byId,
      place,
    );
    const stage = '.pki/stage/run/servers.api';
    expect(args.join(' ')).toContain(`-in ${stage}/csr.pem -out ${stage}/cert.pem`);
    expect(section(input, 'issue')).toContain('database = .pki/scratch/run/database-0/index.txt');
  });
  it('makes a cross-certificate beside the certificate, by the former kind of key', () => {
    const by: Signer = { kind: 'authority', id: ROOT.id, key: keyOf(ROOT.id, false) };
    const signedWith = 'ecdsa-p384';
    const { args, input } = commandFor(
      { op: 'sign', of: ROOT.id, by, issuance: ISSUANCE, signedWith, to: 'cross' },
      ROOT,
    );
    expect(args.join(' ')).toContain('-cert authorities/root/cert.pem -keyfile authorities/root/key.pem');
    expect(args.at(-1)).toBe('.pki/stage/authorities.root/cross.pem');
    expect(section(input, 'issue')).toContain('default_md = sha384');
    expect(section(input, 'extensions')).toContain('authorityKeyIdentifier = keyid:always');
  });
  it('of an unknown entity is our mistake', () => {
    expect(() => commandFor({ op: 'public', of: 'servers/x', key: keyOf('servers/x', false) }, API)).toThrow(
      'Internal error: nothing is known of servers/x',
    );
  });
});

describe('a revocation list', () => {
  const LIST = { number: '17', thisUpdate: NOW, nextUpdate: NOW + 9 * DAY, entries: [] } as const;
  const make = { op: 'crl', of: ROOT.id, key: keyOf(ROOT.id, false), isNewCertificate: false } as const;
  const dates = '-crl_lastupdate 20261123120000Z -crl_nextupdate 20261202120000Z';

  it('is made from a database, by the key and the certificate that are there', () => {
    const { args, input } = commandFor({ ...make, list: LIST, to: 'crl' }, ROOT);
    expect(args.join(' ')).toBe(
      `ca -gencrl -config - -cert authorities/root/cert.pem -keyfile authorities/root/key.pem ${dates} -out .pki/stage/authorities.root/crl.pem`,
    );
    expect(input).toBe(`[ca]
default_ca = list

[list]
database = .pki/scratch/index.txt
crlnumber = .pki/scratch/crlnumber
default_md = sha256
crl_extensions = extensions

[extensions]
authorityKeyIdentifier = keyid:always
`);
  });

  it('of a new certificate is made with that, and the last one of a key with its digest', () => {
    const { args, input } = commandFor(
      { ...make, isNewCertificate: true, list: LIST, signedWith: 'ecdsa-p384', to: 'former-crl' },
      ROOT,
    );
    expect(args.join(' ')).toContain('-cert .pki/stage/authorities.root/cert.pem');
    expect(args.at(-1)).toBe('.pki/stage/authorities.root/former-crl.pem');
    expect(section(input, 'list')).toContain('default_md = sha384');
  });
});

it('no secret and no value of the manifest is an argument', () => {
  const secret = 'very-secret-value';
  const entity = aServer({ name: 'api', subject: [{ type: 'CN', value: secret }], san: [dns(secret)] });
  for (const { args } of [request(entity, { newKey: true }), sign(entity, ROOT, ISSUANCE, true)]) {
    expect(args.join(' ')).not.toContain(secret);
  }
});
