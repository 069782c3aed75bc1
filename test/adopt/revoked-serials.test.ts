/** Which certificates of an adopted authority are revoked: by its lists, by databases, and by the folder where they are. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DatabaseRecord } from '../../src/adopt/ca-database.ts';
import type { EntryDraft } from '../../src/adopt/draft.ts';
import type { FoundFile } from '../../src/adopt/found.ts';
import type { PlacedPair } from '../../src/adopt/hierarchy.ts';
import type { Revocation, SignedCrl } from '../../src/adopt/revocations.ts';
import { type Context, revokedBy } from '../../src/adopt/revoked-serials.ts';
import type { CrlEntry } from '../../src/x509/crl.ts';
import type { CertificateFacts } from '../../src/x509/facts.ts';
import { certificateDer } from '../../src/x509/parse.ts';
import {
  anAuthority,
  aServer,
  type Changes,
  certificateFor,
  changed,
  DAY,
  keyFacts,
  NOW,
} from '../helpers/entities.ts';

const fixture = (path: string): Uint8Array =>
  certificateDer(
    readFileSync(join(import.meta.dirname, `../fixtures/0.1.0/everything/pki/${path}/cert.pem`)),
  );
/** One that signed itself makes every signature a good one; the other is signed by another key. */
const [GOOD, BAD] = [fixture('authorities/root'), fixture('servers/api')];

const ISSUANCE = { notBefore: NOW - DAY, notAfter: NOW + 90 * DAY, cappedBy: null, subjectKeyId: null };
const CA = certificateFor(anAuthority({ name: 'ca' }), keyFacts('ca'), ISSUANCE, null, 'ca');

function draft(certPath = 'ca/cert.pem', facts = CA): EntryDraft {
  const pair: PlacedPair = {
    cert: { facts, der: GOOD },
    certPath,
    key: keyFacts('ca'),
    keyPath: 'ca/key.pem',
    section: 'authorities',
    issuer: null,
    notes: [],
  };
  return { pair, name: 'ca', id: 'authorities/ca', entry: {}, notes: [] };
}

const OWN = draft();

const leaf = (serial: string, changes: Changes = {}): CertificateFacts =>
  changed(certificateFor(aServer({ name: serial }), keyFacts(serial), ISSUANCE, CA, serial), changes);

const entry = (serial: string, given: Partial<CrlEntry> = {}): CrlEntry => ({
  serial,
  issuerDer: CA.subjectDer,
  date: NOW - DAY,
  reason: null,
  invalidityDate: null,
  ...given,
});

const list = (entries: readonly CrlEntry[], given: Partial<SignedCrl['facts']> = {}): SignedCrl =>
  ({
    facts: { issuerDer: CA.subjectDer, thisUpdate: NOW, entries, unknownCritical: [], ...given },
    path: 'ca/crl.pem',
  }) as unknown as SignedCrl;

const record = (serial: string, given: Partial<DatabaseRecord> = {}): DatabaseRecord => ({
  serial,
  date: NOW - DAY,
  reason: null,
  subject: '/CN=x',
  notAfter: NOW + DAY,
  ...given,
});

const file = (path: string, ...revoked: readonly DatabaseRecord[]): FoundFile =>
  ({ path, revoked }) as unknown as FoundFile;

/** What the folder shows. */
interface Given extends Partial<Pick<Context, 'files' | 'lists' | 'authorities'>> {
  readonly certificates?: readonly CertificateFacts[];
  /** Signed by another key. */
  readonly foreign?: readonly CertificateFacts[];
  readonly why?: Readonly<Record<string, Revocation>>;
}

function revoked({ certificates = [], foreign = [], why = {}, lists = [], ...given }: Given, own = OWN) {
  const found = (all: readonly CertificateFacts[], der: Uint8Array) =>
    all.map((facts) => ({ cert: { facts, der }, alone: [], together: [] }));
  const byFingerprint = new Map(
    [...certificates, ...foreign].flatMap(({ serial, fingerprint }) => {
      const one = why[serial];
      return one === undefined ? [] : [[fingerprint, one] as const];
    }),
  );
  return revokedBy(own, {
    files: [],
    authorities: [own],
    ...given,
    occurrences: [...found(certificates, GOOD), ...found(foreign, BAD)],
    revocations: { byFingerprint, lists },
    lists,
    now: NOW,
  });
}

