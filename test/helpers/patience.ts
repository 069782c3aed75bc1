/** How long tests wait. Nothing here is a limit on how fast something is: a machine may be twenty times as busy as idle. */

/** Milliseconds for what is waited for; below the limit of a whole test, so that a failure says what did not come. */
export const PATIENCE = 8 * 60_000;

/** Seconds of processor time that this process takes for something: how long it takes depends on what else runs. */
export function cpuSecondsOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  return seconds(process.cpuUsage(before));
}

/** As `process.cpuUsage()` counts. */
export function seconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1_000_000;
}
