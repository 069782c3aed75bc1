/** Decisions about certificates, keys and their formats that take one line each, by tables of values. */
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { KeySpec } from '../../src/pki/key-spec.ts';
import { context, DerError, readAll } from '../../src/x509/der.ts';
import { encode, encodeInteger } from '../../src/x509/der-write.ts';
import * as shape from '../../src/x509/extension-shapes.ts';
import { keyUsage } from '../../src/x509/extensions/key-usage.ts';
import { EXTENSIONS } from '../../src/x509/extensions.ts';
import { keyFormatOf } from '../../src/x509/key-format.ts';
import { namesOutside } from '../../src/x509/name-constraints.ts';
import { extensionName, isNamed, namedExtension } from '../../src/x509/named-extensions.ts';
import { lacksPolicy, type PolicyTerms } from '../../src/x509/policies.ts';
import { isSignedBy, parseEarlier } from '../../src/x509/rollover.ts';
import { publicKeyObject, rememberPublicKey } from '../../src/x509/verification-key.ts';
import {
  bits,
  bytes,
  CN,
  certificate,
  extension,
  integer,
  name,
  octets,
  oid,
  pemOf,
  SHA256_ECDSA,
  sequence,
  type TestKey,
  testKey,
  utcTime,
  VERSION_3,
} from '../helpers/certificate-der.ts';
import { aClient, anAuthority, aServer } from '../helpers/entities.ts';
import { signedBothWays } from '../helpers/signature.ts';

const ec = (): TestKey =>
  testKey(
    generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export({
      format: 'pem',
      type: 'pkcs8',
    }),
  );

describe('usages of a key', () => {
  const RSA: KeySpec = { algorithm: 'rsa', size: 2048 };
  const EC: KeySpec = { algorithm: 'ecdsa', curve: 'P-256' };
  const ED: KeySpec = { algorithm: 'ed25519' };
  const of = (entity: ReturnType<typeof aServer> | ReturnType<typeof anAuthority>) =>
    keyUsage.wanted({ entity, issuer: null, keyIdentifier: null }).value;
  const SIGN = ['digitalSignature'];
  const DECIPHER = ['digitalSignature', 'keyEncipherment'];
  const AGREE = ['digitalSignature', 'keyAgreement'];

  it.each<[string, KeySpec, readonly string[], readonly string[]]>([
    ['servers', RSA, ['serverAuth'], DECIPHER],
    ['mail', RSA, ['emailProtection'], DECIPHER],
    ['mail among others', RSA, ['clientAuth', 'emailProtection'], DECIPHER],
    ['clients', RSA, ['clientAuth'], SIGN],
    ['code', RSA, ['codeSigning'], SIGN],
    ['no purpose', RSA, [], SIGN],
    ['mail', EC, ['emailProtection'], AGREE],
    ['servers', EC, ['serverAuth'], SIGN],
    ['mail', ED, ['emailProtection'], SIGN],
  ])('for %s, %o', (_, key, extendedKeyUsage, expected) => {
    expect(of({ ...aServer(), kind: 'certificate', key, extendedKeyUsage })).toEqual(expected);
  });

  it('follows the kind of the entity, unless it is stated', () => {
    expect(of(anAuthority())).toEqual(['keyCertSign', 'cRLSign']);
    expect(of(aServer({ key: RSA }))).toEqual(DECIPHER);
    expect(of(aServer({ key: EC }))).toEqual(SIGN);
    expect(of(aClient({ key: RSA }))).toEqual(SIGN);
    expect(of({ ...aClient({ key: RSA }), keyUsage: ['keyAgreement'] })).toEqual(['keyAgreement']);
  });
});

