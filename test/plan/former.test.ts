/** Lists of keys that were replaced, and whose a key is: each condition by itself, each moment to the second. */
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import { formerListsOf, listingAfter, unlisted } from '../../src/plan/former-lists.ts';
import { keyOwners, keyReasons } from '../../src/plan/key-decision.ts';
import type { EntityObservation } from '../../src/plan/observation.ts';
import type { Listing } from '../../src/plan/revocations.ts';
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

const TERMS = { validity: 9 * DAY, renewBefore: { kind: 'share', share: 1 / 3 } } as const;
const ROOT = anAuthority({ name: 'root', crl: { url: [], list: TERMS } });
const API = aServer({ name: 'api', issuer: ROOT.id });
const WEB = aServer({ name: 'web', issuer: ROOT.id });
const made = (entity: Entity, key: string, notAfter = NOW + 90 * DAY) =>
  certificateFor(
    entity,
    keyFacts(key),
    { notBefore: NOW, notAfter, cappedBy: null, subjectKeyId: null },
    null,
    key,
  );

const listing = (given: Partial<Listing> = {}): Listing => ({
  asked: [],
  listed: new Map(),
  number: 4n,
  thisUpdate: NOW - 5,
  ends: new Map(),
  ofKey: new Set(),
  ...given,
});
const asking = (...serials: readonly string[]): Partial<Listing> => ({
  asked: serials.map((serial) => ({ serial, reason: null, of: API.id })),
});
const list = (fingerprint: string, nextUpdate: number | null, given: object = {}) => ({
  fingerprint,
  thisUpdate: NOW - 9,
  serials: [] as readonly string[],
  nextUpdate,
  ...given,
});
const SIGNER = { formerSigner: { set: 'set', spec: 'ecdsa-p256' } } as unknown as Partial<EntityObservation>;
const files = (...all: readonly ReturnType<typeof list>[]) =>
  ({ 'former-crls': present(all) }) as Partial<EntityObservation>;

