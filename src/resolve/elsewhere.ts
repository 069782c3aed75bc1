/** Leaves below an authority of which only certificates are here: their files come from elsewhere, and few are made here. */
import type { Report } from '../manifest/report.ts';
import type { Output } from '../pki/artifact.ts';
import { quote } from '../pki/printable.ts';
import { isAnchor } from './anchor.ts';
import { draftText, type LeafDraft } from './draft.ts';
import type { SignedLeaf } from './leaf-issuer.ts';

/** What comes from elsewhere, and the roots that the entry trusts; the rest is made where the manifest asks for it. */
const USUAL: readonly Output[] = ['key', 'cert', 'ca'];

/** A request is of use to an issuer alone, and what stands in a chain of others is not for us to trust. */
const IMPOSSIBLE: readonly Output[] = ['csr', 'ca-chain'];

/** Whether nothing here issues it. */
export function isIssuedElsewhere({ issuer }: SignedLeaf): boolean {
  return issuer !== undefined && isAnchor(issuer.authority);
}

/** The outputs of such a leaf. */
export function outputsElsewhere(leaf: LeafDraft): readonly Output[] {
  if (!isStated(leaf)) return USUAL;
  return leaf.settings.outputs.files.filter((file) => !IMPOSSIBLE.includes(file));
}

function isStated(leaf: LeafDraft): boolean {
  return leaf.says('outputs') || leaf.inherits('outputs');
}

/** An error for what cannot be done with certificates that others issue. */
export function checkElsewhere(leaves: readonly SignedLeaf[], report: Report): void {
  for (const signed of leaves) {
    const { leaf, issuer } = signed;
    if (issuer === undefined || !isIssuedElsewhere(signed)) continue;
    const about = draftText(leaf);
    const why = `of ${quote(issuer.authority.name)} only the certificate is here`;
    if (leaf.says('outputs') && leaf.settings.outputs.files.includes('ca-chain'))
      report.error({
        code: 'artifact',
        at: leaf.at('outputs'),
        about,
        message: `${about} cannot have "ca-chain": ${why}`,
        hint: 'name "ca" for the roots that it trusts, and "chain" for what stands behind its certificate',
      });
    if (leaf.settings.publish === 'symlinks')
      report.error({
        code: 'anchor',
        at: leaf.at('publish'),
        about,
        message: `${about} cannot be published by links: ${why}, and others put its files in place`,
        hint: 'write "publish: files" in this entry',
      });
  }
}
