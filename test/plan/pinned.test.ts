/** Which entities stay as they are because another one has to. */
import { describe, expect, it } from 'vitest';
import type { Entity, Inventory } from '../../src/pki/entity.ts';
import type { EntityObservation } from '../../src/plan/observation.ts';
import { pinnedOf } from '../../src/plan/pinned.ts';
import {
  anAuthority,
  anInventory,
  aServer,
  keyFacts,
  present,
  remove,
  type World,
} from '../helpers/entities.ts';
import { settled } from './settled.ts';

const ROOT = anAuthority({ name: 'root' });
const SUB = anAuthority({ name: 'sub', issuer: ROOT.id, trust: [ROOT.id] });
const OTHER = anAuthority({ name: 'other' });
const DEEP = aServer({ name: 'deep', issuer: SUB.id, trust: [OTHER.id] });
const NEAR = aServer({ name: 'near' });
const TRUSTING = aServer({ name: 'trusting', issuer: OTHER.id, trust: [OTHER.id, ROOT.id] });
const APART = aServer({ name: 'apart', issuer: OTHER.id, trust: [OTHER.id] });
const ALL = anInventory(ROOT, OTHER, SUB, DEEP, NEAR, TRUSTING, APART);

/** @param asked an entity's id. @param damage what has happened to the folder. */
function pinned(
  asked: readonly string[],
  damage: (world: World) => void = () => {},
  inventory: Inventory = ALL,
  more: Readonly<Record<string, Partial<EntityObservation>>> = {},
): readonly string[] {
  const world = settled(ALL);
  damage(world);
  const observation = world.observation(inventory);
  const entities = new Map(
    [...observation.entities].map(([id, seen]) => [id, { ...seen, ...more[id] }] as const),
  );
  return [...pinnedOf(inventory, { ...observation, entities }, new Set(asked))].sort();
}

const ids = (...entities: readonly Entity[]): readonly string[] => entities.map(({ id }) => id).sort();

describe('an authority that stays as it is', () => {
  it('and can sign keeps nobody from anything', () => {
    expect(pinned([ROOT.id])).toEqual([ROOT.id]);
    expect(pinned([SUB.id, OTHER.id])).toEqual(ids(SUB, OTHER));
  });

  it('is one that cannot be read as well as one that was named', () => {
    const seen = (damage: (world: World) => void, ...others: readonly string[]) => {
      const world = settled(ALL);
      damage(world);
      const unseen = { asked: false, keys: [], others };
      const observation = { ...world.observation(ALL), unseen };
      return [...pinnedOf(ALL, observation, new Set([NEAR.id]))].sort();
    };
    const nothing = (): void => {};
    expect(seen(nothing)).toEqual([NEAR.id]);
    expect(seen(nothing, APART.id, NEAR.id)).toEqual(ids(APART, NEAR));
    expect(seen((world) => remove(world.of(ROOT.id), 'cert'), ROOT.id)).toEqual(
      ids(NEAR, ROOT, SUB, TRUSTING),
    );
  });

  const UNUSABLE: readonly (readonly [string, (world: World) => void])[] = [
    ['without a certificate', (world) => remove(world.of(ROOT.id), 'cert')],
    ['whose key is not that of its certificate', (world) => mismatch(world, ROOT)],
  ];
  it.each(UNUSABLE)('%s keeps what it signs and what trusts it', (_, damage) => {
    expect(pinned([ROOT.id], damage)).toEqual(ids(ROOT, NEAR, SUB, TRUSTING));
  });

  it.each<readonly [string, (world: World) => void]>([
    ['without a key', (world) => remove(world.of(ROOT.id), 'key')],
    ['whose key is encrypted', (world) => Object.assign(world.of(ROOT.id), { key: { state: 'encrypted' } })],
  ])('%s keeps what it signs; to be trusted takes no key', (_, damage) => {
    expect(pinned([ROOT.id], damage)).toEqual(ids(ROOT, NEAR, SUB));
  });

  it('without a key, whose certificate is not its own, keeps what trusts it as well', () => {
    const damage = (world: World): void => remove(world.of(ROOT.id), 'key');
    expect(pinned([ROOT.id], damage, ALL, { [ROOT.id]: { signedBy: null } })).toEqual(
      ids(ROOT, NEAR, SUB, TRUSTING),
    );
  });

  it('with a key of another pair keeps what trusts it, though its certificate is its own: it may be anyone’s', () => {
    const damage = (world: World): void => mismatch(world, OTHER);
    const own = { [OTHER.id]: { signedBy: settled(ALL).cert(OTHER.id).keyId } };
    expect(pinned([OTHER.id], damage, ALL, own)).toEqual(ids(OTHER, DEEP, TRUSTING, APART));
  });

  it('keeps an intermediate without a certificate, and that keeps what it would sign', () => {
    const damage = (world: World): void => {
      remove(world.of(ROOT.id), 'key');
      remove(world.of(SUB.id), 'cert');
    };
    expect(pinned([ROOT.id], damage)).toEqual(ids(ROOT, NEAR, SUB, DEEP));
  });

  it('keeps all whose chain would show the certificate that an intermediate lacks, no matter who signed them', () => {
    const lower = anAuthority({ name: 'lower', issuer: SUB.id, trust: [ROOT.id] });
    const lowest = aServer({ name: 'lowest', issuer: lower.id });
    const inventory = anInventory(ROOT, SUB, lower, lowest);
    const keptWith = (damage: (world: World) => void, ...asked: readonly string[]) => {
      const world = settled(inventory);
      damage(world);
      return [...pinnedOf(inventory, world.observation(inventory), new Set(asked))].sort();
    };
    expect(keptWith(() => {}, ROOT.id, SUB.id)).toEqual(ids(ROOT, SUB));
    expect(keptWith((world) => remove(world.of(SUB.id), 'key'), SUB.id)).toEqual(ids(SUB, lower));
    expect(keptWith((world) => remove(world.of(SUB.id), 'cert'), SUB.id)).toEqual(ids(SUB, lower, lowest));
    expect(keptWith((world) => mismatch(world, SUB), SUB.id)).toEqual(ids(SUB, lower, lowest));
    expect(keptWith((world) => remove(world.of(ROOT.id), 'cert'), SUB.id)).toEqual(ids(SUB));
  });

  it('keeps nothing for the sake of an authority below it that is put in order', () => {
    expect(pinned([ROOT.id], (world) => remove(world.of(SUB.id), 'cert'))).toEqual([ROOT.id]);
    expect(pinned([ROOT.id], (world) => mismatch(world, SUB))).toEqual([ROOT.id]);
  });

  it('that is not asked for is nobody’s business, however damaged', () => {
    expect(pinned([APART.id], (world) => remove(world.of(ROOT.id), 'key'))).toEqual([APART.id]);
    expect(pinned([], (world) => remove(world.of(ROOT.id), 'key'))).toEqual([]);
  });
});

