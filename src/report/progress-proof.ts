/** How far the proof is, in one line of a terminal that goes again: thousands of handshakes take their time. */
import type { Outcome } from '../handshake/outcome.ts';
import { isLiveTerminal } from './progress.ts';
import type { Stream } from './progress-types.ts';
import type { Terminal } from './style.ts';

/** Told of every outcome; to be closed before anything else is written. */
export interface ProofProgress {
  readonly onOutcome: (outcome: Outcome, total: number) => void;
  readonly close: () => void;
}

/** Milliseconds: a short proof shows nothing, and nobody reads faster. */
const FIRST = 500;
const EVERY = 100;

/** Silent where there is no terminal to write to. @param clock milliseconds of a clock that never goes back. */
export function proofProgress(
  stderr: Stream & Terminal,
  stdout: Terminal,
  clock: () => number = () => performance.now(),
): ProofProgress {
  if (!isLiveTerminal(stderr, stdout)) return { onOutcome: () => {}, close: () => {} };
  let next = clock() + FIRST;
  let done = 0;
  let wrong = 0;
  let isShown = false;
  return {
    onOutcome({ ok }, total) {
      done++;
      if (!ok) wrong++;
      const now = clock();
      if (now < next) return;
      next = now + EVERY;
      isShown = true;
      stderr.write(`${CLEAR}proving: ${done} of ${total} handshakes${wrong === 0 ? '' : `, ${wrong} wrong`}`);
    },
    close() {
      if (isShown) stderr.write(CLEAR);
    },
  };
}

/** To the first column, and erase the line (ECMA-48: EL). */
const CLEAR = '\r\x1b[K';
