/** Whom entities come to trust, and whom no longer: by name and fingerprint, never as a file that is out of date. */
import { describe, expect, it } from 'vitest';
import type { Entity, EntityId, Inventory } from '../../src/pki/entity.ts';
import { reasonsOf } from '../../src/plan/change.ts';
import { planInventory } from '../../src/plan/plan.ts';
import { reasonText } from '../../src/report/reason.ts';
import { aClient, anAuthority, anInventory, aServer, DAY, NOW, present, World } from '../helpers/entities.ts';

const HARBOUR = anAuthority({ name: 'harbour' });
const PARTNER = anAuthority({ name: 'partner' });
const DOCK = anAuthority({ name: 'dock', issuer: HARBOUR.id, trust: [HARBOUR.id] });
const CRANE = aServer({ name: 'crane', issuer: DOCK.id, trust: [HARBOUR.id] });
const PILOT = aClient({ name: 'pilot', issuer: PARTNER.id, trust: [PARTNER.id] });
const [harbour, partner, crane] = [HARBOUR.id, PARTNER.id, CRANE.id];

function withCrane(changes: Partial<Entity>, ...authorities: readonly Entity[]): Inventory {
  const all = authorities.length > 0 ? authorities : [HARBOUR, PARTNER, DOCK];
  return anInventory(...all, { ...CRANE, ...changes } as Entity, PILOT);
}

const BEFORE = withCrane({});

function settled(inventory = BEFORE): World {
  const world = new World();
  world.carryOut(planInventory(inventory, world.observation(inventory), { now: NOW }), inventory);
  return world;
}

/** Why the server changes, in words, and how. */
function whyOf(world: World, inventory: Inventory, id: EntityId = crane, now = NOW) {
  const { changes } = planInventory(inventory, world.observation(inventory), { now });
  const change = changes.find((one) => one.id === id);
  const reasons = change === undefined ? [] : reasonsOf(change);
  return { action: change?.action, reasons, words: reasons.map(reasonText) };
}

describe('the manifest names', () => {
  it('another root as well', () => {
    const world = settled();
    const { action, reasons, words } = whyOf(world, withCrane({ trust: [harbour, partner] }));
    expect({ action, words }).toEqual({ action: 'refresh', words: ['trusts authorities/partner'] });
    const { fingerprint } = world.cert(partner);
    expect(reasons).toEqual([{ kind: 'trusts', root: partner, fingerprints: [fingerprint], extent: 'all' }]);
  });

  it('another root instead', () => {
    const world = settled();
    const { reasons, words } = whyOf(world, withCrane({ trust: [partner] }));
    expect(words).toEqual(['trusts authorities/partner', 'no longer trusts authorities/harbour']);
    expect(reasons[1]).toMatchObject({ fingerprints: [world.cert(harbour).fingerprint] });
  });

  it('one root less', () => {
    const world = settled(withCrane({ trust: [harbour, partner] }));
    expect(whyOf(world, BEFORE).words).toEqual(['no longer trusts authorities/partner']);
  });

  it('one that is made in the same plan', () => {
    const fresh = anAuthority({ name: 'fresh' });
    const inventory = withCrane({ trust: [harbour, fresh.id] }, HARBOUR, PARTNER, fresh, DOCK);
    const { reasons, words } = whyOf(settled(), inventory);
    expect(words).toContain('trusts authorities/fresh');
    expect(reasons[0]).toMatchObject({ fingerprints: [] });
  });

  it('another root, though the certificate is issued again as well', () => {
    const { action, words } = whyOf(
      settled(),
      withCrane({ trust: [harbour, partner] }),
      crane,
      NOW + 80 * DAY,
    );
    expect(action).toBe('issue');
    expect(words).toContain('trusts authorities/partner');
  });

  it('a root by another order: nothing is trusted that was not', () => {
    const world = settled(withCrane({ trust: [harbour, partner] }));
    expect(whyOf(world, withCrane({ trust: [partner, harbour] })).words).toEqual(['ca.pem is out of date']);
  });

  it('a root no more that left with its folder: the ledger has its name', () => {
    const both = withCrane({ trust: [harbour, partner] });
    const world = settled(both);
    const { fingerprint, keyId } = world.cert(partner);
    const inventory = anInventory(HARBOUR, DOCK, CRANE);
    const known = new Map([[partner, { keys: new Set([keyId]), certificates: new Set([fingerprint]) }]]);
    const observation = { ...world.observation(inventory), known };
    const { changes } = planInventory(inventory, observation, { now: NOW });
    expect(changes.flatMap(reasonsOf).map(reasonText)).toEqual(['no longer trusts authorities/partner']);
  });
});