function mismatch(world: World, { id }: Entity): void {
  world.of(id).key = present(keyFacts('another'), 0o600);
}

describe('an authority whose files are elsewhere', () => {
  const former = { folder: 'old', files: [{ file: 'key', from: 'old/key.pem', digest: 'ab' }] } as const;

  it('and stay there keeps all below it: the calls of this run look for them in the new place', () => {
    expect(pinned([ROOT.id], undefined, ALL, { [ROOT.id]: { formerLocation: former } })).toEqual(
      ids(ROOT, NEAR, SUB, DEEP, TRUSTING),
    );
    expect(pinned([SUB.id], undefined, ALL, { [SUB.id]: { formerLocation: former } })).toEqual(
      ids(SUB, DEEP),
    );
  });

  it('behind damaged links, what it signs', () => {
    const mixed = { published: { state: 'mixed', findings: [] } } as const;
    expect(pinned([SUB.id], undefined, ALL, { [SUB.id]: mixed })).toEqual(ids(SUB, DEEP));
    const whole = { published: { state: 'symlinks', findings: [] } } as const;
    expect(pinned([SUB.id], undefined, ALL, { [SUB.id]: whole })).toEqual([SUB.id]);
  });
});

describe('the place of an entity that stays', () => {
  const files = [{ file: 'cert', from: 'servers/apart/cert.pem', digest: 'ab' }] as const;
  const left = { [NEAR.id]: { formerLocation: { folder: 'servers/apart', files } } };

  it('is nobody else’s before it has moved', () => {
    expect(pinned([NEAR.id], undefined, ALL, left)).toEqual(ids(NEAR, APART));
  });

  it('by any file that would come there', () => {
    const layout = { folder: 'servers', files: { public: 'apart/cert.pem' } };
    const moved = anInventory(ROOT, OTHER, SUB, DEEP, NEAR, TRUSTING, { ...APART, layout });
    expect(pinned([NEAR.id], undefined, moved, left)).toEqual(ids(NEAR, APART));
    const away = anInventory(ROOT, OTHER, SUB, DEEP, NEAR, TRUSTING, {
      ...APART,
      layout: { folder: 'elsewhere', files: {} },
    });
    expect(pinned([NEAR.id], undefined, away, left)).toEqual([NEAR.id]);
  });

  it('of one that stays for another’s sake is nobody else’s either, whatever the order', () => {
    const inventory = anInventory(ROOT, OTHER, SUB, APART, DEEP, NEAR, TRUSTING);
    const damage = (world: World): void => remove(world.of(ROOT.id), 'key');
    expect(pinned([ROOT.id], damage, inventory, left)).toEqual(ids(ROOT, SUB, NEAR, APART));
  });

  it('is free where the entity itself moves', () => {
    expect(pinned([DEEP.id], undefined, ALL, left)).toEqual([DEEP.id]);
  });
});
