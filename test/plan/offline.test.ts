// An authority whose key is offline: what waits for it, what goes on, and what is never done because of it.
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import { KEYED } from '../../src/pki/key-place.ts';
import { reasonsOf } from '../../src/plan/change.ts';
import { agreementOn } from '../../src/plan/consent.ts';
import { NOTHING } from '../../src/plan/observation.ts';
import { planAsked } from '../../src/plan/part.ts';
import { remarksOf } from '../../src/plan/remark.ts';
import { statusRows } from '../../src/plan/status.ts';
import { anInventory, DAY, keyFacts, NOW, present, remove, type World } from '../helpers/entities.ts';
import {
  ALL,
  API,
  api,
  BILLING,
  billing,
  decided,
  planOf,
  ROOT,
  root,
  SERVICES,
  services,
  settled,
} from './settled.ts';

const offline = (entity: Entity): Entity => ({
  ...entity,
  keyPlace: { kind: 'offline' },
  outputs: entity.outputs.filter((file) => !KEYED.has(file)),
});
const OFFLINE = anInventory(offline(ROOT), SERVICES, API, BILLING);

/** Made while the key was here, which then went away. */
function away(): World {
  const world = settled();
  remove(world.of(root), 'key');
  return world;
}

const waits = (world: World, id: string, now = NOW) => {
  const change = planOf(world, OFFLINE, { now }).changes.find((one) => one.id === id);
  return change !== undefined && 'waiting' in change ? change.waiting : undefined;
};

describe('with its certificate in place and its key away', () => {
  it('an authority is as it should be, and so is everything below it', () => {
    expect(planOf(away(), OFFLINE).changes.map(({ action }) => action)).toEqual(Array(4).fill('keep'));
  });

  it('without a word in the manifest, it would get another key', () => {
    expect(decided(planOf(away()))).toMatchObject({ [root]: 'rekey' });
  });

  it.each(['key', 'csr'] as const)('a %s that lies there is neither missed, removed nor compared', (file) => {
    const world = settled();
    remove(world.of(root), file);
    expect(planOf(world, OFFLINE).changes.map(({ action }) => action)).toEqual(Array(4).fill('keep'));
  });

  it('what it signs waits when it is due, and what an intermediate signs goes on', () => {
    const now = NOW + 900 * DAY;
    const plan = planOf(away(), OFFLINE, { now });
    expect(decided(plan)).toEqual({ [services]: 'wait', [api]: 'issue', [billing]: 'wait' });
    expect(waits(away(), services, now)).toMatchObject({
      on: root,
      serves: true,
      reasons: [{ kind: 'expires' }],
    });
  });

  it('what has no certificate to go on with waits for the same key, all the way down', () => {
    const now = NOW + 1200 * DAY;
    expect(decided(planOf(away(), OFFLINE, { now }))).toEqual({
      [services]: 'wait',
      [api]: 'wait',
      [billing]: 'wait',
    });
    for (const id of [services, api, billing])
      expect(waits(away(), id, now)).toMatchObject({ on: root, serves: false });
  });

  it('an intermediate that lost its key waits for a certificate of the next', () => {
    const world = away();
    remove(world.of(services), 'key');
    expect(decided(planOf(world, OFFLINE))).toEqual({ [services]: 'wait' });
  });

  it('its own end is no reason for another key', () => {
    const now = NOW + 3600 * DAY;
    expect(planOf(away(), OFFLINE, { now }).changes[0]).toMatchObject({ action: 'wait', newKey: false });
    expect(waits(away(), root, now)).toMatchObject({ on: root, reasons: [{ kind: 'expires' }] });
  });

  it('rotation by name waits as well, and is not done', () => {
    const world = away();
    const asked = { now: NOW, rekey: new Set([root]) };
    const plan = planAsked(OFFLINE, world.observation(OFFLINE), asked);
    const agreement = agreementOn(plan, {
      consents: new Set(),
      requested: asked.rekey,
      rotated: asked.rekey,
      replan: (pinned) => planAsked(OFFLINE, world.observation(OFFLINE), { ...asked, pinned }),
    });
    expect(agreement).toMatchObject({ isIdle: true, withheld: [] });
    expect(plan.changes[0]).toMatchObject({ action: 'wait', waiting: { on: root, serves: false } });
  });

  it('part of a plan waits, too', () => {
    const world = away();
    const asked = { now: NOW, rekey: new Set([services]) };
    const { changes } = planAsked(OFFLINE, world.observation(OFFLINE), asked);
    expect(changes.find(({ id }) => id === services)).toMatchObject({ action: 'wait' });
  });

  it('files beside the certificate that waits are repaired', () => {
    const world = away();
    remove(world.of(services), 'fullchain');
    const now = NOW + 900 * DAY;
    const change = planOf(world, OFFLINE, { now }).changes[1];
    expect(change).toMatchObject({ action: 'refresh', writes: ['fullchain'], waitsFor: root });
    expect(change && reasonsOf(change).map(({ kind }) => kind)).toEqual(['expires', 'missing']);
  });

  it('a leaf with a copy of its key gets another one', () => {
    const world = away();
    const { keyId } = world.cert(root);
    Object.assign(world.of(api), { key: present({ ...keyFacts('copy'), keyId }, 0o600) });
    expect(decided(planOf(world, OFFLINE))).toEqual({ [api]: 'rekey' });
  });
});

