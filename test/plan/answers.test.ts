/** Of which certificates an authority answers, and what its list says. */
import { describe, expect, it } from 'vitest';
import type { Authority, Entity } from '../../src/pki/entity.ts';
import { formerListsOf } from '../../src/plan/former-lists.ts';
import { areLeftCopies } from '../../src/plan/left-lists.ts';
import { decideList, listTerms } from '../../src/plan/list.ts';
import { wantedEntries } from '../../src/plan/list-entries.ts';
import type { EntityObservation } from '../../src/plan/observation.ts';
import { answersOf, isResponseDue, isWantedResponse, type Known } from '../../src/plan/ocsp.ts';
import { isListed, listedEntry, listingsOf, listsIn } from '../../src/plan/revocations.ts';
import {
  anAuthority,
  anInventory,
  aServer,
  certificateFor,
  DAY,
  keyFacts,
  NOW,
  observed,
  present,
} from '../helpers/entities.ts';
import { listingOf, seeing } from '../helpers/seen.ts';

const TERMS = { validity: 9 * DAY, renewBefore: { kind: 'share', share: 1 / 3 } } as const;
const ROOT: Authority = anAuthority({ name: 'root', crl: { url: [], list: TERMS } });
const API = aServer({ name: 'api', issuer: ROOT.id });
const made = (entity: Entity, key: string, serial: string, notAfter = NOW + DAY) =>
  certificateFor(
    entity,
    keyFacts(key),
    { notBefore: NOW, notAfter, cappedBy: null, subjectKeyId: null },
    null,
    serial,
  );
const entry = (serial: string) => ({ serial, date: NOW - DAY, reason: null });

describe('an authority answers', () => {
  const KEY = keyFacts('root').keyId;
  const line = (serial: string, time: number, given: object = {}) => ({
    ...{ entity: 'servers/x', issuer: ROOT.id, serial, time, notAfter: NOW + DAY, keyId: 'x' },
    ...given,
  });
  const own = (time: number, keyId: string) => line('r', time, { entity: ROOT.id, issuer: ROOT.id, keyId });
  const of = (given: Partial<Known>, notAfter = NOW) =>
    answersOf(
      ROOT,
      {
        entities: [ROOT, API],
        observation: seeing([API, { cert: present(made(API, 'k', 'a1', notAfter)), signedBy: KEY }]),
        issued: [],
        listing: undefined,
        keyId: KEY,
        ...given,
      },
      NOW,
    ).map(({ serial, status, of: whose }) =>
      [serial, status.kind, ...(whose === undefined ? [] : [whose])].join(' '),
    );
  const issued = (...lines: readonly object[]) => of({ issued: lines } as unknown as Partial<Known>, NOW - 1);
  const placed = (files: Partial<EntityObservation>, entity: Entity = API) =>
    of({ entities: [entity], observation: seeing([entity, files]) });
  const cert = present(made(API, 'k', 'a1'));
  it.each<[string, readonly string[], readonly string[]]>([
    ['of what is in its place, to its last second', of({}), [`a1 good ${API.id}`]],
    ['not of what has ended', of({}, NOW - 1), []],
    ['not of what another key signed', placed({ cert, signedBy: 'x' }), []],
    [
      'not of what another authority signs',
      placed({ cert, signedBy: KEY }, { ...API, issuer: 'authorities/x' }),
      [],
    ],
    ['not of what is not there', placed({ signedBy: KEY }), []],
    ['of what the ledger knows, to its last second', issued(line('b1', 1, { notAfter: NOW })), ['b1 good']],
    ['not of what ended since', issued(line('b1', 1, { notAfter: NOW - 1 })), []],
    [
      'not of its own certificate, nor of what others signed',
      issued(own(1, KEY), line('c', 2, { issuer: 'y' })),
      [],
    ],
    [
      'not of what a former key signed',
      issued(own(1, 'old'), line('b1', 2), own(3, KEY), line('b2', 3)),
      ['b2 good'],
    ],
    [
      'of all since its first line with this key',
      issued(own(1, KEY), line('b1', 2), own(3, KEY)),
      ['b1 good'],
    ],
    ['of what is on the list', of({ listing: listingOf('c1') }, NOW - 1), ['c1 revoked']],
    [
      'once of what is in its place and on the list',
      of({ listing: listingOf('a1') }),
      [`a1 revoked ${API.id}`],
    ],
    [
      'of what is on the list for as long as that has not ended',
      of(
        {
          listing: {
            ...listingOf('c1', 'c2'),
            ends: new Map([
              ['c1', NOW - 1],
              ['c2', NOW],
            ]),
          },
        },
        NOW - 1,
      ),
      ['c2 revoked'],
    ],
  ])('%s', (_, found, expected) => expect(found).toEqual(expected));

  it('again where a response names no end', () => {
    const found = {
      certId: '',
      status: { kind: 'good' },
      thisUpdate: NOW,
      nextUpdate: null,
      certificates: [],
      signature: '',
    } as const;
    const wanted = {
      certId: '',
      status: found.status,
      certificates: [],
      end: NOW + DAY,
      signing: listTerms(ROOT),
    };
    expect(isWantedResponse(found, wanted, TERMS)).toBe(false);
    expect(isResponseDue(found, wanted, TERMS, NOW)).toBe(true);
    const ending = { ...found, nextUpdate: NOW };
    expect(isResponseDue(ending, { ...wanted, end: NOW }, TERMS, NOW)).toBe(true);
  });
});

