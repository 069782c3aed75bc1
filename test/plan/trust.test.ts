/** Whom entities come to trust, and whom no longer: by name and fingerprint, never as a file that is out of date. */
import { describe, expect, it } from 'vitest';
import type { Entity, EntityId, Inventory } from '../../src/pki/entity.ts';
import { reasonsOf } from '../../src/plan/change.ts';
import { planInventory } from '../../src/plan/plan.ts';
import { reasonText } from '../../src/report/reason.ts';
import { listPiece } from '../../src/x509/parse.ts';
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

  it('another root instead of one that had another key before: all that it had goes', () => {
    const rekeyed = { ...HARBOUR, key: { algorithm: 'ed25519' } } as const;
    const [rolled, after] = [{}, { trust: [partner] }].map((own) => withCrane(own, rekeyed, PARTNER, DOCK));
    if (rolled === undefined || after === undefined) throw new Error('there are two');
    const world = settled();
    const old = world.cert(harbour).fingerprint;
    world.carryOut(planInventory(rolled, world.observation(rolled), { now: NOW }), rolled);
    const fingerprints = [world.cert(harbour).fingerprint, old];
    expect(whyOf(world, after).reasons).toContainEqual({
      kind: 'distrusts',
      root: harbour,
      fingerprints,
      extent: 'all',
    });
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

it('ca-chain.pem: a root that left with its folder is no authority between', () => {
  const inventory = withCrane({ outputs: ['key', 'cert', 'ca-chain'], trust: [harbour, partner] });
  const world = settled(inventory);
  const { fingerprint, keyId } = world.cert(partner);
  const known = new Map([[partner, { keys: new Set([keyId]), certificates: new Set([fingerprint]) }]]);
  const left = anInventory(HARBOUR, DOCK, { ...CRANE, outputs: ['key', 'cert', 'ca-chain'] });
  const { changes } = planInventory(left, { ...world.observation(left), known }, { now: NOW });
  expect(changes.flatMap(reasonsOf).map(reasonText)).toEqual(['no longer trusts authorities/partner']);
});

describe('files that verifiers read', () => {
  const strange = 'c0ffee'.padEnd(64, '0');
  const NO_MORE = 'no longer trusts what the manifest does not name: SHA-256 c0ffee0000000000…';

  it.each(['ca', 'ca-chain', 'ca-1'] as const)('%s is one', (file) => {
    const inventory = withCrane({ outputs: ['key', 'cert', file] });
    const world = settled(inventory);
    expect(whyOf(world, inventory).action).toBe('keep');
    const held = world.of(crane)[file];
    if (held.state !== 'present') throw new Error(`there is no ${file}`);
    world.of(crane)[file] = present([...held.facts, strange]);
    expect(whyOf(world, inventory).words).toEqual([NO_MORE]);
  });

  it('one with a single root, which leaves with its root', () => {
    const both = withCrane({ outputs: ['key', 'cert', 'ca-1', 'ca-2'], trust: [harbour, partner] });
    const world = settled(both);
    const one = withCrane({ outputs: ['key', 'cert', 'ca-1', 'ca-2'] });
    expect(whyOf(world, one)).toMatchObject({
      words: ['no longer trusts authorities/partner', 'ca-2.pem is no longer needed'],
    });
  });

  it('one with a single root holds no authorities between', () => {
    const inventory = withCrane({ outputs: ['key', 'cert', 'ca-1'] });
    const world = settled(inventory);
    world.of(crane)['ca-1'] = present([world.cert(harbour).fingerprint, world.cert(DOCK.id).fingerprint]);
    expect(whyOf(world, inventory).words).toEqual(['no longer trusts authorities/dock']);
  });

  it('not what is not asked for: it goes, and was never what is trusted', () => {
    const world = settled();
    world.of(crane)['ca-chain'] = present([world.cert(harbour).fingerprint, strange]);
    world.of(crane)['ca-1'] = present([strange]);
    expect(whyOf(world, BEFORE).words).not.toContain(NO_MORE);
    const unlisted = withCrane({ outputs: ['key', 'cert', 'ca-crls'] });
    world.of(crane)['ca-crls'] = present([strange]);
    expect(whyOf(world, unlisted).words).toContain('ca-crls.pem is no longer needed');
    expect(whyOf(world, unlisted).words).not.toContain(NO_MORE);
  });

  it('one with revocation lists, which are nothing that is trusted', () => {
    const terms = { validity: 30 * DAY, renewBefore: { kind: 'share', share: 1 / 3 } } as const;
    const listing = { ...HARBOUR, crl: { url: [], list: terms } } as Entity;
    const inventory = withCrane({ outputs: ['key', 'cert', 'ca-crls'] }, listing, PARTNER, DOCK);
    const world = settled();
    world.of(crane)['ca-crls'] = present([world.cert(harbour).fingerprint, listPiece('ab'), strange]);
    expect(whyOf(world, inventory).words.filter((text) => text.includes('trusts'))).toEqual([NO_MORE]);
  });

  it('what else is wrong is said beside it', () => {
    const inventory = withCrane({ outputs: ['key', 'cert', 'chain', 'fullchain', 'ca'] });
    const world = settled(inventory);
    world.of(crane).ca = present([world.cert(harbour).fingerprint, strange]);
    world.of(crane).fullchain = present(['other']);
    expect(whyOf(world, inventory).words).toEqual([NO_MORE, 'fullchain.pem is out of date']);
  });

  it('the certificate of a leaf has no name among authorities', () => {
    const world = settled();
    const { fingerprint } = world.cert(crane);
    world.of(crane).ca = present([world.cert(harbour).fingerprint, fingerprint]);
    expect(whyOf(world, BEFORE).reasons).toEqual([
      { kind: 'distrusts', root: null, fingerprints: [fingerprint], extent: 'all' },
    ]);
  });

  it('the bundle of a root is compared with what the file had before', () => {
    const world = settled();
    world.of(harbour).ca = present([world.cert(harbour).fingerprint, strange]);
    expect(whyOf(world, BEFORE, harbour).words).not.toContain(NO_MORE);
  });
});

describe('of the certificates of one root', () => {
  const old = '01d'.padEnd(64, '0');
  const known = new Map([[harbour, { keys: new Set<string>(), certificates: new Set([old]) }]]);
  const rekeyed = (algorithm: 'ed25519' | 'ed448') =>
    withCrane({}, { ...HARBOUR, key: { algorithm } }, PARTNER, DOCK);
  const reasons = (world: World, inventory: Inventory) => {
    const observation = { ...world.observation(inventory), known };
    const { changes } = planInventory(inventory, observation, { now: NOW });
    const change = changes.find(({ id }) => id === crane);
    const all = change === undefined ? [] : reasonsOf(change);
    return all.filter(({ kind }) => kind === 'trusts' || kind === 'distrusts');
  };

  it('one is trusted no longer', () => {
    const world = settled();
    world.of(crane).ca = present([world.cert(harbour).fingerprint, old]);
    expect(reasons(world, BEFORE)).toEqual([
      { kind: 'distrusts', root: harbour, fingerprints: [old], extent: 'some' },
    ]);
  });

  it('none that is known is trusted: it is, from now on, by another', () => {
    const world = settled();
    world.of(crane).ca = present([old]);
    expect(reasons(world, BEFORE)).toEqual([
      { kind: 'trusts', root: harbour, fingerprints: [world.cert(harbour).fingerprint], extent: 'some' },
      { kind: 'distrusts', root: harbour, fingerprints: [old], extent: 'some' },
    ]);
  });

  it('nothing is said where the root itself changes in this plan', () => {
    const world = settled();
    const once = rekeyed('ed25519');
    world.carryOut(planInventory(once, world.observation(once), { now: NOW }), once);
    const current = world.cert(harbour).fingerprint;
    world.of(crane).ca = present([current, old]);
    expect(reasons(world, once).map(({ kind }) => kind)).toEqual(['trusts', 'distrusts']);
    expect(reasons(world, rekeyed('ed448'))).toEqual([]);
    const observation = { ...world.observation(once), known };
    const retired = planInventory(once, observation, { now: NOW, retire: new Set([harbour]) });
    const change = retired.changes.find(({ id }) => id === crane);
    expect(change && reasonsOf(change).map(({ kind }) => kind)).not.toContain('distrusts');
  });
});

it('a root with a new key is a change of that root, and nobody else is said to be trusted', () => {
  const rolled = withCrane({}, { ...HARBOUR, key: { algorithm: 'ed25519' } }, PARTNER, DOCK);
  const { words } = whyOf(settled(), rolled);
  expect(words.filter((text) => text.includes('trusts'))).toEqual([]);
});
