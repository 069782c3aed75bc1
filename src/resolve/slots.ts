/** `split` has so many files, each for one certificate: what is sure to be more is a mistake. */
import type { Report } from '../manifest/report.ts';
import { CHAIN_SLOTS, isSplit, ROOT_SLOTS } from '../pki/split.ts';
import { type Draft, draftText } from './draft.ts';
import type { Hierarchy } from './hierarchy.ts';
import type { SignedLeaf } from './leaf-issuer.ts';

/** Reports them where they ask for it; certificates that roots had before are for the plan to count. */
export function checkSlots(leaves: readonly SignedLeaf[], { order }: Hierarchy, report: Report): void {
  for (const { leaf, issuer } of leaves) {
    const roots = leaf.settings.trust?.length ?? 1;
    check(leaf, { roots, between: issuer?.depth ?? 0 }, report);
  }
  for (const { authority, depth } of order) check(authority, { roots: 1, between: depth - 1 }, report);
}

function check(draft: Draft, count: { roots: number; between: number }, report: Report): void {
  if (!isSplit({ outputs: draft.settings.outputs.files })) return;
  const at = draft.at('outputs');
  const text = draftText(draft);
  if (count.roots > ROOT_SLOTS.length)
    report.error({
      code: 'artifact',
      at,
      message: `${text} trusts ${count.roots} roots, and "split" has ${ROOT_SLOTS.length} files for them`,
      hint: 'leave "split" out and use "ca", which holds any number',
    });
  if (count.between > CHAIN_SLOTS.length)
    report.error({
      code: 'artifact',
      at,
      message: `${text} has ${count.between} authorities between itself and its root, and "split" has ${CHAIN_SLOTS.length} files for them`,
      hint: 'leave "split" out and use "chain", which holds any number',
    });
}
