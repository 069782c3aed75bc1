/** Whom a change affects: those whose reasons point up to it. Pure. */
import type { EntityId } from '../pki/entity.ts';
import { type Change, reasonsOf } from './change.ts';
import type { Reason } from './reason.ts';

/** Turns every reason that points up to an issuer into an entry in that issuer's blast radius. */
export function withAffected(changes: readonly Change[]): readonly Change[] {
  const affected = new Map<EntityId, EntityId[]>();
  const replaced = new Set(changes.filter(isReplaced).map(({ id }) => id));
  for (const change of changes) {
    for (const issuer of issuersIn(reasonsOf(change), replaced)) {
      const list = affected.get(issuer) ?? [];
      list.push(change.id);
      affected.set(issuer, list);
    }
  }
  return changes.map((change) => ({ ...change, affects: affected.get(change.id) ?? [] }));
}

/** The change was made by another hand already, and everything below follows now. */
function isReplaced(change: Change): boolean {
  return reasonsOf(change).some(({ kind }) => kind === 'unknown-key');
}

function issuersIn(reasons: readonly Reason[], replaced: ReadonlySet<EntityId>): ReadonlySet<EntityId> {
  const issuers = reasons.flatMap((reason) => {
    if (reason.kind === 'issuer-changes') return [reason.issuer];
    return reason.kind === 'foreign-issuer' && replaced.has(reason.issuer) ? [reason.issuer] : [];
  });
  return new Set(issuers);
}
