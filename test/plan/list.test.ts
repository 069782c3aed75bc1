/** Revocation lists as desired state: when one is due, what is on it, and that neither number nor date ever goes back. */
import { describe, expect, it } from 'vitest';
import type { Authority } from '../../src/pki/entity.ts';
import type { CrlReason, Revoked } from '../../src/pki/revocation.ts';
import type { ListFacts } from '../../src/plan/artifacts/crl.ts';
import { decideList } from '../../src/plan/list.ts';
import type { EntityObservation } from '../../src/plan/observation.ts';
import type { Listing } from '../../src/plan/revocations.ts';
import { keyIdentifierOf } from '../../src/x509/facts.ts';
import { anAuthority, anInventory, DAY, flatPlan, NOW, present, World } from '../helpers/entities.ts';

const TERMS = { validity: 9 * DAY, renewBefore: { kind: 'share', share: 1 / 3 } } as const;
const ROOT = anAuthority({ name: 'root', crl: { url: [], list: TERMS } });
const BACKDATE = ROOT.backdate;
const STAYS = { issuance: null, newKey: false };

const world = new World();
const inventory = anInventory(ROOT);
world.carryOut(flatPlan(inventory, world.observation(inventory), { now: NOW }), inventory);
const cert = world.cert(ROOT.id);

function entry(serial: string, reason: CrlReason | null = null, date = NOW - DAY): Revoked {
  return { serial, date, reason };
}

/** The list as apply made it at NOW. */
function facts(given: Partial<ListFacts> & { readonly listed?: readonly Revoked[] } = {}): ListFacts {
  const { listed = [], ...rest } = given;
  return {
    version: 2,
    issuer: cert.subject,
    issuerDer: cert.subjectDer,
    thisUpdate: NOW - BACKDATE,
    nextUpdate: NOW + TERMS.validity,
    number: '4',
    fingerprint: 'f0',
    authorityKeyId: keyIdentifierOf(cert),
    scope: null,
    signature: 'ecdsa-with-SHA384',
    unknownCritical: [],
    entries: listed.map((one) => ({ ...one, issuerDer: cert.subjectDer, invalidityDate: null })),
    ...rest,
  };
}

function listing(given: Partial<Listing> & { readonly before?: readonly Revoked[] } = {}): Listing {
  const { before = [], ...rest } = given;
  return {
    asked: [],
    listed: new Map(before.map((one) => [one.serial, one])),
    number: 4n,
    thisUpdate: NOW - BACKDATE,
    ends: new Map(),
    ofKey: new Set(),
    ...rest,
  };
}

interface Circumstances {
  readonly entity?: Authority;
  readonly now?: number;
  readonly signed?: boolean;
  /** What becomes of its certificate, and whether that is there. */
  readonly stays?: Parameters<typeof decideList>[2];
  readonly there?: boolean;
}

function decided(
  list: Listing,
  file: ListFacts | null = facts(),
  { entity = ROOT, now = NOW, signed = true, stays = STAYS, there = true }: Circumstances = {},
) {
  const files: EntityObservation = {
    ...world.of(ROOT.id),
    signedBy: cert.keyId,
    ...(there ? {} : { cert: { state: 'missing' } }),
    crl: file === null ? { state: 'missing' } : present(file),
    listSignedBy: signed ? cert.keyId : null,
  };
  return decideList(entity, files, stays, list, now);
}

it('nothing is made where the manifest asks for no list, and a list that is right stays', () => {
  const without = anAuthority({ name: 'root', crl: { url: ['http://pki.example.test/ca.crl'] } });
  const nothing = { list: null, reasons: [], revokes: false };
  expect(decided(listing(), null, { entity: without })).toEqual(nothing);
  expect(decided(listing())).toEqual(nothing);
});

it('the first has number 1, and the next whatever is higher, on the disk or on record', () => {
  const first = listing({ number: 0n, thisUpdate: null });
  expect(decided(first, null).list).toEqual({
    number: '1',
    thisUpdate: NOW - BACKDATE,
    nextUpdate: NOW + TERMS.validity,
    entries: [],
  });
  expect(decided(listing({ number: 300n }), null).list).toMatchObject({ number: '301' });
  expect(decided(listing({ number: 9n }))).toMatchObject({ reasons: [{ kind: 'stale', artifact: 'crl' }] });
});

