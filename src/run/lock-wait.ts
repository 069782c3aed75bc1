/** Waiting for another run to end. */
import { setTimeout } from 'node:timers/promises';
import { isoTime } from '../plan/validity.ts';
import type { Folder } from '../store/folder.ts';
import { type Attempt, tryLock } from '../store/lock.ts';

/** How long to wait, and what ends that. */
export interface LockOptions {
  /** Reads the clock, in seconds since 1970. */
  readonly clock: () => number;
  /** Seconds; none by default. */
  readonly lockTimeout?: number;
  readonly signal?: AbortSignal;
}

/** How often a waiting run looks whether the lock is free, in milliseconds. */
const LOOK_AGAIN = 100;

/** Takes the lock, or says who has it once that has been waited for long enough. @param own the folder `.pki`. */
export async function waitForLock(
  own: Folder,
  { clock, lockTimeout = 0, signal }: LockOptions,
): Promise<Attempt> {
  const deadline = monotonic() + lockTimeout;
  for (;;) {
    const attempt = await tryLock(own, isoTime(clock()));
    if (attempt.held || monotonic() >= deadline) return attempt;
    await setTimeout(LOOK_AGAIN);
    signal?.throwIfAborted();
  }
}

/** Seconds of a clock that is never set. `performance` would take 5 ms to load. */
function monotonic(): number {
  return Number(process.hrtime.bigint()) / 1e9;
}
