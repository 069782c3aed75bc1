/** Containers and values that are well-formed DER and not what they should be: each says why, and none is read as another. */
import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { context, type Der, DerError, readAll, TAG } from '../../src/x509/der.ts';
import { encode, encodeInteger, TRUE } from '../../src/x509/der-write.ts';
import { basicConstraints } from '../../src/x509/extensions/basic-constraints.ts';
import { certificatePolicies } from '../../src/x509/extensions/certificate-policies.ts';
import { crlDistributionPoints } from '../../src/x509/extensions/crl-distribution-points.ts';
import { JKS, jksDigest, openJks, parseJks } from '../../src/x509/jks.ts';
import { stringText } from '../../src/x509/name-read.ts';
import { ocspFacts } from '../../src/x509/ocsp-response.ts';
import { certificateDer, certificateLikeBlocks, parsePieces } from '../../src/x509/parse.ts';
import { macOf, unseal } from '../../src/x509/pbe.ts';
import { parsePkcs7 } from '../../src/x509/pkcs7.ts';
import { openPkcs12, PKCS12, parsePkcs12 } from '../../src/x509/pkcs12.ts';
import { requestContent, requestFacts, requestSubject } from '../../src/x509/request.ts';
import { bytes, integer, octets, oid, pemOf, sequence } from '../helpers/certificate-der.ts';