describe('the outline of an extension', () => {
  const fault = (of: shape.Shape, value: Buffer): string | null => {
    try {
      of(readAll(value));
      return null;
    } catch (error) {
      expect(error).toBeInstanceOf(DerError);
      return (error as DerError).message;
    }
  };
  const EMPTY = sequence();
  const POLICY = sequence(oid('1.2.3'));

  it.each<[string, shape.Shape, Buffer, string | null]>([
    ['lists', shape.lists, sequence(EMPTY, EMPTY), null],
    ['a list of something else', shape.lists, sequence(EMPTY, integer('01')), 'expected DER tag 48, got 2'],
    ['names', shape.names, sequence(encode(0x82), encode(context(4))), null],
    ['a name without its kind', shape.names, sequence(encode(0x82), integer('01')), 'a name without a kind'],
    ['a place', shape.accesses, sequence(sequence(oid('1.2'), encode(0x86))), null],
    ['no place', shape.accesses, sequence(sequence(oid('1.2'))), 'a method without a location'],
    ['policies', shape.policies, sequence(POLICY, sequence(oid('1.2.4'))), null],
    ['a policy again', shape.policies, sequence(POLICY, POLICY), 'a policy appears twice'],
    ['a pair', shape.mappings, sequence(sequence(oid('1.2'), oid('1.3'))), null],
    ['one of a pair', shape.mappings, sequence(sequence(oid('1.2'))), 'a mapping is no pair'],
    [
      'a pair and one more',
      shape.mappings,
      sequence(sequence(oid('1.2'), oid('1.3'), oid('1.4'))),
      'a mapping is no pair',
    ],
    [
      'a pair of other things',
      shape.mappings,
      sequence(sequence(oid('1.2'), integer('01'))),
      'expected DER tag 6, got 2',
    ],
    ['both constraints', shape.constraints, sequence(bytes('800100'), bytes('81017f')), null],
    ['no constraint', shape.constraints, EMPTY, 'constraints constrain nothing'],
    [
      'a third constraint',
      shape.constraints,
      sequence(bytes('800100'), bytes('820100')),
      'unknown constraints',
    ],
    ['a negative constraint', shape.constraints, sequence(bytes('800180')), 'unknown constraints'],
    ['an empty constraint', shape.constraints, sequence(bytes('8100')), 'unknown constraints'],
    ['a count', shape.count, integer('7f'), null],
    ['a negative count', shape.count, integer('80'), 'a count is negative'],
    ['no number', shape.count, octets(Buffer.of(1)), 'expected DER tag 2, got 4'],
    ['bits', shape.flags, bytes('03020780'), null],
    ['no bits', shape.flags, integer('01'), 'expected DER tag 3, got 2'],
    ['a list', shape.list, sequence(integer('01')), null],
    ['no list', shape.list, integer('01'), 'expected DER tag 48, got 2'],
  ])('%s', (_, of, value, expected) => expect(fault(of, value)).toBe(expected));
});

it.each([
  ['2.5.29.19', 'basicConstraints'],
  ['2.5.29.33', 'policyMappings'],
  ['2.5.29.30', 'nameConstraints'],
  ['2.5.29.9', 'subjectDirectoryAttributes'],
  ['2.5.29.16', 'privateKeyUsagePeriod'],
  ['1.3.6.1.5.5.7.1.3', 'qcStatements'],
  ['1.3.6.1.5.5.7.1.11', 'subjectInfoAccess'],
  ['1.3.6.1.4.1.311.20.2', 'microsoftTemplateName'],
  ['1.3.6.1.4.1.311.21.1', 'microsoftCaVersion'],
  ['1.3.6.1.4.1.311.21.2', 'microsoftPreviousCaHash'],
  ['1.3.6.1.4.1.311.21.7', 'microsoftTemplate'],
  ['1.3.6.1.4.1.311.21.10', 'microsoftApplicationPolicies'],
  ['1.3.6.1.4.1.311.25.2', 'microsoftSid'],
  ['1.3.6.1.4.1.37476.9000.64.1', 'stepProvisioner'],
  ['2.16.840.1.113730.1.1', 'nsCertType'],
  ['2.16.840.1.113730.1.2', 'nsBaseUrl'],
  ['2.16.840.1.113730.1.3', 'nsRevocationUrl'],
  ['2.16.840.1.113730.1.4', 'nsCaRevocationUrl'],
  ['2.16.840.1.113730.1.7', 'nsRenewalUrl'],
  ['2.16.840.1.113730.1.8', 'nsCaPolicyUrl'],
  ['2.16.840.1.113730.1.12', 'nsSslServerName'],
  ['2.16.840.1.113730.1.13', 'nsComment'],
  ['1.3.6.1.4.1.99999', '1.3.6.1.4.1.99999'],
])('the name of %s is %s', (dotted, expected) => expect(extensionName(dotted)).toBe(expected));

it('an extension with a rule goes by one name, whether its value can be read or not', () => {
  const named = EXTENSIONS.filter(({ oid }) => isNamed(oid));
  expect(named.map(({ oid }) => namedExtension(oid).name)).toEqual(named.map(({ name }) => name));
  expect(named.map(({ name }) => name)).toEqual(expect.arrayContaining(['mustStaple', 'ocspNoCheck']));
  // Those that certificates do without may hold anything.
  const lenient = EXTENSIONS.filter((rule) => rule.lenient === true);
  expect(lenient.filter(({ oid }) => !isNamed(oid))).toEqual([]);
});

