/** The authorities above an entity, to which its certificate leads. */
import type { Entity, EntityId } from './entity.ts';
import { bridgedBy } from './key-place.ts';

/** Entities of one inventory, by id. */
export type ById = ReadonlyMap<EntityId, Entity>;

/** An inventory's entities, to be looked up. */
export function byIdOf(entities: readonly Entity[]): ById {
  return new Map(entities.map((entity) => [entity.id, entity]));
}

/** The authorities above an entity, nearest first; the last one is its root. An authority is not its own issuer. */
export function issuersAbove(entity: Entity, byId: ById): readonly Entity[] {
  const above: Entity[] = [];
  // Ends because an inventory lists authorities before what they sign: there is no cycle.
  for (let id = entity.issuer; id !== null; ) {
    const issuer = byId.get(id);
    if (issuer === undefined) throw new Error(`Internal error: ${entity.id} has an unknown issuer ${id}`);
    above.push(issuer);
    id = issuer.issuer;
  }
  return above;
}

/**
 * The same of the chain that an entity shows: where that leads through a bridge, this stands in the place of the
 * authority that it is a further certificate of, and above it are those above the bridge.
 */
export function chainAbove(entity: Entity, byId: ById): readonly Entity[] {
  return entity.kind === 'authority' || entity.through === undefined
    ? issuersAbove(entity, byId)
    : aboveThrough(entity, entity.through, byId);
}

/** The authorities above an entity by way of a bridge. */
export function aboveThrough(entity: Entity, through: EntityId, byId: ById): readonly Entity[] {
  const above = issuersAbove(entity, byId);
  const bridge = byId.get(through);
  const place = bridge === undefined ? -1 : above.findIndex(({ id }) => id === bridgedBy(bridge));
  if (bridge === undefined || place === -1)
    throw new Error(`Internal error: no chain of ${entity.id} leads through ${through}`);
  return [...above.slice(0, place), bridge, ...issuersAbove(bridge, byId)];
}

/** The root above an entity; a root has none. */
export function rootAbove(entity: Entity, byId: ById): EntityId | undefined {
  return issuersAbove(entity, byId).at(-1)?.id;
}
