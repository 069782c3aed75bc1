/** Keys that are on other machines: what their absence means here. Pure. */
import type { Entity, EntityId } from '../pki/entity.ts';
import { isOffline, KEYED } from '../pki/key-place.ts';
import { type Change, waitingOf } from './change.ts';
import type { EntityObservation } from './observation.ts';

const MISSING = { state: 'missing' } as const;
const MISSING_FILES = Object.fromEntries([...KEYED].map((file) => [file, MISSING]));

/** The same without those of its files that take the private key. */
export function withoutKeyed(observed: EntityObservation): EntityObservation {
  return { ...observed, ...MISSING_FILES };
}

/** Before an authority can sign, after this change: the one whose key is awaited, `null` where it can. */
export function awaitedBy(
  entity: Entity,
  { key, cert }: EntityObservation,
  change: Change,
  now: number,
): EntityId | null {
  if (isOffline(entity)) return entity.id;
  const waiting = waitingOf(change);
  if (waiting === null) return null;
  const isPair = key.state === 'present' && cert.state === 'present' && key.facts.keyId === cert.facts.keyId;
  return isPair && cert.facts.notAfter >= now ? null : waiting.on;
}
