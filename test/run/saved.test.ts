/** A saved plan is carried out where nothing is otherwise, and every difference is named. */
import { expect, it } from 'vitest';
import { planInventory } from '../../src/plan/plan.ts';
import { type SavedPlan, snapshotOf } from '../../src/plan/saved.ts';
import { checkSaved } from '../../src/run/saved.ts';
import { UserError } from '../../src/words/user-error.ts';
import { anAuthority, anInventory, NOW, World } from '../helpers/entities.ts';

const inventory = anInventory(anAuthority());
const seen = new World().observation(inventory);
const plan = planInventory(inventory, seen, { now: NOW });
const demands = { rekey: [], retire: [], only: [], trustClock: false };
const SAVED: SavedPlan = {
  tool: '1',
  made: 5,
  manifest: 'm',
  output: '/pki',
  demands,
  ...snapshotOf(inventory, seen, plan),
};

const differing = (saved: Partial<SavedPlan>, { tool = '1', root = '/pki' } = {}): unknown => {
  try {
    checkSaved({ plan: { ...SAVED, ...saved }, path: 'plan', tool }, root, inventory, seen, plan);
    return [];
  } catch (error) {
    if (!(error instanceof UserError) || error.cause.kind !== 'saved-plan') throw error;
    return error.cause.fault.kind === 'changed' ? error.cause.fault.differences : error.cause.fault;
  }
};

it.each<[string, unknown, unknown]>([
  ['nothing', differing({}), []],
  ['the program', differing({}, { tool: '2' }), [{ kind: 'tool', made: '1' }]],
  ['the folder', differing({}, { root: '/other' }), [{ kind: 'output', was: '/pki' }]],
  [
    'both',
    differing({}, { tool: '2', root: '/other' }),
    [
      { kind: 'tool', made: '1' },
      { kind: 'output', was: '/pki' },
    ],
  ],
])('what is otherwise: %s', (_, found, expected) => expect(found).toEqual(expected));

it('what the manifest means is compared, and the rest where nothing else is otherwise', () => {
  const rest = [{ kind: 'rest' }];
  const [meant, both] = [differing({ inventory: 'other' }), differing({ inventory: 'other', rest: 'other' })];
  expect(meant).not.toEqual([]);
  expect(both).toEqual(meant);
  expect(both).not.toEqual(rest);
  expect(differing({ rest: 'other' })).toEqual(rest);
});