const read = (der: Uint8Array): Der => readAll(der);
const text = (value: string): Buffer => encode(TAG.ia5String, Buffer.from(value, 'latin1'));
const enumerated = (value: number): Buffer => encode(TAG.enumerated, Buffer.of(value));
const time = (value: string): Buffer => encode(TAG.generalizedTime, Buffer.from(value, 'latin1'));
const message = (act: () => unknown): string => {
  try {
    return `no error: ${JSON.stringify(act())}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

describe('an OCSP response', () => {
  const DATE = time('20261123120000Z');
  const ID = sequence(octets(Buffer.of(1)));
  interface Parts {
    readonly type?: string;
    readonly responder?: Buffer;
    readonly status?: Buffer;
    readonly singles?: number;
  }
  function response({ type = '1.3.6.1.5.5.7.48.1.1', responder, status, singles = 1 }: Parts): Buffer {
    const single = sequence(ID, status ?? encode(0x80), DATE);
    const data = sequence(
      responder ?? encode(context(2), octets(Buffer.of(1))),
      DATE,
      sequence(...Array.from({ length: singles }, () => single)),
    );
    const basic = sequence(data, sequence(oid('1.2.840.10045.4.3.2')), bytes('03 02 00 01'));
    return sequence(enumerated(0), encode(context(0), sequence(oid(type), octets(basic))));
  }
  const reasoned = (reason: number): Buffer =>
    encode(context(1), DATE, encode(context(0), enumerated(reason)));

  it.each([
    ['good', encode(0x80), { kind: 'good' }],
    ['unknown', encode(0x82), { kind: 'unknown' }],
    [
      'revoked',
      reasoned(1),
      { kind: 'revoked', date: Date.UTC(2026, 10, 23, 12) / 1000, reason: 'keyCompromise' },
    ],
    [
      'revoked without a reason',
      encode(context(1), DATE),
      { kind: 'revoked', date: Date.UTC(2026, 10, 23, 12) / 1000, reason: null },
    ],
  ])('says %s, by its name or by its key', (_, status, expected) => {
    const byName = ocspFacts(response({ status, responder: encode(context(1), sequence()) }));
    expect(byName.status).toEqual(expected);
    expect(ocspFacts(response({ status }))).toEqual(byName);
  });

  it.each<[string, Parts, string]>([
    ['of another type', { type: '1.3.6.1.5.5.7.48.1.2' }, 'is of a type that no one else knows'],
    ['of no responder', { responder: encode(context(3), sequence()) }, 'names no responder'],
    ['of two', { singles: 2 }, 'is about several certificates'],
    ['of a status between the three', { status: encode(0x81) }, 'unexpected status'],
    ['with the reason that no list has', { status: reasoned(7) }, 'no such reason'],
    ['with a reason behind the last', { status: reasoned(11) }, 'no such reason'],
  ])('%s is refused', (_, parts, expected) => {
    expect(message(() => ocspFacts(response(parts)))).toBe(expected);
  });
});

describe('octets under a password', () => {
  const PBES2 = '1.2.840.113549.1.5.13';
  const PBKDF2 = '1.2.840.113549.1.5.12';
  const AES256 = '2.16.840.1.101.3.4.1.42';
  const SHA256 = '1.2.840.113549.2.9';
  const [SALT, IV] = [octets(Buffer.alloc(8)), octets(Buffer.alloc(16))];
  const modern = (kind = PBKDF2, prf = SHA256, cipher = AES256, count = encodeInteger(1)): Buffer =>
    sequence(
      oid(PBES2),
      sequence(sequence(oid(kind), sequence(SALT, count, sequence(oid(prf)))), sequence(oid(cipher), IV)),
    );
  const old = (kind: string, count: number): Buffer =>
    sequence(oid(kind), sequence(SALT, encodeInteger(count)));
  const ANOTHER = '1.3.6.1.4.1.1';

  it.each<[string, Buffer, string]>([
    ['by an unknown scheme', old(ANOTHER, 1), `is encrypted in another way (${ANOTHER})`],
    [
      'by RC2, as old Windows has it',
      old('1.2.840.113549.1.12.1.6', 1),
      'is encrypted in another way (1.2.840.113549.1.12.1.6)',
    ],
    ['by scrypt', modern('1.3.6.1.4.1.11591.4.11'), 'derives its key in another way'],
    ['by an unknown digest', modern(PBKDF2, ANOTHER), 'is encrypted in another way'],
    ['by an unknown cipher', modern(PBKDF2, SHA256, ANOTHER), 'is encrypted in another way'],
    ['after no round', modern(PBKDF2, SHA256, AES256, encodeInteger(0)), 'wants too many iterations'],
    ['after ten million and one', old('1.2.840.113549.1.12.1.3', 10_000_001), 'wants too many iterations'],
  ])('%s are not opened', (_, algorithm, expected) => {
    expect(message(() => unseal(read(algorithm), Buffer.alloc(16), 'x'))).toBe(expected);
  });
});

describe('PKCS#12', () => {
  const HASH = PKCS12.hashes.sha256;
  const content = (kind: string, inner: Uint8Array): Buffer =>
    sequence(oid(kind), encode(context(0), octets(inner)));
  interface Parts {
    readonly version?: number;
    readonly kind?: string;
    readonly hash?: string;
    readonly rounds?: number;
    readonly inner?: Uint8Array;
  }
  const SALT = Buffer.alloc(30, 7);
  function file({
    version = 3,
    kind = PKCS12.data,
    hash: dotted = HASH,
    rounds = 1,
    inner = sequence(),
  }: Parts): Buffer {
    const mac = macOf(inner, { password: 'x', salt: SALT, iterations: Math.min(rounds, 2), hash: 'sha256' });
    const digest = sequence(sequence(oid(dotted)), octets(mac));
    // DER leaves out the default of one round.
    const count = rounds === 1 ? [] : [encodeInteger(rounds)];
    return sequence(encodeInteger(version), content(kind, inner), sequence(digest, octets(SALT), ...count));
  }

  it('is opened where it is empty, after one round that it does not state or two that it does', () => {
    for (const rounds of [1, 2]) {
      expect(openPkcs12(file({ rounds }), 'x')).toEqual(['encryption other']);
      expect(openPkcs12(file({ rounds }), 'y')).toBeNull();
      expect(parsePkcs12(file({ rounds })).mark).toBe('07'.repeat(24));
    }
  });

  it('has bags of other kinds among its pieces', () => {
    const secret = '1.2.840.113549.1.12.10.1.5';
    const bags = sequence(sequence(oid(secret), encode(context(0), sequence())));
    expect(openPkcs12(file({ inner: sequence(content(PKCS12.data, bags)) }), 'x')).toEqual([
      'encryption other',
      `other ${secret}`,
    ]);
  });

  it.each<[string, Parts, string]>([
    ['of version 2', { version: 2 }, 'has another version'],
    ['of version 4', { version: 4 }, 'has another version'],
    ['under an unknown digest', { hash: '1.3.6.1.4.1.1' }, 'has a MAC of another kind'],
    ['of too many rounds', { rounds: 10_000_001 }, 'has a MAC of another kind'],
    ['signed instead of authenticated', { kind: '1.2.840.113549.1.7.2' }, 'has content of another kind'],
  ])('%s is refused', (_, parts, expected) => {
    expect(message(() => parsePkcs12(file(parts)))).toBe(`holds no readable PKCS#12: ${expected}`);
  });
});

