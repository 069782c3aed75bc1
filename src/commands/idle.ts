/** `pki plan` where nothing is due, and known to be so: all that plans otherwise is not even loaded. */
import { knownIdle } from '../library/idle.ts';
import { idleText } from '../report/idle.ts';
import { type Console, EXIT, type ExitCode } from './console.ts';
import type { PlanFlags } from './plan.ts';

/** Options that change nothing of such a plan. */
const HARMLESS: ReadonlySet<string> = new Set<keyof PlanFlags>(['detailedExitcode']);

/** `undefined`, and nothing is said, where it is not known, or where more is asked for. */
export function idlePlanCommand(manifest: string, flags: PlanFlags, console: Console): ExitCode | undefined {
  if (!Object.keys(flags).every((flag) => HARMLESS.has(flag))) return undefined;
  const entities = knownIdle(manifest);
  if (entities === undefined) return undefined;
  console.out(idleText(entities, console.style));
  return EXIT.fine;
}
