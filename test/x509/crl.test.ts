// Revocation lists against what openssl prints of them, all made by `openssl ca`, and one of a kind that it cannot make.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { certificateFacts, certificateSpki } from '../../src/x509/certificate.ts';
import { type CrlFacts, crlBlocks, crlFacts, revocationIn } from '../../src/x509/crl.ts';
import { children, DerError, readAll } from '../../src/x509/der.ts';
import { encode } from '../../src/x509/der-write.ts';
import { pemText } from '../../src/x509/pem.ts';
import { signedBy } from '../../src/x509/signature.ts';
import { publicKeyObject } from '../../src/x509/verification-key.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { derOf, opensslSync } from '../helpers/openssl.ts';
import { holds } from '../helpers/property.ts';

const folder = temporaryFolder();
const path = (name: string): string => join(folder, name);
const run = (...args: readonly string[]): string => opensslSync(args, folder);

const P256 = [
  '-newkey',
  'ec',
  '-pkeyopt',
  'ec_paramgen_curve:P-256',
  '-noenc',
  '-addext',
  'subjectKeyIdentifier=hash',
];
run(
  'req',
  '-x509',
  ...P256,
  '-keyout',
  'ca.key',
  '-out',
  'ca.pem',
  '-subj',
  '/C=SE/O=Lists/CN=CRL CA',
  '-days',
  '99',
);
run(
  'req',
  '-x509',
  ...P256,
  '-keyout',
  'other.key',
  '-out',
  'other.pem',
  '-subj',
  '/C=SE/O=Lists/CN=CRL CA',
  '-days',
  '99',
);

/** The database of `openssl ca`: a line per certificate, of which those with a date are revoked. */
function database(...revoked: readonly (readonly [serial: string, revoked: string])[]): void {
  const lines = revoked.map(
    ([serial, how]) => `R\t351231235959Z\t${how}\t${serial}\tunknown\t/CN=${serial}\n`,
  );
  writeFileSync(path('index.txt'), `V\t351231235959Z\t\t77\tunknown\t/CN=valid\n${lines.join('')}`);
}

interface Making {
  readonly number?: string;
  readonly extensions?: string;
  readonly args?: readonly string[];
}

function make({ number = '01', extensions = '', args = [] }: Making = {}): {
  der: Uint8Array;
  facts: CrlFacts;
  text: string;
} {
  writeFileSync(path('number'), `${number}\n`);
  const config = `[ca]
default_ca = x
[x]
database = index.txt
crlnumber = number
default_md = sha256
default_crl_days = 30
crl_extensions = e
unique_subject = no
[e]
authorityKeyIdentifier = keyid
${extensions}
`;
  writeFileSync(path('ca.cnf'), config);
  run(
    'ca',
    '-config',
    'ca.cnf',
    '-gencrl',
    '-keyfile',
    'ca.key',
    '-cert',
    'ca.pem',
    '-out',
    'crl.pem',
    ...args,
  );
  const der = derOf(folder, 'crl.pem');
  return { der, facts: crlFacts(der), text: run('crl', '-in', 'crl.pem', '-noout', '-text') };
}

/** Seconds of a date as openssl prints it. */
const seconds = (text: string | undefined): number => Date.parse(text ?? '') / 1000;

/** Serial, date and reason of each entry as openssl prints them. */
function printedEntries(text: string) {
  return text
    .split('Serial Number: ')
    .slice(1)
    .map((entry) => ({
      serial: /^[0-9A-F]+/.exec(entry)?.[0].toLowerCase(),
      date: seconds(/Revocation Date: (.*)/.exec(entry)?.[1]),
      reason: /CRL Reason Code: ?\n? *(.*)/.exec(entry)?.[1] ?? null,
      since: /Invalidity Date: ?\n? *(.*)/.exec(entry)?.[1] ?? null,
    }));
}

const ALL = [
  ['01', '260101000000Z'],
  ['7F', '260102030405Z,unspecified'],
  ['80', '260102030405Z,keyCompromise'],
  ['00FF', '260103000000Z,CACompromise'],
  ['0123456789ABCDEF0123456789ABCDEF01234567', '491231235959Z,affiliationChanged'],
  ['A0', '260104000000Z,superseded'],
  ['A1', '260104000000Z,cessationOfOperation'],
  ['A2', '260104000000Z,certificateHold'],
  ['A3', '260104000000Z,removeFromCRL'],
  ['A4', '260104000000Z,keyTime,20251224180000Z'],
] as const;

