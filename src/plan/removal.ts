/** An entity that left the manifest: its files go to the archive, once the user agrees. */
import { type EntityId, kindOf } from '../pki/entity.ts';
import type { Change, Remove } from './change.ts';
import type { Observation } from './observation.ts';

/** One for each that this program made and the manifest does not name; each waits for consent. */
export function removalsIn({ orphans, leaving }: Observation, now: number): readonly Change[] {
  return orphans.flatMap((id) => removal(id, leaving?.get(id) ?? null, now));
}

/** What is removed is not revoked: until its certificate ends, anyone with its key is let in. */
function removal(id: EntityId, notAfter: number | null, now: number): readonly Remove[] {
  const kind = kindOf(id);
  if (kind === undefined) return [];
  const still = notAfter === null || notAfter < now ? {} : { notAfter };
  const reasons = [{ kind: 'not-in-manifest', ...still }] as const;
  return [{ id, kind, affects: [], action: 'remove', reasons, consents: ['remove'] }];
}

/** Those whose certificates have not ended → when they do. */
export function leaversIn(changes: readonly Change[]): ReadonlyMap<EntityId, number> {
  return new Map(
    changes.flatMap((change) => {
      const [reason] = change.action === 'remove' ? change.reasons : [];
      const notAfter = reason?.kind === 'not-in-manifest' ? reason.notAfter : undefined;
      return notAfter === undefined ? [] : [[change.id, notAfter] as const];
    }),
  );
}