describe('a list', () => {
  const files = { cert: present(made(ROOT, 'root', '01')), key: present(keyFacts('root')) };
  const decided = (
    crl: object,
    entity: Entity = ROOT,
    known: ReturnType<typeof listingOf> | undefined = listingOf(),
  ) =>
    decideList(
      entity,
      observed({ ...files, crl: crl as never }),
      { issuance: null, newKey: false },
      known,
      NOW,
    );
  const NOTHING = { list: null, reasons: [], revokes: false };
  it.each<[string, object, object]>([
    [
      'that is damaged is made again',
      decided({ state: 'garbage', detail: 'x' }),
      { reasons: [{ kind: 'unreadable', artifact: 'crl', detail: 'x' }], list: { number: '5' } },
    ],
    ['behind a folder is none', decided({ state: 'blocked', cause: { kind: 'directory' } }), NOTHING],
    ['that may not be read is none', decided({ state: 'unknown' }), NOTHING],
    ['of what makes none is none', decided({ state: 'missing' }, anAuthority()), NOTHING],
    ['of a server is none', decided({ state: 'missing' }, API), NOTHING],
  ])('%s', (_, found, expected) => expect(found).toMatchObject(expected));

  it('of which nothing is known is none', () => {
    const all = observed({ ...files });
    expect(decideList(ROOT, all, { issuance: null, newKey: false }, undefined, NOW)).toEqual(NOTHING);
  });

  it('is signed as the manifest says, or in any way', () => {
    expect(listTerms(ROOT)).toEqual({ digest: null, padding: null });
    expect(listTerms({ ...ROOT, digest: 'sha512', signature: 'rsa-pss' } as Authority)).toEqual({
      digest: 'sha512',
      padding: 'rsa-pss',
    });
  });

  it('keeps since when a key was not safe', () => {
    const since = { ...entry('01'), reason: 'keyCompromise', invalidityDate: NOW - 9 } as const;
    const asked = [{ serial: '01', reason: 'keyCompromise', of: API.id }] as const;
    expect(wantedEntries({ ...listingOf(), listed: new Map([['01', since]]), asked }, NOW)).toEqual([since]);
    const read = { ...since, issuerDer: '', criticalUnknown: false } as never;
    expect(listedEntry(read)).toEqual(since);
    expect(listedEntry({ ...(read as object), invalidityDate: null } as never)).not.toHaveProperty(
      'invalidityDate',
    );
  });

  it('has a number that is asked for, or was listed', () => {
    const asked = [{ serial: '02', reason: null, of: null }];
    expect(['01', '02', '03'].map((serial) => isListed({ ...listingOf('01'), asked }, serial))).toEqual([
      true,
      true,
      false,
    ]);
    expect(isListed(undefined, '01')).toBe(false);
  });

  it('is known of an authority that makes one, once there was one', () => {
    const known = { number: 7n, thisUpdate: NOW, entries: [entry('01')] };
    const lists = new Map([[ROOT.id, known]]);
    expect([...listsIn([ROOT, API], { ...seeing(), lists })]).toEqual([[ROOT.id, known]]);
    expect([...listsIn([ROOT], seeing())]).toEqual([]);
    expect([...listsIn([anAuthority()], { ...seeing(), lists })]).toEqual([]);
  });

  it('is asked for nothing by an authority that stays as it is, nor by what was not agreed to', () => {
    const root = { ...ROOT, revokes: [{ serial: '05', reason: null }] } as Entity;
    const revoked = { ...API, revoked: { reason: null } } as Entity;
    const seen = seeing([revoked, { cert: present(made(API, 'k', 'a1')), signedBy: 'x' }]);
    const asked = (...pinned: readonly string[]) =>
      listingsOf(anInventory(root, revoked), seen, new Set(pinned), NOW)
        .get(ROOT.id)
        ?.asked.map(({ serial, of }) => [serial, of]);
    expect(asked()).toEqual([
      ['05', null],
      ['a1', API.id],
    ]);
    expect(asked(ROOT.id)).toEqual([['a1', API.id]]);
    expect(asked(API.id)).toEqual([['05', null]]);
    expect(listingsOf(anInventory(anAuthority(), revoked), seen, new Set(), NOW).size).toBe(0);
  });

  it('that was copied stays where one of several files was before', () => {
    const moved = {
      formerLocation: { files: [{ file: 'key' }, { file: 'crls' }] },
    } as unknown as EntityObservation;
    expect(
      areLeftCopies(API, observed({ ...moved, crls: present(['crl l']) as never }), new Set(['crl l'])),
    ).toEqual([]);
  });
});

it('the last list of a key is written where no earlier one stays', () => {
  const crl = present({ thisUpdate: NOW - DAY }) as never;
  const files = { cert: present(made(ROOT, 'root', '01')), key: present(keyFacts('root')), crl };
  const of = (listSignedBy: string | null) =>
    formerListsOf(ROOT, observed({ ...files, listSignedBy }), {
      ...{ listing: listingOf(), isSucceeded: true, retired: false, now: NOW },
    });
  expect(of(keyFacts('root').keyId)).toMatchObject({
    ...{ write: true, remove: false, keep: [], reasons: [] },
    last: { list: { number: '5', thisUpdate: NOW - 5, nextUpdate: NOW + DAY } },
  });
  expect(of(null)).toEqual({ last: null, keep: [], reasons: [], write: false, remove: false });
});
