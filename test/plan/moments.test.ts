/** Every moment at which a plan decides otherwise, to the second: the last one, and the first one behind it. */
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import { waitingFor } from '../../src/plan/awaited.ts';
import { momentOf } from '../../src/plan/clock.ts';
import { wantedEntries } from '../../src/plan/list-entries.ts';
import type { EntityObservation, Issues } from '../../src/plan/observation.ts';
import { answersOf, isResponseDue, isWantedResponse } from '../../src/plan/ocsp.ts';
import { previousOf } from '../../src/plan/previous.ts';
import { prunesIn } from '../../src/plan/prune.ts';
import { leaversIn, removalsIn } from '../../src/plan/removal.ts';
import { listingsOf } from '../../src/plan/revocations.ts';
import { routeOf, routesFrom } from '../../src/plan/routes.ts';
import { statusRows } from '../../src/plan/status.ts';
import { validityOf, validityReasons } from '../../src/plan/validity.ts';
import { awaitedBy } from '../../src/plan/waiting.ts';
import {
  aChange,
  anAuthority,
  anInventory,
  aServer,
  type Changes,
  certificateFor,
  changed,
  DAY,
  keyFacts,
  NOW,
  observed,
  present,
  signedWith,
} from '../helpers/entities.ts';
import { seeing } from '../helpers/seen.ts';

const ROOT = anAuthority({ name: 'root' });
const CA = anAuthority({ name: 'ca', issuer: ROOT.id });
const API = aServer({ name: 'api', issuer: ROOT.id });
const made = (
  entity: Entity,
  key: string,
  notBefore: number,
  notAfter: number,
  by: ReturnType<typeof certificateFor> | null = null,
) => certificateFor(entity, keyFacts(key), { notBefore, notAfter } as never, by, key);
const root = made(ROOT, 'root', NOW - DAY, NOW + 900 * DAY);

it('what left the manifest lets in until its certificate has ended', () => {
  const at = (notAfter: number | null) => {
    const leaving = new Map(notAfter === null ? [] : [['servers/x', notAfter]]);
    return [
      ...leaversIn(removalsIn({ ...seeing(), orphans: ['servers/x', 'zzz/y'], leaving } as never, NOW)),
    ];
  };
  expect([at(null), at(NOW - 1), at(NOW), at(NOW + 1)]).toEqual([
    [],
    [],
    [['servers/x', NOW]],
    [['servers/x', NOW + 1]],
  ]);
});

it('a certificate serves until its last second, whatever is awaited', () => {
  const files = (notAfter: number, key = 'k') =>
    observed({ cert: present(made(CA, 'k', 0, notAfter)), key: present(keyFacts(key)) });
  const change = aChange({ id: CA.id, action: 'wait' });
  const waiting = { ...change, waiting: { on: ROOT.id, reasons: [], serves: true, wish: null } };
  const by = (notAfter: number, key?: string) => awaitedBy(CA, files(notAfter, key), waiting, NOW);
  expect([by(NOW - 1), by(NOW), by(NOW, 'other')]).toEqual([ROOT.id, null, ROOT.id]);
  expect(awaitedBy({ ...CA, keyPlace: { kind: 'offline' } }, files(NOW), waiting, NOW)).toBe(CA.id);
  const serves = (notAfter: number, ...reasons: readonly never[]) =>
    waitingFor(ROOT.id, files(notAfter), reasons, NOW).serves;
  expect([serves(NOW - 1), serves(NOW), serves(NOW, { kind: 'requested' } as never)]).toEqual([
    false,
    true,
    false,
  ]);
  expect(waitingFor(ROOT.id, observed(), [], NOW).serves).toBe(false);
});

