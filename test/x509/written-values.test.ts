/** What this program writes and reads back, octet by octet: lists, signature algorithms, times and numbers. */
import { describe, expect, it } from 'vitest';
import type { Revoked } from '../../src/pki/revocation.ts';
import { encodeTbsCertificate } from '../../src/x509/certificate-write.ts';
import { crlFacts } from '../../src/x509/crl.ts';
import { encodeTbsCertList } from '../../src/x509/crl-write.ts';
import { children, context, readAll } from '../../src/x509/der.ts';
import {
  encode,
  encodeBigInteger,
  encodeBits,
  encodeGeneralizedTime,
  encodeInteger,
  encodeOid,
  encodeTime,
} from '../../src/x509/der-write.ts';
import { encodeSigned, signatureAlgorithm, signingBy } from '../../src/x509/signature-write.ts';
import { bytes, CN, integer, name, octets, oid, sequence, utcTime } from '../helpers/certificate-der.ts';
import { NOW } from '../helpers/entities.ts';

const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');

it.each([
  ['00', '00'],
  ['0000', '00'],
  ['7f', '7f'],
  ['80', '0080'],
  ['00007f01', '7f01'],
  ['0080ff', '0080ff'],
])('a serial number of the octets %s is the INTEGER %s', (serial, content) => {
  const algorithm = signatureAlgorithm(signingBy('ed25519'));
  if (algorithm === undefined) throw new Error('no algorithm');
  const empty = name();
  const [notBefore, notAfter] = [NOW, NOW + 1];
  const parts = { algorithm, issuer: empty, subject: empty, spki: sequence(), extensions: [] };
  const tbs = encodeTbsCertificate({ serial: Buffer.from(serial, 'hex'), notBefore, notAfter, ...parts });
  expect(hex(children(readAll(tbs))[1]?.body)).toBe(content);
});

describe('a revocation list', () => {
  const ED25519 = signatureAlgorithm(signingBy('ed25519'));
  const list = (...entries: readonly Revoked[]) => {
    if (ED25519 === undefined) throw new Error('no algorithm');
    const content = { issuer: name([CN, 'ca']), keyIdentifier: 'aa55', number: 128n, entries };
    const tbs = encodeTbsCertList({ algorithm: ED25519, thisUpdate: NOW, nextUpdate: NOW + 1, ...content });
    return { tbs, facts: crlFacts(encodeSigned(tbs, ED25519, Buffer.alloc(64))) };
  };
  const entry = (serial: string, given: Partial<Revoked> = {}): Revoked => ({
    serial,
    date: NOW,
    reason: null,
    ...given,
  });

  it('says who made it, when, and with which number; without entries it has no list of them', () => {
    const { tbs, facts } = list();
    const issuer = name([CN, 'ca']).toString('hex');
    expect(facts).toMatchObject({ version: 2, issuerDer: issuer, thisUpdate: NOW, nextUpdate: NOW + 1 });
    expect(facts).toMatchObject({ number: 128n, authorityKeyId: 'aa55', signature: 'ED25519', entries: [] });
    const extensions = sequence(
      sequence(oid('2.5.29.35'), octets(sequence(bytes('8002aa55')))),
      sequence(oid('2.5.29.20'), octets(integer('0080'))),
    );
    const algorithm = bytes('300506032b6570');
    const times = [utcTime(NOW), utcTime(NOW + 1)];
    expect(tbs).toEqual(
      sequence(integer('01'), algorithm, name([CN, 'ca']), ...times, encode(context(0), extensions)),
    );
  });

  it('has its entries by number, as numbers go', () => {
    const serials = ['0100', '02', '-05', '80', '00ff'].map((serial) => entry(serial));
    expect(list(...serials).facts.entries.map(({ serial }) => serial)).toEqual([
      '-05',
      '02',
      '80',
      'ff',
      '0100',
    ]);
  });

  it.each<[string, Partial<Revoked>, object]>([
    ['nothing more', {}, { reason: null, invalidityDate: null }],
    ['the first reason', { reason: 'unspecified' }, { reason: 'unspecified', invalidityDate: null }],
    ['a reason', { reason: 'keyCompromise' }, { reason: 'keyCompromise', invalidityDate: null }],
    ['one behind the gap', { reason: 'removeFromCRL' }, { reason: 'removeFromCRL' }],
    ['the last reason', { reason: 'aACompromise' }, { reason: 'aACompromise' }],
    ['a date without a reason', { invalidityDate: NOW - 5 }, { reason: null, invalidityDate: NOW - 5 }],
    ['both', { reason: 'cACompromise', invalidityDate: 0 }, { reason: 'cACompromise', invalidityDate: 0 }],
  ])('says of an entry %s', (_, given, expected) => {
    expect(list(entry('05', given)).facts.entries).toMatchObject([{ serial: '05', date: NOW, ...expected }]);
  });

  it('has no extensions where an entry has none, and a reason as ENUMERATED', () => {
    const written = (given: Partial<Revoked>, ...extensions: readonly Buffer[]) => {
      const listed = extensions.length === 0 ? [] : [sequence(...extensions)];
      const all = sequence(sequence(integer('05'), utcTime(NOW), ...listed));
      expect(hex(list(entry('05', given)).tbs)).toContain(`${hex(utcTime(NOW + 1))}${hex(all)}a0`);
    };
    const reason = sequence(oid('2.5.29.21'), octets(bytes('0a0101')));
    // GeneralizedTime, whatever the year (RFC 5280 §5.3.2).
    const since = sequence(oid('2.5.29.24'), octets(encode(0x18, Buffer.from('19700101000000Z'))));
    written({});
    written({ reason: 'keyCompromise' }, reason);
    written({ invalidityDate: 0 }, since);
    written({ reason: 'keyCompromise', invalidityDate: 0 }, reason, since);
  });
});

