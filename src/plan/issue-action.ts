/** What an issue is to those who read a plan: the first certificate, another for the same key, or one for another key. */
import type { Artifact } from '../pki/artifact.ts';
import type { Entity } from '../pki/entity.ts';
import { filePath } from '../pki/files.ts';
import { bridgedBy, requestOf } from '../pki/key-place.ts';
import type { Issue } from './change.ts';
import type { Decision } from './decision.ts';
import type { EntityObservation } from './observation.ts';

/** By what is there, and whether a key is made. */
export function issueAction(
  entity: Entity,
  { newKey }: Decision,
  { key, cert }: EntityObservation,
): Issue['action'] {
  const request = requestOf(entity);
  const { token } = entity;
  if (request !== undefined) {
    if (cert.state !== 'present') return 'create';
    return cert.facts.keyId === request.key.keyId ? 'issue' : 'rekey';
  }
  if (token !== undefined) {
    if (cert.state !== 'present') return 'create';
    return key.state !== 'present' || cert.facts.keyId === key.facts.keyId ? 'issue' : 'rekey';
  }
  if (bridgedBy(entity) !== null) return cert.state === 'present' ? 'issue' : 'create';
  // Without a certificate there is most probably no key, either.
  if (key.state === 'unknown' && !('why' in key) && cert.state === 'missing') return 'create';
  if (!newKey) return 'issue';
  return key.state === 'missing' && cert.state === 'missing' ? 'create' : 'rekey';
}

/** An entity without key and certificate is expected to have no files; those that are relocated are its own. */
export function replaced(
  entity: Entity,
  observed: EntityObservation,
  writes: readonly Artifact[],
): readonly string[] {
  const moved = observed.formerLocation?.files.map(({ file }) => file) ?? [];
  return writes
    .filter(
      (artifact) => !['missing', 'unknown'].includes(observed[artifact].state) && !moved.includes(artifact),
    )
    .map((artifact) => filePath(entity, artifact));
}