it('what mappings lead to is not judged: with one in a chain, no policy is missing', () => {
  const demand: PolicyTerms = { own: [], explicitAfter: 0, inhibitAfter: null, maps: false };
  expect(lacksPolicy([demand, demand])).toBe(true);
  for (const chain of [
    [{ ...demand, maps: true }, demand],
    [demand, { ...demand, maps: true }],
  ])
    expect(lacksPolicy(chain)).toBe(false);
});

describe('a directory name in constraints', () => {
  const der = (...parts: readonly (readonly [string, string])[]): string => name(...parts).toString('hex');
  const O = '2.5.4.10';
  const base = der([O, 'Acme']);
  const outside = (subjectDer: string, which: 'permitted' | 'excluded') =>
    namesOutside(
      { permitted: [], excluded: [], [which]: ['dirName:O=Acme'] },
      { subject: [{ type: 'CN', value: 'x' }], subjectDer, san: [] },
    ).length > 0;

  it.each<[string, string, boolean]>([
    ['the name itself', base, true],
    ['one below', der([O, 'Acme'], [CN, 'x']), true],
    ['in other letters', der([O, ' aCME'], [CN, 'x']), true],
    ['another', der([O, 'Acme 2'], [CN, 'x']), false],
    ['one that has it elsewhere', der([CN, 'x'], [O, 'Acme']), false],
  ])('%s', (_, subject, isBelow) => {
    expect([outside(subject, 'permitted'), outside(subject, 'excluded')]).toEqual([!isBelow, isBelow]);
  });
});

describe('a file that may be a key without PEM', () => {
  const long = (inner: string): string => `308180${inner}${'05'.repeat(0x80 - inner.length / 2)}`;
  it.each<[string, string, string | null]>([
    ['an INTEGER in front', '3006020100040141', 'der'],
    ['a SEQUENCE in front', '30053003020100', 'der'],
    ['PKCS#12', '3006020103040141', 'pkcs12'],
    ['an OCTET STRING in front', '3003040141', null],
    ['short, and more behind it', '300602010004014141', null],
    ['long, and more behind it', `${long('020100')}00`, 'der'],
    ['long, of PKCS#12', long('020103'), 'pkcs12'],
    ['a length of five octets', `308500000000010201${'05'.repeat(30)}`, 'binary'],
    ['a SET', `3106020100${'040141'}`, null],
    ['a Java key store', 'feedfeed0000000200', 'java-keystore'],
    ['no more than its magic number', 'feedfeed00000002', null],
    ['32 octets, one of them of no text', `${'41'.repeat(31)}00`, 'binary'],
    ['31 of them', `${'41'.repeat(30)}00`, null],
    ['32 equal octets', '00'.repeat(32), null],
    ['text with ESC, tab and carriage return', `${'41'.repeat(32)}1b090d`, null],
    ['text with what follows carriage return', `${'41'.repeat(32)}0e`, 'binary'],
    ['text with what precedes tab', `${'41'.repeat(32)}08`, 'binary'],
    ['text with a space', `${'41'.repeat(32)}20`, null],
    ['text with what precedes space', `${'41'.repeat(32)}1f`, 'binary'],
  ])('%s', (_, hex, kind) => expect(keyFormatOf(Buffer.from(hex, 'hex'))?.kind ?? null).toBe(kind));

  it('is base64 from the length of the shortest key, where it is no word or number', () => {
    const text = `${'Ab1+'.repeat(10)}Ab1=`;
    const kind = (one: string) => keyFormatOf(Buffer.from(one))?.kind ?? null;
    expect(kind(text)).toBe('base64');
    expect(kind(`${text.slice(0, 20)}\n ${text.slice(20)}\n`)).toBe('base64');
    for (const other of [
      text.slice(4),
      `${text}A`,
      text.toLowerCase(),
      text.toUpperCase(),
      text.replaceAll('1', 'x'),
      text.replace('+', '-'),
      text.replace('=', '==='),
    ])
      expect(kind(other)).toBeNull();
  });
});