describe('an entry of a list', () => {
  const entry = (serial: string, date = 1) => ({ serial, date, reason: null });
  const of = (given: object) =>
    wantedEntries(
      {
        asked: [],
        listed: new Map(),
        number: 1n,
        thisUpdate: NOW,
        ends: new Map(),
        ofKey: new Set(),
        ...given,
      } as never,
      NOW,
    );

  it('stays until a list was made behind its end', () => {
    const listed = new Map([['a', entry('a')]]);
    const kept = (end: number | undefined, thisUpdate: number | null = NOW) =>
      of({ listed, thisUpdate, ends: new Map(end === undefined ? [] : [['a', end]]) }).length;
    expect([kept(NOW - 1), kept(NOW), kept(undefined), kept(NOW - 1, null)]).toEqual([0, 1, 1, 1]);
  });

  it('is of the moment that is stated, unless that is to come', () => {
    const asked = (at: number | undefined, listed = false) =>
      of({
        asked: [{ serial: 'a', reason: null, of: API.id, ...(at === undefined ? {} : { at }) }],
        listed: new Map(listed ? [['a', entry('a', 7)]] : []),
      })[0]?.date;
    expect([
      asked(NOW),
      asked(NOW + 1),
      asked(NOW + 1, true),
      asked(5, true),
      asked(undefined, true),
      asked(undefined),
    ]).toEqual([NOW, NOW, 7, 5, 7, NOW]);
  });
});

it('a way over a former root has begun, and leads on outside of the window', () => {
  const child = (notBefore: number, given: object = {}) => ({
    id: CA.id,
    observed: observed({
      cert: present({ ...made(CA, 'ca', notBefore, NOW + DAY, root), ...given }),
      signedBy: root.keyId,
    } as never),
  });
  const from = (one: ReturnType<typeof child>, rekeyed: readonly string[] = []) =>
    routesFrom(root, [one], new Set(rekeyed), NOW).length;
  expect([
    from(child(NOW)),
    from(child(NOW + 1)),
    from(child(NOW), [CA.id]),
    from(child(NOW, { issuerDer: 'aa' })),
  ]).toEqual([1, 0, 0, 0]);
  const entity = { ...CA, renewBefore: { kind: 'seconds', seconds: DAY } } as const;
  const route = made(entity, 'ca', NOW - DAY, NOW + 9 * DAY, root);
  const key = {
    keyId: route.keyId,
    subjectDer: route.subjectDer,
    subjectKeyId: keyFacts('ca').keyIdentifier,
  };
  const way = (now: number, own = key) => routeOf(entity, own, [route], now) !== null;
  expect([way(NOW + 8 * DAY - 1), way(NOW + 8 * DAY)]).toEqual([true, false]);
  expect([
    way(NOW, { ...key, keyId: 'x' }),
    way(NOW, { ...key, subjectDer: 'x' }),
    way(NOW, { ...key, subjectKeyId: 'x' }),
  ]).toEqual([false, false, false]);
});

