/** Which revocation list an authority has once a plan is carried out: what files that hold it are compared with. */
import type { Entity } from '../pki/entity.ts';
import { makesList } from '../pki/files.ts';
import type { RevocationList } from '../pki/revocation.ts';
import type { EntityObservation } from './observation.ts';
import type { Member } from './parts.ts';

/**
 * By its fingerprint; `null`: it is not made yet. What another
 * key signed is none.
 */
export function listAfter(
  entity: Entity,
  { crl, listSignedBy }: EntityObservation,
  list: RevocationList | null | undefined,
): Pick<Member, 'list'> {
  if (!makesList(entity)) return {};
  if (list != null) return { list: null };
  return crl.state === 'present' && listSignedBy != null ? { list: crl.facts.fingerprint } : {};
}
