/**
 * Lists of an authority that gets another key or name. What it signed before stays in use, with chains that lead to what it
 * was, until peers have new files, or a rollover is retired; and who checks lists refuses all of that without one of the key
 * that signed it. So the former key signs a last list, good until its certificate ends. Pure.
 */
import type { Entity } from '../pki/entity.ts';
import { makesList } from '../pki/files.ts';
import type { LastList } from '../pki/revocation.ts';
import type { Fingerprint } from '../x509/facts.ts';
import { wantedEntries } from './list-entries.ts';
import type { EntityObservation } from './observation.ts';
import type { Reason } from './reason.ts';
import type { Listing } from './revocations.ts';

/** What becomes of them. */
export interface FormerLists {
  /** `null`: none is made. */
  readonly last: LastList | null;
  /** Those that are there and stay, newest first. */
  readonly keep: readonly Fingerprint[];
  readonly reasons: readonly Reason[];
  readonly write: boolean;
  readonly remove: boolean;
}

const NONE: FormerLists = { last: null, keep: [], reasons: [], write: false, remove: false };

interface Circumstances {
  readonly listing: Listing | undefined;
  /** Whether another key or name takes the place of one that was its own. */
  readonly isSucceeded: boolean;
  readonly retired: boolean;
  readonly now: number;
}

/** Of an authority that makes lists. */
export function formerListsOf(
  entity: Entity,
  observed: EntityObservation,
  { listing, isSucceeded, retired, now }: Circumstances,
): FormerLists {
  if (!makesList(entity) || listing === undefined) return NONE;
  const file = observed['former-crls'];
  if (file.state === 'blocked') return NONE;
  const all = file.state === 'present' ? file.facts : [];
  const kept = retired ? [] : all.filter(({ nextUpdate }) => nextUpdate === null || nextUpdate >= now);
  const last = isSucceeded ? lastList(observed, listing, now) : null;
  const keep = kept.map(({ fingerprint }) => fingerprint);
  const isThere = file.state !== 'missing';
  const changes = last !== null || kept.length !== all.length || file.state === 'garbage';
  if (!changes) return { ...NONE, keep };
  const remains = last !== null || keep.length > 0;
  const reasons: readonly Reason[] = last === null ? [{ kind: 'stale', artifact: 'former-crls' }] : [];
  return { last, keep, reasons, write: remains, remove: isThere && !remains };
}

/** `null` where there was no list, or its key is not here to sign. */
function lastList(
  { key, cert, crl, listSignedBy }: EntityObservation,
  listing: Listing,
  now: number,
): LastList | null {
  if (key.state !== 'present' || cert.state !== 'present' || crl.state !== 'present') return null;
  const { keyId, notAfter } = cert.facts;
  if (listSignedBy !== keyId || key.facts.keyId !== keyId || notAfter <= now) return null;
  const thisUpdate = Math.max(crl.facts.thisUpdate, listing.thisUpdate ?? 0);
  const entries = wantedEntries(listing, now);
  const list = { number: `${listing.number + 1n}`, thisUpdate, nextUpdate: notAfter, entries };
  return { list, signedWith: key.facts.spec };
}

/** The same with the number of that list given away: none is given twice. */
export function listingAfter(listing: Listing | undefined, { last }: FormerLists): Listing | undefined {
  return listing === undefined || last === null ? listing : { ...listing, number: BigInt(last.list.number) };
}