describe('a Java key store', () => {
  const number = (value: number): Buffer => Buffer.from(value.toString(16).padStart(8, '0'), 'hex');
  const word = (value: string): Buffer =>
    Buffer.concat([number(value.length).subarray(2), Buffer.from(value)]);
  const blob = (value: Uint8Array): Buffer => Buffer.concat([number(value.length), value]);
  const certificate = (type = 'X.509'): Buffer => Buffer.concat([word(type), blob(Buffer.of(1, 2))]);
  const entry = (tag: number, ...rest: readonly Buffer[]): Buffer =>
    Buffer.concat([number(tag), word('a'), Buffer.alloc(8), ...rest]);
  function store(
    entries: readonly Buffer[],
    { magic = JKS.magic as number, version = 2, behind = '' } = {},
  ): Buffer {
    const all = [number(magic), number(version), number(entries.length), ...entries, Buffer.from(behind)];
    const bytes = Buffer.concat(all);
    return Buffer.concat([bytes, jksDigest(bytes, 'x')]);
  }
  const BAD = 'holds no readable Java key store';

  it('is read where it holds a certificate, or nothing', () => {
    expect(openJks(store([]), 'x')).toEqual(['format jks']);
    const piece = `trusted ${hash('sha256', Buffer.of(1, 2))} as a`;
    expect(openJks(store([entry(2, certificate())]), 'x')).toEqual(['format jks', piece]);
  });

  it.each<[string, Buffer]>([
    ['of another magic number', store([], { magic: 0xcececece })],
    ['of version 1', store([], { version: 1 })],
    ['with something behind it', store([], { behind: '.' })],
    ['with an entry of a third kind', store([entry(3, certificate())])],
    ['with a certificate of another type', store([entry(2, certificate('PGP'))])],
    ['with a key that has no certificate', store([entry(1, blob(sequence()), number(0))])],
    ['that ends in an entry', store([entry(2, certificate().subarray(0, -1))])],
  ])('%s is refused', (_, bytes) => {
    expect(message(() => parseJks(bytes))).toBe(BAD);
  });

  it('whose key fails its own check is refused, though the store is whole', () => {
    const sealed = sequence(sequence(oid(JKS.protector)), octets(Buffer.alloc(60)));
    const spoilt = store([entry(1, blob(sealed), number(1), certificate())]);
    expect(message(() => openJks(spoilt, 'x'))).toBe(BAD);
  });
});

describe('PKCS#7', () => {
  const signed = (kind: string, ...parts: readonly Buffer[]): Buffer =>
    Buffer.from(pemOf(sequence(oid(kind), encode(context(0), sequence(...parts))), 'PKCS7'));
  const SIGNED = '1.2.840.113549.1.7.2';

  it('is read where it is signed data, with certificates and without', () => {
    expect(parsePkcs7(signed(SIGNED, encodeInteger(1)))).toEqual([]);
    const one = sequence(encodeInteger(5));
    expect(parsePkcs7(signed(SIGNED, encodeInteger(1), encode(context(0), one)))).toEqual([
      hash('sha256', one),
    ]);
  });

  it('is refused where it is enveloped, or no PKCS#7', () => {
    expect(message(() => parsePkcs7(signed('1.2.840.113549.1.7.3')))).toBe(
      'holds no readable PKCS7: holds PKCS#7 of another kind',
    );
    expect(message(() => parsePkcs7(Buffer.from(pemOf(sequence(), 'CERTIFICATE'))))).toBe(
      'holds no complete PKCS7 block',
    );
  });
});

