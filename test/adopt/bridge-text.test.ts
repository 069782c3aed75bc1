/** What a manifest says of a cross-certificate, each setting only where it goes without saying otherwise, and what it loses. */
import { describe, expect, it } from 'vitest';
import { bridgeNotes, withBridges } from '../../src/adopt/bridge-text.ts';
import type { Bridge } from '../../src/adopt/bridges.ts';
import type { EntryDraft } from '../../src/adopt/draft.ts';
import type { PlacedPair } from '../../src/adopt/hierarchy.ts';
import type { EntryText } from '../../src/manifest/write.ts';
import {
  anAuthority,
  type Changes,
  certificateFor,
  changed,
  critical,
  DAY,
  keyFacts,
  NOW,
  uncritical,
} from '../helpers/entities.ts';

const ISSUANCE = { notBefore: NOW, notAfter: NOW + 90 * DAY - 1, cappedBy: null, subjectKeyId: null };
const none = new Uint8Array();

function draft(
  name: string,
  entry: EntryText = {},
  changes: Changes = {},
  issuer: PlacedPair | null = null,
): EntryDraft {
  const entity = anAuthority({ name });
  const facts = changed(certificateFor(entity, keyFacts(name), ISSUANCE, null, name), changes);
  const pair: PlacedPair = {
    cert: { facts, der: none },
    certPath: `${name}/cert.pem`,
    key: keyFacts(name),
    keyPath: `${name}/key.pem`,
    section: 'authorities',
    issuer,
    notes: [],
  };
  return { pair, name, id: entity.id, entry, notes: [] };
}

/** A cross-certificate that ends ten days earlier than its signer. */
function bridge(of: EntryDraft, by: EntryDraft, changes: Changes = {}): Bridge {
  const facts = changed(of.pair.cert.facts, { notAfter: NOW + 80 * DAY - 1, ...changes });
  return { id: `authorities/${of.name}-by-${by.name}`, cert: { facts, der: none }, path: 'x.crt', of, by };
}

const [ONE, TWO] = [draft('one'), draft('two', { validity: '90d' })];
const PLACE = { outputs: ['cert'], folder: '.', files: { cert: 'x.crt' } };
const limit = (pathLength: number | null): Changes => ({
  extensions: { basicConstraints: critical({ ca: true, pathLength }) },
});
const within = (...permitted: readonly string[]): Changes => ({
  extensions: { nameConstraints: critical({ permitted, excluded: [] }) },
});

/** What the second authority's entry says of its cross-certificate by the first. */
const crossed = (changes: Changes = {}, of: EntryDraft = TWO) =>
  withBridges([ONE, of], [bridge(of, ONE, changes)])[1]?.entry.crossSignedBy;

it.each<[string, unknown, object]>([
  ['its validity', crossed(), { validity: '80d' }],
  ['none that is as long as that of its authority', crossed({ notBefore: NOW - 10 * DAY }), {}],
  ['none that ends with its signer', crossed({ notBefore: NOW + DAY, notAfter: NOW + 90 * DAY - 1 }), {}],
  ['a limit that its authority has not', crossed(limit(1)), { validity: '80d', pathLength: 1 }],
  ['no limit that it has as well', crossed({}, draft('two', {}, limit(1))), { validity: '80d' }],
  [
    'that it has none',
    crossed(limit(null), draft('two', {}, limit(1))),
    { validity: '80d', pathLength: null },
  ],
  [
    'constraints that its authority has not',
    crossed(within('dns:a.test')),
    { validity: '80d', nameConstraints: { permitted: ['a.test'] } },
  ],
  [
    'no constraints that it has as well',
    crossed(within('dns:a.test'), draft('two', { nameConstraints: { permitted: ['a.test'] } })),
    { validity: '80d' },
  ],
  [
    'that it has none of these',
    crossed({}, draft('two', { nameConstraints: { permitted: ['a.test'] } })),
    { validity: '80d', nameConstraints: null },
  ],
])('an entry says of a cross-certificate %s', (_, found, expected) => {
  expect(found).toEqual([{ issuer: 'one', ...expected, ...PLACE }]);
});

