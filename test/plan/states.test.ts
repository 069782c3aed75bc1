/** How lists and responses stand on a day, whom remarks are about, and what files of lists are: tables of values. */
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import { crl } from '../../src/plan/artifacts/crl.ts';
import { crlDer } from '../../src/plan/artifacts/crl-der.ts';
import { formerCrls } from '../../src/plan/artifacts/former-crls.ts';
import { ruleOf } from '../../src/plan/artifacts/rules.ts';
import { formerListsOf, unlisted } from '../../src/plan/former-lists.ts';
import { lockReasons } from '../../src/plan/lock.ts';
import type { EntityObservation, KeyState, Observation } from '../../src/plan/observation.ts';
import { answersOcsp, answersOf, respondersOf } from '../../src/plan/ocsp.ts';
import { entitiesOf, isUrgent, type Remark, remarksOf } from '../../src/plan/remark.ts';
import type { Listing } from '../../src/plan/revocations.ts';
import { isEnding, listRows } from '../../src/plan/status-lists.ts';
import { responseRow } from '../../src/plan/status-responses.ts';
import type { OcspFacts } from '../../src/x509/ocsp-response.ts';
import {
  aChange,
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
import { seeing } from '../helpers/seen.ts';

const TERMS = { validity: 9 * DAY, renewBefore: { kind: 'share', share: 1 / 3 } } as const;
const ROOT = anAuthority({
  name: 'root',
  crl: { url: [], list: TERMS },
  ocsp: { url: [], terms: TERMS } as never,
});
const BARE = anAuthority({ name: 'bare' });
const listFile = (nextUpdate: number | null, entries = 2): EntityObservation['crl'] =>
  present({
    number: '7',
    entries: Array.from({ length: entries }, () => ({})),
    thisUpdate: NOW - DAY,
    nextUpdate,
  } as never);

describe('a list on a day', () => {
  const row = (file: EntityObservation['crl'], isMade = false) => {
    const changes = isMade ? [{ ...aChange({ id: ROOT.id, action: 'refresh' }), list: {} as never }] : [];
    return listRows(anInventory(BARE, ROOT), seeing([ROOT, observed({ crl: file })]), { changes, now: NOW });
  };
  const list = (nextUpdate: number | null) => ({
    number: '7',
    revoked: 2,
    thisUpdate: NOW - DAY,
    nextUpdate,
  });

  it.each<[string, number | null, boolean, string]>([
    ['stands outside its window', NOW + 3 * DAY + 1, false, 'ok'],
    ['is due in its window', NOW + 3 * DAY, false, 'due'],
    ['is due where one is made', NOW + 8 * DAY, true, 'due'],
    ['is due at its end', NOW, false, 'due'],
    ['has ended behind it', NOW - 1, true, 'ended'],
    ['stands where it never ends', null, false, 'ok'],
  ])('%s', (_, nextUpdate, isMade, state) => {
    const secondsLeft = nextUpdate === null ? null : nextUpdate - NOW;
    expect(row(listFile(nextUpdate), isMade)).toEqual([
      { authority: ROOT.id, state, list: list(nextUpdate), secondsLeft },
    ]);
  });

  it('is missing where it cannot be read, or nothing was seen', () => {
    const missing = { authority: ROOT.id, state: 'missing', list: null, secondsLeft: null };
    expect(row({ state: 'missing' })).toEqual([missing]);
    expect(listRows(anInventory(ROOT), seeing(), { changes: [], now: NOW })).toEqual([missing]);
    expect([isEnding(BARE, 0), isEnding(aServer(), 0), isEnding(ROOT, 0)]).toEqual([false, false, true]);
  });
});

describe('responses on a day', () => {
  const facts = (given: Partial<OcspFacts> = {}): OcspFacts => ({
    certId: '30',
    status: { kind: 'good' },
    thisUpdate: NOW,
    nextUpdate: NOW + 9 * DAY,
    certificates: [],
    signature: 'ecdsa-with-SHA256',
    ...given,
  });
  const answer = (serial: string, status: OcspFacts['status'] = { kind: 'good' }) => ({ serial, status });
  const REVOKED = { kind: 'revoked', date: NOW, reason: null } as const;
  const responder = aServer({ name: 'ocsp', extendedKeyUsage: ['OCSPSigning'] });
  const cert = (fingerprint: string) => present({ fingerprint, notAfter: NOW + 90 * DAY } as never);
  const own = seeing([ROOT, observed({ cert: cert('aa') })], [responder, observed({ cert: cert('bb') })]);
  if (!answersOcsp(ROOT)) throw new Error('the root answers');
  const authority = ROOT;
  const row = (
    answers: readonly ReturnType<typeof answer>[],
    found: Readonly<Record<string, OcspFacts>>,
    entities: readonly Entity[] = [ROOT],
    observation = own,
    now = NOW,
  ) => responseRow({ authority, answers, found: new Map(Object.entries(found)) }, entities, observation, now);
  const none = {
    authority: ROOT.id,
    revoked: 0,
    due: 0,
    thisUpdate: NOW,
    nextUpdate: NOW + 9 * DAY,
    secondsLeft: 9 * DAY,
  };

  it('are none where there are none, and those of others do not count', () => {
    expect(row([answer('01')], {})).toBeUndefined();
    expect(row([answer('01')], { '02': facts() })).toEqual({
      ...none,
      state: 'due',
      responses: 0,
      due: 1,
      thisUpdate: null,
      nextUpdate: null,
      secondsLeft: null,
    });
  });

  it('stand by the first to end', () => {
    const [soon, never] = [facts({ nextUpdate: NOW + 5 * DAY }), facts({ nextUpdate: null, thisUpdate: 1 })];
    expect(row([answer('01')], { '01': facts() })).toEqual({ ...none, state: 'ok', responses: 1 });
    const two = row([answer('01'), answer('02', REVOKED), answer('03')], {
      '01': facts(),
      '02': facts({ status: REVOKED }),
      '03': soon,
    });
    expect(two).toEqual({
      ...none,
      state: 'due',
      responses: 3,
      revoked: 1,
      due: 1,
      nextUpdate: NOW + 5 * DAY,
      secondsLeft: 5 * DAY,
    });
    expect(row([answer('01')], { '01': never })).toEqual({
      ...none,
      state: 'due',
      responses: 1,
      due: 1,
      thisUpdate: 1,
      nextUpdate: null,
      secondsLeft: null,
    });
    expect(row([answer('01'), answer('02')], { '01': never, '02': facts() })).toMatchObject({
      due: 1,
      nextUpdate: NOW + 9 * DAY,
    });
    const late = NOW + 9 * DAY;
    expect(row([answer('01')], { '01': facts() }, [ROOT], own, late)).toMatchObject({
      state: 'due',
      secondsLeft: 0,
    });
    expect(row([answer('01')], { '01': facts() }, [ROOT], own, late + 1)).toMatchObject({
      state: 'ended',
      secondsLeft: -1,
    });
  });

  it('are signed by any responder, and by the authority where there is none', () => {
    const by = (...certificates: readonly string[]) =>
      row([answer('01')], { '01': facts({ certificates }) }, [ROOT, responder])?.state;
    expect([by(), by('bb'), by('aa')]).toEqual(['due', 'ok', 'due']);
    expect(row([answer('01')], { '01': facts() }, [ROOT], seeing())?.state).toBe('due');
    expect(row([answer('01')], { '01': facts({ status: REVOKED }) })?.state).toBe('due');
  });

  it('are of responders that the authority issued, whose keys are here', () => {
    const others = [
      { ...responder, issuer: BARE.id },
      { ...responder, revoked: {} as never },
      { ...responder, keyPlace: { kind: 'offline' } as const },
      { ...responder, elsewhere: {} as never },
      { ...responder, extendedKeyUsage: ['serverAuth'] },
      aServer(),
      ROOT,
    ];
    expect(respondersOf(ROOT, [...others, responder])).toEqual([responder]);
    expect([BARE, responder, { ...ROOT, revoked: {} as never }, ROOT].map(answersOcsp)).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });
});

describe('certificates that are asked about', () => {
  const server = aServer({ name: 'api', issuer: ROOT.id });
  const placed = (serial: string, notAfter: number, signedBy = 'k') =>
    observed({ cert: present({ serial, notAfter } as never), signedBy } as never);
  const issued = (serial: string, time: number, given: object = {}) =>
    ({ entity: server.id, issuer: ROOT.id, serial, keyId: 's', time, notAfter: NOW, ...given }) as never;
  const of = (known: { seen?: Observation; issued?: readonly never[]; listing?: Listing }) =>
    answersOf(
      ROOT,
      {
        entities: [ROOT, server],
        observation: known.seen ?? seeing(),
        issued: known.issued ?? [],
        listing: known.listing,
        keyId: 'k',
      },
      NOW,
    ).map(({ serial, status, of: by }) => [serial, status.kind, by ?? null].join(' '));

  it('are those in their places that this key signed, until their end', () => {
    expect(of({ seen: seeing([server, placed('01', NOW)]) })).toEqual([`01 good ${server.id}`]);
    expect(of({ seen: seeing([server, placed('01', NOW - 1)]) })).toEqual([]);
    expect(of({ seen: seeing([server, placed('01', NOW, 'other')]) })).toEqual([]);
  });

  it('are those on record since the authority has its key', () => {
    expect(
      of({
        issued: [
          issued('01', 5),
          issued('02', 6, { notAfter: NOW - 1 }),
          issued('03', 7, { issuer: BARE.id }),
        ],
      }),
    ).toEqual(['01 good ']);
    const root = (time: number, keyId: string) => issued(`a${time}`, time, { entity: ROOT.id, keyId });
    const all = [
      root(1, 'old'),
      issued('01', 2),
      root(3, 'old'),
      issued('02', 4),
      root(5, 'k'),
      issued('03', 5),
      root(8, 'k'),
      issued('04', 9),
    ];
    expect(of({ issued: all })).toEqual(['03 good ', '04 good ']);
    expect(of({ issued: all.filter((one) => one !== all[0] && one !== all[2]) })).toHaveLength(4);
  });

  it('are those on the list, until their end where that is known', () => {
    const entry = (serial: string) => [serial, { serial, date: 3, reason: null }] as const;
    const listing = {
      listed: new Map(['01', '02', '03'].map(entry)),
      ends: new Map([
        ['02', NOW],
        ['03', NOW - 1],
      ]),
    } as never;
    expect(of({ listing })).toEqual(['01 revoked ', '02 revoked ']);
  });
});

describe('lists of former keys', () => {
  const list = (fingerprint: string, nextUpdate: number | null, serials: readonly string[] = []) => ({
    fingerprint,
    thisUpdate: NOW - DAY,
    nextUpdate,
    serials,
  });
  const listing: Listing = {
    asked: [],
    listed: new Map([['01', { serial: '01', date: NOW - DAY, reason: null }]]),
    number: 4n,
    thisUpdate: NOW - DAY,
    ends: new Map([['01', NOW]]),
    ofKey: new Set(),
  };
  const [full, bare] = [list('f1', NOW, ['01']), list('f2', NOW)];
  const signer = {
    formerSigner: { spec: 'ecdsa-p256', set: 'archive' },
  } as never as Partial<EntityObservation>;
  const files = (...facts: readonly ReturnType<typeof list>[]) => observed({ 'former-crls': present(facts) });
  const stands = (seen: EntityObservation, given: object = {}) =>
    formerListsOf(ROOT, seen, { listing, isSucceeded: false, retired: false, now: NOW, ...given });
  const kept = (...keep: readonly string[]) => ({
    last: null,
    keep,
    reasons: [],
    write: false,
    remove: false,
  });
  const stale = [{ kind: 'stale', artifact: 'former-crls' }];

  it('stay as long as they last, and are taken out behind that', () => {
    expect(stands(files(full))).toEqual(kept('f1'));
    expect(stands(files(list('f3', null, ['01'])))).toEqual(kept('f3'));
    expect(stands(files(list('f0', NOW - 1)))).toEqual({ ...kept(), reasons: stale, remove: true });
    expect(stands(files(full, list('f0', NOW - 1)))).toEqual({ ...kept('f1'), reasons: stale, write: true });
    expect(stands(files(full), { retired: true })).toEqual({ ...kept(), reasons: stale, remove: true });
    expect(stands(observed())).toEqual(kept());
    expect(stands(observed({ 'former-crls': { state: 'garbage', detail: '' } }))).toEqual({
      ...kept(),
      reasons: stale,
      remove: true,
    });
    expect(stands(files(full), { listing: undefined })).toEqual(kept());
  });

  it('are made again by a key that is still here, for what was revoked since', () => {
    const again = stands({ ...files(bare, full), ...signer });
    const made = {
      number: '5',
      thisUpdate: NOW - ROOT.backdate,
      nextUpdate: NOW,
      entries: [...listing.listed.values()],
    };
    expect(again).toEqual({
      last: { list: made, signedWith: 'ecdsa-p256', archived: 'archive' },
      keep: ['f1'],
      reasons: stale,
      write: true,
      remove: false,
    });
    expect(stands({ ...files(full), ...signer })).toEqual(kept('f1'));
    expect(stands({ ...files(list('f2', null)), ...signer })).toEqual(kept('f2'));
    expect(
      stands({ ...files(bare), ...signer }, { listing: { ...listing, ofKey: new Set(['01']) } }),
    ).toEqual(kept('f2'));
    expect(
      stands({ ...files(bare), ...signer }, { listing: { ...listing, ends: new Map([['01', NOW - 1]]) } }),
    ).toEqual(kept('f2'));
    const late = { listing: { ...listing, ends: new Map(), thisUpdate: NOW + 5 } };
    expect(
      stands({ ...files({ ...bare, nextUpdate: NOW + 9 }), ...signer }, late).last?.list.thisUpdate,
    ).toBe(NOW + 5);
    expect(stands({ ...files(bare), ...signer }, late).last?.list.thisUpdate).toBe(NOW);
  });

  it('lack what no key is left to list', () => {
    const lacking = (seen: EntityObservation, entity: Entity = ROOT) => unlisted(entity, seen, listing, NOW);
    expect(lacking(files(bare))).toEqual(['01']);
    expect(lacking(files(bare, bare))).toEqual(['01']);
    expect(lacking({ ...files(bare), ...signer })).toEqual([]);
    expect(lacking({ ...files(full, bare), ...signer })).toEqual(['01']);
    expect(lacking({ ...files(list('f2', null)), ...signer })).toEqual(['01']);
    expect(lacking(files(full))).toEqual([]);
    expect(lacking(files(list('f2', NOW - 1)))).toEqual([]);
    expect(lacking(files(bare), BARE)).toEqual([]);
    expect(lacking(observed())).toEqual([]);
    expect(unlisted(ROOT, files(bare), undefined, NOW)).toEqual([]);
  });
});

it('a key that stays is encrypted as it is stated, as far as that is known', () => {
  const [open, closed] = [aServer(), aServer({ passphrase: { kind: 'env', name: 'A' } })];
  const key = (lock?: 'stated' | 'previous' | 'assumed'): KeyState => ({
    ...present(keyFacts('a')),
    ...(lock === undefined ? {} : { lock }),
  });
  const of = (entity: Entity, found: KeyState) =>
    lockReasons(entity, found).map((reason) => (reason.kind === 'passphrase' ? reason.change : reason.kind));
  expect([
    of(open, key()),
    of(open, key('previous')),
    of(open, key('stated')),
    of(open, key('assumed')),
  ]).toEqual([[], ['decrypt'], [], []]);
  expect([
    of(closed, key()),
    of(closed, key('previous')),
    of(closed, key('stated')),
    of(closed, key('assumed')),
  ]).toEqual([['encrypt'], ['change'], [], []]);
  expect([of(closed, { state: 'missing' }), of({ ...closed, keyPlace: { kind: 'offline' } }, key())]).toEqual(
    [[], []],
  );
});

describe('a remark', () => {
  const field = { kind: 'differs', field: 'san', before: '', after: '' } as never;
  const a = 'servers/a';
  it.each<[Remark, readonly string[], boolean]>([
    [{ kind: 'shared-key', entities: [a, 'servers/b'] }, [a, 'servers/b'], true],
    [{ kind: 'misplaced-keys', keys: [{ entity: a, path: 'b', place: 'c' }], isCircle: false }, [a], true],
    [{ kind: 'unknown', entities: [a] }, [a], true],
    [{ kind: 'unseen', what: 'keys', asked: true, entities: [a] }, [a], false],
    [{ kind: 'unseen', what: 'keys', asked: false, entities: [a] }, [a], true],
    [{ kind: 'unseen', what: 'others', asked: true, entities: [a] }, [a], true],
    [{ kind: 'differs', entities: [a], reason: field }, [a], false],
    [
      { kind: 'unbrought', entity: a, path: '', trusting: ['b', 'c'], presented: ['c', 'd'] } as never,
      [a, 'b', 'c', 'd'],
      true,
    ],
    [{ kind: 'no-way', entity: a, refused: ['b'], by: 'all' } as never, [a, 'b'], true],
    [{ kind: 'early-end', entity: a, intermediates: ['b'] } as never, [a, 'b'], true],
    [{ kind: 'unlisted', entity: a, serials: ['01'], readers: ['b'] } as never, [a, 'b'], true],
    [{ kind: 'same-name', entity: a }, [a], true],
    [{ kind: 'renamed', entity: a, reason: field }, [a], false],
    [{ kind: 'zero-serial', entity: a }, [a], false],
    [{ kind: 'group-readable', entity: a, artifact: 'key', group: 5 }, [a], false],
    [{ kind: 'request-ignored', entity: a, ignored: [] }, [a], false],
    [{ kind: 'offline-key', entity: a, path: '' }, [a], true],
    [{ kind: 'left-key', entity: a, path: '', isCertified: true }, [a], true],
    [{ kind: 'also-trusted', entity: a, path: '', fingerprints: [] }, [a], true],
    [{ kind: 'left-files', entity: a, paths: [] }, [a], true],
    [{ kind: 'left-list', entity: a, path: '', nextUpdate: null }, [a], true],
  ])('%j', (remark, about, urgent) =>
    expect([entitiesOf(remark), isUrgent(remark)]).toEqual([about, urgent]),
  );

  it('is made of files that were not read, of each kind that there is', () => {
    const of = (keys: readonly string[], others: readonly string[]) =>
      remarksOf([], { ...seeing(), unseen: { asked: true, keys, others } as never }).map((one) =>
        one.kind === 'unseen' ? [one.what, ...one.entities] : one,
      );
    expect([of([], []), of([a], []), of([], [a]), of([a], [a])]).toEqual([
      [],
      [['keys', a]],
      [['others', a]],
      [
        ['keys', a],
        ['others', a],
      ],
    ]);
  });

  it('is made of keys that lie where none should', () => {
    const offline = anAuthority({ name: 'off', keyPlace: { kind: 'offline' } });
    const [key, other] = [keyFacts('a'), keyFacts('b')];
    const issuance = { notBefore: NOW, notAfter: NOW + DAY } as never;
    const cert = present(certificateFor(BARE, key, issuance, null, '01'));
    const kinds = (entity: Entity, files: Partial<EntityObservation>) =>
      remarksOf([entity], seeing([entity, observed(files)])).flatMap((one) =>
        one.kind === 'offline-key' || one.kind === 'left-key' ? [one] : [],
      );
    const found = [{ kind: 'offline-key', entity: offline.id, path: 'authorities/off/key.pem' }];
    expect(kinds(offline, { key: present(key, 0o600), cert })).toEqual(found);
    expect(kinds(offline, { key: { state: 'encrypted', why: {} as never } })).toEqual(found);
    expect(kinds(offline, { key: present(other, 0o600), cert })).toEqual([]);
    expect(kinds(offline, { key: present(key, 0o600) })).toEqual([]);
    expect(kinds(BARE, { key: present(key, 0o600), cert })).toEqual([]);
    const left = (isCertified: boolean) => [
      { kind: 'left-key', entity: BARE.id, path: 'authorities/bare/key.pem', isCertified },
    ];
    expect(kinds(BARE, { leftKey: key.keyId, cert })).toEqual(left(true));
    expect(kinds(BARE, { leftKey: other.keyId, cert })).toEqual(left(false));
    expect(kinds(BARE, { leftKey: key.keyId })).toEqual(left(false));
  });
});

it('files of lists and objects that hold something else say so', () => {
  const why = (act: () => unknown): string => {
    try {
      return JSON.stringify(act());
    } catch (error) {
      return error instanceof Error ? error.message : '';
    }
  };
  const secret = ruleOf('secret');
  const object = (text: string) => why(() => secret.read(Buffer.from(text)));
  expect([
    why(() => crl.read(Buffer.from('x'))),
    why(() => formerCrls.read(Buffer.from('x'))),
    why(() => crlDer.read(Buffer.from('-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n'))),
    why(() => crl.read(Buffer.from('-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n'.repeat(2)))),
    object('kind: ConfigMap\ndata: {}\n'),
    object('kind: Secret\n'),
    object('kind: Secret\ndata: null\n'),
    object('kind: Secret\ndata: text\n'),
    object('kind: Secret\ndata: { a: 5 }\n'),
    object('kind: Secret\ndata: { a: { b: c } }\n'),
  ]).toEqual([
    'holds no revocation list',
    'holds no revocation list',
    'holds no revocation list in DER',
    'holds several revocation lists',
    ...Array.from({ length: 6 }, () => 'holds no Secret of Kubernetes'),
  ]);
});