describe('it is due', () => {
  const window = 3 * DAY;
  const end = NOW + TERMS.validity;
  it.each([
    ['not in the last second before the window', end - window - 1, []],
    [
      'in the first of it',
      end - window,
      [{ kind: 'list-expires', nextUpdate: end, seconds: window, window }],
    ],
    ['in its own last second', end, [{ kind: 'list-expires', nextUpdate: end, seconds: 0, window }]],
    ['afterwards', end + 1, [{ kind: 'list-expired', nextUpdate: end }]],
  ])('%s', (_, now, reasons) => {
    expect(decided(listing(), facts(), { now }).reasons).toEqual(reasons);
  });

  it.each([
    ['a clock that went back by a year', NOW - 365 * DAY, NOW - BACKDATE],
    ['one that went on by a year', NOW + 365 * DAY, NOW + 365 * DAY - BACKDATE],
  ])('and with %s, no date goes back', (_, now, thisUpdate) => {
    const { list } = decided(listing(), null, { now });
    expect(list).toMatchObject({
      number: '5',
      thisUpdate,
      nextUpdate: thisUpdate + BACKDATE + TERMS.validity,
    });
  });
});

describe('made again', () => {
  it.each<readonly [string, Partial<ListFacts>, string]>([
    ['of another name', { issuerDer: '3000' }, 'foreign-list'],
    ['of another key by its identifier', { authorityKeyId: '00' }, 'foreign-list'],
    ['without a number', { number: null }, 'stale'],
    ['of version 1', { version: 1 }, 'stale'],
    ['for some reasons alone', { scope: { only: null, isPartial: true, isIndirect: false } }, 'stale'],
    ['good for longer than the manifest says', { nextUpdate: NOW + 30 * DAY }, 'stale'],
    ['that says something critical and unknown', { unknownCritical: ['1.2.3'] }, 'stale'],
  ])('is one %s', (_, change, kind) => {
    expect(decided(listing(), facts(change)).reasons).toMatchObject([{ kind }]);
  });

  it('is one of another length than the manifest says, but for the backdating and a minute', () => {
    const isStale = (length: number): boolean => {
      const { reasons } = decided(listing(), facts({ thisUpdate: NOW, nextUpdate: NOW + length }));
      return reasons.length > 0;
    };
    const [least, most] = [TERMS.validity - 59, TERMS.validity + BACKDATE + 59];
    expect([least - 1, least, most, most + 1].map(isStale)).toEqual([true, false, false, true]);
  });

  it('is one that the key did not sign', () => {
    expect(decided(listing(), facts(), { signed: false }).reasons).toEqual([{ kind: 'foreign-list' }]);
  });

  it('is one without a number only where there was one before', () => {
    const reasons = (number: bigint) => decided(listing({ number }), facts({ number: null })).reasons;
    expect(reasons(0n)).toEqual([]);
    expect(reasons(1n)).toEqual([{ kind: 'stale', artifact: 'crl' }]);
  });

  it('is one that is signed otherwise than the manifest says', () => {
    const signing = (stated: object) =>
      decided(listing(), facts(), { entity: { ...ROOT, ...stated } }).reasons;
    expect(signing({ digest: 'sha384' })).toEqual([]);
    expect(signing({ digest: 'sha512' })).toEqual([{ kind: 'stale', artifact: 'crl' }]);
  });

  it('is one that is damaged, or in the way of which nothing lies', () => {
    const of = (crl: object) =>
      decideList(ROOT, { ...world.of(ROOT.id), signedBy: cert.keyId, crl } as never, STAYS, listing(), NOW);
    expect(of({ state: 'garbage', detail: 'x' })).toMatchObject({
      list: { number: '5' },
      reasons: [{ kind: 'unreadable', artifact: 'crl', detail: 'x' }],
    });
    expect(of({ state: 'blocked', cause: { kind: 'directory' } }).list).toBeNull();
    expect(of({ state: 'unknown' }).list).toBeNull();
  });

  it('is none that another tool made for as long as the manifest says', () => {
    const theirs = facts({ thisUpdate: NOW, authorityKeyId: null, signature: 'ecdsa-with-SHA256' });
    expect(decided(listing(), theirs).reasons).toEqual([]);
  });
});

