/** The lifetime of a certificate as a manifest spells it. */
import { durationText, parseValidity } from '../manifest/duration.ts';
import type { Rank } from '../manifest/setting.ts';
import { usual } from '../manifest/settings.ts';
import { lifetime } from '../plan/validity.ts';
import type { CertificateFacts } from '../x509/facts.ts';

const UNITS = [365 * 86_400, 86_400, 3_600, 60] as const;
/** As in plan/validity.ts: an extra second of another tool is no difference. */
const TOLERANCE = 59;
const SHORTEST = '10m';
const LONGEST = '100y';

/**
 * The lifetime in the largest unit that divides it; otherwise the nearest one that a manifest can have, and the usual one of
 * its rank where a certificate ends before it begins.
 */
export function validityText(facts: CertificateFacts, rank: Rank): LengthText {
  const seconds = lifetime(facts);
  return seconds > 0 ? lengthText(seconds) : { text: String(usual('validity', rank)), exact: false };
}

/** A length of time, and whether it is the very one. */
interface LengthText {
  readonly text: string;
  readonly exact: boolean;
}

/** The same of any length, in seconds. */
export function lengthText(seconds: number): LengthText {
  const whole = UNITS.map((unit) => Math.round(seconds / unit) * unit).find(
    (length) => length > 0 && Math.abs(length - seconds) <= TOLERANCE,
  );
  const text = durationText(whole ?? Math.round(seconds / 60) * 60);
  if (parseValidity(text).ok) return { text, exact: true };
  return { text: seconds > UNITS[0] ? LONGEST : SHORTEST, exact: false };
}
