/** What is remarked on, how lists stand, and what is asked to be revoked: each condition by itself. */
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import type { EntityObservation } from '../../src/plan/observation.ts';
import { isUrgent, type Remark, remarksOf } from '../../src/plan/remark.ts';
import { isListed, listingsOf, listsIn } from '../../src/plan/revocations.ts';
import { readSigningRequest, signingFaults } from '../../src/plan/signing-request.ts';
import { isEnding, listRows } from '../../src/plan/status-lists.ts';
import {
  aChange,
  anAuthority,
  anInventory,
  aServer,
  certificateFor,
  changed,
  critical,
  DAY,
  keyFacts,
  NOW,
  present,
} from '../helpers/entities.ts';
import { seeing } from '../helpers/seen.ts';

const TERMS = { validity: 9 * DAY, renewBefore: { kind: 'seconds', seconds: DAY } } as const;
const ROOT = anAuthority({ name: 'root', crl: { url: [], list: TERMS } });
const API = aServer({ name: 'api', issuer: ROOT.id });
const WEB = aServer({ name: 'web', issuer: ROOT.id });
const ISSUANCE = { notBefore: NOW, notAfter: NOW + 90 * DAY, cappedBy: null, subjectKeyId: null };
const certificate = (entity: Entity, key: string, serial = key) =>
  certificateFor(entity, keyFacts(key), ISSUANCE, null, serial);