describe('lists of former keys', () => {
  const of = (found: Partial<EntityObservation>, given: object = {}, entity: Entity = ROOT) =>
    formerListsOf(entity, observed(found), {
      listing: listing(),
      isSucceeded: false,
      retired: false,
      now: NOW,
      ...given,
    });
  const fate = (...args: Parameters<typeof of>) => {
    const { keep, write, remove, reasons } = of(...args);
    return [keep.join(), write ? 'write' : '', remove ? 'remove' : '', reasons.length].join('|');
  };

  it.each<[string, string, string]>([
    ['none', fate({}), '|||0'],
    ['one that lasts this second', fate(files(list('a', NOW))), 'a|||0'],
    ['one that lasts for ever', fate(files(list('a', null))), 'a|||0'],
    ['one that has ended', fate(files(list('a', NOW - 1))), '||remove|1'],
    ['one of two that has ended', fate(files(list('a', NOW), list('b', NOW - 1))), 'a|write||1'],
    ['what cannot be read', fate({ 'former-crls': { state: 'garbage', detail: 'x' } }), '||remove|1'],
    ['what cannot be reached', fate({ 'former-crls': { state: 'blocked' } as never }), '|||0'],
    ['one that is retired', fate(files(list('a', NOW)), { retired: true }), '||remove|1'],
    ['of what makes none', fate(files(list('a', NOW - 1)), {}, anAuthority()), '|||0'],
    ['of what is not known', fate(files(list('a', NOW - 1)), { listing: undefined }), '|||0'],
  ])('%s', (_, found, expected) => expect(found).toBe(expected));

  it('are joined by a last one, where the key that is replaced is here and made the list', () => {
    const crl = { crl: present({ thisUpdate: NOW - 3 }) as never, listSignedBy: keyFacts('k').keyId };
    const pair = { key: present(keyFacts('k')), cert: present(made(ROOT, 'k')), ...crl };
    const last = (given: Partial<EntityObservation> = {}, more: Partial<Listing> = {}) =>
      of({ ...pair, ...given }, { isSucceeded: true, listing: listing(more) }).last?.list;
    expect(last()).toEqual({ number: '5', thisUpdate: NOW - 3, nextUpdate: NOW + 90 * DAY, entries: [] });
    expect([
      last({}, { thisUpdate: NOW - 1 })?.thisUpdate,
      last({}, { thisUpdate: null })?.thisUpdate,
    ]).toEqual([NOW - 1, NOW - 3]);
    const until = (notAfter: number) => last({ cert: present(made(ROOT, 'k', notAfter)) })?.nextUpdate;
    expect([until(NOW), until(NOW + 1)]).toEqual([undefined, NOW + 1]);
    expect(
      [
        { key: present(keyFacts('other')) },
        { listSignedBy: 'other' },
        { key: { state: 'missing' } as const },
        { cert: { state: 'missing' } as const },
        { crl: { state: 'missing' } as const },
      ].map((given) => last(given)),
    ).toEqual([undefined, undefined, undefined, undefined, undefined]);
    expect(of(pair).last).toBeNull();
    expect(fate({ ...pair, ...files(list('a', NOW)) }, { isSucceeded: true })).toBe('a|write||0');
  });

  const again = (
    more: Partial<Listing>,
    found: Partial<EntityObservation> = files(list('a', NOW + DAY)),
    signer = SIGNER,
  ) => of({ ...found, ...signer }, { listing: listing(more) }).last;

  it('are made again with what they lack, where the archive has the key', () => {
    const { list: next, archived } = again(asking('0a')) ?? {};
    expect([next?.number, next?.nextUpdate, next?.entries.map(({ serial }) => serial), archived]).toEqual([
      '5',
      NOW + DAY,
      ['0a'],
      'set',
    ]);
    expect([
      again({}),
      again(asking('0a'), undefined, {}),
      again(asking('0a'), files(list('a', null))),
    ]).toEqual([null, null, null]);
    expect(again(asking('0a'), files(list('a', NOW + DAY, { serials: ['0a'] })))).toBeNull();
    expect(again({ ...asking('0a'), ofKey: new Set(['0a']) })).toBeNull();
    expect(again(asking('0a'), files(list('a', NOW - 1), list('b', NOW)))).toBeNull();
    const ending = (end: number) => again({ ...asking('0a'), ends: new Map([['0a', end]]) }) !== null;
    expect([ending(NOW - 1), ending(NOW)]).toEqual([false, true]);
    expect(
      fate({ ...files(list('a', NOW), list('b', NOW)), ...SIGNER }, { listing: listing(asking('0a')) }),
    ).toBe('b|write||1');
  });

  it('go on from the latest moment of all, and not behind their end', () => {
    const from = (thisUpdate: number, known: number, nextUpdate = NOW + DAY) =>
      again({ ...asking('0a'), thisUpdate: known }, files(list('a', nextUpdate, { thisUpdate })))?.list
        .thisUpdate;
    const own = NOW - ROOT.backdate;
    expect([from(0, 0), from(own + 1, 0), from(0, own + 2), from(0, NOW + 9, NOW + 5)]).toEqual([
      own,
      own + 1,
      own + 2,
      NOW + 5,
    ]);
  });

  it('give their number away', () => {
    const former = of(files(list('a', NOW + DAY)));
    expect(listingAfter(listing(), former)?.number).toBe(4n);
    expect(listingAfter(undefined, former)).toBeUndefined();
    const next = { ...former, last: again(asking('0a')) };
    expect(listingAfter(listing(), next)?.number).toBe(5n);
  });

  it('lack what is revoked, where no key can add it', () => {
    const lacking = (found: Partial<EntityObservation>, entity: Entity = ROOT) =>
      unlisted(entity, observed(found), listing(asking('0a')), NOW).join();
    const [one, two] = [files(list('a', NOW)), files(list('a', NOW, { serials: ['0a'] }), list('b', NOW))];
    expect([lacking(one), lacking({ ...one, ...SIGNER }), lacking({ ...two, ...SIGNER })]).toEqual([
      '0a',
      '',
      '0a',
    ]);
    expect([
      lacking({ ...files(list('a', null)), ...SIGNER }),
      lacking(files(list('a', NOW - 1))),
      lacking({}),
    ]).toEqual(['0a', '', '']);
    expect(lacking(one, anAuthority())).toBe('');
    expect(unlisted(ROOT, observed(one), undefined, NOW)).toEqual([]);
  });
});

