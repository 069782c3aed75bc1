/** When a certificate is to be valid, and whether the one on disk still serves. All times in seconds since 1970. */
import type { Entity, EntityId } from '../pki/entity.ts';
import { LONGEST_LIFETIME } from '../pki/lifetime.ts';
import { renewWindow } from '../pki/renewal.ts';
import type { CertificateFacts } from '../x509/facts.ts';
import type { Issuance } from './change.ts';
import type { Reason } from './reason.ts';

/** The issuer's end, once this plan has been carried out. */
export interface Ceiling {
  readonly id: EntityId;
  readonly notAfter: number;
  /** Whose key is awaited before it can sign. */
  readonly awaits?: EntityId | null;
}

/** notAfter counts its own second (RFC 5280 §4.1.2.5), hence the −1; nothing outlives what vouches for it. */
export function validityOf(
  entity: Entity,
  ceiling: Ceiling | null,
  now: number,
): Omit<Issuance, 'subjectKeyId'> {
  const notBefore = now - entity.backdate;
  const wanted = notBefore + entity.validity - 1;
  return ceiling !== null && ceiling.notAfter < wanted
    ? { notBefore, notAfter: ceiling.notAfter, cappedBy: ceiling.id }
    : { notBefore, notAfter: wanted, cappedBy: null };
}

/** Seconds from notBefore to notAfter, both of them counted (RFC 5280 §4.1.2.5). */
export function lifetime(facts: Pick<CertificateFacts, 'notBefore' | 'notAfter'>): number {
  return facts.notAfter - facts.notBefore + 1;
}

/** Lengths in the manifest are whole minutes: other tools' extra second (`-days N`) is no difference. */
const TOLERANCE = 59;

/** Reasons found in a certificate's dates. */
export function validityReasons(
  facts: CertificateFacts,
  entity: Entity,
  ceiling: Ceiling | null,
  now: number,
): readonly Reason[] {
  return [...lengthReasons(facts, entity, ceiling, now), ...timeReasons(facts, entity, ceiling, now)];
}

function lengthReasons(
  facts: CertificateFacts,
  entity: Entity,
  ceiling: Ceiling | null,
  now: number,
): readonly Reason[] {
  // An authority of someone else that is issued again on its first day, backdated, may end just before what it signed,
  // which one script made within the minute after it.
  if (ceiling !== null && facts.notAfter > ceiling.notAfter + entity.backdate + TOLERANCE)
    return [endsAt(facts, ceiling)];
  const found = lifetime(facts);
  const asWanted = Math.abs(found - entity.validity) <= TOLERANCE;
  // Such as one without a well-defined end, 99991231235959Z (RFC 5280 §4.1.2.5): a manifest cannot ask for it.
  const isEndless = found > entity.validity && entity.validity === LONGEST_LIFETIME;
  if (asWanted || isEndless || (found < entity.validity && isAllItGets(facts, ceiling))) return [];
  const isCapped = validityOf(entity, ceiling, now).cappedBy !== null;
  if (ceiling !== null && isCapped && 0 < found && found < entity.validity) return [endsAt(facts, ceiling)];
  const before = found > 0 ? lengthText(found) : 'ends before it begins';
  const most = isCapped ? `, to the end of ${ceiling?.id} at most` : '';
  return [{ kind: 'differs', field: 'validity', before, after: `${lengthText(entity.validity)}${most}` }];
}

/** A shorter one than wanted, and the next would end no later. */
function isAllItGets({ notAfter }: CertificateFacts, ceiling: Ceiling | null): boolean {
  if (ceiling === null) return false;
  // What signs where the key is may have given it less; that it ends sooner is no reason to go there again.
  return notAfter >= ceiling.notAfter - TOLERANCE || ceiling.awaits === ceiling.id;
}

/** The next ends with its issuer, however long it is to be. */
function endsAt({ notAfter }: CertificateFacts, ceiling: Ceiling): Reason {
  const after = `${isoTime(ceiling.notAfter)}, the end of ${ceiling.id}`;
  return { kind: 'differs', field: 'validity', before: isoTime(notAfter), after };
}

function timeReasons(
  facts: CertificateFacts,
  entity: Entity,
  ceiling: Ceiling | null,
  now: number,
): readonly Reason[] {
  if (facts.notBefore > now) return [{ kind: 'not-yet-valid', notBefore: facts.notBefore }];
  // Renewing a certificate that its issuer's end already caps would change nothing, on every run.
  if (validityOf(entity, ceiling, now).notAfter <= facts.notAfter) return [];
  if (facts.notAfter < now) return [{ kind: 'expired', notAfter: facts.notAfter }];
  const window = renewWindow(entity.renewBefore, lifetime(facts));
  const seconds = facts.notAfter - now;
  return seconds <= window ? [{ kind: 'expires', notAfter: facts.notAfter, seconds, window }] : [];
}

const UNITS = [
  ['y', 365 * 86400],
  ['d', 86400],
  ['h', 3600],
  ['m', 60],
] as const;

/** `90d`, `10y`, `1d 12h`: exact to the minute, in the manifest's units. */
export function lengthText(seconds: number): string {
  const parts: string[] = [];
  let rest = Math.round(seconds / 60) * 60;
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (count > 0) parts.push(`${count}${unit}`);
    rest -= count * size;
  }
  return parts.length === 0 ? `${seconds}s` : parts.join(' ');
}

/** ISO 8601 in UTC, to the second: `2026-11-23T12:00:00Z`. */
export function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
