/** `former-crls.pem` of an authority: the last lists of what it was before (plan/former-lists.ts decides about it). */
import { crlBlocks, crlFacts } from '../../x509/crl.ts';
import type { Fingerprint } from '../../x509/facts.ts';
import { listPiece } from '../../x509/parse.ts';
import { sha256 } from '../../x509/public-key.ts';
import type { BundleRule } from './rule.ts';

/** One of them, whose key has been replaced. */
export interface FormerList {
  readonly fingerprint: Fingerprint;
  /** Seconds since 1970. */
  readonly thisUpdate: number;
  /** Serial numbers of what it revokes. */
  readonly serials: readonly string[];
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
    return blocks.map((der) => {
      const { thisUpdate, nextUpdate, entries } = crlFacts(der);
      const serials = entries.map(({ serial }) => serial);
      return { fingerprint: sha256(der), thisUpdate, nextUpdate, serials };
    });
  },
  pieces: (facts) => facts.map(({ fingerprint }) => listPiece(fingerprint)),
};
