/** `pki request <folder>`: asks the machines that have the keys for what waits for them. */
import { request } from '../index.ts';
import { requestMessages, requestText } from '../report/request.ts';
import { askingAt } from './ask.ts';
import { type Allowed, unnamed } from './consent.ts';
import { type Console, EXIT, type ExitCode } from './console.ts';
import type { Interruption } from './interruption.ts';
import type { ManifestFlags } from './options.ts';
import { openWithOpenssl } from './project.ts';

/** Options of `pki request`. */
export interface OutgoingFlags extends ManifestFlags {
  readonly manifest: string;
  /** Seconds. */
  readonly lockTimeout?: number;
  readonly allow?: readonly Allowed[];
}

/** `failed` where another run is at work, the clock is behind, or a secret is not to be had. */
export async function requestCommand(
  folder: string,
  { manifest, lockTimeout, allow = [], ...flags }: OutgoingFlags,
  console: Console,
  interruption: Interruption,
): Promise<ExitCode> {
  const project = await openWithOpenssl(manifest, flags, console, interruption);
  if (project === undefined) return EXIT.failed;
  const wait = lockTimeout === undefined ? {} : { lockTimeout };
  const { signal } = interruption;
  const ask = askingAt(signal);
  const result = await request(project, folder, {
    ...wait,
    ...(ask === undefined ? {} : { ask }),
    mayRun: unnamed(allow).has('run'),
    signal,
  });
  console.out(requestText(result, folder));
  console.say(...requestMessages(result, folder));
  const isStopped =
    ['locked', 'refused', 'consent'].includes(result.kind) ||
    (result.kind === 'nothing' && result.plan.doubt?.kind === 'behind');
  return isStopped ? EXIT.failed : EXIT.fine;
}
