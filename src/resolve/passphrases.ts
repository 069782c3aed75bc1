/** Keys under a passphrase: no other file may give them away. */
import type { Report } from '../manifest/report.ts';
import type { Output } from '../pki/artifact.ts';
import { isMlDsa } from '../pki/key-spec.ts';
import { quote } from '../pki/printable.ts';
import { type Draft, draftText } from './draft.ts';

/** Files that hold the private key as it is. */
const OPEN: readonly Output[] = ['combined', 'pkcs8-der', 'pkcs1', 'sec1', 'secret'];

/** An error, once for each place where `outputs` are said, for a file that would hold an encrypted key without encryption. */
export function checkPassphrases(drafts: readonly Draft[], report: Report): void {
  const seen = new Set<number>();
  for (const draft of drafts) {
    const open = draft.settings.outputs.files.filter((file) => OPEN.includes(file));
    const at = draft.at('outputs');
    checkKind(draft, report);
    if (draft.settings.passphrase === undefined || open.length === 0 || seen.has(at.start)) continue;
    seen.add(at.start);
    report.error({
      code: 'secret',
      at,
      message: `${draftText(draft)} has a passphrase, and ${open.map(quote).join(', ')} would hold its key without one`,
      hint: 'leave it out, or give "passphrase: null"; "pkcs12" and "keystore" have a password of their own',
    });
  }
}

/** Keys are encrypted in this process, and node has no such keys before version 24. */
function checkKind(draft: Draft, report: Report): void {
  const { passphrase, previousPassphrase } = draft.settings;
  if ((passphrase ?? previousPassphrase) === undefined || !isMlDsa(draft.key.algorithm)) return;
  report.error({
    code: 'key',
    at: draft.at(passphrase === undefined ? 'previousPassphrase' : 'passphrase'),
    about: draftText(draft),
    message: `${draftText(draft)} has a key of kind ${quote(draft.key.algorithm)}, which cannot be encrypted here`,
    hint: 'leave the passphrase out, or give it another kind of key',
  });
}