describe('the bundle holds', () => {
  const strange = 'c0ffee'.padEnd(64, '0');
  it('what nobody knows', () => {
    const world = settled();
    world.of(crane).ca = present([world.cert(harbour).fingerprint, strange]);
    const { reasons, words } = whyOf(world, BEFORE);
    expect(words).toEqual(['no longer trusts what the manifest does not name: SHA-256 c0ffee0000000000…']);
    expect(reasons).toEqual([{ kind: 'distrusts', root: null, fingerprints: [strange], extent: 'all' }]);
  });

  it('the same under a label that only some programs read', () => {
    const world = settled();
    world.of(crane).ca = present([world.cert(harbour).fingerprint, `TRUSTED CERTIFICATE ${strange}`]);
    expect(whyOf(world, BEFORE).reasons).toMatchObject([{ kind: 'distrusts', fingerprints: [strange] }]);
  });

  it('an intermediate, which nobody is to trust', () => {
    const world = settled();
    world.of(crane).ca = present([world.cert(harbour).fingerprint, world.cert(DOCK.id).fingerprint]);
    expect(whyOf(world, BEFORE).words).toEqual(['no longer trusts authorities/dock']);
  });

  it('one of two certificates of a root', () => {
    const rolled = withCrane({}, { ...HARBOUR, key: { algorithm: 'ed25519' } }, PARTNER, DOCK);
    const world = settled();
    const old = world.cert(harbour).fingerprint;
    world.carryOut(planInventory(rolled, world.observation(rolled), { now: NOW }), rolled);
    const current = world.cert(harbour).fingerprint;
    world.of(crane).ca = present([current]);
    expect(whyOf(world, rolled)).toMatchObject({
      words: ['trusts 1 more of the certificates of authorities/harbour'],
      reasons: [{ fingerprints: [old], extent: 'some' }],
    });
    world.of(crane).ca = present([old]);
    expect(whyOf(world, rolled).reasons).toMatchObject([{ fingerprints: [current], extent: 'some' }]);
  });

  it('nothing of the root: it is trusted from now on', () => {
    const world = settled();
    world.of(crane).ca = present([world.cert(partner).fingerprint]);
    expect(whyOf(world, BEFORE).words).toEqual([
      'trusts authorities/harbour',
      'no longer trusts authorities/partner',
    ]);
  });
});

it('ca-chain.pem: the authorities between are no news, a root is', () => {
  const inventory = withCrane({ outputs: ['key', 'cert', 'ca-chain'] });
  const world = settled(inventory);
  expect(whyOf(world, inventory).action).toBe('keep');
  const file = world.of(crane)['ca-chain'];
  if (file.state !== 'present') throw new Error('there is no ca-chain.pem');
  world.of(crane)['ca-chain'] = present([...file.facts, world.cert(partner).fingerprint]);
  expect(whyOf(world, inventory).words).toEqual(['no longer trusts authorities/partner']);
});

it('a root with a new key is a change of that root, and nobody else is said to be trusted', () => {
  const rolled = withCrane({}, { ...HARBOUR, key: { algorithm: 'ed25519' } }, PARTNER, DOCK);
  const { words } = whyOf(settled(), rolled);
  expect(words.filter((text) => text.includes('trusts'))).toEqual([]);
});
