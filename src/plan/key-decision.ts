/** Whether an entity's private key stays. A key is replaced only for a reason that is named here. */
import type { Entity, EntityId } from '../model/entity.ts';
import { diffKeySpec } from './diff.ts';
import type { KeyId } from './facts.ts';
import type { EntityObservation, Observation } from './observation.ts';
import type { Reason } from './reason.ts';

/** Keys by the entity whose certificate fits them: who else has such a key on disk holds a copy. */
export type KeyOwners = ReadonlyMap<KeyId, EntityId>;

export function keyOwners(observation: Observation): KeyOwners {
  const owners = new Map<KeyId, EntityId>();
  for (const [id, { key, cert }] of observation.entities) {
    if (key.state !== 'present' || cert.state !== 'present') continue;
    if (key.facts.keyId === cert.facts.keyId && !owners.has(key.facts.keyId)) owners.set(key.facts.keyId, id);
  }
  return owners;
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
  { cert }: EntityObservation,
  keyId: KeyId,
  owners: KeyOwners,
): readonly Reason[] {
  const owner = owners.get(keyId);
  const fitsOwnCertificate = cert.state === 'present' && cert.facts.keyId === keyId;
  if (owner === undefined || owner === entity.id || fitsOwnCertificate) return [];
  return [{ kind: 'shared-key', other: owner }];
}
