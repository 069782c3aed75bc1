/** Whatever the manifest and whatever is on disk: a plan is made, always the same, and once carried out nothing is left. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OUTPUTS } from '../../src/pki/artifact.ts';
import type { Inventory } from '../../src/pki/entity.ts';
import { stepsOf } from '../../src/plan/steps.ts';
import { DAY, type FlatPlan, flatPlan, keyFacts, NOW, present, remove, World } from '../helpers/entities.ts';
import { INVENTORY } from '../helpers/inventories.ts';
import { holds } from '../helpers/property.ts';

/** One thing that happens to one file. */
const BLOW = fc.record({
  entity: fc.nat({ max: 9 }),
  artifact: fc.constantFrom(...OUTPUTS),
  kind: fc.constantFrom('remove', 'garbage', 'swap', 'mode', 'foreign', 'expire', 'rename', 'stale'),
});
type Blow = typeof BLOW extends fc.Arbitrary<infer T> ? T : never;

function strike(world: World, { entities }: Inventory, { entity, artifact, kind }: Blow): void {
  const { id } = entities[entity % entities.length] ?? { id: '' };
  const files = world.of(id);
  const file = files[artifact];
  if (file.state !== 'present' || files.cert.state !== 'present') return;
  if (kind === 'remove') remove(files, artifact);
  if (kind === 'garbage') files[artifact] = { state: 'garbage', detail: 'holds nonsense' };
  if (kind === 'mode') Object.assign(files, { [artifact]: { ...file, mode: 0o666 } });
  if (kind === 'swap') files.key = world.of(entities[(entity + 1) % entities.length]?.id ?? '').key;
  if (kind === 'foreign') world.changeCert(id, {}, keyFacts('stranger').keyId);
  if (kind === 'expire') world.changeCert(id, { notAfter: NOW - 1 });
  if (kind === 'rename') world.changeCert(id, { subject: [], subjectDer: '3000' });
  if (kind === 'stale') files.ca = present(['ab']);
}

const SCENE = fc.record({
  before: INVENTORY,
  after: fc.option(INVENTORY, { nil: null }),
  blows: fc.array(BLOW, { maxLength: 6 }),
  later: fc.constantFrom(0, 20 * DAY, 25 * DAY, 400 * DAY, 5000 * DAY, -DAY),
});
type Scene = typeof SCENE extends fc.Arbitrary<infer T> ? T : never;

function setUp({ before, after, blows }: Scene): { world: World; inventory: Inventory } {
  const world = new World();
  world.carryOut(flatPlan(before, world.observation(before), { now: NOW }), before);
  for (const blow of blows) strike(world, before, blow);
  return { world, inventory: after ?? before };
}

function notKept({ changes }: FlatPlan): unknown {
  return changes
    .filter(({ action }) => action !== 'keep')
    .map(({ id, action, reasons }) => ({ id, action, reasons }));
}

describe('any manifest and any folder', () => {
  it('the same plan every time, of which every part has its cause', () => {
    holds(SCENE, (scene) => {
      const { world, inventory } = setUp(scene);
      const now = NOW + scene.later;
      const observation = world.observation(inventory);
      const plan = flatPlan(inventory, observation, { now });
      expect(flatPlan(inventory, observation, { now })).toEqual(plan);
      for (const change of plan.changes) {
        const idle = change.writes.length + change.deletes.length + change.chmods.length === 0;
        expect(change.action === 'keep').toBe(idle);
        expect(change.reasons.length > 0).toBe(!idle);
        expect(change.issuance !== null).toBe(change.writes.includes('cert'));
        expect(change.newKey).toBe(change.writes.includes('key'));
      }
    });
  });

  it('carried out, leaves nothing to do', () => {
    holds(
      SCENE,
      (scene) => {
        const { world, inventory } = setUp(scene);
        const now = NOW + scene.later;
        const plan = flatPlan(inventory, world.observation(inventory), { now });
        world.carryOut(plan, inventory);
        expect(notKept(flatPlan(inventory, world.observation(inventory), { now }))).toEqual([]);
        // Nor for as long as nothing ends.
        const tomorrow = flatPlan(inventory, world.observation(inventory), { now: now + DAY });
        const ended = tomorrow.changes.some(
          ({ reasons, route }, i) =>
            reasons.some(({ kind }) => kind === 'drops-trust') ||
            (route === null && plan.changes[i]?.route !== null),
        );
        if (!ended) expect(notKept(tomorrow)).toEqual([]);
      },
      400,
    );
  });

  it('every key that stays is the one that was there', () => {
    holds(SCENE, (scene) => {
      const { world, inventory } = setUp(scene);
      const before = new Map(inventory.entities.map(({ id }) => [id, world.of(id).key]));
      const plan = flatPlan(inventory, world.observation(inventory), { now: NOW + scene.later });
      world.carryOut(plan, inventory);
      for (const { id, newKey } of plan.changes) {
        const [old, now] = [before.get(id), world.of(id).key];
        const same =
          old?.state === 'present' && now.state === 'present' && old.facts.keyId === now.facts.keyId;
        expect(same).toBe(!newKey);
      }
    });
  });

  it('its steps can be put in an order', () => {
    holds(SCENE, (scene) => {
      const { world, inventory } = setUp(scene);
      const plan = flatPlan(inventory, world.observation(inventory), { now: NOW + scene.later });
      const steps = stepsOf(plan, inventory);
      const done = new Set<string>();
      for (let before = -1; before < done.size; ) {
        before = done.size;
        for (const { id, needs } of steps) if (needs.every((need) => done.has(need))) done.add(id);
      }
      expect(steps.map(({ id }) => id).filter((id) => !done.has(id))).toEqual([]);
    });
  });
});