describe('a remark', () => {
  const kinds = (entity: Entity, files: Partial<EntityObservation>): readonly string[] =>
    remarksOf([entity], seeing([entity, files])).map(({ kind }) => kind);
  const pair = (key: string, cert = key) => ({
    key: present(keyFacts(key)),
    cert: present(certificate(API, cert)),
  });
  const AWAY = { ...ROOT, keyPlace: { kind: 'offline' } } as const;
  const root = present(certificate(ROOT, 'root'));
  const numbered = (serial: string, entity: Entity = ROOT) => ({
    cert: present(certificate(entity, 'k', serial)),
  });
  const grouped = (artifact: string) => ({ [artifact]: { ...present(keyFacts('k')), group: 5 } });

  it.each<[string, readonly string[], readonly string[]]>([
    [
      'a key that is offline and here',
      kinds(AWAY, { key: present(keyFacts('root')), cert: root }),
      ['offline-key'],
    ],
    [
      'one that is encrypted',
      kinds(AWAY, { key: { state: 'encrypted' } as never, cert: root }),
      ['offline-key'],
    ],
    ['another key', kinds(AWAY, { key: present(keyFacts('other')), cert: root }), []],
    ['a key without a certificate', kinds(AWAY, { key: present(keyFacts('root')) }), []],
    ['a key that is not offline', kinds(ROOT, { key: present(keyFacts('root')), cert: root }), []],
    ['a root with the number zero', kinds(ROOT, numbered('00')), ['zero-serial']],
    ['a root with another number', kinds(ROOT, numbered('01')), []],
    ['a server with the number zero', kinds(API, numbered('00', API)), []],
    ['a key that a group may read', kinds(API, grouped('key')), ['group-readable']],
    ['a key of no group', kinds(API, { key: present(keyFacts('k')) }), []],
    [
      'a certificate that a group may read',
      kinds(API, { cert: { ...present(certificate(API, 'k')), group: 5 } }),
      [],
    ],
    [
      'a key whose group the manifest states',
      kinds({ ...API, ownership: { group: 'g' } } as never, grouped('key')),
      [],
    ],
    [
      'a key whose owner it states',
      kinds({ ...API, ownership: { owner: 'o' } } as never, grouped('key')),
      ['group-readable'],
    ],
  ])('on %s', (_, found, expected) => expect(found).toEqual(expected));

  it('on a key that was left behind says whether the certificate is for it', () => {
    const left = (leftKey: string, files: Partial<EntityObservation>) =>
      remarksOf([API], seeing([API, { leftKey, ...files }])).flatMap((one) =>
        one.kind === 'left-key' ? [one.isCertified] : [],
      );
    const { keyId } = keyFacts('k');
    expect([left(keyId, pair('k')), left('other', pair('k')), left(keyId, {})]).toEqual([
      [true],
      [false],
      [false],
    ]);
  });

  it('on a key that several have names those, the authorities alone where there are any', () => {
    const shared = (...all: readonly (readonly [Entity, Partial<EntityObservation>])[]) =>
      remarksOf(
        all.map(([entity]) => entity),
        seeing(...all),
      ).flatMap((one) => (one.kind === 'shared-key' ? [one.entities] : []));
    const SUB = anAuthority({ name: 'sub' });
    expect(shared([API, pair('k')], [WEB, pair('k')])).toEqual([[API.id, WEB.id]]);
    expect(shared([API, pair('k')], [WEB, pair('l')])).toEqual([]);
    expect(shared([API, pair('k')], [WEB, pair('k', 'l')])).toEqual([]);
    expect(shared([API, pair('k')], [ROOT, pair('k')])).toEqual([]);
    expect(shared([API, pair('k')], [ROOT, pair('k')], [SUB, pair('k')])).toEqual([[ROOT.id, SUB.id]]);
  });

  it('on a shared key says nothing of one that gets another', () => {
    const seen = seeing([API, pair('k')], [WEB, pair('k')]);
    const found = (change: Partial<ReturnType<typeof aChange>>) =>
      remarksOf([API, WEB], seen, [aChange({ id: API.id, action: 'keep', ...change } as never)]).map(
        ({ kind }) => kind,
      );
    expect(found({})).toEqual(['shared-key']);
    expect(found({ action: 'issue', issuance: ISSUANCE })).toEqual(['shared-key']);
    expect(found({ action: 'rekey', issuance: ISSUANCE })).toEqual([]);
    expect(found({ action: 'create', issuance: ISSUANCE })).toEqual([]);
    expect(found({ action: 'create', issuance: ISSUANCE, ...{ keyElsewhere: true } })).toEqual([
      'shared-key',
    ]);
  });

  it('on what was not read is urgent, unless it is only of keys and was asked for', () => {
    const unseen = (what: 'keys' | 'others', asked: boolean): Remark => ({
      kind: 'unseen',
      what,
      asked,
      entities: [],
    });
    expect([
      isUrgent(unseen('keys', true)),
      isUrgent(unseen('keys', false)),
      isUrgent(unseen('others', true)),
      isUrgent({ kind: 'zero-serial', entity: ROOT.id }),
      isUrgent({ kind: 'shared-key', entities: [] }),
    ]).toEqual([false, true, true, false, true]);
    const of = (keys: readonly string[], others: readonly string[]) =>
      remarksOf([], { ...seeing(), unseen: { asked: true, keys, others } as never }).map((one) =>
        one.kind === 'unseen' ? one.what : one.kind,
      );
    expect([of([], []), of([API.id], []), of([API.id], [WEB.id])]).toEqual([
      [],
      ['keys'],
      ['keys', 'others'],
    ]);
  });
});

const listFacts = (given: object = {}) => ({
  issuerDer: certificate(ROOT, 'root').subjectDer,
  thisUpdate: NOW,
  nextUpdate: NOW + 9 * DAY,
  number: '4',
  entries: [],
  ...given,
});

