/** Which certificates of a folder are revoked, and by what: lists that are signed, databases, names of folders. */
import { describe, expect, it } from 'vitest';
import type { DatabaseRecord } from '../../src/adopt/ca-database.ts';
import type { FoundCertificate, FoundCrl, FoundFile } from '../../src/adopt/found.ts';
import { keyOf, revocationsOf } from '../../src/adopt/revocations.ts';
import { certificateFacts } from '../../src/x509/certificate.ts';
import { type CrlFacts, crlFacts } from '../../src/x509/crl.ts';
import type { CertificateFacts } from '../../src/x509/facts.ts';
import { bits, oid, sequence } from '../helpers/certificate-der.ts';
import { DAY, NOW } from '../helpers/entities.ts';
import {
  type SmallCertificate,
  smallCertificate,
  smallKey,
  smallList,
} from '../helpers/small-certificates.ts';

const CA = smallCertificate('ca');
const LEAF = smallCertificate('leaf', { issuer: CA, isAuthority: false });
/** The same by another key. */
const FORGED = smallCertificate('leaf', { issuer: { common: 'ca', key: smallKey() }, isAuthority: false });
const SERIAL = '0123456789abcdef';

const EMPTY = { certificates: [], keys: [], requests: [], publicKeys: [], crls: [], revoked: [], others: [] };
const file = (path: string, given: Partial<FoundFile>): FoundFile => ({ ...EMPTY, path, ...given });
const found = (one: SmallCertificate, given: Partial<CertificateFacts> = {}): FoundCertificate => ({
  facts: { ...certificateFacts(one.der), ...given },
  der: one.der,
});
const certs = (path: string, ...certificates: readonly FoundCertificate[]) => file(path, { certificates });
const leaf = found(LEAF, { serial: SERIAL });
const BASE = [certs('ca.crt', found(CA)), certs('leaf.crt', leaf)];

/** A list with the leaf on it. */
function list(
  by: Parameters<typeof smallList>[0],
  given: Partial<CrlFacts> = {},
  reason: object = {},
): FoundCrl {
  const der = smallList(by, [[SERIAL]]);
  const facts = crlFacts(der);
  const entries = facts.entries.map((entry) => ({ ...entry, ...reason }));
  return { facts: { ...facts, entries, ...given }, der, form: 'pem' };
}
const lists = (path: string, ...crls: readonly FoundCrl[]): FoundFile => file(path, { crls });
const record = (given: Partial<DatabaseRecord> = {}): DatabaseRecord => ({
  serial: SERIAL,
  date: NOW - DAY,
  reason: 'CACompromise',
  subject: '/CN=leaf',
  notAfter: null,
  ...given,
});
const database = (path: string, ...revoked: readonly DatabaseRecord[]): FoundFile => file(path, { revoked });

/** What is said of the leaf. */
const why = (...files: readonly FoundFile[]) =>
  revocationsOf([...BASE, ...files]).byFingerprint.get(leaf.facts.fingerprint);
const byList = (path: string, reason: string | null = null) => ({ by: 'crl', path, date: NOW, reason });
const byDatabase = (path: string) => ({ by: 'database', path, date: NOW - DAY, reason: 'CACompromise' });

describe('by a list', () => {
  it.each<[string, readonly FoundFile[], object | undefined]>([
    ['that its authority signed', [lists('a.crl', list(CA))], byList('a.crl')],
    [
      'with the reason',
      [lists('a.crl', list(CA, {}, { reason: 'superseded' }))],
      byList('a.crl', 'superseded'),
    ],
    ['the second one of a file', [lists('a.crl', list(CA, { entries: [] }), list(CA))], byList('a.crl')],
    ['the first of two', [lists('b.crl', list(CA)), lists('a.crl', list(CA))], byList('b.crl')],
    ['not by one that has others', [lists('a.crl', list(CA, { entries: [] }))], undefined],
    ['not by another key', [lists('a.crl', list({ common: 'ca', key: smallKey() }))], undefined],
    ['not by another name', [lists('a.crl', list({ common: 'x', key: CA.key }))], undefined],
    [
      'not by what is no authority',
      [
        certs('ee.crt', found(smallCertificate('ee', { isAuthority: false, key: CA.key }))),
        lists('a.crl', list({ common: 'ee', key: CA.key }, { entries: list(CA).facts.entries })),
      ],
      undefined,
    ],
    [
      'not where the entry takes it off',
      [lists('a.crl', list(CA, {}, { reason: 'removeFromCRL' }))],
      undefined,
    ],
    [
      'where it is held',
      [lists('a.crl', list(CA, {}, { reason: 'certificateHold' }))],
      byList('a.crl', 'certificateHold'),
    ],
    [
      'not where a newer list holds it no more',
      [
        lists('a.crl', list(CA, {}, { reason: 'certificateHold' })),
        lists('b.crl', list(CA, { entries: [], thisUpdate: NOW + 1 })),
      ],
      undefined,
    ],
    [
      'after one that holds it no more',
      [
        lists('a.crl', list(CA, {}, { reason: 'certificateHold' })),
        lists('b.crl', list(CA, { thisUpdate: NOW + 1 }, { reason: 'keyCompromise' })),
      ],
      byList('b.crl', 'keyCompromise'),
    ],
  ])('%s', (_, files, expected) => expect(why(...files)).toEqual(expected));

  it('of its own authority alone, unless the list is for others too', () => {
    const forged = found(FORGED, { serial: SERIAL });
    const of = (crl: FoundCrl) =>
      revocationsOf([
        certs('ca.crt', found(CA)),
        certs('x.crt', forged),
        lists('a.crl', crl),
      ]).byFingerprint.get(forged.facts.fingerprint);
    const scope = { only: null, isPartial: false, isIndirect: true };
    expect(of(list(CA))).toBeUndefined();
    expect(of(list(CA, { scope: { ...scope, isIndirect: false } }))).toBeUndefined();
    expect(of(list(CA, { scope }))).toEqual(byList('a.crl'));
  });
});

