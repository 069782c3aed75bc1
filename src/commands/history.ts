/** `pki history [name]`: the ledger. */
import { history } from '../index.ts';
import { historyJson, historyText, neverIssued } from '../report/history.ts';
import { adviceMessages } from '../report/message.ts';
import { type Console, EXIT, type ExitCode } from './console.ts';
import type { ManifestFlags } from './options.ts';
import { openOrExplain } from './project.ts';

/** Options of `pki history`. */
export interface HistoryFlags extends ManifestFlags {
  readonly json?: boolean;
  readonly manifest: string;
}

/** @param name an entity, as `servers/api` or `api`; even one that has left the manifest. */
export async function historyCommand(
  name: string | undefined,
  flags: HistoryFlags,
  console: Console,
): Promise<ExitCode> {
  const project = await openOrExplain(flags.manifest, flags, console);
  if (project === undefined) return EXIT.failed;
  const all = await history(project);
  const entries =
    name === undefined ? all : all.filter(({ entity }) => entity === name || entity.endsWith(`/${name}`));
  if (name !== undefined && entries.length === 0) {
    console.say(...adviceMessages(neverIssued(name)));
    return EXIT.failed;
  }
  if (flags.json) console.json(historyJson(entries));
  else console.out(historyText(entries, console.style, process.stdout.columns));
  return EXIT.fine;
}