describe('the algorithm of a signature', () => {
  const PSS256 =
    '304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120';
  it.each<[string, Parameters<typeof signingBy>[1], string, string | null]>([
    ['rsa-2048', undefined, '300d06092a864886f70d01010b0500', 'sha256'],
    ['rsa-2048', { digest: 'sha512', padding: null }, '300d06092a864886f70d01010d0500', 'sha512'],
    ['ecdsa-p256', undefined, '300a06082a8648ce3d040302', 'sha256'],
    ['ecdsa-p521', undefined, '300a06082a8648ce3d040304', 'sha512'],
    ['ed25519', undefined, '300506032b6570', null],
    ['ed448', undefined, '300506032b6571', null],
    ['ml-dsa-65', undefined, '300b0609608648016503040312', null],
    ['rsa-pss-2048', undefined, PSS256, 'sha256'],
    ['rsa-2048', { digest: null, padding: 'rsa-pss' }, PSS256, 'sha256'],
    [
      'rsa-2048',
      { digest: 'sha384', padding: 'rsa-pss' },
      PSS256.replaceAll('0304020105', '0304020205').replace(/20$/, '30'),
      'sha384',
    ],
    [
      'rsa-2048',
      { digest: 'sha512', padding: 'rsa-pss' },
      PSS256.replaceAll('0304020105', '0304020305').replace(/20$/, '40'),
      'sha512',
    ],
  ])('of %s under %j', (key, terms, identifier, digest) => {
    const found = signatureAlgorithm(signingBy(key, terms));
    expect([hex(found?.identifier), found?.digest]).toEqual([identifier, digest]);
    expect(found?.isPss).toBe(identifier.startsWith('3041'));
  });

  it.each(['dsa-2048', 'x25519'])('with a key of kind %s there is none', (key) => {
    expect(signatureAlgorithm(signingBy(key))).toBeUndefined();
  });
});

describe('numbers and times in DER', () => {
  it.each([
    [0, '020100'],
    [127, '02017f'],
    [128, '02020080'],
    [255, '020200ff'],
    [256, '02020100'],
    [65536, '0203010000'],
  ])('%i', (value, expected) => {
    expect([hex(encodeInteger(value)), hex(encodeBigInteger(BigInt(value)))]).toEqual([expected, expected]);
  });
  it.each([
    [-1n, '0201ff'],
    [-128n, '020180'],
    [-129n, '0202ff7f'],
    [2n ** 64n, '0209010000000000000000'],
  ])('%s', (value, expected) => expect(hex(encodeBigInteger(value))).toBe(expected));
  it.each([
    ['1.2.840', '06032a8648'],
    ['2.5.29.19', '0603551d13'],
    ['0.9', '060109'],
    ['1.3.127.128.16384', '06072b7f8100818000'],
    ['2.999.3', '0603883703'],
  ])('the OID %s', (dotted, expected) => expect(hex(encodeOid(dotted))).toBe(expected));
  it.each<[readonly number[], string]>([
    [[], '030100'],
    [[0], '03020780'],
    [[7], '03020001'],
    [[8], '0303070080'],
    [[0, 5, 6], '03020186'],
  ])('bits %j', (set, expected) => expect(hex(encodeBits(set))).toBe(expected));
  it.each([
    [127, 2],
    [128, 3],
    [255, 3],
    [256, 4],
    [65536, 5],
  ])('%i octets stand behind %i', (length, header) => {
    const whole = encode(0x04, Buffer.alloc(length));
    expect(whole.length).toBe(length + header);
    expect(readAll(whole).body).toHaveLength(length);
  });
  const at = (text: string) => Date.parse(text) / 1000;
  it.each([
    ['1949-12-31T23:59:59Z', '180f', '19491231235959Z'],
    ['1950-01-01T00:00:00Z', '170d', '500101000000Z'],
    ['2026-11-23T12:00:00Z', '170d', '261123120000Z'],
    ['2049-12-31T23:59:59Z', '170d', '491231235959Z'],
    ['2050-01-01T00:00:00Z', '180f', '20500101000000Z'],
  ])('%s (RFC 5280 §4.1.2.5)', (moment, header, digits) => {
    expect(hex(encodeTime(at(moment)))).toBe(header + Buffer.from(digits).toString('hex'));
    const long = moment.replaceAll(/[-:T]/g, '');
    expect(hex(encodeGeneralizedTime(at(moment)))).toBe(`180f${Buffer.from(long).toString('hex')}`);
  });
});
