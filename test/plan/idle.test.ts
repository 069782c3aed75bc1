/** What is said of a folder without a look at it is what a look would say, at every moment for which it is said. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entity, Inventory } from '../../src/pki/entity.ts';
import { idlePlan, idleUntil, isSelfContained } from '../../src/plan/idle.ts';
import { isDue, type Plan, planInventory } from '../../src/plan/plan.ts';
import { idleText } from '../../src/report/idle.ts';
import { planText } from '../../src/report/plan.ts';
import { PLAIN } from '../../src/report/style.ts';
import { aClient, anAuthority, anInventory, aServer, DAY, NOW, type World } from '../helpers/entities.ts';
import { INVENTORY } from '../helpers/inventories.ts';
import { holds } from '../helpers/property.ts';
import { ALL, API, ROOT, SERVICES, settled } from './settled.ts';

function planAt(world: World, inventory: Inventory, now: number): Plan {
  return planInventory(inventory, world.observation(inventory), { now });
}

function untilOf(world: World, inventory: Inventory, done: ReadonlySet<string> = new Set()): number | null {
  const observation = world.observation(inventory);
  return idleUntil(inventory, observation, planInventory(inventory, observation, { now: NOW }), done);
}

it('of any inventory: the plan of every moment until then is the one that is said', () => {
  const SHARE = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
  let known = 0;
  holds(fc.tuple(INVENTORY, fc.array(SHARE, { minLength: 3, maxLength: 3 })), ([inventory, shares]) => {
    const world = settled(inventory);
    const until = untilOf(world, inventory);
    if (until === null || until <= NOW) return;
    known++;
    for (const now of [NOW, until - 1, ...shares.map((share) => NOW + Math.floor(share * (until - NOW)))])
      expect(planAt(world, inventory, now)).toEqual(idlePlan(inventory, now));
  });
  expect(known).toBeGreaterThan(10);
});

it('ends when the first certificate is due', () => {
  const soon = aServer({
    name: 'soon',
    validity: 30 * DAY,
    renewBefore: { kind: 'seconds', seconds: 7 * DAY },
  });
  const inventory = anInventory(ROOT, SERVICES, API, soon);
  const world = settled(inventory);
  const until = untilOf(world, inventory) ?? 0;
  expect(until).toBe(world.cert(soon.id).notAfter - 7 * DAY);
  expect(isDue(planAt(world, inventory, until - 1))).toBe(false);
  expect(isDue(planAt(world, inventory, until))).toBe(true);
});

it('of what this run has changed another plan says so', () => {
  const world = settled();
  world.changeCert(API.id, { notAfter: NOW - 1 });
  expect(untilOf(world, ALL)).toBeNull();
  const others = untilOf(world, ALL, new Set([API.id]));
  expect(others).toBe(untilOf(settled(), anInventory(ROOT, SERVICES, ...ALL.entities.slice(3))));
});

describe('where anything is due or said, nothing is known', () => {
  it.each<readonly [string, Partial<Plan>]>([
    ['a run that is not finished', { pending: [API.id] }],
    ['a folder that is open to others', { exposed: [{ folder: '.', uid: null }] }],
    ['a remark', { remarks: [{ kind: 'unowned-link', entity: API.id, link: 'x' }] as never }],
    ['what stays whatever the manifest says', { pinned: new Set([API.id]) }],
    ['a clock in doubt', { doubt: { kind: 'ahead', clock: NOW, newest: NOW + 9, by: 'ledger' } }],
    ['an old archive', { prunes: [{ entity: API.id, folder: 'x', time: 1, holdsKey: false }] }],
    ['a hook', { hooks: [{ entity: API.id }] as never }],
    ['what is due beside what was asked for', { left: [API.id] }],
  ])('%s', (_, said) => {
    const world = settled();
    const plan = { ...planAt(world, ALL, NOW), ...said };
    expect(idleUntil(ALL, world.observation(ALL), plan)).toBeNull();
    expect(idleUntil(ALL, world.observation(ALL), planAt(world, ALL, NOW))).not.toBeNull();
  });

  it.each(['previous', 'routes', 'cross', 'affects'])('an entity that stays, with %s', (field) => {
    const world = settled();
    const plan = planAt(world, ALL, NOW);
    const changes = plan.changes.map((change, at) => (at === 2 ? { ...change, [field]: ['x'] } : change));
    expect(idleUntil(ALL, world.observation(ALL), { ...plan, changes })).toBeNull();
  });

  it('a route, a removal, and a certificate that is not there', () => {
    const world = settled();
    const plan = planAt(world, ALL, NOW);
    const observation = world.observation(ALL);
    const routed = plan.changes.map((change) => ({ ...change, route: 'x' }) as typeof change);
    expect(idleUntil(ALL, observation, { ...plan, changes: routed })).toBeNull();
    const leaving = planInventory(ALL, { ...observation, orphans: ['servers/old'] }, { now: NOW });
    expect(idleUntil(ALL, observation, leaving)).toBeNull();
    expect(idleUntil(ALL, { entities: new Map() }, plan)).toBeNull();
  });

  it('a root with an earlier one that is still trusted', () => {
    const world = settled();
    const plan = planInventory(ALL, world.observation(ALL), { now: NOW, rekey: new Set([ROOT.id]) });
    world.carryOut(plan, ALL);
    expect(isDue(planAt(world, ALL, NOW))).toBe(false);
    expect(untilOf(world, ALL)).toBeNull();
  });
});

describe('depends on files alone', () => {
  it('an inventory of what needs nothing else', () => {
    expect(isSelfContained(ALL)).toBe(true);
    expect(isSelfContained({ ...ALL, archiveFor: 90 * DAY })).toBe(false);
  });

  const password = { kind: 'env', name: 'PASSWORD' };
  it.each<readonly [keyof import('../../src/pki/entity.ts').Authority | 'through', unknown]>([
    ['keyPlace', { kind: 'offline' }],
    ['token', { uri: 'pkcs11:token=t' }],
    ['passphrase', password],
    ['previousPassphrase', password],
    ['elsewhere', true],
    ['seals', { pkcs12: { password, encryption: 'modern' } }],
    ['layout', { folder: '.', files: {} }],
    ['publish', 'symlinks'],
    ['onChange', { command: ['true'] }],
    ['ownership', { group: 'tls' }],
    ['revoked', { at: NOW, reason: null }],
    ['revokes', []],
    ['crl', { validity: 7 * DAY }],
    ['ocsp', { validity: DAY }],
    ['through', 'authorities/bridge'],
  ])('not one with %s', (field, value) => {
    for (const entity of [ROOT, API, aClient({ name: 'c' })]) {
      const odd = { ...entity, [field]: value } as Entity;
      expect(isSelfContained(anInventory(anAuthority({ name: 'other' }), odd))).toBe(false);
      expect(isSelfContained(anInventory({ ...entity, [field]: undefined } as Entity))).toBe(true);
    }
  });

  it('nor one with a field that this does not know', () => {
    expect(isSelfContained(anInventory({ ...API, novelty: 1 } as Entity))).toBe(false);
  });
});

it('reads like the plan', () => {
  for (const inventory of [ALL, anInventory(ROOT)]) {
    const world = settled(inventory);
    const text = planText(planAt(world, inventory, NOW), { style: PLAIN, verbose: false });
    expect(idleText(inventory.entities.length, PLAIN)).toBe(text);
  }
});

it('by the engine that the manifest names', () => {
  for (const engine of ['auto', 'node', 'openssl'] as const) {
    const inventory = { ...ALL, engine };
    expect(idlePlan(inventory, NOW)).toEqual(planAt(settled(inventory), inventory, NOW));
  }
});
