/** Files that hold the revocation lists of others, for programs that check them. */
import { parseListPieces } from '../../x509/parse.ts';
import { listParts, type Part } from '../parts.ts';
import { caChain } from './ca-chain.ts';
import type { BundleRule } from './rule.ts';

const PIECES = {
  by: 'parts',
  read: parseListPieces,
  pieces: (facts: readonly string[]) => facts,
} as const satisfies Partial<BundleRule<readonly string[]>>;

/** `crls.pem`: the lists alone. */
export const crls: BundleRule<readonly string[]> = { ...PIECES, parts: listParts };

/** `ca-crls.pem`: the certificates first, as Dovecot reads them; without a list there is no such file. */
export const caCrls: BundleRule<readonly string[]> = {
  ...PIECES,
  parts(entity, byId): readonly Part[] {
    const lists = listParts(entity, byId);
    return lists.length === 0 ? [] : [...caChain.parts(entity, byId), ...lists];
  },
};
