// The database of `openssl ca`: which lines say that a certificate is revoked, and which certificate that is.
import { describe, expect, it } from 'vitest';
import { isOnRecord, revokedRecords } from '../../src/adopt/ca-database.ts';
import type { CertificateFacts } from '../../src/x509/facts.ts';
import { aServer, certificateFor, DAY, keyFacts, NOW } from '../helpers/entities.ts';

const LONG = '0123456789abcdef01';
const line = (status: string, revoked: string, serial: string, subject = '/CN=a') =>
  `${status}\t360131120000Z\t${revoked}\t${serial}\tunknown\t${subject}\n`;

/** Of every line. */
const END = Date.parse('2036-01-31T12:00:00Z') / 1000;

describe('revoked certificates of a database', () => {
  it.each([
    ['a date alone', '260131120000Z', '2026-01-31T12:00:00Z', null],
    ['a reason', '260131120000Z,keyCompromise', '2026-01-31T12:00:00Z', 'keyCompromise'],
    [
      'a reason with its own date',
      '260131120000Z,keyTime,20250101000000Z',
      '2026-01-31T12:00:00Z',
      'keyTime',
    ],
    ['a date of the last century', '990131120000Z', '1999-01-31T12:00:00Z', null],
    ['a date after 2049', '20510131120000Z', '2051-01-31T12:00:00Z', null],
    ['a date that is none', 'yesterday', null, null],
    ['a date in a 13th month', '261331120000Z', null, null],
    ['digits in front of a date', '120260131120000Z', null, null],
    ['digits behind a date', '20260131120000Z1', null, null],
    ['a date of 1950', '500131120000Z', '1950-01-31T12:00:00Z', null],
    ['a date of 2049', '490131120000Z', '2049-01-31T12:00:00Z', null],
    ['no date', '', null, null],
  ])('with %s', (_, revoked, iso, reason) => {
    const date = iso === null ? null : Date.parse(iso) / 1000;
    expect(revokedRecords(line('R', revoked, '0A'))).toEqual([
      { serial: '0a', date, reason, subject: '/CN=a', notAfter: END },
    ]);
  });

  it('are those with R; what is valid or expired is none', () => {
    const text = line('V', '', '01') + line('R', '260131120000Z', '02') + line('E', '', '03');
    expect(revokedRecords(text)?.map(({ serial }) => serial)).toEqual(['02']);
    expect(revokedRecords(text.replaceAll('\n', '\r\n'))).toHaveLength(1);
    expect(revokedRecords(line('V', '', '01'))).toEqual([]);
  });

  it.each([
    ['a comment in front', (text: string) => `# of the CA\n${text}`],
    ['a byte order mark, as octets', (text: string) => `\xef\xbb\xbf${text}`],
    ['a line that was cut', (text: string) => `${text}V\t2601\n`],
    ['empty lines', (text: string) => `\n${text}\n\n`],
  ])('stay revoked with %s', (_, changed) => {
    const text = line('V', '', '01') + line('R', '260131120000Z', '02');
    expect(revokedRecords(changed(text))?.map(({ serial }) => serial)).toEqual(['02']);
  });

  it('stay revoked in the first line, behind a byte order mark, which stands nowhere else', () => {
    const [revoked, valid] = [line('R', '260131120000Z', '02'), line('V', '', '01')];
    expect(revokedRecords(`\xef\xbb\xbf${revoked}${valid}`)).toHaveLength(1);
    expect(revokedRecords(`${valid}\xef\xbb\xbf${revoked}`)).toEqual([]);
  });

  it.each([
    ['a comment', (row: string) => `#${row}`],
    ['of one column more', (row: string) => row.replace('\n', '\tx\n')],
  ])('are not in a line that is %s', (_, changed) => {
    const revoked = changed(line('R', '260131120000Z', '02'));
    expect(revokedRecords(line('V', '', '01') + revoked)).toEqual([]);
  });

  it.each(['', '\n', 'V\n', line('X', '', '01'), 'R\t1\t\t01\tunknown\t/CN=a', '01\n'])(
    'are not looked for in %j',
    (text) => expect(revokedRecords(text)).toBeNull(),
  );

  it.each([
    ['01', '01'],
    ['0A', '0a'],
    ['A', '0a'],
    ['00FF', 'ff'],
    ['0000', '00'],
    ['1000', '1000'],
    ['0100', '0100'],
  ])('serial number %s is %s, as in certificates', (written, serial) => {
    expect(revokedRecords(line('R', '', written))?.[0]?.serial).toBe(serial);
  });
});

describe('a record is of a certificate', () => {
  const facts = (serial: string, ...values: readonly string[]): CertificateFacts => ({
    ...certificateFor(
      aServer(),
      keyFacts('a'),
      { notBefore: NOW, notAfter: NOW + DAY, cappedBy: null, subjectKeyId: null },
      null,
      serial,
    ),
    subject: values.map((value) => {
      const [type = '', text = ''] = value.split('=');
      return { type, value: text };
    }),
  });
  const record = (serial: string, subject: string) => ({
    serial,
    subject,
    date: null,
    reason: null,
    notAfter: null,
  });

  it.each([
    ['by serial number and subject', record('01', '/C=SE/CN=a'), facts('01', 'C=SE', 'CN=a'), true],
    ['not of another subject', record('01', '/C=SE/CN=a'), facts('01', 'C=SE', 'CN=b'), false],
    ['not of another serial number', record('02', '/C=SE/CN=a'), facts('01', 'C=SE', 'CN=a'), false],
    ['by a serial number that is random', record(LONG, '/CN=?'), facts(LONG, 'CN=a'), true],
    ['whatever is not ASCII', record('01', '/CN=Z\\xC3\\xBCrich'), facts('01', 'CN=Z\u00fcrich'), true],
  ])('%s', (_, one, cert, expected) => expect(isOnRecord(one, cert)).toBe(expected));
});
