/** Which revocation list an authority has once a plan is carried out: what files that hold it are compared with. */
import type { Entity } from '../pki/entity.ts';
import { makesList } from '../pki/files.ts';
import type { RevocationList } from '../pki/revocation.ts';
import type { Fingerprint } from '../x509/facts.ts';
import type { FormerLists } from './former-lists.ts';
import type { EntityObservation } from './observation.ts';
import type { Member } from './parts.ts';

/**
 * By fingerprints; `null`: one that is not made yet. What another key signed is none.
 * @param former `undefined`: those on the disk stay.
 */
export function listAfter(
  entity: Entity,
  observed: EntityObservation,
  list: RevocationList | null | undefined,
  former: Pick<FormerLists, 'last' | 'keep'> | undefined,
): Pick<Member, 'list' | 'formerLists'> {
  if (!makesList(entity)) return {};
  const { crl, listSignedBy } = observed;
  const before = formerAfter(observed, former);
  const formerLists = before.length === 0 ? {} : { formerLists: before };
  if (list != null) return { list: null, ...formerLists };
  const isOwn = crl.state === 'present' && listSignedBy != null;
  return isOwn ? { list: crl.facts.fingerprint, ...formerLists } : formerLists;
}

function formerAfter(
  observed: EntityObservation,
  former: Pick<FormerLists, 'last' | 'keep'> | undefined,
): readonly (Fingerprint | null)[] {
  if (former !== undefined) return [...(former.last === null ? [] : [null]), ...former.keep];
  const file = observed['former-crls'];
  return file.state === 'present' ? file.facts.map(({ fingerprint }) => fingerprint) : [];
}
