/** Whether an authority's revocation list is what it should be, and what the next one says. Pure. */
import type { Authority, Entity } from '../pki/entity.ts';
import { makesList } from '../pki/files.ts';
import { groupBy } from '../pki/group.ts';
import { renewWindow } from '../pki/renewal.ts';
import { type ListTerms, type RevocationList, type Revoked, writtenEntry } from '../pki/revocation.ts';
import type { SigningTerms } from '../pki/signing.ts';
import { signatureUnder } from '../x509/signature-write.ts';
import type { ListFacts } from './artifacts/crl.ts';
import type { Decision } from './decision.ts';
import { isNamedCertificate } from './diff.ts';
import { wantedEntries } from './list-entries.ts';
import type { EntityObservation } from './observation.ts';
import type { Reason } from './reason.ts';
import type { Listing } from './revocations.ts';
import { keyOutlookOf } from './routes.ts';

/** What becomes of the list. */
export interface ListDecision {
  /** `null`: it stays, or there is none. */
  readonly list: RevocationList | null;
  readonly reasons: readonly Reason[];
  /** Whether it names numbers that only the authority's `revoked` asks for, and no list had before. */
  readonly revokes: boolean;
}

const NONE: ListDecision = { list: null, reasons: [], revokes: false };

/** @param listing `undefined` for what makes none. */
export function decideList(
  entity: Entity,
  observed: EntityObservation,
  decision: Pick<Decision, 'issuance' | 'newKey'>,
  listing: Listing | undefined,
  now: number,
): ListDecision {
  if (entity.kind !== 'authority' || !makesList(entity) || listing === undefined) return NONE;
  const terms = entity.crl?.list;
  if (terms === undefined) return NONE;
  const entries = wantedEntries(listing, now);
  const reasons = listReasons({ entity, observed, decision, listing, terms, entries, now });
  if (reasons.length === 0) return NONE;
  const revokes = listing.asked.some(({ of, serial }) => of === null && !listing.listed.has(serial));
  return { list: nextList(entity, terms, entries, listing, now), reasons, revokes };
}

/** Neither number nor date goes back, whatever the clock says. */
function nextList(
  { backdate }: Authority,
  { validity }: ListTerms,
  entries: readonly Revoked[],
  { number, thisUpdate }: Listing,
  now: number,
): RevocationList {
  const from = Math.max(now - backdate, thisUpdate ?? 0);
  return { number: `${number + 1n}`, thisUpdate: from, nextUpdate: from + backdate + validity, entries };
}

interface Comparison {
  readonly entity: Authority;
  readonly observed: EntityObservation;
  readonly decision: Pick<Decision, 'issuance' | 'newKey'>;
  readonly listing: Listing;
  readonly terms: ListTerms;
  readonly entries: readonly Revoked[];
  readonly now: number;
}

function listReasons(comparison: Comparison): readonly Reason[] {
  const file = comparison.observed.crl;
  switch (file.state) {
    case 'missing':
      return [{ kind: 'missing', artifact: 'crl' }, ...revokeReasons(new Set(), comparison)];
    case 'garbage':
      return [{ kind: 'unreadable', artifact: 'crl', detail: file.detail }];
    case 'blocked':
    case 'unknown':
      return [];
    case 'present':
      return presentReasons(file.facts, comparison);
  }
}

function presentReasons(facts: ListFacts, comparison: Comparison): readonly Reason[] {
  if (isForeign(facts, comparison)) return [{ kind: 'foreign-list' }];
  const listed = new Set(facts.entries.map(({ serial }) => serial));
  const revokes = revokeReasons(listed, comparison);
  const reasons = [...revokes, ...endReasons(facts, comparison)];
  if (reasons.length > 0 || !isStale(facts, comparison)) return reasons;
  return [{ kind: 'stale', artifact: 'crl' }];
}

/** Of another key or name than the authority will have. */
function isForeign(
  { issuerDer, authorityKeyId }: ListFacts,
  { entity, observed, decision }: Comparison,
): boolean {
  const { issuance, newKey } = decision;
  const own = keyOutlookOf(entity, observed, issuance, newKey);
  const isSigned = observed.listSignedBy != null && observed.listSignedBy === own.keyId;
  const isOfKey = authorityKeyId === null || authorityKeyId === own.subjectKeyId;
  return !isSigned || issuerDer !== own.subjectDer || !isOfKey;
}

/** Numbers that the list lacks, by whose they are. */
function revokeReasons(on: ReadonlySet<string>, { listing, entries }: Comparison): readonly Reason[] {
  const owners = new Map(listing.asked.map(({ serial, of }) => [serial, of]));
  const lacking = entries.filter(({ serial }) => !on.has(serial));
  const groups = groupBy(lacking, ({ serial }) => owners.get(serial) ?? '');
  return [...groups].map(([of, group]): Reason => {
    return { kind: 'revokes', of: of === '' ? null : of, serials: group.map(({ serial }) => serial) };
  });
}

function endReasons({ nextUpdate }: ListFacts, { terms, now }: Comparison): readonly Reason[] {
  if (nextUpdate === null) return [];
  const seconds = nextUpdate - now;
  if (seconds < 0) return [{ kind: 'list-expired', nextUpdate }];
  const window = renewWindow(terms.renewBefore, terms.validity);
  return seconds <= window ? [{ kind: 'list-expires', nextUpdate, seconds, window }] : [];
}

/** Lengths in the manifest are whole minutes. */
const TOLERANCE = 59;

/** What this program would write otherwise; an entry too many is none of that. */
function isStale(facts: ListFacts, comparison: Comparison): boolean {
  const { entity, listing, terms, entries } = comparison;
  const { version, number, thisUpdate, nextUpdate, signature, unknownCritical, scope } = facts;
  // easy-rsa numbers none: that stays until it is due, unless a number was given before (RFC 5280 §5.2.3).
  const isOld = version !== 2 || BigInt(number ?? 0) < listing.number;
  const length = nextUpdate === null ? 0 : nextUpdate - thisUpdate;
  const isOtherLength =
    length < terms.validity - TOLERANCE || length > terms.validity + entity.backdate + TOLERANCE;
  // As with certificates: any signature stays where the manifest does not say.
  const isOtherwiseSigned = signatureUnder(listTerms(entity), signature) !== signature;
  const isPartial = scope !== null || unknownCritical.length > 0;
  return (
    isOld ||
    isOtherLength ||
    isPartial ||
    isOtherwiseSigned ||
    isTied(facts, comparison) ||
    differs(facts, entries)
  );
}

/** To a certificate that the authority has no longer, or is about to lose: OpenSSL finds no list then. */
function isTied({ authorityCertificate }: ListFacts, { observed, decision }: Comparison): boolean {
  if (authorityCertificate === undefined) return false;
  const isCurrent = decision.issuance === null && observed.cert.state === 'present';
  return !isCurrent || !isNamedCertificate(authorityCertificate, observed.cert.facts);
}

/** How an authority signs its list. */
export function listTerms({ digest, signature }: Authority): SigningTerms {
  return { digest: digest ?? null, padding: signature ?? null };
}

function differs({ entries }: ListFacts, wanted: readonly Revoked[]): boolean {
  const found = new Map(entries.map((entry) => [entry.serial, entry]));
  return wanted.some(({ serial, date, reason }) => {
    const entry = found.get(serial);
    if (entry === undefined) return true;
    const { invalidityDate: _, ...written } = entry;
    return entry.date !== date || writtenEntry(written).reason !== reason;
  });
}
