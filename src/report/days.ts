/** How long something still lasts, at a glance. */
const BAR = 10;
const DAY = 86400;

/** The share of its life that something still has. */
export function bar(length: number, left: number): string {
  const full = Math.max(0, Math.min(BAR, Math.round((left / length) * BAR)));
  return '█'.repeat(full) + '░'.repeat(BAR - full);
}

/** Days, or hours on the last two; negative once it is over. */
export function daysText(seconds: number): string {
  return Math.abs(seconds) < 2 * DAY ? `${Math.trunc(seconds / 3600)}h` : `${Math.trunc(seconds / DAY)}d`;
}
