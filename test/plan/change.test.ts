/** What is asked of every change: what an action does not have is nothing. */
import { describe, expect, it } from 'vitest';
import {
  alterationsOf,
  type Change,
  CONSENTS,
  consentsOf,
  crossingOf,
  isConsent,
  isIssue,
  issuanceOf,
  isWork,
  keptTrustOf,
  makesKey,
  NOTHING_KEPT,
  reasonsOf,
  replacedBy,
  waitingOf,
} from '../../src/plan/change.ts';
import { NOW } from '../helpers/entities.ts';

const HEAD = { id: 'servers/api', kind: 'server', affects: [] } as const;
const KEPT = { previous: ['p'], routes: ['r'], route: 'w', cross: ['c'] } as const;
const EXPIRED = { kind: 'expired', notAfter: NOW } as const;
const REQUESTED = { kind: 'requested' } as const;
const WORK = {
  ...HEAD,
  ...KEPT,
  reasons: [EXPIRED],
  consents: ['run'],
  writes: ['cert'],
  deletes: [],
  chmods: [],
};
const ISSUE = {
  ...WORK,
  replaces: ['a.pem'],
  issuance: { notBefore: NOW },
  crossing: { signedWith: 'x' },
  alterations: [{ kind: 'alters', field: 'signature', before: 'a', after: 'b' }],
};
const waiting = { on: 'authorities/root', reasons: [REQUESTED], serves: true, wish: null };
const of = (change: object): Change => change as Change;

const issue = (action: string, more: object = {}) => of({ ...ISSUE, action, ...more });
const refresh = of({ ...WORK, action: 'refresh' });
const keep = of({ ...HEAD, ...KEPT, action: 'keep' });
const wait = of({ ...HEAD, ...KEPT, action: 'wait', waiting });
const refuse = of({ ...HEAD, action: 'refuse', refusal: {} });
const remove = of({
  ...HEAD,
  action: 'remove',
  reasons: [{ kind: 'not-in-manifest' }],
  consents: ['remove'],
});
const revoke = of({ ...HEAD, action: 'revoke', reasons: [], deletes: [], consents: ['revoke'] });
const ISSUES = ['create', 'issue', 'rekey'].map((action) => issue(action));
const OTHERS = [refresh, keep, wait, refuse, remove, revoke];

it('a certificate comes of three actions, and of none else', () => {
  expect(ISSUES.map(isIssue)).toEqual([true, true, true]);
  expect(OTHERS.map(isIssue)).toEqual(OTHERS.map(() => false));
  for (const change of ISSUES) {
    expect(alterationsOf(change)).toBe(ISSUE.alterations);
    expect(replacedBy(change)).toBe(ISSUE.replaces);
    expect(issuanceOf(change)).toBe(ISSUE.issuance);
    expect(crossingOf(change)).toBe(ISSUE.crossing);
  }
  for (const change of OTHERS) {
    expect([alterationsOf(change), replacedBy(change)]).toEqual([[], []]);
    expect([issuanceOf(change), crossingOf(change)]).toEqual([null, null]);
  }
});

it('a consent is named letter for letter', () => {
  const texts = ['rekey-ca', 'trust', 'revoke', 'remove', 'prune', 'run', 'Run', 'remov', ''];
  expect(texts.filter(isConsent)).toEqual([...CONSENTS]);
});

it('files are worked on by these, and by a refresh', () => {
  expect([...ISSUES, refresh].map(isWork)).toEqual([true, true, true, true]);
  expect([keep, wait, refuse, remove].map(isWork)).toEqual([false, false, false, false]);
});

it('a key is made for the first certificate and for a new pair, unless it is elsewhere', () => {
  const made = (action: string, more?: object) => makesKey(issue(action, more) as never);
  expect(['create', 'rekey', 'issue', 'refresh'].map((action) => made(action))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(['create', 'rekey'].map((action) => made(action, { keyElsewhere: true }))).toEqual([false, false]);
});

describe('reasons', () => {
  it.each<[string, Change, readonly object[]]>([
    ['are those of what is done', refresh, [EXPIRED]],
    ['are none of what stays', keep, []],
    ['are none of what is refused', refuse, []],
    ['are those for which it waits', wait, [REQUESTED]],
    ['are both, those for which it waits first', of({ ...refresh, waiting }), [REQUESTED, EXPIRED]],
  ])('%s', (_, change, expected) => {
    expect(reasonsOf(change)).toEqual(expected);
  });

  it('for waiting are of what waits', () => {
    expect([wait, of({ ...refresh, waiting }), refresh, keep].map(waitingOf)).toEqual([
      waiting,
      waiting,
      null,
      null,
    ]);
  });
});

it('consents are those of the change, and trust is kept as it says', () => {
  expect([refresh, remove, revoke, keep, refuse].map((one) => consentsOf(one).join())).toEqual([
    'run',
    'remove',
    'revoke',
    '',
    '',
  ]);
  expect([refresh, keep, wait].map(keptTrustOf)).toEqual([KEPT, KEPT, KEPT]);
  expect([refuse, remove].map(keptTrustOf)).toEqual([NOTHING_KEPT, NOTHING_KEPT]);
  expect(NOTHING_KEPT).toEqual({ previous: [], routes: [], route: null, cross: [] });
});
