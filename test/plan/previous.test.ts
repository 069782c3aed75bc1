/** What a root keeps of what it was: which of it stays trusted, what leads on from it, and what of that is said. */
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import type { EntityObservation } from '../../src/plan/observation.ts';
import { type Previous, previousOf } from '../../src/plan/previous.ts';
import type { EarlierCertificate } from '../../src/x509/rollover.ts';
import {
  anAuthority,
  type Changes,
  certificateFor,
  changed,
  critical,
  DAY,
  keyFacts,
  NOW,
  observed,
  present,
} from '../helpers/entities.ts';

const ROOT = anAuthority({ name: 'root' });
const SUB = anAuthority({ name: 'sub', issuer: ROOT.id, trust: [ROOT.id] });
const DATES = { notBefore: NOW - DAY, notAfter: NOW + 900 * DAY, cappedBy: null, subjectKeyId: null };
type Earlier = EarlierCertificate;

/** Of a key, signed by another one, with a serial number that nothing else has. */
function made(
  entity: Entity,
  key: string,
  issuer: Earlier | null,
  serial: string,
  changes: Changes = {},
): Earlier {
  const facts = certificateFor(entity, keyFacts(key), DATES, issuer, serial);
  return { ...changed(facts, changes), signedBy: issuer?.keyId ?? facts.keyId };
}

const now = made(ROOT, 'now', null, '01');
const old = made(ROOT, 'old', null, '02');
const older = made(ROOT, 'older', null, '03', { notAfter: NOW + DAY });
const route = made(SUB, 'sub', old, '04');
const cross = made(ROOT, 'now', old, '05');
const own = made(SUB, 'sub', now, '06');
const NEXT = { ...DATES, notAfter: NOW + 3000 * DAY };

const holding = (...facts: readonly Earlier[]): Partial<EntityObservation> => ({ previous: present(facts) });
const ca = (...facts: readonly Earlier[]): Partial<EntityObservation> => ({
  ca: present(facts.map(({ fingerprint }) => fingerprint)),
});
const FILES = { cert: present(now), key: present(keyFacts('now'), 0o600), signedBy: now.keyId };
const child = (facts: Earlier) => ({
  id: SUB.id,
  observed: observed({ cert: present(facts), signedBy: facts.signedBy }),
});

type Given = Partial<Parameters<typeof previousOf>[2]>;

function previous(
  files: Partial<EntityObservation> = {},
  given: Given = {},
  entity: Entity = ROOT,
): Previous {
  return previousOf(entity, observed({ ...FILES, ...files }), {
    now: NOW,
    retired: false,
    strangers: [],
    isForeign: false,
    successor: null,
    children: [],
    rekeyed: new Set(),
    unrouted: new Set(),
    ...given,
  });
}

const names = new Map(
  Object.entries({ now, old, older, route, cross, own }).map(([name, { fingerprint }]) => [
    fingerprint,
    name,
  ]),
);
const named = (fingerprints: readonly string[]) => fingerprints.map((one) => names.get(one) ?? one).join();

/** What stays, by name, and what becomes of the file. */
const fate = ({ keep, routes, cross: crossed, crossing, write, remove }: Previous) =>
  [
    [keep, routes, crossed].map(named).join('|'),
    ...(crossing === null ? [] : ['crosses']),
    ...(write ? ['writes'] : []),
    ...(remove ? ['removes'] : []),
  ].join(' ');
const why = ({ reasons }: Previous) =>
  reasons.map((one) => ('why' in one ? `${one.kind} ${one.why}` : one.kind)).join();

const ALL = holding(old, route, cross);
const replaced = { successor: NEXT };
const damaged = { previous: { state: 'garbage', detail: 'x' } } as const;

describe('of a root that stays', () => {
  it.each<[string, Previous, string, string]>([
    ['nothing, where there is nothing', previous(), '||', ''],
    ['all that it has', previous(ALL), 'old|route|cross', ''],
    ['in its order', previous(holding(old, older)), 'old,older||', ''],
    ['put in order', previous(holding(route, old, cross)), 'old|route|cross writes', 'stale'],
    [
      'without what has ended, and all that it vouched for',
      previous(ALL, { now: old.notAfter + 1 }),
      '|| removes',
      'drops-trust expired',
    ],
    ['to the last second', previous(holding(old), { now: old.notAfter }), 'old||', ''],
    [
      'the rest, where one of two has ended',
      previous(holding(old, older, route), { now: older.notAfter + 1 }),
      'old|route| writes',
      'drops-trust expired',
    ],
    ['nothing that is retired', previous(ALL, { retired: true }), '|| removes', 'drops-trust retired'],
    [
      'no way of an intermediate that is retired itself',
      previous(ALL, { children: [child(own)], unrouted: new Set([SUB.id]) }),
      'old||cross writes',
      'stale',
    ],
    [
      'the way of one that is not',
      previous(ALL, { children: [child(own)], unrouted: new Set([ROOT.id]) }),
      'old|route|cross',
      '',
    ],
    [
      'no cross-certificate that has ended itself',
      previous(holding(old, { ...cross, notAfter: NOW - 1 })),
      'old|| writes',
      'stale',
    ],
    ['nothing in a damaged file, which goes', previous(damaged), '|| removes', 'unreadable'],
    [
      'nothing that no root in it has signed',
      previous(holding(old, { ...route, signedBy: null })),
      'old|| writes',
      'unproven',
    ],
    ['nothing, once it is no root', previous(ALL, {}, SUB), '|| removes', 'stale'],
  ])('%s', (_, found, expected, reasons) => expect([fate(found), why(found)]).toEqual([expected, reasons]));

  it('without a certificate, what leads to its key', () => {
    expect(fate(previous({ ...ALL, cert: { state: 'missing' } }))).toBe('old|route|cross');
    expect(fate(previous({ ...ALL, cert: { state: 'missing' }, key: { state: 'missing' } }))).toBe(
      'old|route,cross|',
    );
  });
});