describe('a root that is replaced', () => {
  const NEXT = { notBefore: NOW, notAfter: NOW + 90 * DAY, cappedBy: null, subjectKeyId: null };
  const SITUATION = {
    now: NOW,
    retired: false,
    strangers: [],
    isForeign: false,
    successor: NEXT,
    children: [],
    rekeyed: new Set<string>(),
    unrouted: new Set<string>(),
  };
  const rolled = (
    facts: typeof root,
    given: Partial<Parameters<typeof previousOf>[2]> = {},
    more: Partial<EntityObservation> = {},
    entity: Entity = ROOT,
  ) =>
    previousOf(
      entity,
      observed({ cert: present(facts), key: present(keyFacts('root')), signedBy: root.keyId, ...more }),
      { ...SITUATION, ...given } as Parameters<typeof previousOf>[2],
    );
  const kept = (...args: Parameters<typeof rolled>) => rolled(...args).keep.length;
  const until = (notAfter: number, changes: Changes = {}) => changed(root, { notAfter, ...changes });

  it('is kept until its last second, where it was a root and its key signed it', () => {
    expect([kept(until(NOW)), kept(until(NOW - 1))]).toEqual([1, 0]);
    expect([
      kept(until(NOW, { issuerDer: 'aa' })),
      kept(until(NOW, { extensions: { basicConstraints: undefined } })),
      kept(until(NOW), {}, { signedBy: 'other' }),
      kept(until(NOW), { isForeign: true }),
      kept(until(NOW), { successor: null }),
      kept(until(NOW), {}, {}, CA),
    ]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('stays where the others are retired, unless it is given up with them', () => {
    const rekeyed = new Set([ROOT.id]);
    expect([
      kept(root, { retired: true }),
      kept(root, { rekeyed }),
      kept(root, { retired: true, rekeyed }),
    ]).toEqual([1, 1, 0]);
  });

  it('signs the next one where its key is here, and it allows one more', () => {
    const crossing = (...args: Parameters<typeof rolled>) => rolled(...args).crossing?.issuance.notAfter;
    expect([crossing(until(NOW + 5)), crossing(until(NEXT.notAfter + 1))]).toEqual([NOW + 5, NEXT.notAfter]);
    expect([
      crossing(root, {}, { key: { state: 'missing' } }),
      crossing(root, {}, { key: present(keyFacts('other')) }),
      crossing(changed(root, { extensions: { subjectKeyIdentifier: undefined } })),
    ]).toEqual([undefined, undefined, undefined]);
    const alone = {
      extensions: { basicConstraints: { critical: true, value: { ca: true, pathLength: 0 } } },
    };
    const renamed = { subjectDer: 'aa', issuerDer: 'aa' };
    // In its own name one is not counted.
    expect([
      crossing(until(NOW + 5, alone)),
      crossing(until(NOW + 5, renamed)),
      crossing(until(NOW + 5, { ...alone, ...renamed })),
    ]).toEqual([NOW + 5, NOW + 5, undefined]);
  });

  it('keeps what it had before until the last second of each, and of the root that signed it', () => {
    const signedBy = keyFacts('old').keyId;
    const old = (notAfter: number) => ({ ...made(ROOT, 'old', NOW - DAY, notAfter), signedBy });
    const identified = { authorityKeyIdentifier: signedWith(keyFacts('old').keyIdentifier) };
    const cross = (notAfter: number) => ({
      ...changed(root, { fingerprint: 'cross', notAfter, extensions: identified }),
      signedBy,
    });
    const of = (...previous: readonly ReturnType<typeof old>[]) => {
      const found = rolled(root, { successor: null }, { previous: present(previous) });
      return [found.keep.length, found.cross.length];
    };
    expect([of(old(NOW)), of(old(NOW - 1))]).toEqual([
      [1, 0],
      [0, 0],
    ]);
    expect([of(old(NOW), cross(NOW)), of(old(NOW), cross(NOW - 1)), of(old(NOW - 1), cross(NOW))]).toEqual([
      [1, 1],
      [1, 0],
      [0, 0],
    ]);
    // For a key that is neither the present one, nor that of an earlier root: such a certificate leads nowhere.
    const crossFor = (keyId: string) => ({ ...cross(NOW), keyId });
    expect([of(old(NOW), crossFor('none')), of(old(NOW), crossFor(old(NOW).keyId))]).toEqual([
      [1, 0],
      [1, 1],
    ]);
    // Nor for a key that is present and about to be replaced, where its own certificate is not kept.
    const replaced = (successor: typeof NEXT | null) =>
      rolled(root, { successor, isForeign: true }, { previous: present([old(NOW), cross(NOW)]) }).cross
        .length;
    expect([replaced(null), replaced(NEXT)]).toEqual([1, 0]);
  });
});

it('what is archived goes behind its time, counted to the last moment that is certain', () => {
  const keep = 10 * DAY;
  const inventory = { ...anInventory(API), archiveFor: keep };
  const going = (
    time: number,
    {
      isCertain = true,
      now = NOW,
      newest = NOW as number | null,
      revival = null as never,
      notAfter = NOW + DAY,
    } = {},
  ) => {
    const archive = { sets: [{ entity: API.id, folder: 'f', time, holdsKey: false }], newest, revival };
    return prunesIn(
      inventory,
      { ...seeing([API, { cert: present(made(API, 'a', 0, notAfter)) }]), archive },
      now,
      isCertain,
    ).length;
  };
  expect([going(NOW - keep - 1), going(NOW - keep)]).toEqual([1, 0]);
  const uncertain = (given: object) => going(NOW - keep - 1, { isCertain: false, ...given });
  expect([uncertain({ newest: NOW - 366 * DAY }), uncertain({ newest: NOW - 366 * DAY - 1 })]).toEqual([
    1, 0,
  ]);
  expect([
    uncertain({ notAfter: NOW, newest: 0 }),
    uncertain({ notAfter: NOW - 1, newest: 0 }),
    uncertain({ notAfter: NOW - 1 }),
  ]).toEqual([0, 0, 1]);
  const revived = (at: number, before: number | null) => uncertain({ revival: { at, before } });
  expect([revived(NOW - keep + 1, 0), revived(NOW - keep, 0), revived(NOW, null), revived(NOW, NOW)]).toEqual(
    [0, 1, 0, 1],
  );
});

it('a clock may be behind by five minutes, and one that is ahead of the ledger by a day is believed where that revived', () => {
  const kind = (clock: number, issues: Partial<Issues> = {}, isTrusted = false) =>
    momentOf(
      [],
      { ...seeing(), issues: { newest: NOW, before: 1, revived: true, ...issues } },
      clock,
      isTrusted,
    );
  const behind = { clock: NOW - 301, newest: NOW, by: 'ledger' };
  expect(kind(NOW - 300)).toEqual({ now: NOW, doubt: null });
  expect(kind(NOW + 5)).toEqual({ now: NOW + 5, doubt: null });
  expect(kind(NOW - 301)).toEqual({ now: NOW, doubt: { kind: 'behind', ...behind } });
  expect(kind(NOW - 301, {}, true)).toEqual({ now: NOW - 301, doubt: { kind: 'ahead', ...behind } });
  const jump = (seconds: number, issues: Partial<Issues> = {}) => kind(NOW - seconds, issues).doubt?.kind;
  expect([
    jump(DAY),
    jump(DAY + 1),
    jump(DAY + 1, { before: null }),
    jump(DAY + 1, { revived: false }),
  ]).toEqual(['behind', 'ahead', 'behind', 'behind']);
  const certificates = seeing(
    [API, { cert: present(made(API, 'a', NOW, NOW + 1)), signedBy: 'k' }],
    [CA, { cert: present(made(CA, 'b', NOW - 1, NOW + 1)), signedBy: 'k' }],
  );
  expect(momentOf([API, CA], certificates, NOW - 400, false).doubt).toEqual({
    kind: 'behind',
    clock: NOW - 400,
    newest: NOW,
    by: API.id,
  });
  expect(momentOf([CA, API], certificates, NOW - 400, false).doubt?.by).toBe(API.id);
});

describe('a response', () => {
  const TERMS = { validity: 9 * DAY, renewBefore: { kind: 'share', share: 1 / 3 } } as const;
  const found = {
    certId: 'aa',
    status: { kind: 'good' },
    thisUpdate: NOW,
    nextUpdate: NOW + 9 * DAY,
    certificates: [],
    signature: 'ecdsa-with-SHA256',
  } as const;
  const wanted = {
    certId: 'aa',
    status: { kind: 'good' },
    certificates: [],
    end: NOW + 90 * DAY,
    signing: { digest: null, padding: null },
  } as const;

  it('is as long as it is wanted, but for two minutes, and no longer than its signer', () => {
    const fits = (nextUpdate: number, end = wanted.end) =>
      isWantedResponse({ ...found, nextUpdate }, { ...wanted, end }, TERMS);
    const length = NOW + 9 * DAY;
    expect([fits(length - 121), fits(length - 120), fits(length + 120), fits(length + 121)]).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect([fits(length, length), fits(length, length - 1)]).toEqual([true, false]);
  });

  it('is due at its end, and in its window where the next one is good for longer', () => {
    const due = (now: number, end = wanted.end) => isResponseDue(found, { ...wanted, end }, TERMS, now);
    const end = NOW + 9 * DAY;
    expect([due(end), due(end - 3 * DAY), due(end - 3 * DAY - 1)]).toEqual([true, true, false]);
    expect([due(end - 1, end + 120), due(end - 1, end + 121)]).toEqual([false, true]);
  });
});

it('a certificate that was issued here is revoked until it has ended', () => {
  const authority = anAuthority({
    name: 'root',
    crl: { url: [], list: { validity: DAY, renewBefore: { kind: 'share', share: 0.5 } } },
  });
  const gone = { ...API, revoked: { reason: null } } as never as Entity;
  const asked = (notAfter: number) => {
    const certificates = [
      { entity: API.id, issuer: authority.id, serial: '0a', fingerprint: 'f', keyId: 'k', notAfter, time: 1 },
    ];
    const found = listingsOf(
      anInventory(authority, gone),
      { ...seeing([authority, {}]), certificates } as never,
      new Set(),
      NOW,
    );
    return found.get(authority.id)?.asked.map(({ serial }) => serial);
  };
  expect([asked(NOW - 1), asked(NOW)]).toEqual([[], ['0a']]);
});

describe('the length of a certificate', () => {
  const entity = { ...API, validity: 90 * DAY, backdate: 300 };
  const ceiling = (notAfter: number, awaits: string | null = null) =>
    ({ id: ROOT.id, notAfter, awaits }) as never;
  const wanted = NOW - 300 + 90 * DAY - 1;

  it('ends with what vouches for it, where that is earlier', () => {
    const of = (end: number) => validityOf(entity, ceiling(end), NOW);
    expect([of(wanted), of(wanted - 1)]).toEqual([
      { notBefore: NOW - 300, notAfter: wanted, cappedBy: null },
      { notBefore: NOW - 300, notAfter: wanted - 1, cappedBy: ROOT.id },
    ]);
  });

  it('may outlive that by what it is backdated and a minute, which it may differ from what is wanted, too', () => {
    const facts = changed(made(API, 'a', NOW - 300, wanted), {});
    const kinds = (given: object, top: number | null = null, awaits: string | null = null) =>
      validityReasons({ ...facts, ...given }, entity, top === null ? null : ceiling(top, awaits), NOW).map(
        ({ kind }) => kind,
      );
    expect([kinds({}, wanted - 359), kinds({}, wanted - 360)]).toEqual([[], ['differs']]);
    const length = (by: number) => kinds({ notAfter: wanted + by });
    expect([length(-60), length(-59), length(59), length(60)].map((all) => all.length)).toEqual([
      length(-60).length,
      0,
      0,
      length(60).length,
    ]);
    expect([
      kinds({ notAfter: wanted - DAY }, wanted - DAY),
      kinds({ notAfter: wanted - DAY }, wanted - DAY + 60),
    ]).toEqual([[], ['differs']]);
    expect(kinds({ notAfter: wanted - DAY }, wanted, ROOT.id)).toEqual([]);
    expect(kinds({ notBefore: NOW + 1, notAfter: NOW + 90 * DAY })).toEqual(['not-yet-valid']);
    expect(kinds({ notBefore: NOW, notAfter: NOW + 90 * DAY - 1 })).toEqual([]);
  });
});

it('the status of a certificate is that it has expired behind its last second', () => {
  const at = (notAfter: number, renewBefore = 0) => {
    const entity = { ...API, renewBefore: { kind: 'seconds', seconds: renewBefore } } as const;
    const plan = { changes: [aChange({ id: API.id, action: 'keep' })], now: NOW };
    const seen = seeing([entity, { cert: present(made(entity, 'a', NOW - DAY, notAfter)) }]);
    return statusRows(anInventory(entity), seen, plan as never)[0]?.state;
  };
  expect([at(NOW - 1), at(NOW), at(NOW + 1)]).toEqual(['expired', 'capped', 'ok']);
  expect([at(NOW + 5, 5), at(NOW + 6, 5)]).toEqual(['capped', 'ok']);
});

it('the status of a file that cannot be looked at is unknown, whatever is planned', () => {
  const state = (cert: EntityObservation['cert']) => {
    const plan = { changes: [aChange({ id: API.id, action: 'keep' })], now: NOW };
    return statusRows(anInventory(API), seeing([API, { cert }]), plan as never)[0];
  };
  expect(state({ state: 'unknown' })).toMatchObject({
    state: 'unknown',
    certificate: null,
    secondsLeft: null,
  });
  expect(state({ state: 'missing' })?.state).not.toBe('unknown');
});

it('what a new key signed in its first second is answered for', () => {
  const issued = (entity: string, serial: string, time: number, keyId: string) =>
    ({ entity, issuer: ROOT.id, serial, keyId, time, notAfter: NOW }) as never;
  const all = [
    issued(ROOT.id, 'r1', 5, 'old'),
    issued(ROOT.id, 'r2', 5, 'k'),
    issued(API.id, '01', 5, 'a'),
    issued(API.id, '02', 4, 'a'),
  ];
  const known = { entities: [ROOT, API], observation: seeing(), issued: all, listing: undefined, keyId: 'k' };
  expect(answersOf(ROOT, known, NOW).map(({ serial }) => serial)).toEqual(['01']);
});
