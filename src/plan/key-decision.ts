/** Whether an entity's private key stays. A key is replaced only for a reason that is named here. */
import type { Entity, EntityId } from '../pki/entity.ts';
import { isOffline, requestOf } from '../pki/key-place.ts';
import { keySpecText } from '../pki/key-spec.ts';
import type { CertificateFacts, KeyFacts, KeyId } from '../x509/facts.ts';
import type { Refusal } from './blockage.ts';
import { diffKeySpec, isNamedAs } from './diff.ts';
import type { EntityObservation, Observation } from './observation.ts';
import type { Reason } from './reason.ts';

/** The rightful owner of each key: any other entity that has it holds a copy. */
export interface KeyOwners {
  /** Entities by the key that their certificates are for; of several, the first in the inventory. */
  readonly pairs: ReadonlyMap<KeyId, EntityId>;
  /** Authorities by the keys that their certificates are for, there or will be, and by those that they had before. */
  readonly authorities: ReadonlyMap<KeyId, EntityId>;
}

/** @param entities authorities before what they sign. */
export function keyOwners(entities: readonly Entity[], observation: Observation): KeyOwners {
  const [pairs, authorities] = [new Map<KeyId, EntityId>(), new Map<KeyId, EntityId>()];
  const claim = (claims: Map<KeyId, EntityId>, keyId: KeyId, id: EntityId): void => {
    if (!claims.has(keyId)) claims.set(keyId, id);
  };
  for (const entity of entities) {
    const observed = observation.entities.get(entity.id);
    if (observed === undefined) continue;
    const { key, cert } = observed;
    if (key.state === 'present' && isOwnPair(entity, observed)) claim(pairs, key.facts.keyId, entity.id);
    if (entity.kind === 'authority' && cert.state === 'present' && isNamed(entity, cert.facts))
      claim(authorities, cert.facts.keyId, entity.id);
  }
  for (const entity of entities) {
    const keyId = nextKeyOf(entity, observation.entities.get(entity.id));
    if (keyId !== null && !pairs.has(keyId)) claim(authorities, keyId, entity.id);
  }
  // What a former key has signed is accepted as long as a rollover lasts.
  for (const [id, { keys }] of observation.known ?? [])
    for (const keyId of keys) claim(authorities, keyId, id);
  return { pairs, authorities };
}

/** The key on disk that an authority will have a certificate for, where it has none yet; `null` where there is none. */
function nextKeyOf(entity: Entity, observed: EntityObservation | undefined): KeyId | null {
  if (entity.kind !== 'authority' || entity.keyPlace !== undefined) return null;
  if (observed?.key.state !== 'present') return null;
  const { keyId, spec } = observed.key.facts;
  return diffKeySpec(spec, entity).length === 0 ? keyId : null;
}

/** The key that a certificate of the entity is for, as far as it is not about to be made; `null` where there is none. */
export function keyOf(
  entity: Pick<Entity, 'key' | 'keyPlace'>,
  { key }: Pick<EntityObservation, 'key'>,
): KeyFacts | null {
  const given = requestOf(entity)?.key;
  if (given !== undefined)
    return { keyId: given.keyId, keyIdentifier: given.keyIdentifier, spec: keySpecText(entity.key) };
  return key.state === 'present' ? key.facts : null;
}

/** An entity whose request is for an authority's key would be given a certificate with it. */
export function givenKeyRefusal(
  entity: Entity,
  { authorities }: Pick<KeyOwners, 'authorities'>,
): Refusal | null {
  const given = requestOf(entity);
  if (given === undefined) return null;
  const authority = authorities.get(given.key.keyId);
  if (authority === undefined) return null;
  return { kind: 'given-key', entity: entity.id, authority, path: given.path };
}

/** Key and certificate match, and the certificate is this entity's: not a pair copied from elsewhere. */
function isOwnPair(entity: Entity, { key, cert }: EntityObservation): boolean {
  if (key.state !== 'present' || cert.state !== 'present') return false;
  return key.facts.keyId === cert.facts.keyId && isNamed(entity, cert.facts);
}

function isNamed(entity: Entity, facts: CertificateFacts): boolean {
  return isNamedAs(facts.subject, entity);
}

/** Reasons to make a new key; none means that the key stays. Blocked and encrypted keys are refused before this. */
export function keyReasons(
  entity: Entity,
  observed: EntityObservation,
  owners: KeyOwners,
  requested: boolean,
): readonly Reason[] {
  const asked: readonly Reason[] = requested ? [{ kind: 'requested' }] : [];
  // A key that is elsewhere is never replaced from here.
  if (entity.keyPlace !== undefined) return isOffline(entity) ? asked : [];
  const { key } = observed;
  // It is made on the token by other means, and read when a step needs it.
  if (entity.token !== undefined)
    return [...(key.state === 'present' ? diffKeySpec(key.facts.spec, entity) : []), ...asked];
  if (key.state === 'missing') return [{ kind: 'missing', artifact: 'key' }];
  if (key.state === 'garbage') return [{ kind: 'unreadable', artifact: 'key', detail: key.detail }];
  if (key.state !== 'present') return [];
  return [
    ...diffKeySpec(key.facts.spec, entity),
    ...sharedKey(entity, observed, key.facts.keyId, owners),
    ...asked,
  ];
}

/**
 * A copy of another entity's key is replaced, unless it has a certificate of its own: some programs share a key on
 * purpose. But an authority's key in the folder of a leaf lets the operator of that leaf sign anything.
 */
function sharedKey(
  entity: Entity,
  observed: EntityObservation,
  keyId: KeyId,
  { pairs, authorities }: KeyOwners,
): readonly Reason[] {
  const authority = entity.kind === 'authority' ? undefined : authorities.get(keyId);
  const owner = authority ?? (isOwnPair(entity, observed) ? undefined : pairs.get(keyId));
  return owner === undefined || owner === entity.id ? [] : [{ kind: 'shared-key', other: owner }];
}