describe('of a root that is replaced', () => {
  const signs = (isSigning: boolean) => [
    { kind: 'keeps-trust', notAfter: now.notAfter, signsNew: isSigning },
  ];

  it.each<[string, Previous, string]>([
    ['what it was, which signs the next', previous({}, replaced), 'now|| crosses writes'],
    ['and what it had before, newest first', previous(ALL, replaced), 'now,old|route|cross crosses writes'],
    [
      'with the ways of those below',
      previous({}, { ...replaced, children: [child(own)] }),
      'now|own| crosses writes',
    ],
    [
      'but of those that get another key',
      previous({}, { ...replaced, children: [child(own)], rekeyed: new Set([SUB.id]) }),
      'now|| crosses writes',
    ],
    ['without its key it signs nothing', previous({ key: { state: 'missing' } }, replaced), 'now|| writes'],
    ['nor by another key', previous({ key: present(keyFacts('x')) }, replaced), 'now|| writes'],
    ['nothing of another’s certificate', previous({}, { ...replaced, isForeign: true }), '||'],
    ['nothing that its key did not sign', previous({ signedBy: 'x' }, replaced), '||'],
    ['nothing that is no root', previous({ cert: present({ ...now, issuerDer: '3000' }) }, replaced), '||'],
    ['nothing that has ended', previous({ cert: present({ ...now, notAfter: NOW - 1 }) }, replaced), '||'],
    [
      'what ends in this second',
      previous({ cert: present({ ...now, notAfter: NOW }) }, replaced),
      'now|| crosses writes',
    ],
    [
      'nothing whose name openssl cannot read',
      previous({ cert: present({ ...now, flaws: ['unreadable-name'] }) }, replaced),
      '||',
    ],
    [
      'what it was, where earlier ones are retired',
      previous(holding(old), { ...replaced, retired: true }),
      'now|| crosses writes',
    ],
    [
      'nothing, where its key is given up with them',
      previous(holding(old), { ...replaced, retired: true, rekeyed: new Set([ROOT.id]) }),
      '|| removes',
    ],
  ])('%s', (_, found, expected) => expect(fate(found)).toBe(expected));

  it('what it said of itself is said, and whether it signs the next', () => {
    expect(previous({}, replaced).reasons).toEqual(signs(true));
    expect(previous({ key: { state: 'missing' } }, replaced).reasons).toEqual(signs(false));
    expect(previous({}, { ...replaced, isForeign: true }).reasons).toEqual([]);
  });

  it('a cross-certificate is for the next one, as long as both last', () => {
    const { crossing } = previous({}, replaced);
    expect(crossing).toEqual({ issuance: { ...NEXT, notAfter: now.notAfter }, signedWith: 'ecdsa-p256' });
    const short = { ...NEXT, notAfter: NOW + DAY };
    expect(previous({}, { successor: short }).crossing?.issuance).toEqual(short);
  });

  it('there is none of a root that allows no authority below it, under another name', () => {
    const limited = (pathLength: number) =>
      present(changed(now, { extensions: { basicConstraints: critical({ ca: true, pathLength }) } }));
    const renamed: Entity = { ...ROOT, subject: [{ type: 'CN', value: 'Root G2' }] };
    const crosses = (pathLength: number, entity: Entity) =>
      previous({ cert: limited(pathLength) }, replaced, entity).crossing !== null;
    expect([crosses(0, ROOT), crosses(0, renamed), crosses(1, renamed)]).toEqual([true, false, true]);
  });
});

describe('whom the bundle of the root trusts', () => {
  const subject = 'CN=root CA';
  const gained = { kind: 'new-trust', subject, fingerprint: old.fingerprint };
  it.each<[string, Previous, readonly object[]]>([
    ['the same', previous({ ...holding(old), ...ca(now, old) }), []],
    ['fewer: one was added to the file', previous({ ...holding(old), ...ca(now) }), [gained]],
    ['more: they were lost with the file', previous(ca(now, old, older)), [{ kind: 'lost-trust', count: 2 }]],
    [
      'one lost, one added',
      previous({ ...holding(old), ...ca(now, older) }),
      [gained, { kind: 'lost-trust', count: 1 }],
    ],
    ['others: it is of another time', previous(ca(old, older)), []],
    ['one that is said otherwise', previous({ ...holding(old), ...ca(now) }, { strangers: [old] }), []],
    ['no file', previous(holding(old)), []],
    [
      'no certificate to compare it with',
      previous({ ...holding(old), ...ca(now), cert: { state: 'missing' } }),
      [],
    ],
    [
      'other roots as well',
      previous({ ...holding(old), ...ca(now) }, {}, { ...ROOT, trust: [ROOT.id, 'authorities/x'] }),
      [],
    ],
  ])('%s', (_, found, expected) => expect(found.reasons).toEqual(expected));
});
