/** What a run shows while it works, on stderr: live rows on a terminal, one line per finished entity elsewhere. */
import type { Change } from '../plan/change.ts';
import type { Progress, Stream } from './progress-types.ts';
import type { Terminal } from './style.ts';

/** @param changes what the plan means to do, for the wording of each line. */
export async function startProgress(
  stderr: Stream & NodeJS.WriteStream,
  stdout: Terminal,
  changes: readonly Change[],
): Promise<Progress> {
  if (!isLiveTerminal(stderr, stdout)) return lineProgress(stderr, changes);
  const { liveProgress } = await import('./progress-live.ts');
  return liveProgress(stderr);
}

/** Whether there is somebody to see lines change. */
export function isLiveTerminal(stderr: Terminal, stdout: Terminal): boolean {
  // listr2 asks stdout alone whether there is a terminal, and prints a character per line on one without columns.
  const isWide = (stderr.columns ?? 0) >= 20;
  return Boolean(stderr.isTTY && stdout.isTTY && isWide && !process.env['CI']);
}

const PAST = {
  create: 'created',
  issue: 'issued',
  rekey: 're-keyed',
  refresh: 'refreshed',
  remove: 'removed',
} as const;

/** One line per entity that is in place. */
export function lineProgress(stream: Stream, changes: readonly Change[]): Progress {
  const actions = new Map(changes.map(({ id, action }) => [id, action]));
  return {
    listener(event) {
      if (event.kind !== 'step-done' || !['publish', 'remove'].includes(event.step.kind)) return;
      const action = actions.get(event.step.entity) ?? 'refresh';
      stream.write(
        `pki: ${action in PAST ? PAST[action as keyof typeof PAST] : action} ${event.step.entity}\n`,
      );
    },
    close: async () => {},
  };
}
