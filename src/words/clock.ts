/** A clock that cannot be right: both times, and what to do. */
import type { ClockDoubt } from '../plan/clock.ts';
import { isoTime } from '../plan/validity.ts';
import type { Advice } from './advice.ts';

/** Where nothing is issued because the clock is behind. */
export function clockBehindText(doubt: ClockDoubt): Advice {
  return {
    problem: `the clock says ${isoTime(doubt.clock)}, but ${witnessText(doubt)}: nothing is issued by a clock that is behind`,
    hint: 'set the clock and run again; if it is right now, and was ahead then, pass "--trust-clock"',
  };
}

/** Where certificates are replaced because a clock was ahead. */
export function clockAheadText(doubt: ClockDoubt): string {
  return `the clock was ahead: it is ${isoTime(doubt.clock)}, but ${witnessText(doubt)}; certificates that have not begun are issued again`;
}

function witnessText({ by, newest }: ClockDoubt): string {
  if (by === 'program') return `this program is younger than ${isoTime(newest)}`;
  return by === 'ledger'
    ? `certificates were issued here at ${isoTime(newest)}`
    : `the certificate of ${by} begins at ${isoTime(newest)}`;
}
