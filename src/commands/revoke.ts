/** `pki revoke <name>`: the edit of the manifest by which an entry is revoked, shown or made. */
import { revoking, writeEdit } from '../index.ts';
import { adviceMessages } from '../report/message.ts';
import {
  applyHint,
  byHandText,
  editText,
  revokedAlreadyText,
  unreplacedText,
  writeHint,
} from '../report/revoke.ts';
import { type Console, EXIT, type ExitCode } from './console.ts';
import { resolveNames } from './names.ts';
import type { ManifestFlags } from './options.ts';
import { explain, openOrExplain } from './project.ts';

/** Options of `pki revoke`. */
export interface RevokeFlags extends ManifestFlags {
  readonly manifest: string;
  readonly reason?: string;
  readonly write?: boolean;
}

/** `failed` where there is no such entry, or where the manifest would not be valid with the edit, which is then not made. */
export async function revokeCommand(
  name: string,
  { manifest, reason, write, ...flags }: RevokeFlags,
  console: Console,
): Promise<ExitCode> {
  const project = await openOrExplain(manifest, flags, console);
  if (project === undefined) return EXIT.failed;
  const [id] = resolveNames('only', [name], project.inventory, console) ?? [];
  if (id === undefined) return EXIT.failed;
  const result = await revoking(project, id, reason);
  if (result.kind === 'reason') return failed(console, result);
  if (result.kind === 'stream') return failed(console, unreplacedText(manifest, 'stream'));
  if (result.kind === 'by-hand') return failed(console, byHandText(id, reason ?? 'true'));
  if (result.kind === 'as-it-is') {
    console.say({ kind: 'note', text: revokedAlreadyText(id) }, { kind: 'hint', text: applyHint(manifest) });
    return EXIT.fine;
  }
  if (!result.opened.ok) {
    await explain(result.opened, console);
    return EXIT.failed;
  }
  console.out(`${editText(manifest, result.edit, console.style)}\n`);
  const why = write ? await writeEdit(project, result.edit) : null;
  if (why !== null) return failed(console, unreplacedText(manifest, why));
  console.say({ kind: 'hint', text: write ? applyHint(manifest) : writeHint(manifest) });
  return EXIT.fine;
}

function failed(console: Console, advice: { readonly problem: string; readonly hint: string }): ExitCode {
  console.say(...adviceMessages(advice));
  return EXIT.failed;
}