describe('a list', () => {
  const row = (given: object | null, made = false) => {
    const seen = seeing([ROOT, given === null ? {} : { crl: present(listFacts(given)) as never }]);
    const change = made
      ? { ...aChange({ id: ROOT.id, action: 'refresh' }), list: {} }
      : aChange({ id: ROOT.id, action: 'keep' });
    return listRows(anInventory(ROOT, API), seen, { changes: [change], now: NOW } as never).map(
      ({ state, secondsLeft }) => `${state} ${secondsLeft}`,
    );
  };
  it('is due in its window, and has ended behind its last second', () => {
    expect([null, { nextUpdate: NOW - 1 }, { nextUpdate: NOW }].map((given) => row(given))).toEqual([
      ['missing null'],
      ['ended -1'],
      ['due 0'],
    ]);
    expect([DAY, DAY + 1].map((left) => row({ nextUpdate: NOW + left }))).toEqual([
      [`due ${DAY}`],
      [`ok ${DAY + 1}`],
    ]);
    expect([
      row({ nextUpdate: null }),
      row({ nextUpdate: null }, true),
      row({ nextUpdate: NOW - 1 }, true),
    ]).toEqual([['ok null'], ['due null'], ['ended -1']]);
  });

  it('of what makes none never ends', () => {
    expect([isEnding(ROOT, 0), isEnding(ROOT, null), isEnding(anAuthority(), 0), isEnding(API, 0)]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('what an authority lists', () => {
  const entry = (serial: string, given: object = {}) => ({
    serial,
    issuerDer: listFacts().issuerDer,
    date: NOW,
    reason: null,
    invalidityDate: null,
    ...given,
  });
  const listing = (files: object, more: object = {}, entities: readonly Entity[] = [ROOT]) =>
    listingsOf(anInventory(...entities), { ...seeing([ROOT, files]), ...more } as never, new Set(), NOW).get(
      ROOT.id,
    );
  const placed = (given: object, listSignedBy: string | null = 'k') => ({
    crl: present(listFacts(given)) as never,
    listSignedBy,
  });
  const serials = (files: object, more: object = {}) => [...(listing(files, more)?.listed.keys() ?? [])];
  const known = (given: object = {}) => ({
    lists: new Map([[ROOT.id, { number: 3n, thisUpdate: NOW - 1, entries: [], ...given }]]),
  });

  it('goes on from a list that its key signed', () => {
    expect(serials(placed({ entries: [entry('0a')] }))).toEqual(['0a']);
    expect(serials(placed({ entries: [entry('0a')] }, null))).toEqual([]);
    expect(serials(placed({ entries: [entry('0a', { issuerDer: 'aa' })] }))).toEqual([]);
    expect(serials(placed({ entries: [entry('0a', { reason: 'removeFromCRL' })] }))).toEqual([]);
    expect(serials(placed({ entries: [entry('0a')] }), known({ entries: [entry('0b')] }))).toEqual([
      '0a',
      '0b',
    ]);
  });

  it('with the highest number and the latest time of both', () => {
    const ends = (files: object, more: object = {}) => {
      const { number, thisUpdate } = listing(files, more) ?? {};
      return [number, thisUpdate];
    };
    expect([ends({}), ends({}, known()), ends(placed({})), ends(placed({}), known())]).toEqual([
      [0n, null],
      [3n, NOW - 1],
      [4n, NOW],
      [4n, NOW],
    ]);
    expect(ends(placed({}), known({ number: 5n, thisUpdate: NOW + 1 }))).toEqual([5n, NOW + 1]);
    expect(ends(placed({ number: null }))).toEqual([0n, NOW]);
    expect(listsIn([ROOT, API], { ...seeing([ROOT, placed({})]) }).get(ROOT.id)?.number).toBe(4n);
    expect(listsIn([ROOT], seeing([ROOT, {}])).size).toBe(0);
  });

  const issued = (entity: string, serial: string, keyId = 'x', issuer: string = ROOT.id) =>
    ({ entity, issuer, serial, fingerprint: serial, keyId, notAfter: NOW, time: 1 }) as never;

  it('knows what its key of today signed', () => {
    const { keyId } = keyFacts('root');
    const ofKey = (
      certificates: readonly never[],
      files: object = { cert: present(certificate(ROOT, 'root')) },
    ) => [...(listing(files, { certificates })?.ofKey ?? [])];
    const all = [
      issued(API.id, '01'),
      issued(ROOT.id, 'r', keyId),
      issued(WEB.id, '02'),
      issued(WEB.id, '03', 'x', 'authorities/other'),
    ];
    expect([ofKey(all), ofKey(all, {}), ofKey([issued(API.id, '01'), issued(ROOT.id, 'r')])]).toEqual([
      ['r', '02'],
      [],
      [],
    ]);
    expect(ofKey([issued(API.id, '01', keyId), issued(WEB.id, '02')])).toEqual([]);
  });

  it('is asked for every certificate of a revoked entity that it signed', () => {
    const gone = { ...API, revoked: { reason: null } } as never as Entity;
    const asked = (certificates: readonly never[], files: object = {}, entity: Entity = gone) =>
      listingsOf(
        anInventory(ROOT, entity),
        { ...seeing([ROOT, {}], [API, files]), certificates } as never,
        new Set(),
        NOW,
      )
        .get(ROOT.id)
        ?.asked.map(({ serial }) => serial);
    expect(
      asked([issued(API.id, '01'), issued(WEB.id, '02'), issued(API.id, '03', 'x', 'authorities/other')]),
    ).toEqual(['01']);
    expect(asked([issued(API.id, '01'), issued(API.id, '01')])).toEqual(['01']);
    const cert = present(certificate(API, 'api', '0f'));
    expect([
      asked([], { cert, signedBy: 'k' }),
      asked([], { cert, signedBy: null }),
      asked([], { signedBy: 'k' }),
    ]).toEqual([['0f'], [], []]);
    expect(asked([issued(API.id, '01')], {}, API)).toEqual([]);
    expect(asked([], { cert, signedBy: 'k' }, { ...gone, issuer: 'authorities/other' } as Entity)).toEqual(
      [],
    );
  });

  it('has a number that is on it, or that is asked for', () => {
    const one = listing({}, known({ entries: [entry('0b')] }), [
      { ...ROOT, revokes: [{ serial: '0c', reason: null }] } as never,
    ]);
    expect([
      isListed(one, '0b'),
      isListed(one, '0c'),
      isListed(one, '0d'),
      isListed(undefined, '0b'),
    ]).toEqual([true, true, false, false]);
  });
});

describe('what another machine asks to be signed', () => {
  const WHOLE = {
    entity: API.id,
    authority: ROOT.id,
    notBefore: 1,
    notAfter: 2,
    extensions: [{ oid: '2.5.29.19', critical: true, value: '3000' }],
  };
  const LAST = 253_402_300_799;
  it.each<[string, object, boolean]>([
    ['from the first second', { notBefore: 0 }, true],
    ['from before it', { notBefore: -1 }, false],
    ['from between two', { notBefore: 0.5 }, false],
    ['to the last second', { notAfter: LAST }, true],
    ['to one behind it', { notAfter: LAST + 1 }, false],
    ['for a second', { notBefore: 1, notAfter: 2 }, true],
    ['for none', { notBefore: 2 }, false],
    ['with one extension of two that can be read', { extensions: [...WHOLE.extensions, null] }, false],
    ['with extensions that are no list', { extensions: {} }, false],
    [
      'with an extension that is not known to be critical',
      { extensions: [{ ...WHOLE.extensions[0], critical: 1 }] },
      false,
    ],
    ['with a subject', { subject: '3000' }, true],
    ['with a subject that is not hex', { subject: 'no' }, false],
    ['with a subject that is no text', { subject: 3000 }, false],
    ['with an entity that is no text', { entity: 5 }, false],
  ])('%s', (_, given, isGood) =>
    expect(readSigningRequest({ ...WHOLE, ...given }) !== undefined).toBe(isGood),
  );

  it('ends with its issuer, and stands below one that allows it', () => {
    const issuer = certificate(ROOT, 'root');
    const asked = certificateFor(
      anAuthority({ name: 'sub', issuer: ROOT.id }),
      keyFacts('sub'),
      ISSUANCE,
      issuer,
      '02',
    );
    const leaf = certificateFor(API, keyFacts('api'), ISSUANCE, issuer, '03');
    const none = changed(issuer, { extensions: { basicConstraints: critical({ ca: true, pathLength: 0 }) } });
    const kinds = (cert: typeof leaf, by = issuer) => signingFaults(cert, by, true).map(({ kind }) => kind);
    const until = (seconds: number) => changed(leaf, { notAfter: issuer.notAfter + seconds });
    expect([kinds(until(0)), kinds(until(1))]).toEqual([[], ['outlives']]);
    expect([kinds(leaf, none), kinds(asked, none), kinds(asked)]).toEqual([[], ['path-length'], []]);
  });
});
