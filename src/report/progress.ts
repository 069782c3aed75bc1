/**
 * What a run and its proof show while they work, on stderr: live rows on a terminal, one line per finished entity
 * elsewhere; for the proof a temporary line on a terminal, because thousands of handshakes take time.
 */
import type { Outcome } from '../handshake/outcome.ts';
import type { Change } from '../plan/change.ts';
import { durationText } from './count.ts';
import type { Progress } from './progress-live.ts';
import { DONE } from './run-words.ts';
import type { Terminal } from './style.ts';

/** Where progress is written, a terminal or not. */
export interface Stream extends Terminal {
  write(text: string): unknown;
}

/**
 * @param changes what the plan will do, for the wording of each line.
 * @param signal aborted once the run is interrupted.
 */
export async function startProgress(
  stderr: Stream & NodeJS.WriteStream,
  stdout: Terminal,
  changes: readonly Change[],
  signal?: AbortSignal,
): Promise<Progress> {
  if (!isLiveTerminal(stderr, stdout)) return lineProgress(stderr, changes);
  const { liveProgress } = await import('./progress-live.ts');
  return liveProgress(stderr, signal);
}

/** Whether lines can be redrawn for a viewer. */
export function isLiveTerminal(stderr: Terminal, stdout: Terminal): boolean {
  // listr2 asks stdout alone whether there is a terminal, and prints a character per line on one without columns.
  const isWide = (stderr.columns ?? 0) >= 20;
  return Boolean(stderr.isTTY && stdout.isTTY && isWide && !process.env['CI']);
}

/** One line per entity that is in place. */
export function lineProgress(stream: Stream, changes: readonly Change[]): Progress {
  const actions = new Map(changes.map(({ id, action }) => [id, action]));
  return {
    listener(event) {
      if (event.kind !== 'step-done' || !['publish', 'remove'].includes(event.step.kind)) return;
      const action = actions.get(event.step.entity) ?? 'refresh';
      stream.write(`pki: ${DONE.get(action) ?? action} ${event.step.entity}\n`);
    },
    close: async () => {},
  };
}

/** Called for every outcome; to be closed before anything else is written. */
export interface ProofProgress {
  readonly onOutcome: (outcome: Outcome, total: number) => void;
  readonly close: () => void;
}

/** Milliseconds: a short proof shows nothing, and no one reads faster. */
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
  let first: number | undefined;
  let done = 0;
  let wrong = 0;
  let isShown = false;
  return {
    onOutcome({ ok }, total) {
      done++;
      if (!ok) wrong++;
      const now = clock();
      first ??= now;
      if (now < next) return;
      next = now + EVERY;
      isShown = true;
      const words = [...paceWords(done, total, now - first), ...(wrong === 0 ? [] : [`${wrong} wrong`])];
      const line = [`proving: ${done} of ${total} handshakes`, ...words].join(', ');
      // A line that wraps could not be taken away again.
      stderr.write(`${CLEAR}${line.slice(0, (stderr.columns ?? 80) - 1)}`);
    },
    close() {
      if (isShown) stderr.write(CLEAR);
    },
  };
}

/** How fast it goes and how long it will take, once that can be said. @param spent milliseconds. */
function paceWords(done: number, total: number, spent: number): readonly string[] {
  if (spent < FIRST) return [];
  const rate = (done * 1000) / spent;
  return [`${Math.round(rate)}/s`, `${durationText(Math.ceil((total - done) / rate))} left`];
}

/** To the first column, and erase the line (ECMA-48: EL). */
const CLEAR = '\r\x1b[K';
