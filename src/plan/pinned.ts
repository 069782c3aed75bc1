/** Entities that must be left unchanged together with a refused one: what needs it, and what would take its place. Pure. */

import { ALL_ARTIFACTS } from '../pki/artifact.ts';
import type { Entity, EntityId, Inventory } from '../pki/entity.ts';
import { filePath } from '../pki/files.ts';
import { byIdOf, chainAbove } from '../pki/issuers.ts';
import { bridgedBy, isOffline, shownBy } from '../pki/key-place.ts';
import { type Strange, strangeIn } from './known.ts';
import { type EntityObservation, NOTHING, type Observation } from './observation.ts';
import { withoutKeyed } from './waiting.ts';

/**
 * Those asked for, those that cannot be read, and all that cannot do without them. @param named refused, or not agreed to.
 */
export function pinnedOf(
  { entities }: Inventory,
  observation: Observation,
  named: ReadonlySet<EntityId>,
): ReadonlySet<EntityId> {
  const asked = new Set([...named, ...(observation.unseen?.others ?? [])]);
  if (asked.size === 0) return asked;
  const byId = byIdOf(entities);
  const pinned = new Set(asked);
  // An entity pinned because of another may pin more.
  for (let before = -1; before !== pinned.size; ) {
    before = pinned.size;
    const places = placesHeld(pinned, observation);
    for (const entity of entities)
      if (needsFrozen(entity, pinned, byId, observation) || takesPlace(entity, places)) pinned.add(entity.id);
  }
  return pinned;
}

/** Where files of pinned entities are, though they are to be elsewhere. */
function placesHeld(pinned: ReadonlySet<EntityId>, { entities }: Observation): ReadonlyMap<string, EntityId> {
  const held = [...pinned].flatMap((id) =>
    (entities.get(id)?.formerLocation?.files ?? []).map(({ from }) => [from, id] as const),
  );
  return new Map(held);
}

function takesPlace(entity: Entity, places: ReadonlyMap<string, EntityId>): boolean {
  return (
    places.size > 0 &&
    ALL_ARTIFACTS.some((file) => {
      const owner = places.get(filePath(entity, file));
      return owner !== undefined && owner !== entity.id;
    })
  );
}

function needsFrozen(
  entity: Entity,
  pinned: ReadonlySet<EntityId>,
  byId: ReadonlyMap<EntityId, Entity>,
  { entities, known }: Observation,
): boolean {
  const seen = (id: EntityId): EntityObservation => entities.get(id) ?? NOTHING;
  const strange = (id: EntityId): Strange => {
    const authority = byId.get(id);
    return authority === undefined ? { key: null, roots: [] } : strangeIn(authority, seen(id), known);
  };
  const { issuer } = entity;
  const lender = bridgedBy(entity);
  if (lender !== null && pinned.has(lender) && !canLend(entity, seen(lender), strange(lender))) return true;
  const others = entity.trust.filter((id) => pinned.has(id));
  if (
    issuer !== null &&
    pinned.has(issuer) &&
    !(canServe(byId.get(issuer), seen(issuer)) && strange(issuer).key === null)
  )
    return true;
  if (others.some((id) => strange(id).key !== null || holdsAny(seen(entity.id), strange(id)))) return true;
  if (others.some((id) => id !== issuer && !isTrustable(seen(id)))) return true;
  const shown = chainAbove(entity, byId).filter(({ id }) => pinned.has(id));
  return shown.some((one) => !canBeShown(one, seen(one.id)));
}

/**
 * In the chains of what is below it, no matter who signed that. A chain may end with what the root's former key has signed, and
 * that is among the root's files.
 */
function canBeShown({ issuer }: Entity, { key, cert, formerLocation }: EntityObservation): boolean {
  if (formerLocation !== undefined) return false;
  if (issuer === null) return true;
  if (cert.state !== 'present') return false;
  return key.state !== 'present' || key.facts.keyId === cert.facts.keyId;
}

/** Where its key is elsewhere, a certificate that is its own shows the public half. */
function canLend(bridge: Entity, lender: EntityObservation, strange: Strange): boolean {
  if (shownBy(bridge) === null) return isUsable(lender);
  return isTrustable(withoutKeyed(lender)) && strange.key === null;
}

/** A root that it trusts already without consent is neither dropped nor kept until that is decided. */
function holdsAny({ ca }: EntityObservation, { roots }: Strange): boolean {
  return ca.state === 'present' && roots.some(({ fingerprint }) => ca.facts.includes(fingerprint));
}

/**
 * Being trusted takes no key: what an intermediate signed stays valid while its root's key is away. But a key of
 * another pair means that the certificate may be anyone's.
 */
function isTrustable(observed: EntityObservation): boolean {
  const { key, cert, formerLocation, published, signedBy } = observed;
  if (key.state === 'present') return isUsable(observed);
  if (formerLocation !== undefined || published?.state === 'mixed' || cert.state !== 'present') return false;
  return signedBy === cert.facts.keyId;
}

/** One whose key is offline signs nothing in any case: what needs it waits (waiting.ts). */
function canServe(issuer: Entity | undefined, observed: EntityObservation): boolean {
  return issuer !== undefined && isOffline(issuer)
    ? observed.formerLocation === undefined
    : isUsable(observed);
}

/**
 * An authority that stays as it is can neither sign nor vouch without a matching key and certificate, or with files
 * elsewhere than where the calls of this run look for them.
 */
function isUsable({ key, cert, formerLocation, published }: EntityObservation): boolean {
  if (formerLocation !== undefined || published?.state === 'mixed') return false;
  return key.state === 'present' && cert.state === 'present' && key.facts.keyId === cert.facts.keyId;
}
