/** `pki import <folder>`: an apply that takes what another machine has signed. */
import { resolve } from 'node:path';
import { type ApplyFlags, applyProject } from './apply.ts';
import { type Console, EXIT, type ExitCode } from './console.ts';
import type { Interruption } from './interruption.ts';
import { openWithOpenssl } from './project.ts';

/** Options of `pki import`. */
export interface ImportFlags extends ApplyFlags {
  readonly manifest: string;
}

/** As `pki apply`; what is refused of the answers makes it `failed`. */
export async function importCommand(
  folder: string,
  flags: ImportFlags,
  console: Console,
  interruption: Interruption,
): Promise<ExitCode> {
  const project = await openWithOpenssl(flags.manifest, flags, console, interruption);
  if (project === undefined) return EXIT.failed;
  return applyProject(project, { answers: resolve(folder) }, flags, console, interruption.signal);
}