describe('one that names a certificate of its authority', () => {
  const { serial } = cert;
  /** A directoryName, hex. */
  const issuer = `a4${(cert.issuerDer.length / 2).toString(16).padStart(2, '0')}${cert.issuerDer}`;
  const renewed = { issuance: { notBefore: NOW, notAfter: NOW, cappedBy: null, subjectKeyId: null } };
  const isStale = (named: object, given: Circumstances = {}): boolean => {
    const { reasons } = decided(listing(), facts({ authorityCertificate: named } as never), given);
    return reasons.some(({ kind }) => kind === 'stale');
  };

  it('stays as long as that is the one which is there', () => {
    expect(isStale({ issuer, serial })).toBe(false);
    expect(isStale({ issuer: null, serial })).toBe(false);
    // Of a name of another kind nothing can be said.
    expect(isStale({ issuer: '820161', serial })).toBe(false);
  });

  it('is made again for another number, or another issuer', () => {
    expect(isStale({ issuer, serial: '99' })).toBe(true);
    expect(isStale({ issuer: 'a4023000', serial })).toBe(true);
  });

  it('is made again where that goes, and no other list is', () => {
    const stays = { ...renewed, newKey: false };
    expect(isStale({ issuer, serial }, { stays })).toBe(true);
    expect(isStale({ issuer, serial }, { there: false })).toBe(true);
    expect(decided(listing(), facts(), { stays }).reasons).toEqual([]);
  });
});

describe('an entry with another moment or reason than is asked for', () => {
  const asked = [{ serial: '7a', reason: 'superseded', of: 'clients/alice' }] as const;
  it.each<[string, Revoked, readonly string[]]>([
    ['neither', entry('7a', 'superseded'), []],
    ['another moment', entry('7a', 'superseded', NOW - 2), ['stale']],
    ['another reason', entry('7a', 'keyCompromise'), ['stale']],
    ['none', entry('7a'), ['stale']],
  ])('%s', (_, found, kinds) => {
    const before = [entry('7a', 'superseded')];
    const { reasons } = decided(listing({ before, asked }), facts({ listed: [found] }));
    expect(reasons.map(({ kind }) => kind)).toEqual(kinds);
  });

  it('but for a reason that no list says, and an entry that is on it besides', () => {
    const before = [entry('7a')];
    for (const reason of ['unspecified', 'privilegeWithdrawn', 'aACompromise'] as const)
      expect(decided(listing({ before }), facts({ listed: [entry('7a', reason)] })).reasons).toEqual([]);
    const besides = facts({ listed: [entry('7a'), entry('7b')] });
    expect(decided(listing({ before }), besides).reasons).toEqual([]);
  });
});

describe('entries', () => {
  const asked = [{ serial: '7a', reason: 'keyCompromise', of: 'clients/alice' }] as const;

  it('come with the moment at which they are first listed, or the one that is stated', () => {
    const { list, reasons, revokes } = decided(listing({ asked }));
    expect(list?.entries).toEqual([entry('7a', 'keyCompromise', NOW)]);
    expect(reasons).toEqual([{ kind: 'revokes', of: 'clients/alice', serials: ['7a'] }]);
    expect(revokes).toBe(false);
    const stated = decided(listing({ asked: [{ ...asked[0], at: NOW - 9 }] }));
    expect(stated.list?.entries).toEqual([entry('7a', 'keyCompromise', NOW - 9)]);
  });

  it('keep date and reason from list to list', () => {
    const before = [entry('7a', 'superseded')];
    const plain = listing({ before, asked: [{ serial: '7a', reason: null, of: 'clients/alice' }] });
    expect(decided(plain, facts({ listed: before })).reasons).toEqual([]);
    expect(decided(listing({ before, asked }), facts({ listed: before })).list?.entries).toEqual([
      entry('7a', 'keyCompromise'),
    ]);
  });

  it('that no manifest asks for stay until a list was made after the end of the certificate', () => {
    const before = [entry('01'), entry('02'), entry('03')];
    const made = NOW - BACKDATE;
    const ends = new Map([
      ['01', made - 1],
      ['02', made],
    ]);
    const kept = decided(listing({ before, ends, number: 9n }), facts({ listed: before }));
    expect(kept.list?.entries.map(({ serial }) => serial)).toEqual(['02', '03']);
    // What may go is no reason to make another list.
    expect(decided(listing({ before, ends }), facts({ listed: before })).reasons).toEqual([]);
  });

  it('that are on record and not on the disk come back', () => {
    const lost = decided(listing({ before: [entry('7a')] }), facts());
    expect(lost.reasons).toEqual([{ kind: 'revokes', of: null, serials: ['7a'] }]);
    expect(lost.list?.entries).toEqual([entry('7a')]);
  });

  it('that an authority names itself take consent, once', () => {
    const own = [{ serial: '7a', reason: null, of: null }];
    expect(decided(listing({ asked: own })).revokes).toBe(true);
    expect(decided(listing({ asked: own, before: [entry('7a')] }), facts()).revokes).toBe(false);
  });
});
