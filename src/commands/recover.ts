/** `pki recover`: finishes, or gives up, what an interrupted run left half-way; plans and issues nothing. */
import { recover } from '../index.ts';
import { recoveredText, recoverMessages } from '../report/recover.ts';
import { type Console, EXIT, type ExitCode } from './console.ts';
import type { Interruption } from './interruption.ts';
import type { ManifestFlags } from './options.ts';
import { openOrExplain } from './project.ts';

/** Options of `pki recover`. */
export interface RecoverFlags extends ManifestFlags {
  /** Entities, as `servers/api` or `api`; including those that have left the manifest. */
  readonly discard?: readonly string[];
  /** Seconds. */
  readonly lockTimeout?: number;
}

/** Without `discard` everything is finished; with it, what is named is given up, and nothing else is touched. */
export async function recoverCommand(
  manifest: string,
  flags: RecoverFlags,
  console: Console,
  interruption: Interruption,
): Promise<ExitCode> {
  const project = await openOrExplain(manifest, flags, console);
  if (project === undefined) return EXIT.failed;
  interruption.listen();
  const result = await recover(project, { ...flags, signal: interruption.signal });
  console.out(recoveredText(result));
  console.say(...recoverMessages(result, flags.discard !== undefined));
  return result.ok ? EXIT.fine : EXIT.failed;
}
