/** Who signs for a key that is elsewhere. */
import type { Report } from '../manifest/report.ts';
import { quote } from '../pki/printable.ts';
import { draftText } from './draft.ts';
import type { SignedLeaf } from './leaf-issuer.ts';

/** What is brought to a machine with an offline key are requests that are made here. */
export function checkIssuersOfGiven(leaves: readonly SignedLeaf[], report: Report): void {
  for (const { leaf, issuer } of leaves) {
    if (leaf.given === undefined || issuer === undefined || issuer.authority.keyPlace === undefined) continue;
    report.error({
      code: 'request',
      at: leaf.at('request'),
      message: `${draftText(leaf)} has its key elsewhere, and so has its issuer ${quote(issuer.authority.name)}`,
      hint: 'name an issuer whose key is here',
    });
  }
}
