/** Whether an entity's private key stays. A key is replaced only for a reason that is named here. */
import type { Entity, EntityId } from '../pki/entity.ts';
import type { KeyId } from '../x509/facts.ts';
import { diffKeySpec, diffName } from './diff.ts';
import type { EntityObservation, Observation } from './observation.ts';
import type { Reason } from './reason.ts';

/** Keys by the entity whose certificate fits them: who else has such a key on disk holds a copy. */
export type KeyOwners = ReadonlyMap<KeyId, EntityId>;

/** Of several whose certificates fit one key, the first in `entities` owns it. */
export function keyOwners(entities: readonly Entity[], observation: Observation): KeyOwners {
  const owners = new Map<KeyId, EntityId>();
  for (const entity of entities) {
    const observed = observation.entities.get(entity.id);
    if (observed?.key.state !== 'present' || !isOwnPair(entity, observed)) continue;
    if (!owners.has(observed.key.facts.keyId)) owners.set(observed.key.facts.keyId, entity.id);
  }
  return owners;
}

/** Key and certificate fit each other, and the certificate is this entity's: not a pair copied from elsewhere. */
function isOwnPair(entity: Entity, { key, cert }: EntityObservation): boolean {
  if (key.state !== 'present' || cert.state !== 'present') return false;
  return (
    key.facts.keyId === cert.facts.keyId &&
    diffName('subject', cert.facts.subject, entity.subject).length === 0
  );
}

/** Reasons to make a new key; none means that the key stays. Blocked and encrypted keys are refused before this. */
export function keyReasons(
  entity: Entity,
  observed: EntityObservation,
  owners: KeyOwners,
  requested: boolean,
): readonly Reason[] {
  const { key } = observed;
  if (key.state === 'missing') return [{ kind: 'missing', artifact: 'key' }];
  if (key.state === 'garbage') return [{ kind: 'unreadable', artifact: 'key', detail: key.detail }];
  if (key.state !== 'present') return [];
  return [
    ...diffKeySpec(key.facts.spec, entity),
    ...sharedKey(entity, observed, key.facts.keyId, owners),
    ...(requested ? [{ kind: 'requested' } as const] : []),
  ];
}

function sharedKey(
  entity: Entity,
  observed: EntityObservation,
  keyId: KeyId,
  owners: KeyOwners,
): readonly Reason[] {
  const owner = owners.get(keyId);
  if (owner === undefined || owner === entity.id || isOwnPair(entity, observed)) return [];
  return [{ kind: 'shared-key', other: owner }];
}
