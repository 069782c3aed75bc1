/** `pki export <target>`: files for another engine, by which it issues what the manifest says. */
import type { ExportTarget } from '../export/target.ts';
import { exportTo } from '../index.ts';
import { exportMessages, exportText, nothingToSeal } from '../report/export.ts';
import { adviceMessages } from '../report/message.ts';
import { type Console, EXIT, type ExitCode } from './console.ts';
import { openOrExplain } from './project.ts';

/** Options of `pki export`. */
export interface ExportFlags {
  readonly manifest: string;
  readonly to?: string;
  readonly sops?: boolean;
}

/** `failed` where the manifest is wrong; what is left out is reported, and changes no exit code. */
export async function exportCommand(
  target: ExportTarget,
  { manifest, to, sops = false }: ExportFlags,
  console: Console,
): Promise<ExitCode> {
  if (sops && target !== 'kubernetes') {
    console.say(...adviceMessages(nothingToSeal(target)));
    return EXIT.failed;
  }
  const project = await openOrExplain(manifest, console);
  if (project === undefined) return EXIT.failed;
  const folder = to ?? `export/${target}`;
  const result = await exportTo(project, target, { to: folder, sops });
  console.out(`${exportText(result, folder)}\n`);
  console.say(...exportMessages(result, folder));
  return EXIT.fine;
}
