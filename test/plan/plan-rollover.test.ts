/** A root that is re-keyed stays trusted beside the new one, until it ends or somebody says so; and what left the manifest. */
import { describe, expect, it } from 'vitest';
import { planInventory } from '../../src/plan/plan.ts';
import { stepsOf } from '../../src/plan/steps.ts';
import { anInventory, keyFacts, NOW, present, type World } from '../helpers/entities.ts';
import {
  ALL,
  API,
  BILLING,
  billing,
  changes,
  expectPlan,
  ROOT,
  root,
  SERVICES,
  services,
  settled,
  withChanged,
} from './settled.ts';

const NEW_KEY = withChanged(root, { key: { algorithm: 'rsa', size: 4096 } });

function planned(world: World, inventory = ALL, options: { now?: number; retire?: readonly string[] } = {}) {
  const { now = NOW, retire = [] } = options;
  return planInventory(inventory, world.observation(inventory), { now, retire: new Set(retire) });
}

/** The root re-keyed, and everything below it with it. */
function rolledOver(): World {
  const world = settled();
  world.carryOut(planned(world, NEW_KEY), NEW_KEY);
  return world;
}

describe('a root that is re-keyed', () => {
  it('keeps its old certificate trusted, and says until when', () => {
    const world = settled();
    const old = world.cert(root);
    const [change] = planned(world, NEW_KEY).changes;
    expect(change).toMatchObject({ action: 'rekey', previous: [old.fingerprint], deletes: [] });
    expect(change?.reasons).toContainEqual({ kind: 'keeps-trust', notAfter: old.notAfter });
    expect(change?.writes).toContain('previous');
  });

  it('stands in every trust bundle together with its old self, new one first', () => {
    const world = settled();
    const old = world.cert(root).fingerprint;
    world.carryOut(planned(world, NEW_KEY), NEW_KEY);
    for (const id of [root, services, billing]) {
      expect(world.of(id).ca).toMatchObject({ facts: [world.cert(root).fingerprint, old] });
    }
    expectPlan(planned(world, NEW_KEY), {});
  });

  it('again: both old ones stay, newest first', () => {
    const world = rolledOver();
    const [second, first] = [
      world.cert(root).fingerprint,
      ...planned(world, NEW_KEY).changes.flatMap(({ previous }) => previous),
    ];
    const third = withChanged(root, { key: { algorithm: 'ed25519' } });
    expect(planned(world, third).changes[0]?.previous).toEqual([second, first]);
  });

  it('drops the old one once it has ended, to the second', () => {
    const world = rolledOver();
    const { notAfter } = settled().cert(root);
    const at = (now: number) =>
      planned(world, NEW_KEY, { now }).changes[0]?.reasons.filter(({ kind }) => kind === 'drops-trust');
    expect(at(notAfter)).toEqual([]);
    expect(at(notAfter + 1)).toEqual([{ kind: 'drops-trust', notAfter, why: 'expired' }]);
  });

  it('drops the old one when it is retired, and every bundle follows', () => {
    const world = rolledOver();
    const plan = planned(world, NEW_KEY, { retire: [root] });
    expectPlan(plan, {
      [root]: { action: 'refresh', previous: [], deletes: ['previous'], writes: ['ca'], issuance: null },
      [services]: { action: 'refresh', reasons: [changes(root)], writes: ['ca'] },
      [API.id]: { action: 'refresh', reasons: [changes(root)], writes: ['ca'] },
      [billing]: { action: 'refresh', reasons: [changes(root)], writes: ['ca'] },
    });
    world.carryOut(plan, NEW_KEY);
    expectPlan(planned(world, NEW_KEY), {});
  });

  it('an expired one is not kept', () => {
    const world = settled();
    world.changeCert(root, { notAfter: NOW - 1 });
    expect(planned(world, NEW_KEY).changes[0]).toMatchObject({ action: 'rekey', previous: [] });
  });

  it('a list of old ones that nobody can read any more goes', () => {
    const world = rolledOver();
    world.of(root).previous = { state: 'garbage', detail: 'holds nonsense' };
    expect(planned(world, NEW_KEY).changes[0]).toMatchObject({
      action: 'refresh',
      reasons: expect.arrayContaining([
        { kind: 'unreadable', artifact: 'previous', detail: 'holds nonsense' },
      ]),
      deletes: ['previous'],
    });
  });

  it('a list in the way of which something lies is refused', () => {
    const world = rolledOver();
    world.of(root).previous = { state: 'blocked', detail: 'is a directory' };
    expect(planned(world, NEW_KEY).changes[0]).toMatchObject({ action: 'refuse' });
  });
});

describe('nothing is kept', () => {
  it('of a root signed anew with its key', () => {
    const { changes: all } = planned(settled(), withChanged(root, { validity: 86400 * 7300 }));
    expect(all[0]).toMatchObject({ action: 'issue', previous: [] });
  });

  it('of an intermediate: it was never trusted by itself', () => {
    const { changes: all } = planned(settled(), withChanged(services, { key: { algorithm: 'ed25519' } }));
    expect(all[1]).toMatchObject({ action: 'rekey', previous: [] });
  });

  it('of a stranger’s root that lies in the place of the certificate', () => {
    const world = settled();
    const stranger = keyFacts('stranger').keyId;
    world.changeCert(root, { keyId: stranger, subjectDer: '3000', issuerDer: '3000' }, stranger);
    expect(planned(world).changes[0]).toMatchObject({ action: 'issue', previous: [] });
  });
});

describe('what left the manifest', () => {
  const smaller = anInventory(ROOT, SERVICES, API);
  const plan = () => {
    const observation = { ...settled().observation(smaller), strangers: [BILLING.id, 'elsewhere/x'] };
    return planInventory(smaller, observation, { now: NOW });
  };

  it('goes to the archive, once somebody agrees', () => {
    expect(plan().changes.at(-1)).toMatchObject({
      id: BILLING.id,
      kind: 'client',
      action: 'remove',
      reasons: [{ kind: 'not-in-manifest' }],
      consent: 'remove',
      writes: [],
      deletes: [],
    });
  });

  it('is one step that waits for nothing; what is no entity stays', () => {
    expect(stepsOf(plan(), smaller)).toEqual([
      { kind: 'remove', id: `remove ${BILLING.id}`, entity: BILLING.id, needs: [] },
    ]);
  });
});

it('a damaged list of old roots is never written from nothing', () => {
  const world = settled();
  world.of(root).previous = present([]);
  expect(planned(world).changes[0]?.writes).not.toContain('previous');
});