describe('whose a key is', () => {
  const NOBODY = { pairs: new Map(), authorities: new Map() };
  const pair = (entity: Entity, key: string, cert = key, name: Entity = entity) =>
    observed({ key: present(keyFacts(key)), cert: present(made(name, cert)) });
  const owners = (...all: readonly (readonly [Entity, EntityObservation])[]) => {
    const { pairs, authorities } = keyOwners(
      all.map(([entity]) => entity),
      { entities: new Map(all.map(([{ id }, seen]) => [id, seen])), orphans: [] },
    );
    return [[...pairs.values()], [...authorities.values()]];
  };

  it('that of a pair in its name, of several the first', () => {
    expect(owners([API, pair(API, 'k')])).toEqual([[API.id], []]);
    expect(owners([API, pair(API, 'k', 'l')])).toEqual([[], []]);
    expect(owners([API, pair(API, 'k', 'k', WEB)])).toEqual([[], []]);
    expect(owners([API, pair(API, 'k')], [WEB, pair(WEB, 'k')])).toEqual([[API.id], []]);
  });

  it('an authority has that of its certificate, and the one that it will have a certificate for', () => {
    expect(owners([ROOT, pair(ROOT, 'k')])).toEqual([[ROOT.id], [ROOT.id]]);
    expect(owners([ROOT, observed({ cert: present(made(ROOT, 'k')) })])).toEqual([[], [ROOT.id]]);
    expect(owners([ROOT, observed({ cert: present(made(API, 'k')) })])).toEqual([[], []]);
    expect(owners([API, observed({ cert: present(made(API, 'k')) })])).toEqual([[], []]);
    expect(owners([ROOT, observed({ key: present(keyFacts('k')) })])).toEqual([[], [ROOT.id]]);
    expect(owners([API, observed({ key: present(keyFacts('k')) })])).toEqual([[], []]);
    expect(owners([ROOT, observed({ key: present(keyFacts('k', 'rsa-2048')) })])).toEqual([[], []]);
    const away = { ...ROOT, keyPlace: { kind: 'offline' } } as const;
    expect(owners([away, observed({ key: present(keyFacts('k')) })])).toEqual([[], []]);
    // That of a pair is no other's, though it lies there.
    expect(owners([API, pair(API, 'k')], [ROOT, observed({ key: present(keyFacts('k')) })])).toEqual([
      [API.id],
      [],
    ]);
  });

  const { keyId } = keyFacts('k');
  const why = (entity: Entity, found: EntityObservation, of: object = {}, requested = false) =>
    keyReasons(entity, found, { ...NOBODY, ...of }, requested)
      .map(({ kind }) => kind)
      .join();
  const by = (entity: Entity) => new Map([[keyId, entity.id]]);

  it("it is made again where there is none, or one that is another entity's", () => {
    expect(why(API, observed())).toBe('missing');
    expect(why(API, observed({ key: { state: 'garbage', detail: 'x' } }))).toBe('unreadable');
    expect(why(API, observed({ key: { state: 'encrypted' } as never }))).toBe('');
    expect([why(API, pair(API, 'k')), why(API, pair(API, 'k'), {}, true)]).toEqual(['', 'requested']);
    expect(why(API, observed({ key: present(keyFacts('k', 'rsa-2048')) }))).toBe('differs');
    expect(why(API, pair(API, 'k'), { authorities: by(ROOT) })).toBe('shared-key');
    expect(why(ROOT, pair(ROOT, 'k'), { authorities: by(anAuthority({ name: 'x' })) })).toBe('');
    expect([
      why(API, pair(API, 'k'), { pairs: by(WEB) }),
      why(API, pair(API, 'k', 'l'), { pairs: by(WEB) }),
    ]).toEqual(['', 'shared-key']);
    expect(why(API, pair(API, 'k', 'l'), { pairs: by(API) })).toBe('');
  });

  it('it is not made here where it is elsewhere', () => {
    const away = (kind: string) => ({ ...ROOT, keyPlace: { kind } }) as never as Entity;
    expect([why(away('offline'), observed()), why(away('offline'), observed(), {}, true)]).toEqual([
      '',
      'requested',
    ]);
    expect(why(away('anchor'), observed(), {}, true)).toBe('');
    const onToken = { ...API, token: { uri: 'pkcs11:', pin: { kind: 'prompt' } } } as never as Entity;
    expect([why(onToken, observed()), why(onToken, observed(), {}, true)]).toEqual(['', 'requested']);
    expect(why(onToken, observed({ key: present(keyFacts('k', 'rsa-2048')) }))).toBe('differs');
    expect(why(onToken, pair(API, 'k'), { authorities: by(ROOT) })).toBe('');
  });
});
