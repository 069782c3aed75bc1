/** What verifiers mind in a certificate that can be read (RFC 5280 §4.1), each by itself. */
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { certificateFacts } from '../../src/x509/certificate.ts';
import { DerError, TAG } from '../../src/x509/der.ts';
import { encode } from '../../src/x509/der-write.ts';
import { encodedNameDer, NAME_STRINGS, type NameStrings } from '../../src/x509/name.ts';
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
  type Parts,
  SHA256_ECDSA,
  sequence,
  testKey,
  utcTime,
  VERSION_3,
} from '../helpers/certificate-der.ts';

/** Its signatures, which are not checked here, are all of one length. */
const { privateKey } = generateKeyPairSync('ed25519');
const KEY = testKey(privateKey.export({ format: 'pem', type: 'pkcs8' }));
const [BEGIN, END] = [1_790_000_000, 1_800_000_000];
const PARTS: Parts = {
  version: VERSION_3,
  serial: integer('01'),
  algorithm: SHA256_ECDSA,
  issuer: name([CN, 'ca']),
  validity: sequence(utcTime(BEGIN), utcTime(END)),
  subject: name([CN, 'a']),
  spki: KEY.spki,
  between: Buffer.of(),
  extensions: [],
};
const made = (given: Partial<Parts>, outer?: Buffer): Buffer =>
  certificate({ ...PARTS, ...given }, KEY, outer ?? given.algorithm ?? PARTS.algorithm, null);
const factsOf = (given: Partial<Parts>, outer?: Buffer) => certificateFacts(made(given, outer));
const fourDigits = (time: string): Buffer => encode(TAG.generalizedTime, Buffer.from(time));
const until = (time: string): Buffer => sequence(utcTime(BEGIN), fourDigits(time));
const from = (time: string): Buffer => sequence(fourDigits(time), utcTime(END));
const subject = (tag: number, hex: string): Buffer =>
  sequence(encode(TAG.set, sequence(oid(CN), encode(tag, bytes(hex)))));
const SHA3 = sequence(oid('2.16.840.1.101.3.4.3.10'));
const padding = (size: number): readonly Buffer[] => [extension('1.2.3', octets(Buffer.alloc(size)))];
/** What a certificate has besides such a padding of some size. */
const OVERHEAD = made({ extensions: padding(100_000) }).length - 100_000;

describe('a certificate', () => {
  it.each<[string, Partial<Parts>, Buffer | undefined, readonly string[]]>([
    ['as it should be', {}, undefined, []],
    ['signed by what openssl has no name for', { algorithm: SHA3 }, undefined, ['unsupported-signature']],
    ['with another algorithm inside', { algorithm: SHA3 }, SHA256_ECDSA, ['two-signature-algorithms']],
    ['with an identifier of its issuer', { between: bytes('81020001') }, undefined, ['unique-identifier']],
    ['with both', { between: bytes('8102000182020001') }, undefined, ['unique-identifier']],
    ['to the end of 2049, in four digits', { validity: until('20491231235959Z') }, undefined, ['late-dates']],
    ['from 1950, in four digits', { validity: from('19500101000000Z') }, undefined, ['late-dates']],
    ['from 1949', { validity: from('19491231235959Z') }, undefined, []],
    ['from the year 1', { validity: from('00010101000000Z') }, undefined, []],
    ['to 2050', { validity: until('20500101000000Z') }, undefined, []],
    ['with a name that is no UTF-8', { subject: subject(0x0c, 'c3') }, undefined, ['unreadable-name']],
    ['with a name of BMPString', { subject: subject(0x1e, '0061') }, undefined, []],
    ['of 100 KiB', { extensions: padding(102_400 - OVERHEAD) }, undefined, []],
    ['of an octet more', { extensions: padding(102_401 - OVERHEAD) }, undefined, ['oversized']],
    [
      'with all of that',
      { algorithm: SHA3, between: bytes('81020001'), subject: subject(0x0c, 'c3') },
      undefined,
      ['unsupported-signature', 'unique-identifier', 'unreadable-name'],
    ],
  ])('%s', (_, given, outer, flaws) => expect(factsOf(given, outer).flaws).toEqual(flaws));

  it('says what it says', () => {
    expect(factsOf({})).toMatchObject({
      serial: '01',
      version: 3,
      subject: [{ type: 'CN', value: 'a' }],
      issuer: [{ type: 'CN', value: 'ca' }],
      subjectDer: name([CN, 'a']).toString('hex'),
      issuerDer: name([CN, 'ca']).toString('hex'),
      notBefore: BEGIN,
      notAfter: END,
      keySpec: 'ed25519',
      signature: 'ecdsa-with-SHA256',
      extensions: {},
      unknown: [],
    });
    expect(factsOf({ version: Buffer.of() }).version).toBe(1);
    expect(factsOf({ version: encode(0xa0, integer('01')) }).version).toBe(2);
  });

  it.each<[string, Partial<Parts>]>([
    ['version 1 spelled out', { version: encode(0xa0, integer('00')) }],
    ['two versions', { version: encode(0xa0, integer('02'), integer('02')) }],
    ['identifiers in another order', { between: bytes('8202000181020001') }],
    ['one identifier twice', { between: bytes('8102000181020001') }],
    ['an unknown part', { between: bits(Buffer.of(1)) }],
    ['one date', { validity: sequence(utcTime(BEGIN)) }],
    ['no serial number', { serial: octets(Buffer.of(1)) }],
    ['half a character', { subject: subject(0x1e, '006100') }],
    ['no name', { subject: integer('01') }],
  ])('with %s cannot be read', (_, given) => expect(() => factsOf(given)).toThrow(DerError));
});

describe('strings of a name: the first that has room', () => {
  const [UTF8, PRINTABLE, T61, BMP] = [0x0c, 0x13, 0x14, 0x1e];
  it.each<[NameStrings, tags: readonly number[]]>([
    ['utf8', [UTF8, UTF8, UTF8, UTF8]],
    ['printable', [PRINTABLE, UTF8, UTF8, UTF8]],
    ['t61', [T61, T61, UTF8, UTF8]],
    ['bmp', [BMP, BMP, BMP, UTF8]],
    ['printable-t61', [PRINTABLE, T61, UTF8, UTF8]],
    ['printable-bmp', [PRINTABLE, BMP, BMP, UTF8]],
    ['t61-bmp', [T61, T61, BMP, UTF8]],
    ['printable-t61-bmp', [PRINTABLE, T61, BMP, UTF8]],
  ])('%s', (strings, tags) => {
    expect(Object.keys(NAME_STRINGS)).toHaveLength(8);
    const found = ['web', 'Ö', '東', '😀'].map((value) => {
      const der = encodedNameDer({ subject: [{ type: 'O', value }], strings });
      // Behind three headers of two octets, and the OID.
      return Number.parseInt(der.slice(22, 24), 16);
    });
    expect(found).toEqual(tags);
  });
});
