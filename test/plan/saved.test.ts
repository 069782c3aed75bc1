// Saved plans: what counts as the same plan, and how a difference is named.
import { describe, expect, it } from 'vitest';
import type { Inventory } from '../../src/pki/entity.ts';
import { planInventory } from '../../src/plan/plan.ts';
import { differencesSince, type SavedEntity, type Snapshot, snapshotOf } from '../../src/plan/saved.ts';
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

  // The files of an entry that is gone are looked at no more, and those of a moved one elsewhere: they are as they were.
  it('says of another manifest nothing else, whatever that looks at and does', () => {
    const world = settled();
    const before = snapshot(world);
    const fewer = { ...ALL, entities: ALL.entities.filter(({ id }) => id !== api) };
    expect(Object.keys(before.entities[api]?.seen ?? {}).length).toBeGreaterThan(2);
    expect(differencesSince(before, snapshot(world, fewer))).toEqual([{ kind: 'manifest' }]);
    remove(world.of(api), 'cert');
    expect(differencesSince(before, snapshot(world, fewer))).toEqual([{ kind: 'manifest' }]);
  });

  it('holds digests of what was seen, and nothing of it', () => {
    const text = JSON.stringify(snapshot(settled()));
    expect(text).not.toMatch(/api\.example\.test|CN|ecdsa/);
  });
});

describe('the differences', () => {
  const keep: SavedEntity = { action: 'keep', does: 'a', seen: { key: '1', cert: '2' } };
  const issue: SavedEntity = { ...keep, action: 'issue', does: 'b' };
  const other: SavedEntity = { ...issue, seen: { key: '1', cert: '3', ca: '4' } };
  const BEFORE: Snapshot = { inventory: 'i', rest: 'r', entities: { one: keep, two: keep } };
  const manifest = { kind: 'manifest' };
  const rest = { kind: 'rest' };
  const file = (artifact: string) => ({ kind: 'file', entity: 'two', artifact });
  const action = (before: string | null, after: string | null) => ({
    kind: 'action',
    entity: 'two',
    before,
    after,
  });

  it.each<[string, Partial<Snapshot>, readonly unknown[]]>([
    ['none', {}, []],
    ['what is done', { entities: { one: keep, two: issue } }, [action('keep', 'issue')]],
    [
      'of what is done the details',
      { entities: { one: keep, two: { ...keep, does: 'c' } } },
      [action('keep', 'keep')],
    ],
    ['files, of which actions follow', { entities: { one: keep, two: other } }, [file('cert'), file('ca')]],
    [
      'files of one, what is done with another',
      { entities: { one: other, two: issue } },
      [{ ...file('cert'), entity: 'one' }, { ...file('ca'), entity: 'one' }, action('keep', 'issue')],
    ],
    [
      'the manifest, of which actions follow',
      { inventory: 'j', entities: { one: keep, two: issue } },
      [manifest],
    ],
    [
      'the manifest, which looks at other files',
      { inventory: 'j', entities: { one: keep, two: other } },
      [manifest],
    ],
    ['an entity less', { entities: { one: keep } }, [action('keep', null)]],
    [
      'an entity more',
      { entities: { one: keep, two: keep, three: issue } },
      [{ ...action(null, 'issue'), entity: 'three' }],
    ],
    ['what is done besides', { rest: 's' }, [rest]],
    [
      'what is done besides follows from all else',
      { rest: 's', entities: { one: keep, two: issue } },
      [action('keep', 'issue')],
    ],
    ['the manifest, and what is done besides', { rest: 's', inventory: 'j' }, [manifest]],
  ])('%s', (_, changes, expected) => {
    expect(differencesSince(BEFORE, { ...BEFORE, ...changes })).toEqual(expected);
  });
});

it('everything that has changed is said in one paragraph', () => {
  const differences = Array.from({ length: 8 }, (_, i) => {
    return { kind: 'file', entity: `servers/s${i}`, artifact: 'cert' } as const;
  });
  expect(savedPlanText('it.plan', { kind: 'changed', manifest: 'a b.yaml', made: NOW, differences })).toEqual(
    {
      problem:
        'nothing is done by "it.plan", because since 2026-11-23T12:00:00Z cert.pem of servers/s0 has changed, cert.pem of servers/s1 has changed, cert.pem of servers/s2 has changed, cert.pem of servers/s3 has changed, cert.pem of servers/s4 has changed, cert.pem of servers/s5 has changed, and 2 more',
      hint: "look at it again: pki plan --out it.plan 'a b.yaml'",
    },
  );
});
