/**
 * What of the archive is older than `archive.keep`: what goes for good. A private key cannot be made again, so the newest
 * that an entity had before stays, however old, and no age is taken from a clock that may have jumped.
 */
import type { Entity, Inventory } from '../pki/entity.ts';
import { groupBy } from '../pki/group.ts';
import type { Allowance } from './allowance.ts';
import type { Archive, ArchivedSet, Observation } from './observation.ts';

/** Certificates of leaves are renewed once a year at least; without one, the time that has passed is not known. */
const YEAR = 366 * 86400;

/** Oldest first. @param isCertain the moment is not in doubt: it was asked about, or the user vouches for the clock. */
export function prunesIn(
  { entities, archiveFor }: Inventory,
  observation: Observation,
  now: number,
  isCertain: boolean,
): readonly ArchivedSet[] {
  const { archive } = observation;
  if (archive === undefined || archiveFor === undefined) return [];
  const moment = isCertain ? now : witnessed(entities, observation, archive, archiveFor, now);
  const newest = newestKeys(archive.sets);
  const old = archive.sets.filter((set) => set.time < moment - archiveFor && !newest.has(set));
  return [...old].sort((a, b) => a.time - b.time);
}

/**
 * The moment to which ages are counted. A clock that is years ahead finds certificates that have ended, and what a run with
 * such a clock issued looks as if they had: until `keep` has gone by since then, only what was there before counts.
 */
function witnessed(
  entities: readonly Entity[],
  { entities: seen }: Observation,
  { newest, revival }: Archive,
  keep: number,
  now: number,
): number {
  const hasEnded = entities.some(({ id }) => {
    const cert = seen.get(id)?.cert;
    return cert?.state === 'present' && cert.facts.notAfter < now;
  });
  const isRecent = revival !== null && now - revival.at < keep;
  if (isRecent) return revival.before ?? 0;
  return hasEnded || (newest !== null && now - newest > YEAR) ? (newest ?? 0) : now;
}

function newestKeys(sets: readonly ArchivedSet[]): ReadonlySet<ArchivedSet> {
  const byEntity = groupBy(
    sets.filter(({ holdsKey }) => holdsKey),
    ({ entity }) => entity,
  );
  return new Set(
    [...byEntity.values()].flatMap((all) => [...all].sort((a, b) => b.time - a.time).slice(0, 1)),
  );
}

/** What needs no consent: nothing of it is lost that the ledger does not name. */
export function prunedWith(
  sets: readonly ArchivedSet[],
  consents: ReadonlySet<Allowance>,
): readonly ArchivedSet[] {
  return consents.has('prune') ? sets : sets.filter(({ holdsKey }) => !holdsKey);
}
