/** How finely a file system counts time. */

/**
 * A file that changed so recently could be changed again within the same tick of the file system's clock, and look the same
 * (the "racy" index entries of git). Linux ticks every 10 ms at most; where a time has no part of a second, the file system
 * counts whole ones, or pairs of them. Milliseconds.
 */
const TICK = 50;
const COARSE_TICK = 2050;

/** How long what changed at this time may look the same after another change. Milliseconds, as all times here. */
function tickOf(time: number): number {
  return Number.isInteger(time / 1000) ? COARSE_TICK : TICK;
}

/** Whether a file that changed at this time could have been changed again since then, and look the same. */
export function isRecent(changed: number, now: number): boolean {
  return changed > now - tickOf(changed);
}
