/** Who stays as it is with an entity that has to: what needs it, and what would take its place. Pure. */
import type { Entity, EntityId, Inventory } from '../pki/entity.ts';
import { filePath, MANAGED_FILES } from '../pki/files.ts';
import { rootAbove } from './derived.ts';
import { type EntityObservation, NOTHING, type Observation } from './observation.ts';

/** Those asked for, and all that cannot do without them. @param asked refused, or not agreed to. */
export function frozenOf(
  { entities }: Inventory,
  observation: Observation,
  asked: ReadonlySet<EntityId>,
): ReadonlySet<EntityId> {
  if (asked.size === 0) return asked;
  const byId = new Map(entities.map((entity) => [entity.id, entity]));
  const frozen = new Set(asked);
  // Whoever is frozen for another's sake may be in somebody's way itself.
  for (let before = -1; before !== frozen.size; ) {
    before = frozen.size;
    const places = placesHeld(frozen, observation);
    for (const entity of entities)
      if (needsFrozen(entity, frozen, byId, observation) || takesPlace(entity, places)) frozen.add(entity.id);
  }
  return frozen;
}

/** Where files of frozen entities are, though they are to be elsewhere. */
function placesHeld(frozen: ReadonlySet<EntityId>, { entities }: Observation): ReadonlyMap<string, EntityId> {
  const held = [...frozen].flatMap((id) =>
    (entities.get(id)?.left?.files ?? []).map(({ from }) => [from, id] as const),
  );
  return new Map(held);
}

function takesPlace(entity: Entity, places: ReadonlyMap<string, EntityId>): boolean {
  return (
    places.size > 0 &&
    MANAGED_FILES.some((file) => {
      const owner = places.get(filePath(entity, file));
      return owner !== undefined && owner !== entity.id;
    })
  );
}

function needsFrozen(
  entity: Entity,
  frozen: ReadonlySet<EntityId>,
  byId: ReadonlyMap<EntityId, Entity>,
  { entities }: Observation,
): boolean {
  const seen = (id: EntityId): EntityObservation => entities.get(id) ?? NOTHING;
  const isUseless = (id: EntityId | null): boolean => id !== null && frozen.has(id) && !isUsable(seen(id));
  if ([entity.issuer, ...entity.trust].some(isUseless)) return true;
  // A chain may end with what the root's former key has signed, and that is among the root's files.
  const root = rootAbove(entity, byId);
  return root !== undefined && frozen.has(root) && seen(root).left !== undefined;
}

/**
 * Without a key and a certificate that fit each other, or with files that are not where the calls of this run look for
 * them, an authority that stays as it is can sign and vouch for nothing.
 */
function isUsable({ key, cert, left, published }: EntityObservation): boolean {
  if (left !== undefined || published?.state === 'mixed') return false;
  return key.state === 'present' && cert.state === 'present' && key.facts.keyId === cert.facts.keyId;
}
