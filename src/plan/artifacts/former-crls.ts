/** `former-crls.pem` of an authority: the last lists of what it was before (plan/former-lists.ts decides about it). */
import { crlBlocks, crlFacts } from '../../x509/crl.ts';
import type { Fingerprint } from '../../x509/facts.ts';
import { listPiece } from '../../x509/parse.ts';
import { sha256 } from '../../x509/public-key.ts';
import type { BundleRule } from './rule.ts';

/** One of them: its key is gone, and nothing is added to it. */
export interface FormerList {
  readonly fingerprint: Fingerprint;
  /** Seconds since 1970; `null`: never. */
  readonly nextUpdate: number | null;
}

/** Newest first. */
export const formerCrls: BundleRule<readonly FormerList[]> = {
  by: 'parts',
  parts: ({ id }) => [{ kind: 'former-lists', of: id }],
  read(bytes) {
    const blocks = crlBlocks(bytes);
    if (blocks.length === 0) throw new Error('holds no revocation list');
    return blocks.map((der) => ({ fingerprint: sha256(der), nextUpdate: crlFacts(der).nextUpdate }));
  },
  pieces: (facts) => facts.map(({ fingerprint }) => listPiece(fingerprint)),
};
