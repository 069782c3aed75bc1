/** How long something took, for people who wait: scripts and logs get the same lines at every run. */
import { durationText } from '../report/count.ts';
import { isLiveTerminal } from '../report/progress.ts';

/** Runs from here on; call the result for ` (1.2s)`, or for nothing where no terminal is watched. */
export function stopwatch(): () => string {
  const start = performance.now();
  return () => {
    if (!isLiveTerminal(process.stderr, process.stdout)) return '';
    return ` (${durationText((performance.now() - start) / 1000)})`;
  };
}
