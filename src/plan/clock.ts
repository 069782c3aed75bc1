/**
 * Whether the clock can be right, by what was issued here before. A clock that is behind would replace good
 * certificates by ones that have ended as soon as it is right again: boards without a battery start in 1970. Pure.
 */
import type { Entity, EntityId } from '../pki/entity.ts';
import type { Issues, Observation } from './observation.ts';

/** Why the clock is doubted. Times are seconds since 1970. */
export interface ClockDoubt {
  /**
   * `behind`: what it says now cannot be right, so nothing is issued. `ahead`: it was ahead when certificates were issued,
   * and is right now, so they are issued again.
   */
  readonly kind: 'behind' | 'ahead';
  /** What the clock says. */
  readonly clock: number;
  /** The earliest that it can be. */
  readonly newest: number;
  /** The evidence: the ledger, a certificate that has not begun, or that this program was not there yet. */
  readonly by: 'ledger' | 'program' | EntityId;
}

/** The moment of a plan, and what is wrong with the clock that gave it. */
export interface Moment {
  readonly now: number;
  readonly doubt: ClockDoubt | null;
}

/** Clocks of several machines differ by this much without anything being wrong with either; also the default backdate. */
const SKEW = 300;
/** A clock that is behind by less than this is a clock set carelessly; one that was ahead by less heals by waiting. */
const JUMP = 86400;

/**
 * The day of RFC 8446: whatever this program runs on is younger. A first apply has no other evidence, and boards without a
 * battery start in 1970 or 2000; any later time may be a clock that was set for a test.
 */
const FIRST_DAY = Date.UTC(2018, 7, 10) / 1000;

/**
 * Never before what was issued last: a clock that is slow by seconds must not re-issue what a faster one made.
 * @param isTrusted the user vouches for the clock.
 */
export function momentOf(
  entities: readonly Entity[],
  observation: Observation,
  clock: number,
  isTrusted: boolean,
): Moment {
  const found = newestOf(entities, observation);
  const { newest, by } =
    isTrusted || found.newest >= FIRST_DAY ? found : ({ newest: FIRST_DAY, by: 'program' } as const);
  const now = Math.max(clock, newest);
  if (newest <= clock + SKEW) return { now, doubt: null };
  const isOver = isTrusted || (observation.issues !== undefined && isAfterJump(observation.issues, clock));
  return isOver
    ? { now: clock, doubt: { kind: 'ahead', clock, newest, by } }
    : { now, doubt: { kind: 'behind', clock, newest, by } };
}

/**
 * A certificate that begins after the newest line of the ledger was not made here, because ours begin before they are
 * issued; it is replaced like any other that has not begun. Certificates are evidence only where there is no ledger.
 */
function newestOf(
  entities: readonly Entity[],
  { issues, entities: seen }: Observation,
): Pick<ClockDoubt, 'newest' | 'by'> {
  if (issues !== undefined) return { newest: issues.newest, by: 'ledger' };
  const begun = entities.flatMap(({ id }) => {
    const found = seen.get(id);
    if (found?.cert.state !== 'present' || found.signedBy === null) return [];
    const { notBefore, notAfter } = found.cert.facts;
    // One that ends before it begins was made by a slip: no clock ever said that.
    return notAfter < notBefore ? [] : [{ newest: notBefore, by: id }];
  });
  return begun.reduce((a, b) => (b.newest > a.newest ? b : a), { newest: 0, by: 'ledger' });
}

/**
 * A clock that is behind looks like one that was ahead. The first run after the current moment tells them apart: it
 * renewed certificates that had ended by its clock, and have not by the current one.
 */
function isAfterJump({ newest, before, revived }: Issues, clock: number): boolean {
  return before !== null && newest - clock > JUMP && revived;
}
