/** A clock that cannot be right decides nothing. */
import { describe, expect, it } from 'vitest';
import type { EntityObservation, Issues } from '../../src/plan/observation.ts';
import { isoTime } from '../../src/plan/validity.ts';
import { anAuthority, anInventory, aServer, DAY, flatPlan, NOW, World } from '../helpers/entities.ts';
import { settled } from './settled.ts';

const MINUTE = 60;
const BEFORE = anInventory(
  anAuthority({ validity: 4000 * DAY }),
  aServer({ name: 'api', backdate: 0 }),
  aServer({ name: 'late', backdate: 300 }),
);

function planAt(now: number, issues?: Issues, clock?: 'compared' | 'trusted') {
  const observation = settled(BEFORE).observation(BEFORE);
  const seen = issues === undefined ? observation : { ...observation, issues };
  const { changes, doubt, now: moment } = flatPlan(BEFORE, seen, { now, ...(clock && { clock }) });
  return { actions: changes.map(({ action }) => action), doubt, moment };
}

const issuedAt = (newest: number): Issues => ({ newest, before: null, revived: false });
const KEPT = ['keep', 'keep', 'keep'];

describe('a clock before the newest line of the ledger', () => {
  it.each([
    ['by a second', 1],
    ['by all that clocks may differ', 5 * MINUTE],
  ])('%s is no fault, and issues nothing again', (_, slow) => {
    expect(planAt(NOW - slow, issuedAt(NOW), 'compared')).toEqual({
      actions: KEPT,
      doubt: null,
      moment: NOW,
    });
  });

  it.each([
    ['by a second too much', 5 * MINUTE + 1],
    ['by six minutes', 6 * MINUTE],
    ['by a time zone', 9 * 3600],
    ['by decades', NOW - 86_400],
  ])('%s is behind', (_, slow) => {
    const doubt = { kind: 'behind', clock: NOW - slow, newest: NOW, by: 'ledger' };
    expect(planAt(NOW - slow, issuedAt(NOW), 'compared')).toEqual({ actions: KEPT, doubt, moment: NOW });
  });

  it('is no fault of a question', () => {
    expect(planAt(NOW - DAY, issuedAt(NOW))).toEqual({
      actions: ['issue', 'issue', 'issue'],
      doubt: null,
      moment: NOW - DAY,
    });
  });

  it('is right where somebody vouches for it: what has not begun is issued again', () => {
    const { actions, doubt } = planAt(NOW - 6 * MINUTE, issuedAt(NOW), 'trusted');
    expect(actions).toEqual(['issue', 'issue', 'issue']);
    expect(doubt).toMatchObject({ kind: 'ahead', newest: NOW });
  });
});

describe('without a ledger', () => {
  it.each([
    [5 * MINUTE, null],
    [5 * MINUTE + 1, 'servers/api'],
    [400 * DAY, 'servers/api'],
  ])('certificates of ours that begin %d s later are the witnesses', (slow, by) => {
    const { actions, doubt } = planAt(NOW - slow, undefined, 'compared');
    expect(actions).toEqual(KEPT);
    expect(doubt?.by ?? null).toBe(by);
  });

  it('one that ends before it begins is none, and is issued again', () => {
    const world = settled(BEFORE);
    const observation = world.observation(BEFORE);
    const reverse = (seen: EntityObservation): EntityObservation =>
      seen.cert.state === 'present'
        ? {
            ...seen,
            cert: { ...seen.cert, facts: { ...seen.cert.facts, notBefore: NOW + DAY, notAfter: NOW } },
          }
        : seen;
    const entities = new Map(
      [...observation.entities].map(
        ([id, seen]) => [id, id === 'servers/api' ? reverse(seen) : seen] as const,
      ),
    );
    const plan = flatPlan(BEFORE, { ...observation, entities }, { now: NOW, clock: 'compared' });
    expect(plan.doubt).toBeNull();
    expect(plan.changes.map(({ action }) => action)).toEqual(['keep', 'issue', 'keep']);
    expect(plan.changes[1]?.reasons).toContainEqual({
      kind: 'differs',
      field: 'validity',
      before: 'ends before it begins',
      after: '90d',
    });
  });

  it('what no authority of ours has signed is none', () => {
    const world = settled(BEFORE);
    const observation = world.observation(BEFORE);
    const entities = new Map(
      [...observation.entities].map(([id, seen]) => [id, { ...seen, signedBy: null }] as const),
    );
    const plan = flatPlan(BEFORE, { ...observation, entities }, { now: NOW - DAY, clock: 'compared' });
    expect(plan.doubt).toBeNull();
  });
});

it('with a ledger, a certificate that begins after its last line is a stranger, and replaced', () => {
  const { actions, doubt } = planAt(NOW - DAY, issuedAt(NOW - 2 * DAY), 'compared');
  expect(doubt).toBeNull();
  expect(actions).toEqual(['issue', 'issue', 'issue']);
});

describe('a clock that was ahead', () => {
  const jump = { newest: NOW, before: NOW - 500 * DAY, revived: true };
  it.each([
    ['is over where it renewed what had not ended', 400 * DAY, jump, 'ahead'],
    ['is not to be told from one that is behind by less than a day', DAY, jump, 'behind'],
    [
      'left its mark: renewals in time are those of a clock that was right',
      400 * DAY,
      { ...jump, revived: false },
      'behind',
    ],
    ['was never right before', 400 * DAY, { ...jump, before: null }, 'behind'],
  ])('%s', (_, ahead, issues, kind) => {
    const { doubt, actions } = planAt(NOW - ahead, issues, 'compared');
    expect(doubt?.kind).toBe(kind);
    expect(actions).toEqual(kind === 'ahead' ? ['issue', 'issue', 'issue'] : KEPT);
  });
});

describe('a first apply, of which nothing is known', () => {
  const first = (now: number, clock?: 'compared' | 'trusted') => {
    const { doubt } = flatPlan(BEFORE, new World().observation(BEFORE), { now, ...(clock && { clock }) });
    return doubt && `${doubt.kind} ${doubt.by} ${isoTime(doubt.newest)}`;
  };
  const FIRST = Date.UTC(2018, 7, 10) / 1000;

  it.each([
    ['in 1970', 0, 'behind program 2018-08-10T00:00:00Z'],
    ['before the program was there', FIRST - 301, 'behind program 2018-08-10T00:00:00Z'],
    ['as much before it as clocks may differ', FIRST - 300, null],
    ['at any later time', NOW, null],
  ])('%s', (_, now, doubt) => {
    expect(first(now, 'compared')).toBe(doubt);
    expect([first(now, 'trusted'), first(now)]).toEqual([null, null]);
  });
});
