/** Which names OpenSSL reads: every type of string, against what node, which has OpenSSL in it, says of a certificate. */
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { expect, it } from 'vitest';
import { readAll, TAG } from '../../src/x509/der.ts';
import { encode } from '../../src/x509/der-write.ts';
import { isOpensslName } from '../../src/x509/name-read.ts';
import {
  bytes,
  CN,
  certificate,
  integer,
  name,
  oid,
  sequence,
  testKey,
  utcTime,
  VERSION_3,
} from '../helpers/certificate-der.ts';

const ED25519 = sequence(oid('1.3.101.112'));
const KEY = testKey(generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }));

const named = (...values: readonly Buffer[]): Buffer =>
  sequence(...values.map((value) => encode(TAG.set, sequence(oid(CN), value))));

function isReadByNode(subject: Buffer): boolean {
  const parts = { version: VERSION_3, serial: integer('01'), algorithm: ED25519, issuer: name([CN, 'ca']) };
  const validity = sequence(utcTime(0), utcTime(1));
  const rest = { validity, subject, spki: KEY.spki, between: Buffer.of(), extensions: [] };
  try {
    return new X509Certificate(certificate({ ...parts, ...rest }, KEY, ED25519, null)) !== null;
  } catch {
    return false;
  }
}

const agree = (subject: Buffer, isRead: boolean): void => {
  expect({ ours: isOpensslName(readAll(subject)), node: isReadByNode(subject) }).toEqual({
    ours: isRead,
    node: isRead,
  });
};

it('the name that we write', () => agree(named(encode(TAG.utf8String, Buffer.from('Å'))), true));
it('no name at all', () => agree(named(), true));

/** Eight octets that are a value of nearly any type; the octets of a sequence are not looked at. */
const SAME = '00 00 00 41 00 00 00 42';
const READ = [0x03, 0x07, 0x08, 0x09, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x12, 0x13, 0x14, 0x16, 0x1c, 0x1d, 0x1e];

it.each(Array.from({ length: 0x1f }, (_, tag) => tag))('a value of the universal type %i', (tag) => {
  agree(named(encode(tag, bytes(SAME))), READ.includes(tag));
});

/** Of no octet to five: half characters, surrogates, what is beyond the last character, unused bits, cut UTF-8. */
const BODIES = [
  ...['', '00', '07', '08', '41', '80', 'c3', 'ff', '00 00', '07 ff', '08 00', '09 01', 'ff ff', '80 00'],
  ...['00 00 00', '01 02 03', 'ff ff ff', 'c0 80', 'fe ff', 'd8 00 41', '41 42 43 44 45', 'f8 88 80 80 80'],
  ...[
    '00 00 00 41',
    '00 10 ff ff',
    '00 11 00 00',
    '7f ff ff ff',
    'ff ff ff ff',
    'd8 00 00 00',
    '80 00 d8 00',
  ],
  ...['00 01 d8 00', '00 00 d8 00', 'f4 90 80 80', '02 01'],
];

it.each(Array.from({ length: 0x1f }, (_, tag) => tag))(
  'values of the universal type %i, as node says',
  (tag) => {
    const subjects = BODIES.map((body) => [body, named(encode(tag, bytes(body)))] as const);
    expect(subjects.map(([body, subject]) => [body, isOpensslName(readAll(subject))])).toEqual(
      subjects.map(([body, subject]) => [body, isReadByNode(subject)]),
    );
  },
);

it.each([
  ['a sequence', 0x30, true],
  ['a set', 0x31, false],
  ['a type of no standard', 0x80, false],
  ['a private one', 0xc1, false],
])('%s', (_, tag, isRead) => agree(named(encode(tag, encode(TAG.integer, Buffer.of(1)))), isRead));

it.each<[string, number, string, boolean]>([
  ['UTF-8', 0x0c, 'c3 85', true],
  ['UTF-8 that is cut short', 0x0c, 'c3', false],
  ['UTF-8 of half a pair', 0x0c, 'ed a0 80', false],
  ['the last before all surrogates', 0x1e, 'd7 ff', true],
  ['the first surrogate', 0x1e, 'd8 00', false],
  ['the last surrogate', 0x1e, 'df ff', false],
  ['the first behind all surrogates', 0x1e, 'e0 00', true],
  ['octets of two characters that would be one', 0x1e, '00 d8 00 df', true],
  ['a pair of surrogates', 0x1e, 'd8 00 dc 00', false],
  ['the first surrogate in four octets', 0x1c, '00 00 d8 00', false],
  ['the last surrogate in four octets', 0x1c, '00 00 df ff', false],
  ['another plane with the same octets', 0x1c, '00 01 d8 00', true],
  ['the last before all surrogates, in four octets', 0x1c, '00 00 d7 ff', true],
  ['octets elsewhere', 0x1c, '00 00 00 d8', true],
])('%s', (_, tag, text, isRead) => agree(named(encode(tag, bytes(text))), isRead));

it('of several attributes each counts, in whatever set', () => {
  const good = encode(TAG.utf8String, Buffer.from('a'));
  const bad = encode(0x1a, Buffer.from('a'));
  agree(named(good, good), true);
  agree(named(good, bad), false);
  agree(named(bad, good), false);
  const both = encode(TAG.set, sequence(oid(CN), good), sequence(oid('2.5.4.11'), bad));
  agree(sequence(both), false);
});
