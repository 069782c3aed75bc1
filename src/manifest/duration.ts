/** Lengths of time: `10m`, `12h`, `90d`, `6w`, `10y`. */

import { LONGEST_LIFETIME } from '../pki/lifetime.ts';
import { quote } from '../pki/printable.ts';
import type { RenewBefore } from '../pki/renewal.ts';
import { type Parsed, parsed, refused } from './problem.ts';

const SECONDS = { m: 60, h: 3_600, d: 86_400, w: 604_800, y: 31_536_000 } as const;
type Unit = keyof typeof SECONDS;

/** JSON Schema patterns of what the parsers below take. */
export const DURATION_PATTERN = '^[1-9][0-9]{0,8}[mhdwy]$';
/** As above, and none. */
export const BACKDATE_PATTERN = '^(0|[1-9][0-9]{0,8})[mhdwy]$';
/** As the first, and shares. */
export const RENEW_PATTERN = '^([1-9][0-9]{0,8}[mhdwy]|[1-9][0-9]?%)$';

const UNITS = 'units are m (minutes), h, d, w and y (365 days)';

/** Shorter is of no use in a PKI run by hand or by cron, and mostly a month written as `m`. */
const SHORTEST = 10 * SECONDS.m;
/** Clocks are not further off than this. */
const LONGEST_BACKDATE = 30 * SECONDS.d;

const WORDS: readonly [RegExp, Unit][] = [
  [/^(m|mins?|minutes?)$/i, 'm'],
  [/^(h|hrs?|hours?)$/i, 'h'],
  [/^(d|days?)$/i, 'd'],
  [/^(w|wks?|weeks?)$/i, 'w'],
  [/^(y|yrs?|years?|a)$/i, 'y'],
];

/** `P90D` (ISO 8601): in our units; of months and seconds what is nearest. */
function fromIso(text: string): string | undefined {
  const match =
    /^P(?=[\dT])(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?$/i.exec(
      text,
    );
  if (match === null) return undefined;
  const units = [SECONDS.y, 30 * SECONDS.d, SECONDS.w, SECONDS.d, SECONDS.h, SECONDS.m, 1];
  const seconds = units.reduce((sum, unit, index) => sum + unit * Number(match[index + 1] ?? 0), 0);
  return seconds === 0 ? undefined : durationText(Math.ceil(seconds / 60) * 60);
}

/** `2160h0m0s`, `1h30m` (Go, cert-manager): in our units, seconds as the minute that they begin. */
function fromGo(text: string): string | undefined {
  const match = /^(\d{1,7})h(?:(\d{1,7})m)?(?:(\d{1,7})s)?$/.exec(text);
  if (match === null || (match[2] === undefined && match[3] === undefined)) return undefined;
  const [hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0));
  return durationText(hours * SECONDS.h + (minutes + Math.ceil(seconds / 60)) * SECONDS.m);
}

/** `90 days`, `3 months`, `7776000s`: what was meant, in our units. */
function rewritten(text: string): string | undefined {
  const other = fromIso(text) ?? fromGo(text);
  if (other !== undefined) return other;
  const match = /^\s*(\d{1,9})\s*([a-z]+)\s*$/i.exec(text);
  if (match === null) return undefined;
  const [, digits = '', word = ''] = match;
  if (word === 'M' || /^(mo|mon|months?)$/i.test(word)) return `${Number(digits) * 30}d`;
  if (/^(s|secs?|seconds?)$/i.test(word)) return durationText(Math.ceil(Number(digits) / 60) * 60);
  const unit = WORDS.find(([pattern]) => pattern.test(word))?.[1];
  return unit === undefined ? undefined : `${Number(digits)}${unit}`;
}

function badDuration(text: string): Parsed<never> {
  if (/^\d+$/.test(text)) {
    return refused(
      'duration',
      `length of time ${quote(text)} has no unit`,
      `write "${text.replace(/^0+(?=\d)/, '')}d" for days; ${UNITS}`,
    );
  }
  const guess = rewritten(text);
  const hint = guess === undefined || /^0/.test(guess) ? UNITS : `write "${guess}"; ${UNITS}`;
  return refused('duration', `${quote(text)} is not a length of time`, hint);
}

function isUnit(text: string): text is Unit {
  return Object.hasOwn(SECONDS, text);
}

function secondsOf(text: string): number | undefined {
  const [, digits, unit = ''] = /^(0|[1-9][0-9]{0,8})([mhdwy])$/.exec(text) ?? [];
  return isUnit(unit) ? Number(digits) * SECONDS[unit] : undefined;
}

/** The largest unit that divides it. */
export function durationText(seconds: number): string {
  for (const unit of ['y', 'w', 'd', 'h', 'm'] as const) {
    if (seconds > 0 && seconds % SECONDS[unit] === 0 && (unit !== 'w' || seconds < SECONDS.y)) {
      return unit === 'w' ? `${seconds / SECONDS.d}d` : `${seconds / SECONDS[unit]}${unit}`;
    }
  }
  return seconds === 0 ? '0m' : `${seconds}s`;
}

/** The lifetime of a certificate, in seconds. */
export function parseValidity(text: string): Parsed<number> {
  const seconds = secondsOf(text);
  if (seconds === undefined) return badDuration(text);
  if (seconds < SHORTEST) {
    const minutes =
      seconds === 0 ? UNITS : `"m" means minutes; write months in days, such as "${seconds / 2}d"`;
    return refused('range', `validity ${quote(text)} is shorter than 10 minutes`, minutes);
  }
  if (seconds > LONGEST_LIFETIME)
    return refused('range', `validity ${quote(text)} is longer than 100 years`, 'write "100y" at most');
  return parsed(seconds);
}

const FOR_EVER = 'leave "keep" out to keep everything forever';

/** How long something is kept, in seconds. */
export function parseRetention(text: string): Parsed<number> {
  const seconds = secondsOf(text);
  if (/^(for ?ever|never|always|infinite|unlimited|none)$/i.test(text))
    return refused('duration', `${quote(text)} is not a length of time`, FOR_EVER);
  if (seconds === undefined) return badDuration(text);
  return seconds > 0
    ? parsed(seconds)
    : refused('range', `keep ${quote(text)} would keep nothing`, `write at least "1m"; ${FOR_EVER}`);
}

/** How far notBefore lies before the moment of issue, in seconds. */
export function parseBackdate(text: string): Parsed<number> {
  const seconds = secondsOf(text);
  if (seconds === undefined) return badDuration(text);
  if (seconds > LONGEST_BACKDATE)
    return refused('range', `backdate ${quote(text)} is longer than 30 days`, 'write "30d" at most');
  return parsed(seconds);
}

/** When a certificate is due: a time before its end, or a share of its lifetime. */
export function parseRenewBefore(text: string): Parsed<RenewBefore> {
  const percent = /^([1-9][0-9]?)%$/.exec(text)?.[1];
  if (percent !== undefined) return parsed({ kind: 'share', share: Number(percent) / 100 });
  if (text.includes('%')) {
    return refused(
      'range',
      `${quote(text)} is not a share of the lifetime`,
      'write a whole number from "1%" to "99%"',
    );
  }
  const seconds = secondsOf(text);
  if (seconds === undefined) return badDuration(text);
  if (seconds === 0)
    return refused(
      'range',
      `renewBefore ${quote(text)} would renew only after the certificate has expired`,
      UNITS,
    );
  return parsed({ kind: 'seconds', seconds });
}