it.each<[string, () => unknown, string]>([
  [
    'basic constraints',
    () => basicConstraints.read(read(sequence(TRUE, integer('01'), integer('01')))),
    'basic constraints have more parts',
  ],
  [
    'basic constraints of none',
    () => basicConstraints.read(read(sequence(integer('01'), integer('01')))),
    'basic constraints have more parts',
  ],
  [
    'a policy',
    () => certificatePolicies.read(read(sequence(sequence(oid('1.2.3'), sequence(), sequence())))),
    'a policy has more parts',
  ],
  ['no policy', () => certificatePolicies.read(read(sequence())), 'certificate policies name none'],
  [
    'a policy again',
    () => certificatePolicies.read(read(sequence(sequence(oid('1.2.3')), sequence(oid('1.2.3'))))),
    'a policy appears twice',
  ],
  [
    'a point',
    () => crlDistributionPoints.read(read(sequence(sequence(encode(context(0)), encode(0x81))))),
    'a distribution point is for some revocations alone',
  ],
  [
    'names of a point',
    () =>
      crlDistributionPoints.read(
        read(sequence(sequence(encode(context(0), encode(context(0)), encode(context(0)))))),
      ),
    'a distribution point has several names',
  ],
])('a value with too much or too little in it is none: %s', (_, act, expected) => {
  expect(message(act)).toBe(expected);
});

it('a notice is text where its string is one of three, and kept as it is where not', () => {
  const notice = (value: Buffer): Buffer => sequence(oid('1.3.6.1.5.5.7.2.2'), sequence(value));
  const readOf = (value: Buffer) =>
    certificatePolicies.read(read(sequence(sequence(oid('1.2.3'), sequence(notice(value))))))[0]?.qualifiers;
  const found = { kind: 'notice', text: 'ü' };
  expect(readOf(encode(TAG.utf8String, Buffer.from('ü')))).toEqual([found]);
  for (const tag of [TAG.ia5String, TAG.visibleString])
    expect(readOf(encode(tag, Buffer.from('u')))).toEqual([{ ...found, text: 'u' }]);
  const bmp = encode(0x1e, Buffer.from('u', 'utf16le').swap16());
  expect(readOf(bmp)).toEqual([{ kind: 'other', text: notice(bmp).toString('hex') }]);
});

it.each<[string, string, string | undefined]>([
  ['BMPString', '1e 04 00 75 00 fc', 'uü'],
  ['half a character', '1e 03 00 75 00', undefined],
  ['UniversalString', '1c 08 00 00 00 75 00 01 f6 00', 'u😀'],
  ['the last character that there is', '1c 04 00 10 ff ff', '\u{10ffff}'],
  ['the one behind it', '1c 04 00 11 00 00', undefined],
  ['a quarter of one', '1c 05 00 00 00 75 00', undefined],
  ['TeletexString', '14 01 fc', 'ü'],
  ['an integer', '02 01 75', undefined],
])('the text of a string: %s', (_, hex, expected) => {
  expect(stringText(read(bytes(hex)))).toBe(expected);
});

it('a label that only OpenSSL reads is refused for the certificate, and counts among all', () => {
  const [one, other] = ['CERTIFICATE', 'X509 CERTIFICATE'].map((label) =>
    Buffer.from(pemOf(text('a'), label)),
  );
  const both = Buffer.concat([
    other ?? Buffer.of(),
    one ?? Buffer.of(),
    Buffer.from(pemOf(text('k'), 'PUBLIC KEY')),
  ]);
  expect(message(() => certificateDer(both))).toBe(
    'has the label "X509 CERTIFICATE", which not every program reads',
  );
  expect(certificateLikeBlocks(both)).toHaveLength(2);
  expect(message(() => parsePieces(Buffer.from(pemOf(text('k'), 'PUBLIC KEY'))))).toBe(
    'holds no certificate',
  );
});

describe('a certification request', () => {
  const requestOf = (...parts: readonly Buffer[]): Buffer =>
    sequence(sequence(...parts), sequence(oid('1.2.840.10045.4.3.2')), bytes('03 02 00 01'));
  it.each<[string, Buffer]>([
    ['without a name', requestOf(encodeInteger(0))],
    ['without a key', requestOf(encodeInteger(0), sequence())],
    ['whose key is no structure', requestOf(encodeInteger(0), sequence(), octets(Buffer.of(1)))],
  ])('%s is malformed', (_, der) => {
    for (const act of [requestFacts, requestContent]) expect(() => act(der)).toThrow(DerError);
  });

  it('whose name is no structure has none to copy', () => {
    expect(() => requestSubject(requestOf(encodeInteger(0), octets(Buffer.of(1))))).toThrow(DerError);
  });
});