/** openssl prints reasons in words. */
const WORDS: Readonly<Record<string, string>> = {
  unspecified: 'Unspecified',
  keyCompromise: 'Key Compromise',
  cACompromise: 'CA Compromise',
  affiliationChanged: 'Affiliation Changed',
  superseded: 'Superseded',
  cessationOfOperation: 'Cessation Of Operation',
  certificateHold: 'Certificate Hold',
  removeFromCRL: 'Remove From CRL',
};

describe('a list', () => {
  database(...ALL);
  const { der, facts, text } = make({ number: '0102030405060708090A' });

  it('has the issuer, dates, number, key identifier and algorithm that openssl reads', () => {
    const ca = certificateFacts(derOf(folder, 'ca.pem'));
    expect(facts).toMatchObject({
      version: 2,
      issuer: ca.subject,
      issuerDer: ca.subjectDer,
      thisUpdate: seconds(/Last Update: (.*)/.exec(text)?.[1]),
      nextUpdate: seconds(/Next Update: (.*)/.exec(text)?.[1]),
      number: 0x0102030405060708090an,
      deltaOf: null,
      scope: null,
      signature: /Signature Algorithm: (.*\S)/.exec(text)?.[1],
      unknownCritical: [],
    });
    expect(run('crl', '-in', 'crl.pem', '-noout', '-crlnumber').toLowerCase()).toContain(
      '0102030405060708090a',
    );
    expect(text.replaceAll(':', '').toLowerCase()).toContain(facts.authorityKeyId);
  });

  it('has the entries that openssl reads', () => {
    const shown = facts.entries.map(({ serial, date, reason, invalidityDate }) => ({
      serial,
      date,
      reason: reason === null ? null : WORDS[reason],
      since: invalidityDate === null ? null : new Date(invalidityDate * 1000).toUTCString(),
    }));
    const printed = printedEntries(text).map((entry) => ({
      ...entry,
      serial: entry.serial?.replace(/^00(?=.)/, ''),
      since: entry.since === null ? null : new Date(entry.since).toUTCString(),
    }));
    expect(shown).toHaveLength(ALL.length);
    expect(shown).toEqual(printed);
  });

  it('is signed by its issuer, and by no other of the name', () => {
    const keyOf = (file: string) => publicKeyObject(certificateSpki(derOf(folder, file)));
    expect([signedBy(der, keyOf('ca.pem')), signedBy(der, keyOf('other.pem'))]).toEqual([true, false]);
    const broken = Uint8Array.from(der);
    broken[broken.length - 9] = (broken[broken.length - 9] ?? 0) ^ 1;
    expect(signedBy(broken, keyOf('ca.pem'))).toBe(false);
  });

  it('revokes what is on it, by issuer and serial number', () => {
    const { issuerDer } = facts;
    expect(revocationIn(facts, { serial: '80', issuerDer })).toMatchObject({ reason: 'keyCompromise' });
    expect(revocationIn(facts, { serial: 'a2', issuerDer })).toMatchObject({ reason: 'certificateHold' });
    expect(revocationIn(facts, { serial: 'a3', issuerDer })).toBeUndefined();
    expect(revocationIn(facts, { serial: '77', issuerDer })).toBeUndefined();
    expect(revocationIn(facts, { serial: '80', issuerDer: '3000' })).toBeUndefined();
  });

  it('is in PEM or DER, alone or among others', () => {
    const pem = readFileSync(path('crl.pem'));
    run('crl', '-in', 'crl.pem', '-outform', 'DER', '-out', 'crl.der');
    expect(crlBlocks(pem)).toEqual([Buffer.from(der)]);
    expect(crlBlocks(readFileSync(path('crl.der')))).toEqual([Buffer.from(der)]);
    expect(crlBlocks(Buffer.concat([readFileSync(path('ca.pem')), pem, pem]))).toHaveLength(2);
    expect(crlBlocks(readFileSync(path('ca.pem')))).toEqual([]);
  });

  it('is a DerError or nothing wrong, whatever octets are changed', () => {
    holds(
      fc.tuple(fc.nat(der.length - 1), fc.nat(255)),
      ([at, octet]) => {
        const bytes = Uint8Array.from(der);
        bytes[at] = octet;
        try {
          crlFacts(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(DerError);
        }
      },
      1000,
    );
    for (let length = 0; length < der.length; length += 7)
      expect(() => crlFacts(der.subarray(0, length))).toThrow(DerError);
  });
});

describe('of another kind', () => {
  it('without entries, and with other dates', () => {
    database();
    const args = ['-crl_lastupdate', '20260101000000Z', '-crl_nextupdate', '20510101000000Z'];
    expect(make({ args }).facts).toMatchObject({
      entries: [],
      thisUpdate: Date.UTC(2026, 0, 1) / 1000,
      nextUpdate: Date.UTC(2051, 0, 1) / 1000,
    });
  });

  it.each([
    ['onlyuser = TRUE', { only: 'user', isPartial: false, isIndirect: false }],
    ['onlyCA = TRUE', { only: 'ca', isPartial: false, isIndirect: false }],
    ['onlyAA = TRUE', { only: 'attribute', isPartial: false, isIndirect: false }],
    ['onlysomereasons = keyCompromise', { only: null, isPartial: true, isIndirect: false }],
    ['indirectCRL = TRUE', { only: null, isPartial: false, isIndirect: true }],
  ])('with a scope: %s', (line, scope) => {
    database();
    const { facts } = make({
      extensions: `issuingDistributionPoint = critical,@p\n[p]\nfullname = URI:http://x.test/\n${line}`,
    });
    expect(facts).toMatchObject({ scope, unknownCritical: [] });
  });

  it('a delta', () => {
    database();
    expect(make({ number: '09', extensions: '2.5.29.27 = critical,DER:020105' }).facts).toMatchObject({
      number: 9n,
      deltaOf: 5n,
    });
  });

  it.each([
    ['negative', '020180'],
    ['nothing', '0200'],
  ])('a delta to a list whose number is %s is damaged (RFC 5280 §5.2.4)', (_, number) => {
    database();
    expect(() => make({ extensions: `2.5.29.27 = critical,DER:${number}` })).toThrow(DerError);
  });

  it('with a critical extension that nobody knows', () => {
    database();
    expect(make({ extensions: '1.2.3.4 = critical,DER:0500' }).facts.unknownCritical).toEqual(['1.2.3.4']);
  });

  it('of version 1, without a number', () => {
    database(['05', '260101000000Z']);
    const { der } = make();
    const [tbs, algorithm, signature] = children(readAll(der));
    const fields = children(readAll(tbs?.bytes ?? Buffer.of()))
      .slice(1, 6)
      .map(({ bytes }) => bytes);
    const old = encode(
      0x30,
      encode(0x30, ...fields),
      algorithm?.bytes ?? Buffer.of(),
      signature?.bytes ?? Buffer.of(),
    );
    expect(crlFacts(old)).toMatchObject({
      version: 1,
      number: null,
      authorityKeyId: null,
      entries: [{ serial: '05', reason: null }],
    });
    writeFileSync(path('old.pem'), pemText('X509 CRL', old));
    expect(run('crl', '-in', 'old.pem', '-noout', '-text')).toContain('Version 1 (0x0)');
  });

  it('an indirect one, whose entries name their issuers', () => {
    database(['05', '260101000000Z'], ['06', '260101000000Z'], ['07', '260101000000Z']);
    const { der, facts } = make();
    const [tbs, ...rest] = children(readAll(der));
    const fields = children(readAll(tbs?.bytes ?? Buffer.of()));
    const name = encode(
      0x30,
      encode(0x31, encode(0x30, Buffer.from('0603550403', 'hex'), encode(0x0c, Buffer.from('B')))),
    );
    const issuer = encode(
      0x30,
      Buffer.from('0603551d1d0101ff', 'hex'),
      encode(0x04, encode(0x30, encode(0xa4, name))),
    );
    const entries = children(readAll(fields[5]?.bytes ?? Buffer.of())).map((entry, i) =>
      i === 1
        ? encode(0x30, ...children(entry).map(({ bytes }) => bytes), encode(0x30, issuer))
        : entry.bytes,
    );
    const changed = fields.map(({ bytes }, i) => (i === 5 ? encode(0x30, ...entries) : bytes));
    const indirect = crlFacts(encode(0x30, encode(0x30, ...changed), ...rest.map(({ bytes }) => bytes)));
    const other = name.toString('hex');
    expect(indirect.entries.map(({ issuerDer }) => issuerDer)).toEqual([facts.issuerDer, other, other]);
    expect(indirect.unknownCritical).toEqual([]);
  });
});

it('GnuTLS reads the same', ({ skip }) => {
  const certtool = (...args: readonly string[]): string =>
    execFileSync('certtool', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  let isThere = true;
  try {
    certtool('--version');
  } catch {
    isThere = false;
  }
  skip(!isThere, 'certtool is not installed');
  database(...ALL);
  const { facts } = make({ number: '2A' });
  const printed = certtool('--crl-info', '--infile', 'crl.pem');
  expect(printed).toContain(`Revoked certificates (${facts.entries.length})`);
  const serials = [...printed.matchAll(/Serial Number \(hex\): (\w+)/g)].map(([, serial]) =>
    serial?.replace(/^00(?=.)/, ''),
  );
  expect(serials).toEqual(facts.entries.map(({ serial }) => serial));
  expect(printed).toContain('CRL Number (not critical): 2a');
});