const serials = (given: Given, own = OWN) => revoked(given, own).map(({ serial }) => serial);

describe('by a list', () => {
  it('with the date and the reason', () => {
    expect(revoked({ lists: [list([entry('01', { reason: 'keyCompromise' }), entry('02')])] })).toEqual([
      { serial: '01', date: NOW - DAY, reason: 'keyCompromise' },
      { serial: '02', date: NOW - DAY, reason: null },
    ]);
  });

  it.each<[string, readonly SignedCrl[]]>([
    ['with what is not read', [list([entry('01')], { unknownCritical: ['1.2.3'] })]],
    ['of another issuer', [list([entry('01', { issuerDer: 'aa' })])]],
    ['that takes it off', [list([entry('01', { reason: 'removeFromCRL' })])]],
    [
      'that holds it, before a newer one without it',
      [list([entry('01', { reason: 'certificateHold' })]), list([], { thisUpdate: NOW + 1 })],
    ],
  ])('not %s', (_, lists) => expect(revoked({ lists })).toEqual([]));

  it('that holds it, for no reason that a manifest has', () => {
    expect(revoked({ lists: [list([entry('01', { reason: 'certificateHold' })])] })).toEqual([
      { serial: '01', date: NOW - DAY, reason: null },
    ]);
  });

  it('of which the newer one counts, in whatever order they are found', () => {
    const old = list([entry('01', { reason: 'superseded' }), entry('02')], { thisUpdate: NOW - DAY });
    const fresh = list([entry('01', { reason: 'keyCompromise' })]);
    for (const lists of [
      [old, fresh],
      [fresh, old],
    ])
      expect(revoked({ lists }).map(({ serial, reason }) => `${serial} ${reason}`)).toEqual([
        '01 keyCompromise',
        '02 null',
      ]);
  });
});

describe('in the order in which they were revoked', () => {
  it('and what has no date is revoked today', () => {
    const dates = { '01': NOW - 1, '02': NOW - 3, '03': NOW + 1, '04': NOW - 2 };
    const lists = [list(Object.entries(dates).map(([serial, date]) => entry(serial, { date })))];
    const certificates = [leaf('05')];
    expect(serials({ lists, certificates, why: { '05': { by: 'folder' } } })).toEqual([
      '02',
      '04',
      '01',
      '05',
      '03',
    ]);
  });
});

describe('a serial number', () => {
  it.each([
    ['00', true],
    ['abcdef', true],
    ['ab'.repeat(21), true],
    ['ab'.repeat(22), false],
    ['-01', false],
    ['1', false],
    ['0x01', false],
    ['01:02', false],
    ['', false],
  ])('%j can be said: %s', (serial, expected) => {
    expect(serials({ lists: [list([entry(serial)])] })).toEqual(expected ? [serial] : []);
  });
});

describe('a certificate of the folder', () => {
  const ended = leaf('01', { notAfter: NOW - 1 });
  const by: Revocation = { by: 'database', path: 'index.txt', date: NOW - 2, reason: 'superseded' };

  it('is revoked as the folder has it, if the authority signed it', () => {
    const why = { '01': { by: 'folder' }, '02': by } as const;
    const certificates = [leaf('01'), leaf('02'), leaf('03')];
    expect(revoked({ certificates, why })).toEqual([
      { serial: '02', date: NOW - 2, reason: 'superseded' },
      { serial: '01', date: null, reason: null },
    ]);
    expect(revoked({ foreign: certificates, why })).toEqual([]);
    expect(revoked({ certificates: [leaf('02', { issuerDer: 'aa' })], why })).toEqual([]);
  });

  it('that has ended needs no list, from the second after its last', () => {
    const lists = [list([entry('01')])];
    expect(serials({ lists, certificates: [ended] })).toEqual([]);
    expect(serials({ lists, certificates: [leaf('01', { notAfter: NOW })] })).toEqual(['01']);
    expect(serials({ lists, foreign: [ended] })).toEqual(['01']);
    expect(serials({ lists, certificates: [leaf('02', { notAfter: NOW - 1 })] })).toEqual(['01']);
  });

  it('is no certificate of an authority whose key cannot be used', () => {
    const { pair } = OWN;
    const own = { ...OWN, pair: { ...pair, cert: { ...pair.cert, der: new Uint8Array([48, 0]) } } };
    expect(serials({ certificates: [leaf('01')], why: { '01': by } }, own)).toEqual([]);
  });
});

