/** What lists have to name: of what the manifest revokes, what is on record and what a file says that the key signed. */
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import type { EntityObservation, Observation } from '../../src/plan/observation.ts';
import { isListed, listedEntry, listingsOf, listsIn } from '../../src/plan/revocations.ts';
import {
  anAuthority,
  aServer,
  certificateFor,
  DAY,
  keyFacts,
  NOW,
  observed,
  present,
} from '../helpers/entities.ts';
import { listingOf } from '../helpers/seen.ts';

const LIST = { validity: 9 * DAY, renewBefore: { kind: 'share', share: 1 / 3 } } as const;
const ROOT = anAuthority({ name: 'root', crl: { url: [], list: LIST } });
const OTHER = anAuthority({ name: 'other', crl: { url: [], list: LIST } });
const PLAIN = anAuthority({ name: 'plain' });
const REVOKED: Entity = { ...aServer({ name: 'api' }), revoked: { reason: 'superseded' } };
const GOOD = aServer({ name: 'web' });
const DATES = { notBefore: NOW, notAfter: NOW + DAY, cappedBy: null, subjectKeyId: null };
const above = certificateFor(ROOT, keyFacts('root'), DATES, null, 'aa');
const cert = certificateFor(REVOKED, keyFacts('api'), DATES, above, '01');

const line = (serial: string, given: object = {}) => ({
  entity: REVOKED.id,
  issuer: ROOT.id,
  serial,
  fingerprint: `f${serial}`,
  keyId: 'k',
  notAfter: NOW + DAY,
  ...given,
});
type Lines = NonNullable<Observation['certificates']>;

interface Given {
  readonly entities?: readonly Entity[];
  readonly files?: Readonly<Record<string, Partial<EntityObservation>>>;
  readonly certificates?: Lines;
  readonly lists?: Observation['lists'];
  readonly pinned?: readonly string[];
}

/** What the root has to list, and the other authority. */
function listings({
  entities = [ROOT, OTHER, PLAIN, REVOKED, GOOD],
  files = {},
  pinned = [],
  ...more
}: Given) {
  const seen = new Map(Object.entries(files).map(([id, given]) => [id, observed(given)]));
  const observation = { entities: seen, orphans: [], ...more } as Observation;
  return listingsOf({ output: 'pki', entities }, observation, new Set(pinned), NOW);
}
const asked = (given: Given, id = ROOT.id) =>
  (listings(given).get(id)?.asked ?? []).map(({ serial, of, reason }) => [serial, of, reason].join(' '));
const placed = (given: Partial<EntityObservation> = {}) => ({
  [REVOKED.id]: { cert: present(cert), signedBy: above.keyId, ...given },
});
const entry = (serial: string) => `${serial} ${REVOKED.id} superseded`;

describe('a list names', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['the certificate that is there', asked({ files: placed() }), [entry('01')]],
    ['none that another key signed', asked({ files: placed({ signedBy: null }) }), []],
    ['none of another authority', asked({ files: placed() }, OTHER.id), []],
    ['all that were issued', asked({ certificates: [line('02'), line('03')] }), [entry('02'), entry('03')]],
    ['each once', asked({ files: placed(), certificates: [line('01')] }), [entry('01')]],
    ['none that has ended', asked({ certificates: [line('02', { notAfter: NOW - 1 })] }), []],
    ['one that ends now', asked({ certificates: [line('02', { notAfter: NOW })] }), [entry('02')]],
    ['none that another authority issued', asked({ certificates: [line('02', { issuer: OTHER.id })] }), []],
    [
      'one that it had from that, there',
      asked({ certificates: [line('02', { issuer: OTHER.id })] }, OTHER.id),
      [entry('02')],
    ],
    ['none of what is not revoked', asked({ certificates: [line('02', { entity: GOOD.id })] }), []],
    ['none where that was not agreed to', asked({ files: placed(), pinned: [REVOKED.id] }), []],
    [
      'numbers that the authority revokes',
      asked({ entities: [{ ...ROOT, revokes: [{ serial: '7a', reason: null }] }] }),
      ['7a  '],
    ],
    [
      'none of them where that was not agreed to',
      asked({ entities: [{ ...ROOT, revokes: [{ serial: '7a', reason: null }] }], pinned: [ROOT.id] }),
      [],
    ],
  ])('%s', (_, found, expected) => expect(found).toEqual(expected));

  it('the moment that is stated', () => {
    const at = { ...REVOKED, revoked: { reason: null, at: NOW - 9 } } as Entity;
    const [one] = listings({ entities: [ROOT, at], files: placed() }).get(ROOT.id)?.asked ?? [];
    expect(one).toEqual({ serial: '01', of: REVOKED.id, reason: null, at: NOW - 9 });
  });

  it('nothing where no authority makes one', () => {
    expect([...listings({}).keys()]).toEqual([ROOT.id, OTHER.id]);
    expect([...listings({ entities: [PLAIN, REVOKED], files: placed() }).keys()]).toEqual([]);
  });
});