describe('the drafts', () => {
  it('have the cross-certificates of their own authorities, and keep all else', () => {
    const two = draft('two', { commonName: 'x' });
    const third = draft('three');
    const [one, crossing, other] = withBridges([ONE, two, third], [bridge(two, ONE), bridge(two, third)]);
    expect(one).toEqual(ONE);
    expect(other).toEqual(third);
    expect(crossing).toMatchObject({
      ...two,
      entry: { commonName: 'x', crossSignedBy: [{ issuer: 'one' }, { issuer: 'three' }] },
    });
  });

  it('say where an authority publishes that signed nothing but them', () => {
    const places: Changes = {
      extensions: { crlDistributionPoints: uncritical([['uri:http://a.test/']]) } as never,
    };
    const below = draft('low', {}, {}, ONE.pair);
    const by = (drafts: readonly EntryDraft[]) =>
      withBridges(drafts, [bridge(TWO, ONE, places)]).map(({ entry }) => entry.crl);
    expect(by([ONE, TWO])).toEqual([{ url: 'http://a.test/' }, undefined]);
    expect(by([ONE, TWO, below])).toEqual([undefined, undefined, undefined]);
  });
});

describe('of the extensions of a cross-certificate', () => {
  const lost = (
    extensions: object,
    of: EntryText = {},
    by: EntryText = {},
    unknown: readonly string[] = [],
  ) => {
    const [one, two] = [draft('one', by), draft('two', of)];
    const facts = { extensions, unknown: unknown.map((oid) => ({ oid, critical: false, hex: '0500' })) };
    return bridgeNotes([bridge(two, one, facts as Changes)], [one, two]);
  };
  const note = (...oids: readonly string[]) => [
    { id: 'authorities/two-by-one', note: { kind: 'extensions', oids } },
  ];
  const ACCESS = { authorityInfoAccess: uncritical([{ method: 'ocsp', name: 'uri:http://a.test/' }]) };
  const LISTS = { crlDistributionPoints: uncritical([['uri:http://a.test/']]) };
  const url = 'http://a.test/';

  it.each<[string, object, string, EntryText, EntryText]>([
    [
      'policies',
      { certificatePolicies: uncritical([{ oid: '1.2.3', qualifiers: [] }]) },
      '2.5.29.32',
      { policies: ['1.2.3'] } as EntryText,
      {},
    ],
    [
      'a demand for policies',
      { policyConstraints: critical({ requireExplicitPolicy: 0, inhibitPolicyMapping: null }) },
      '2.5.29.36',
      { policyConstraints: { requireExplicitPolicy: 0 } },
      {},
    ],
    ['what is no policy', { inhibitAnyPolicy: critical(0) }, '2.5.29.54', { inhibitAnyPolicy: 0 }, {}],
    ['where lists are', LISTS, '2.5.29.31', {}, { crl: { url } }],
    ['where a responder is', ACCESS, '1.3.6.1.5.5.7.1.1', {}, { ocsp: { url } }],
    ['where its signer is', ACCESS, '1.3.6.1.5.5.7.1.1', {}, { caIssuers: { url } }],
  ])('%s is lost where the right entry does not say it', (_, extensions, oid, of, by) => {
    expect(lost(extensions)).toEqual(note(oid));
    expect(lost(extensions, of, by)).toEqual([]);
    expect(lost(extensions, by, of)).toEqual(note(oid));
  });

  it('lists are lost where its signer makes some and publishes none', () => {
    expect(lost(LISTS, {}, { crl: true })).toEqual(note('2.5.29.31'));
    expect(lost(LISTS, {}, { crl: { validity: '7d' } })).toEqual(note('2.5.29.31'));
    expect(lost(LISTS, {}, { crl: null } as never)).toEqual(note('2.5.29.31'));
  });

  it('what has no name is lost where its authority does not say it, behind the others', () => {
    const own = { extensions: { '1.2.3.4': { null: true } } } as EntryText;
    expect(lost({}, {}, {}, ['1.2.3.4'])).toEqual(note('1.2.3.4'));
    expect(lost({}, own, {}, ['1.2.3.4'])).toEqual([]);
    expect(lost({}, own, {}, ['1.2.3.4', '1.2.3.5'])).toEqual(note('1.2.3.5'));
    expect(lost({ inhibitAnyPolicy: critical(0) }, {}, {}, ['1.2.3.5'])).toEqual(
      note('2.5.29.54', '1.2.3.5'),
    );
  });

  it('nothing is lost of what each gets', () => expect(lost({})).toEqual([]));
});
