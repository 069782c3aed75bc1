/**
 * Lists of an authority that gets another key or name. What it signed before stays in use, with chains that lead to what it
 * was, until peers have new files, or a rollover is retired; and who checks lists refuses all of that without one of the key
 * that signed it. So the former key signs a last list, good until its certificate ends. What is revoked later is added to that
 * list for as long as the archive has the key. Pure.
 */
import type { Entity } from '../pki/entity.ts';
import { makesList } from '../pki/files.ts';
import type { LastList, Revoked } from '../pki/revocation.ts';
import type { Fingerprint } from '../x509/facts.ts';
import type { FormerList } from './artifacts/former-crls.ts';
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
  const kept = retired ? [] : all.filter((list) => lasts(list, now));
  const last = isSucceeded
    ? lastList(observed, listing, now)
    : listAgain(entity, observed, kept[0] === all[0] ? kept[0] : undefined, listing, now);
  const stay = last?.archived === undefined ? kept : kept.slice(1);
  const keep = stay.map(({ fingerprint }) => fingerprint);
  const changes = last !== null || kept.length !== all.length || file.state === 'garbage';
  if (!changes) return { ...NONE, keep };
  const remains = last !== null || keep.length > 0;
  const isNew = last !== null && last.archived === undefined;
  const reasons: readonly Reason[] = isNew ? [] : [{ kind: 'stale', artifact: 'former-crls' }];
  return { last, keep, reasons, write: remains, remove: !remains };
}

function lasts({ nextUpdate }: FormerList, now: number): boolean {
  return nextUpdate === null || nextUpdate >= now;
}

/** The newest list once more, with what was revoked since; `null` where it lacks nothing, or its key is gone. */
function listAgain(
  entity: Entity,
  observed: EntityObservation,
  newest: FormerList | undefined,
  listing: Listing,
  now: number,
): LastList | null {
  const { formerSigner } = observed;
  if (newest === undefined || newest.nextUpdate === null || formerSigner === undefined) return null;
  if (lackingOn(newest, listing, now).length === 0) return null;
  const thisUpdate = Math.max(now - entity.backdate, newest.thisUpdate, listing.thisUpdate ?? 0);
  const list = {
    number: `${listing.number + 1n}`,
    thisUpdate: Math.min(thisUpdate, newest.nextUpdate),
    nextUpdate: newest.nextUpdate,
    entries: formerEntries(listing, now),
  };
  return { list, signedWith: formerSigner.spec, archived: formerSigner.set };
}

/** Serial numbers that are revoked, and missing on a list of a key that may have signed them. */
function lackingOn(list: FormerList, listing: Listing, now: number): readonly string[] {
  const on = new Set(list.serials);
  return formerEntries(listing, now)
    .map(({ serial }) => serial)
    .filter((serial) => !on.has(serial) && (listing.ends.get(serial) ?? now) >= now);
}

/** All but what the key of today signed; what no line of the ledger is about may be of any key. */
function formerEntries(listing: Listing, now: number): readonly Revoked[] {
  return wantedEntries(listing, now).filter(({ serial }) => !listing.ofKey.has(serial));
}

/** Revoked certificates that lists of former keys lack, which are not made again. */
export function unlisted(
  entity: Entity,
  observed: EntityObservation,
  listing: Listing | undefined,
  now: number,
): readonly string[] {
  const file = observed['former-crls'];
  if (!makesList(entity) || listing === undefined || file.state !== 'present') return [];
  const { formerSigner } = observed;
  const gone = file.facts.filter(
    (list, i) => lasts(list, now) && (i > 0 || formerSigner === undefined || list.nextUpdate === null),
  );
  return [...new Set(gone.flatMap((list) => lackingOn(list, listing, now)))];
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
