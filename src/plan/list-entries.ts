/** What a revocation list has to name. Pure. */
import { type Revoked, writtenEntry } from '../pki/revocation.ts';
import type { Listing } from './revocations.ts';

/**
 * What was listed stays until it was on a list that was made after the certificate's end (RFC 5280 §3.3), and where that
 * end is not known, for good.
 */
export function wantedEntries({ asked, listed, ends, thisUpdate }: Listing, now: number): readonly Revoked[] {
  const named = asked.map(({ serial, reason, at }): Revoked => {
    const before = listed.get(serial);
    const date = at !== undefined && at <= now ? at : (before?.date ?? now);
    return writtenEntry({ ...before, serial, date, reason: reason ?? before?.reason ?? null });
  });
  const own = new Set(asked.map(({ serial }) => serial));
  const others = [...listed.values()].filter(({ serial }) => {
    const end = ends.get(serial);
    return !own.has(serial) && (end === undefined || thisUpdate === null || end >= thisUpdate);
  });
  return [...named, ...others];
}
