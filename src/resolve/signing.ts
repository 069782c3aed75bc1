/** How authorities sign: `digest` and `signature`, where their keys have a choice. */
import type { Report } from '../manifest/report.ts';
import { keySpecText, rsaSize } from '../pki/key-spec.ts';
import { quote } from '../pki/printable.ts';
import type { SigningTerms } from '../pki/signing.ts';
import { type AuthorityDraft, draftText } from './draft.ts';

/** The terms of an authority, for what it signs; nothing where it states none. */
export function signingOf(authority: AuthorityDraft | undefined): { readonly signing?: SigningTerms } {
  const { digest = null, signature = null } = authority?.settings ?? {};
  return digest === null && signature === null ? {} : { signing: { digest, padding: signature } };
}

/** An error where the key does not sign so. */
export function checkSigning(authorities: readonly AuthorityDraft[], report: Report): void {
  for (const authority of authorities) {
    const { digest, signature } = authority.settings;
    const { key, keyPlace } = authority;
    // Of a key that is elsewhere, the kind is seen when it signs.
    if (!authority.isKnown('key') || keyPlace !== undefined) continue;
    const kind = quote(keySpecText(key));
    if (digest !== undefined && rsaSize(key) === null && key.algorithm !== 'ecdsa')
      report.error({
        code: 'key',
        at: authority.at('digest'),
        message: `${draftText(authority)} has a key of kind ${kind}, which brings its own digest`,
        hint: 'leave "digest" out',
      });
    const isPss = key.algorithm === 'rsa-pss' && signature === 'rsa-pss';
    if (signature !== undefined && key.algorithm !== 'rsa' && !isPss)
      report.error({
        code: 'key',
        at: authority.at('signature'),
        message: `${draftText(authority)} has a key of kind ${kind}, which does not sign by ${quote(signature)}`,
        hint: 'leave "signature" out, or give it an RSA key',
      });
  }
}