describe('who signed an earlier certificate', () => {
  const NAME = name([CN, 'root']);
  const made = (own: TestKey, signer: TestKey, extensions: readonly Buffer[] = []): Buffer => {
    const validity = sequence(utcTime(1_790_000_000), utcTime(1_800_000_000));
    const parts = { version: VERSION_3, serial: integer('01'), algorithm: SHA256_ECDSA, validity };
    const rest = { issuer: NAME, subject: NAME, spki: own.spki, between: Buffer.of(), extensions };
    return certificate({ ...parts, ...rest }, signer);
  };
  const [signer, leaf, ...planted] = Array.from({ length: 9 }, ec) as [TestKey, TestKey, ...TestKey[]];
  const signerOf = (before: readonly TestKey[]) => {
    const all = [made(leaf, signer), ...before.map((key) => made(key, key)), made(signer, signer)];
    const [first] = parseEarlier(Buffer.from(all.map((der) => pemOf(der)).join('')));
    return first?.signedBy ?? null;
  };

  it('is tried with eight keys of the name, its own among them, each counted once', () => {
    const [own] = parseEarlier(Buffer.from(pemOf(made(signer, signer))));
    expect(own?.signedBy).toBe(own?.keyId);
    expect(signerOf(planted.slice(0, 6))).toBe(own?.keyId);
    expect(signerOf([...planted.slice(0, 6), ...planted.slice(0, 6)])).toBe(own?.keyId);
    expect(signerOf(planted)).toBeNull();
  });

  it('is tried where no identifier speaks against it (RFC 5280 §6.1)', () => {
    const identifiers = (own: string | null, issuer: string | null) => [
      ...(own === null ? [] : [extension('2.5.29.14', octets(bytes(own)))]),
      ...(issuer === null ? [] : [extension('2.5.29.35', sequence(encode(0x80, bytes(issuer))))]),
    ];
    const by = (of: string | null, stated: string | null) => {
      const all = [
        made(leaf, signer, identifiers('cc', stated)),
        made(signer, signer, identifiers(of, null)),
      ];
      return parseEarlier(Buffer.from(all.map((der) => pemOf(der)).join('')))[0]?.signedBy ?? null;
    };
    const [own] = parseEarlier(Buffer.from(pemOf(made(signer, signer))));
    const [right, none] = [own?.keyId, null];
    expect([by(null, null), by('aa', null), by(null, 'aa'), by('aa', 'aa'), by('aa', 'bb')]).toEqual([
      right,
      right,
      right,
      right,
      none,
    ]);
  });

  it('is no one whose key cannot be used', () => {
    const off = Buffer.from(signer.spki);
    off.fill(1, off.length - 64);
    const broken = made({ ...signer, spki: off }, signer);
    expect(isSignedBy(made(leaf, signer), broken)).toBe(false);
    expect(isSignedBy(made(leaf, signer), made(signer, signer))).toBe(true);
  });
});

describe('a signature', () => {
  const whole = (algorithm: Buffer): Buffer => sequence(sequence(), algorithm, bits(Buffer.alloc(8)));
  const ML_DSA = { kind: 'ml-dsa-44', octets: new Uint8Array(1312) } as const;
  const pss = (...parts: readonly Buffer[]): Buffer =>
    sequence(oid('1.2.840.113549.1.1.10'), sequence(...parts));

  it('of another algorithm is not made by a key of ML-DSA', async () => {
    for (const algorithm of [SHA256_ECDSA, pss(), sequence(oid('2.16.840.1.101.3.4.3.18'))])
      expect(await signedBothWays(whole(algorithm), ML_DSA)).toBe(false);
  });

  it('by RSASSA-PSS with a mask that names no hash is malformed', async () => {
    const mask = encode(context(1), sequence(oid('1.2.840.113549.1.1.8')));
    await expect(signedBothWays(whole(pss(mask)), ML_DSA)).rejects.toThrow(
      'a mask generation function names no hash',
    );
  });
});

it('the public keys of a thousand leaves are remembered, and the oldest is forgotten', () => {
  const key: KeyObject = createPublicKey(ec().key);
  const spkis = Array.from({ length: 1025 }, (_, i) => sequence(encodeInteger(i)));
  const isKnown = (spki: Buffer): boolean => {
    try {
      return publicKeyObject(spki) === key;
    } catch {
      return false;
    }
  };
  for (const spki of spkis.slice(0, 1024)) rememberPublicKey(spki, key);
  expect(spkis.map(isKnown)).toEqual(spkis.map((_, i) => i < 1024));
  rememberPublicKey(spkis[1024] ?? Buffer.of(), key);
  expect(spkis.map(isKnown)).toEqual(spkis.map((_, i) => i > 0));
});