describe('without its certificate', () => {
  it('nothing is made, and everything waits for it', () => {
    const world = away();
    for (const id of [root, services, api, billing]) Object.assign(world.of(id), NOTHING);
    const plan = planOf(world, OFFLINE);
    expect(decided(plan)).toEqual({ [root]: 'wait', [services]: 'wait', [api]: 'wait', [billing]: 'wait' });
    expect(plan.changes.map(({ consents }) => consents)).toEqual([[], [], [], []]);
  });

  it('bundles that name it wait, and others do not', () => {
    const other = {
      ...offline(ROOT),
      id: 'authorities/partner',
      name: 'partner',
      trust: ['authorities/partner'],
    };
    const inventory = anInventory(ROOT, other, SERVICES, { ...API, trust: [root, other.id] }, BILLING);
    const plan = planOf(settled(), inventory);
    expect(decided(plan)).toEqual({ [other.id]: 'wait', [api]: 'wait' });
  });
});

it('its key is reported where it lies here, and no other is', () => {
  const seen = (world: World) => remarksOf(OFFLINE.entities, world.observation(OFFLINE));
  expect(seen(settled())).toEqual([{ kind: 'offline-key', entity: root, path: 'authorities/root/key.pem' }]);
  expect(seen(away())).toEqual([]);
  const world = away();
  Object.assign(world.of(root), { key: present(keyFacts('another'), 0o600) });
  expect(seen(world)).toEqual([]);
  Object.assign(world.of(root), { key: { state: 'encrypted' } });
  expect(seen(world)).toMatchObject([{ kind: 'offline-key' }]);
});

it('status tells what waits from what has ended', () => {
  const states = (days: number) => {
    const world = away();
    const plan = planOf(world, OFFLINE, { now: NOW + days * DAY });
    return statusRows(OFFLINE, world.observation(OFFLINE), plan).map(({ state, waitsFor }) => [
      state,
      waitsFor,
    ]);
  };
  expect(states(0)).toEqual(Array(4).fill(['ok', null]));
  expect(states(900)[1]).toEqual(['waiting', root]);
  expect(states(1200)[1]).toEqual(['expired', root]);
});

it('of a manifest without offline keys nothing waits', () => {
  expect(
    planOf(settled(), ALL, { now: NOW + 3600 * DAY }).changes.map((change) => 'waiting' in change),
  ).not.toContain(true);
});
