/** `pki validate`: the manifest alone. */
import { validText } from '../report/count.ts';
import { type Console, EXIT, type ExitCode } from './console.ts';
import type { ManifestFlags } from './options.ts';
import { openOrExplain } from './project.ts';

/** Counts the entities on stdout, or reports all mistakes; the output folder is not read. */
export async function validate(manifest: string, flags: ManifestFlags, console: Console): Promise<ExitCode> {
  const project = await openOrExplain(manifest, flags, console);
  if (project === undefined) return EXIT.failed;
  console.out(`${validText(manifest, project.inventory.entities)}\n`);
  return EXIT.fine;
}
