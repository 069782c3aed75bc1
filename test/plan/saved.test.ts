// Saved plans: what counts as the same plan, and how a difference is named.
import { describe, expect, it } from 'vitest';
import type { Inventory } from '../../src/pki/entity.ts';
import { planInventory } from '../../src/plan/plan.ts';
import { differencesSince, snapshotOf } from '../../src/plan/saved.ts';
import { savedPlanText } from '../../src/words/saved-plan.ts';
import { DAY, NOW, present, remove, type World } from '../helpers/entities.ts';
import { ALL, api, settled, withChanged } from './settled.ts';

const RENEWAL = NOW + 70 * DAY;

function snapshot(world: World, inventory: Inventory = ALL, now = NOW) {
  const observation = world.observation(inventory);
  return snapshotOf(inventory, observation, planInventory(inventory, observation, { now }));
}

describe('a saved plan', () => {
  it('is the same as long as nothing changes, however late it gets', () => {
    const world = settled();
    expect(differencesSince(snapshot(world), snapshot(world, ALL, NOW + DAY))).toEqual([]);
    const due = snapshot(world, ALL, RENEWAL);
    expect(Object.values(due.entities).map(({ action }) => action)).toContain('issue');
    expect(differencesSince(due, snapshot(world, ALL, RENEWAL + 3600))).toEqual([]);
  });

  it('is another one where something has come due meanwhile', () => {
    const world = settled();
    expect(differencesSince(snapshot(world), snapshot(world, ALL, RENEWAL))).toContainEqual({
      kind: 'action',
      entity: api,
      before: 'keep',
      after: 'issue',
    });
  });

  it('names the files that have changed, and not what follows from them', () => {
    const world = settled();
    const before = snapshot(world);
    remove(world.of(api), 'cert');
    expect(differencesSince(before, snapshot(world))).toEqual([
      { kind: 'file', entity: api, artifact: 'cert' },
    ]);
  });

  it('sees a change of a mode alone', () => {
    const world = settled();
    const before = snapshot(world);
    const { key } = world.of(api);
    if (key.state !== 'present') throw new Error('no key');
    world.of(api).key = present(key.facts, 0o644);
    expect(differencesSince(before, snapshot(world))).toEqual([
      { kind: 'file', entity: api, artifact: 'key' },
    ]);
  });

  it('is of one manifest', () => {
    const world = settled();
    const other = withChanged(api, { backdate: 0 });
    expect(differencesSince(snapshot(world), snapshot(world, other))).toEqual([{ kind: 'manifest' }]);
  });

  it('holds digests of what was seen, and nothing of it', () => {
    const text = JSON.stringify(snapshot(settled()));
    expect(text).not.toMatch(/api\.example\.test|CN|ecdsa/);
  });
});

it('everything that has changed is said in one paragraph', () => {
  const differences = Array.from({ length: 8 }, (_, i) => {
    return { kind: 'file', entity: `servers/s${i}`, artifact: 'cert' } as const;
  });
  expect(savedPlanText('it.plan', { kind: 'changed', made: NOW, differences })).toEqual({
    problem:
      'nothing is done by "it.plan", because since 2026-11-23T12:00:00Z cert.pem of servers/s0 has changed, cert.pem of servers/s1 has changed, cert.pem of servers/s2 has changed, cert.pem of servers/s3 has changed, cert.pem of servers/s4 has changed, cert.pem of servers/s5 has changed, and 2 more',
    hint: 'look at it again: pki plan --out it.plan',
  });
});
