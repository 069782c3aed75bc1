/**
 * Lists that a strict reader refuses, and by which openssl refuses a certificate all the same: who is on them is revoked.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readContent } from '../../src/adopt/read-content.ts';
import { revocationsOf } from '../../src/adopt/revocations.ts';
import { certificateSpki } from '../../src/x509/certificate.ts';
import { crlFacts, revocationIn } from '../../src/x509/crl.ts';
import { anyCrlFacts } from '../../src/x509/crl-loose.ts';
import { DerError, TAG } from '../../src/x509/der.ts';
import { encode } from '../../src/x509/der-write.ts';
import { signedBy } from '../../src/x509/signature.ts';
import { publicKeyObject } from '../../src/x509/verification-key.ts';
import {
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
  signed,
  testKey,
  utcTime,
  VERSION_3,
} from '../helpers/certificate-der.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { opensslSync } from '../helpers/openssl.ts';

const folder = temporaryFolder();
const newKey = () =>
  testKey(opensslSync(['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'], folder));
const CA_KEY = newKey();
const ISSUER = name([CN, 'loose']);
/** 2026-10-05 00:00, and the dates around it. */
const [BEFORE, REVOKED, SIGNED, AFTER] = [1_780_000_000, 1_791_158_400, 1_791_200_000, 1_950_000_000];

const parts = { version: VERSION_3, algorithm: SHA256_ECDSA, issuer: ISSUER, between: Buffer.of() };
const validity = sequence(utcTime(BEFORE), utcTime(AFTER));
const CA = certificate(
  {
    ...parts,
    serial: integer('01'),
    validity,
    subject: ISSUER,
    spki: CA_KEY.spki,
    extensions: [
      extension('2.5.29.19', bytes('30030101ff'), true),
      extension('2.5.29.15', bytes('03020106'), true),
    ],
  },
  CA_KEY,
);
const LEAF = certificate(
  {
    ...parts,
    serial: integer('5ca1ab1e'),
    validity,
    subject: name([CN, 'left']),
    spki: newKey().spki,
    extensions: [],
  },
  CA_KEY,
);

const time = (tag: number, text: string): Buffer => encode(tag, Buffer.from(text));
const USUAL = utcTime(REVOKED);
const entry = ({
  serial = '5ca1ab1e',
  date = USUAL,
  extensions = bytes(''),
}: {
  readonly serial?: string;
  readonly date?: Buffer;
  readonly extensions?: Buffer;
} = {}): Buffer => sequence(integer(serial), date, extensions);
const withReason = (value: string, between = ''): Buffer =>
  entry({ extensions: sequence(sequence(oid('2.5.29.21'), bytes(between), octets(bytes(value)))) });
const NUMBER = sequence(extension('2.5.29.20', bytes('020103')));
const list = (one: Buffer, extensions = NUMBER, thisUpdate = utcTime(SIGNED)): Buffer =>
  signed(
    sequence(
      bytes('020101'),
      SHA256_ECDSA,
      ISSUER,
      thisUpdate,
      utcTime(AFTER),
      sequence(one),
      encode(0xa0, extensions),
    ),
    CA_KEY,
  );

const LOOSE: readonly (readonly [what: string, der: Buffer, complaint: string])[] = [
  ['a reason that there is not', list(withReason('0a0107')), 'no such reason'],
  ['a reason of another type', list(withReason('020104')), 'expected DER tag'],
  ['a default that is spelled out', list(withReason('0a0104', '010100')), 'which is not DER'],
  ['a date without seconds', list(entry({ date: time(TAG.utcTime, '2610050000Z') })), 'unexpected time'],
  ['a date with an offset', list(entry({ date: time(TAG.utcTime, '261005000000+0000') })), 'unexpected time'],
  ['a negative number', list(entry(), sequence(extension('2.5.29.20', bytes('0201f1')))), 'INTEGER'],
  ['a number that is none', list(entry(), sequence(extension('2.5.29.20', Buffer.from('7th')))), 'DER'],
];

/** What openssl says of the leaf by this list. */
function judged(der: Buffer): string {
  writeFileSync(join(folder, 'ca.pem'), pemOf(CA));
  writeFileSync(join(folder, 'leaf.pem'), pemOf(LEAF));
  writeFileSync(join(folder, 'crl.pem'), pemOf(der, 'X509 CRL'));
  const at = ['-attime', String(SIGNED + 60)];
  const files = ['-CAfile', 'ca.pem', '-CRLfile', 'crl.pem', 'leaf.pem'];
  const { stdout, stderr } = spawnSync('openssl', ['verify', '-crl_check', ...at, ...files], {
    cwd: folder,
    encoding: 'utf8',
  });
  return stdout + stderr;
}

const KEY = publicKeyObject(certificateSpki(CA));

describe('a list with', () => {
  it.each(LOOSE)('%s revokes who is on it', (_, der, complaint) => {
    expect(judged(der)).toContain('certificate revoked');
    expect(() => crlFacts(der)).toThrow(complaint);
    const facts = anyCrlFacts(der);
    const leaf = { serial: '5ca1ab1e', issuerDer: ISSUER.toString('hex') };
    expect(revocationIn(facts, leaf)).toMatchObject({ date: REVOKED, reason: null });
    expect(facts.unknownCritical).toEqual(['unreadable']);
    expect(signedBy(der, KEY)).toBe(true);
  });

  it.each(LOOSE)('%s keeps adoption from bringing it back', (_, der) => {
    const files = [
      readContent(Buffer.from(pemOf(CA)), 'ca.crt'),
      readContent(Buffer.from(pemOf(LEAF)), 'left.crt'),
      readContent(Buffer.from(pemOf(der, 'X509 CRL')), 'list.pem'),
      readContent(der, 'list.crl'),
    ];
    const found = files.filter((file) => file !== null && 'crls' in file);
    expect(found).toHaveLength(4);
    const [revocation] = revocationsOf(found).byFingerprint.values();
    expect(revocation).toMatchObject({ by: 'crl', path: 'list.pem', date: REVOKED });
  });

  it.each([
    ['a padded serial number', list(entry({ serial: '005ca1ab1e' })), REVOKED, SIGNED - (SIGNED % 60)],
    ['a date of words', list(entry({ date: time(TAG.utcTime, 'lately') })), 0, SIGNED - (SIGNED % 60)],
    [
      'four digits for a year, and a fraction',
      list(entry(), NUMBER, time(TAG.generalizedTime, '20261101000000.5Z')),
      REVOKED,
      Date.UTC(2026, 10) / 1000,
    ],
  ])('%s is read as far as it goes', (_, der, date, thisUpdate) => {
    expect(() => crlFacts(der)).toThrow(DerError);
    const { entries, ...facts } = anyCrlFacts(der);
    expect(facts.thisUpdate).toBe(thisUpdate);
    expect(entries.map((one) => [one.serial, one.date])).toEqual([['5ca1ab1e', date]]);
  });

  it('nothing wrong is read whole', () => {
    expect(anyCrlFacts(list(entry()))).toEqual(crlFacts(list(entry())));
  });

  it('nothing to read is refused with what the strict reader says', () => {
    expect(() => anyCrlFacts(sequence(sequence(bytes('0500'))))).toThrow(DerError);
    expect(() => anyCrlFacts(bytes('3080'))).toThrow('unsupported DER length');
  });
});