describe('by a database', () => {
  it('with the reason as lists have it', () => {
    const reasons = ['keyTime', 'CAkeyTime', 'keyCompromise', 'CACompromise', 'holdInstruction', 'x', null];
    const files = [file('ca/index.txt', ...reasons.map((reason, i) => record(`0${i}`, { reason })))];
    expect(revoked({ files }).map(({ reason }) => reason)).toEqual([
      'keyCompromise',
      'cACompromise',
      'keyCompromise',
      'cACompromise',
      null,
      null,
      null,
    ]);
  });

  it('until it ends, also where that is said by the line alone', () => {
    const at = (notAfter: number | null) =>
      serials({ files: [file('ca/index.txt', record('01', { notAfter }))] });
    expect([at(NOW - 1), at(NOW), at(null)]).toEqual([[], ['01'], ['01']]);
    const files = [file('ca/index.txt', record('01', { notAfter: NOW - 1 }))];
    expect(serials({ files, lists: [list([entry('01')])] })).toEqual([]);
  });

  it('of which a list knows better', () => {
    const files = [file('ca/index.txt', record('01', { reason: 'superseded' }))];
    const lists = [list([entry('01', { reason: 'keyCompromise', date: NOW - 9 })])];
    expect(revoked({ files, lists })).toEqual([{ serial: '01', date: NOW - 9, reason: 'keyCompromise' }]);
  });

  it('unless the number is that of a certificate that is not revoked', () => {
    const files = [file('ca/index.txt', record('01'), record('02'))];
    expect(serials({ files, certificates: [leaf('01')] })).toEqual(['02']);
    expect(serials({ files, certificates: [leaf('01')], why: { '01': { by: 'folder' } } })).toContain('01');
    expect(serials({ files, foreign: [leaf('01')] })).toEqual(['01', '02']);
  });

  const [one, two] = [record('01'), record('02')];
  const key = file('ca/private/ca.key');
  it.each<[string, string, readonly FoundFile[], readonly string[]]>([
    ['in its folder', 'ca/ca.crt', [file('ca/index.txt', one), file('ca/ca.crt')], ['01']],
    ['in the folder above', 'ca/certs/ca.crt', [file('ca/index.txt', one), file('ca/x')], ['01']],
    ['at the top', 'a/b/ca.crt', [file('index.txt', one), file('x')], ['01']],
    ['in a folder of its own, beside', 'ca/certs/ca.crt', [file('ca/db/index', one), key], ['01']],
    [
      'two in a folder of their own',
      'ca/certs/ca.crt',
      [file('ca/db/index', one), file('ca/db/old', two), key],
      ['01', '02'],
    ],
    [
      'in a folder with something else, beside',
      'ca/certs/ca.crt',
      [file('ca/db/index', one), file('ca/db/x')],
      [],
    ],
    ['below it', 'ca.crt', [file('db/index', one), file('db/x')], []],
    ['of another folder', 'ca/ca.crt', [file('other/index.txt', one), file('other/x')], []],
    [
      'the nearest of two',
      'a/ca.crt',
      [file('index.txt', one), file('x'), file('a/index.txt', two), file('a/ca.crt')],
      ['02'],
    ],
    ['without a line that revokes', 'a/ca.crt', [file('index.txt', one), file('a/index.txt')], ['01']],
  ])('%s', (_, certPath, files, expected) => {
    expect(serials({ files }, draft(certPath))).toEqual(expected);
  });

  it('that is not that of another authority as well', () => {
    const files = [file('index.txt', record('01')), file('x')];
    const of = (...paths: readonly string[]) => {
      const authorities = [OWN, ...paths.map((path) => draft(path))];
      return serials({ files, authorities });
    };
    expect([of(), of('other/ca.crt')]).toEqual([['01'], []]);
    const apart = [...files, file('other/index.txt', record('02')), file('other/x')];
    expect(serials({ files: apart, authorities: [OWN, draft('other/ca.crt')] })).toEqual(['01']);
  });
});
