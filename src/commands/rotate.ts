/** `pki rotate <name…>` and `pki retire <authority…>`: what a manifest cannot say, because it is done once. */
import type { Demands } from '../index.ts';
import { type ApplyFlags, applyProject } from './apply.ts';
import { type Console, EXIT, type ExitCode } from './console.ts';
import type { Interruption } from './interruption.ts';
import { resolveNames } from './names.ts';
import { openWithOpenssl } from './project.ts';

/** Options of `pki rotate` and `pki retire`. */
export interface RequestFlags extends ApplyFlags {
  readonly manifest: string;
  /** Of `pki rotate`: the certificates that are replaced are trusted no longer, as those from before. */
  readonly retire?: boolean;
}

/** @param request what is to be done to the entities named. */
export async function requestCommand(
  request: keyof Demands,
  names: readonly string[],
  flags: RequestFlags,
  console: Console,
  interruption: Interruption,
): Promise<ExitCode> {
  const project = await openWithOpenssl(flags.manifest, flags, console, interruption);
  if (project === undefined) return EXIT.failed;
  const ids = resolveNames(request, names, project.inventory, console);
  if (ids === undefined) return EXIT.failed;
  // Only authorities have anything to retire, and others are named.
  const retire = flags.retire ? resolveNames('retire', names, project.inventory, console) : undefined;
  if (flags.retire && retire === undefined) return EXIT.failed;
  const asked = { [request]: ids, ...(retire === undefined ? {} : { retire }) };
  return applyProject(project, asked, flags, console, interruption.signal);
}
