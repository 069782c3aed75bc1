/** What an entity has to present to a peer that trusts only its root: the authorities in between (RFC 8446 §4.4.2). */
import type { Report } from '../manifest/report.ts';
import { presentsChain } from '../pki/artifact.ts';
import { groupBy } from '../pki/group.ts';
import { quote } from '../pki/printable.ts';
import { draftText, type LeafDraft } from './draft.ts';
import type { Position } from './hierarchy.ts';
import type { SignedLeaf } from './leaf-issuer.ts';

/** Warns, once for each place where `outputs` are said, of leaves below an intermediate that write no chain. */
export function checkPresented(leaves: readonly SignedLeaf[], report: Report): void {
  const chainless = leaves.flatMap(({ leaf, issuer }) =>
    issuer !== undefined && lacksChain(leaf, issuer) ? [[leaf, issuer] as const] : [],
  );
  const places = groupBy(chainless, ([leaf]) => `${leaf.at('outputs').start}`);
  for (const [first, ...others] of places.values()) if (first) warn(first, others.length, report);
}

function lacksChain({ settings }: LeafDraft, { depth }: Position): boolean {
  const outputs = settings.outputs.files;
  return depth > 0 && outputs.includes('cert') && !presentsChain(outputs);
}

function warn(
  [leaf, { authority, root }]: readonly [LeafDraft, Position],
  more: number,
  report: Report,
): void {
  const who = `${draftText(leaf)}${more === 0 ? '' : ` (and ${more} more)`}`;
  report.warn({
    code: 'artifact',
    at: leaf.at('outputs'),
    message: `${who} writes no chain that contains ${quote(authority.name)}: with its files alone, a peer that trusts ${quote(root.name)} cannot verify it`,
    hint: 'add "fullchain" or "chain" to "outputs"; the proof passes all the same, with a chain put together from the authorities\' files',
  });
}
