/** `pki request <folder>`: asks the machines that have the keys for what waits for them. */
import { request } from '../index.ts';
import { requestMessages, requestText } from '../report/request.ts';
import { type Console, EXIT, type ExitCode } from './console.ts';
import type { Interruption } from './interruption.ts';
import { openWithOpenssl } from './project.ts';

/** Options of `pki request`. */
export interface OutgoingFlags {
  readonly manifest: string;
  /** Seconds. */
  readonly lockTimeout?: number;
}

/** `failed` where another run is at work, or the clock is behind. */
export async function requestCommand(
  folder: string,
  { manifest, lockTimeout }: OutgoingFlags,
  console: Console,
  interruption: Interruption,
): Promise<ExitCode> {
  const project = await openWithOpenssl(manifest, console, interruption);
  if (project === undefined) return EXIT.failed;
  const wait = lockTimeout === undefined ? {} : { lockTimeout };
  const result = await request(project, folder, { ...wait, signal: interruption.signal });
  console.out(requestText(result, folder));
  console.say(...requestMessages(result, folder));
  const isStopped =
    result.kind === 'locked' || (result.kind === 'nothing' && result.plan.doubt?.kind === 'behind');
  return isStopped ? EXIT.failed : EXIT.fine;
}
