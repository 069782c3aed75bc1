/** `pki export <target>`: files for another engine, by which it issues what the manifest says. */
import type { ExportTarget } from '../export/target.ts';
import { exportTo } from '../index.ts';
import { exportMessages, exportText, nothingToAsk, nothingToSeal } from '../report/export.ts';
import { adviceMessages } from '../report/message.ts';
import { noUrl } from '../report/sample-words.ts';
import { type Console, EXIT, type ExitCode } from './console.ts';
import type { ManifestFlags } from './options.ts';
import { openOrExplain } from './project.ts';
import { urlIn } from './url-option.ts';

/** Options of `pki export`. */
export interface ExportFlags extends ManifestFlags {
  readonly manifest: string;
  readonly to?: string;
  readonly sops?: boolean;
  readonly vault?: string;
}

/** `failed` where the manifest is wrong; what is left out is reported, and changes no exit code. */
export async function exportCommand(
  target: ExportTarget,
  { manifest, to, sops = false, vault, ...flags }: ExportFlags,
  console: Console,
): Promise<ExitCode> {
  if (sops && target !== 'kubernetes') {
    console.say(...adviceMessages(nothingToSeal(target)));
    return EXIT.failed;
  }
  const url = vault === undefined ? undefined : urlIn(vault);
  if (vault !== undefined && (url === undefined || target !== 'cert-manager')) {
    console.say(...adviceMessages(url === undefined ? noUrl(vault) : nothingToAsk(target)));
    return EXIT.failed;
  }
  const project = await openOrExplain(manifest, flags, console);
  if (project === undefined) return EXIT.failed;
  const folder = to ?? `export/${target}`;
  const result = await exportTo(project, target, {
    to: folder,
    sops,
    ...(url === undefined ? {} : { vault: url }),
  });
  console.out(`${exportText(result, folder)}\n`);
  console.say(...exportMessages(result, folder));
  return EXIT.fine;
}
