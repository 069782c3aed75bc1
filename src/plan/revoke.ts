/** An entity that the manifest revokes: its files go, and it is on the lists of those that signed it. Pure. */
import { ALL_ARTIFACTS } from '../pki/artifact.ts';
import type { Entity } from '../pki/entity.ts';
import { isManaged } from '../pki/files.ts';
import type { Revocation } from '../pki/revocation.ts';
import { type Change, NOTHING_KEPT } from './change.ts';
import type { EntityObservation } from './observation.ts';
import type { Listings } from './revocations.ts';

/** Nothing more is to be done once no file is there and everything that it had is listed. */
export function planRevoked(
  entity: Entity,
  { reason }: Revocation,
  observed: EntityObservation,
  listings: Listings,
): Change {
  const { id, kind } = entity;
  const own = { id, kind, affects: [] };
  const deletes = ALL_ARTIFACTS.filter(
    (file) =>
      (isManaged(entity, file) || observed.leftovers?.includes(file)) &&
      !['missing', 'blocked'].includes(observed[file].state),
  );
  const isListed = [...listings.values()].every(({ asked, listed }) =>
    asked.every(({ of, serial }) => of !== id || listed.has(serial)),
  );
  if (deletes.length === 0 && isListed) return { ...own, ...NOTHING_KEPT, action: 'keep' };
  return { ...own, action: 'revoke', reasons: [{ kind: 'revoked', reason }], deletes, consents: ['revoke'] };
}
