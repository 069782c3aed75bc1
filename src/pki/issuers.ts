/** The authorities above an entity, to which its certificate leads. */
import type { Entity, EntityId } from './entity.ts';

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

/** The root above an entity; a root has none. */
export function rootAbove(entity: Entity, byId: ById): EntityId | undefined {
  return issuersAbove(entity, byId).at(-1)?.id;
}