describe('lists that count', () => {
  const counted = (...files: readonly FoundFile[]) =>
    revocationsOf(files).lists.map(({ path, signer }) => ({ path, signer }));
  const signer = found(CA).facts.keyId;

  it('have an authority of the folder that signed them, in whatever file it is', () => {
    const bundle = certs('all.pem', found(LEAF), found(CA));
    const crls = [
      lists('a.crl', list(CA), list({ common: 'ca', key: smallKey() })),
      lists('b.crl', list(CA)),
    ];
    expect(counted(bundle, ...crls)).toEqual([
      { path: 'a.crl', signer },
      { path: 'b.crl', signer },
    ]);
    expect(counted(certs('x.crt', found(LEAF)), ...crls)).toEqual([]);
  });

  it('of two authorities of one name, the one whose key it was', () => {
    const other = smallCertificate('ca');
    const both = [certs('other.crt', found(other)), certs('ca.crt', found(CA))];
    expect(counted(...both, lists('a.crl', list(CA)))).toEqual([{ path: 'a.crl', signer }]);
    expect(counted(...both, lists('a.crl', list(other)))).toEqual([
      { path: 'a.crl', signer: found(other).facts.keyId },
    ]);
  });

  it('are none of an authority whose key nothing here can use', () => {
    const strange = sequence(sequence(oid('1.2.3.4')), bits(Buffer.alloc(9)));
    const odd = smallCertificate('ca', { key: { ...CA.key, spki: strange } });
    expect(keyOf(found(odd))).toBeUndefined();
    expect(counted(certs('odd.crt', found(odd)), lists('a.crl', list(CA)))).toEqual([]);
    expect(
      counted(certs('odd.crt', found(odd)), certs('ca.crt', found(CA)), lists('a.crl', list(CA))),
    ).toEqual([{ path: 'a.crl', signer }]);
  });
});

describe('by a database', () => {
  it.each<[string, readonly FoundFile[], object | undefined]>([
    ['that has its number', [database('index.txt', record())], byDatabase('index.txt')],
    ['behind others', [database('index.txt', record({ serial: 'ff' }), record())], byDatabase('index.txt')],
    ['the first of two', [database('b.txt', record()), database('a.txt', record())], byDatabase('b.txt')],
    [
      'the second, where the first has others',
      [database('b.txt'), database('a.txt', record())],
      byDatabase('a.txt'),
    ],
    ['not with another number', [database('index.txt', record({ serial: 'ff' }))], undefined],
    ['after a list', [database('0.txt', record()), lists('a.crl', list(CA))], byList('a.crl')],
    [
      'beside a list that does not count',
      [database('0.txt', record()), lists('a.crl', list({ common: 'ca', key: smallKey() }))],
      byDatabase('0.txt'),
    ],
  ])('%s', (_, files, expected) => expect(why(...files)).toEqual(expected));
});

describe('by a folder', () => {
  const copy = (path: string): FoundFile => certs(path, leaf);
  it.each<[string, readonly FoundFile[], object | undefined]>([
    ['where a copy is', [copy('revoked/certs_by_serial/01.crt')], { by: 'folder' }],
    ['where one of several is', [copy('a.crt'), copy('pki/Revoked/x.pem'), copy('b.crt')], { by: 'folder' }],
    ['not by a file of the name', [copy('revoked')], undefined],
    ['not by another', [copy('renewed/01.crt')], undefined],
    ['after a database', [copy('revoked/01.crt'), database('z.txt', record())], byDatabase('z.txt')],
  ])('%s', (_, files, expected) => expect(why(...files)).toEqual(expected));
});

it('what nothing speaks against is not revoked', () => {
  const { byFingerprint, lists: none } = revocationsOf([...BASE, database('index.txt', record())]);
  expect([...byFingerprint.keys()]).toEqual([leaf.facts.fingerprint]);
  expect(none).toEqual([]);
});