it('what its present key signed is on record behind the first certificate of that key', () => {
  const own = (serial: string, keyId: string) => line(serial, { entity: ROOT.id, keyId });
  const certificates = [line('02'), own('aa', above.keyId), line('03'), line('04', { issuer: OTHER.id })];
  const ofKey = (lines: Lines, files: Given['files'] = { [ROOT.id]: { cert: present(above) } }) =>
    [...(listings({ certificates: lines, files }).get(ROOT.id)?.ofKey ?? [])].join();
  expect(ofKey(certificates)).toBe('aa,03');
  expect(ofKey([line('02'), own('bb', 'former'), line('03')])).toBe('');
  expect(ofKey(certificates, {})).toBe('');
  const { ends } = listings({ certificates }).get(ROOT.id) ?? {};
  expect([...(ends ?? [])].map(([serial]) => serial)).toEqual(['02', 'aa', '03']);
});

describe('what was listed before', () => {
  const [FILE, RECORD] = [
    { serial: '01', date: NOW - 5, reason: null },
    { serial: '01', date: NOW - 9, reason: 'superseded' },
  ] as const;
  const file = (given: object = {}): Partial<EntityObservation> => ({
    crl: present({
      number: '4',
      thisUpdate: NOW - 5,
      issuerDer: '3000',
      entries: [{ ...FILE, issuerDer: '3000', invalidityDate: null, ...given }],
    }) as never,
    listSignedBy: above.keyId,
  });
  const known = (number: bigint, thisUpdate: number) =>
    new Map([[ROOT.id, { number, thisUpdate, entries: [RECORD] }]]) as never;
  const had = (files?: Partial<EntityObservation>, lists?: NonNullable<Observation['lists']>) => {
    const found = listings({
      files: files === undefined ? {} : { [ROOT.id]: files },
      ...(lists && { lists }),
    });
    const { listed, number, thisUpdate } = found.get(ROOT.id) ?? {};
    return { listed: [...(listed?.values() ?? [])], number, thisUpdate };
  };

  it.each<[string, ReturnType<typeof had>, object]>([
    ['nothing', had(), { listed: [], number: 0n, thisUpdate: null }],
    ['is in the file', had(file()), { listed: [FILE], number: 4n, thisUpdate: NOW - 5 }],
    [
      'is not in a file that another key signed',
      had({ ...file(), listSignedBy: null }),
      { listed: [], number: 0n, thisUpdate: null },
    ],
    [
      'is no certificate of another authority',
      had(file({ issuerDer: '3001' })),
      { listed: [], number: 4n, thisUpdate: NOW - 5 },
    ],
    [
      'is nothing that was taken from the list',
      had(file({ reason: 'removeFromCRL' })),
      { listed: [], number: 4n, thisUpdate: NOW - 5 },
    ],
    [
      'is on record',
      had(undefined, known(3n, NOW - 9)),
      { listed: [RECORD], number: 3n, thisUpdate: NOW - 9 },
    ],
    [
      'is as it was recorded, and the highest number and last moment of both',
      had(file(), known(3n, NOW - 9)),
      { listed: [RECORD], number: 4n, thisUpdate: NOW - 5 },
    ],
    [
      'from wherever they are',
      had(file(), known(9n, NOW - 1)),
      { listed: [RECORD], number: 9n, thisUpdate: NOW - 1 },
    ],
  ])('%s', (_, found, expected) => expect(found).toEqual(expected));

  it('is there for those that have a list, and of no one else', () => {
    const entities = new Map([
      [ROOT.id, observed(file())],
      [PLAIN.id, observed(file())],
    ]);
    const found = listsIn([ROOT, OTHER, PLAIN], { entities, orphans: [] });
    expect([...found]).toEqual([[ROOT.id, { number: 4n, thisUpdate: NOW - 5, entries: [FILE] }]]);
  });
});

it('an entry keeps the moment since which the key is not to be trusted', () => {
  const found = { serial: '01', date: NOW, reason: 'keyCompromise', issuerDer: '3000' } as const;
  const written = { serial: '01', date: NOW, reason: 'keyCompromise' };
  expect(listedEntry({ ...found, invalidityDate: null })).toEqual(written);
  expect(listedEntry({ ...found, invalidityDate: NOW - 9 })).toEqual({ ...written, invalidityDate: NOW - 9 });
});

it('a number is on a list that has it, or is to have it', () => {
  const listing = {
    ...listingOf('01'),
    asked: [
      { serial: '02', reason: null, of: null },
      { serial: '03', reason: null, of: null },
    ],
  };
  expect(['01', '02', '03', '04'].map((serial) => isListed(listing, serial))).toEqual([
    true,
    true,
    true,
    false,
  ]);
  expect(isListed(undefined, '01')).toBe(false);
});
