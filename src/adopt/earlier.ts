/** What a root had before it got its current key, in a file that keeps it. */
import { type CertificateFacts, isAuthority, keyIdentifierOf, signerIdentifierOf } from '../x509/facts.ts';
import { type FoundFile, isBundle } from './found.ts';
import type { PlacedPair } from './hierarchy.ts';

/** Each kind in file order. */
export interface Earlier {
  readonly roots: readonly CertificateFacts[];
  /** By which a former key vouches for the current one. */
  readonly cross: readonly CertificateFacts[];
  /** What intermediates had from a former key. */
  readonly routes: readonly CertificateFacts[];
}

/** Earlier certificates of a root, for keys other than its current one, and what those signed; `null` for any other file. */
export function earlierOf(file: FoundFile, pair: PlacedPair): Earlier | null {
  if (pair.section !== 'authorities' || pair.issuer !== null || !isBundle(file)) return null;
  const { subjectDer, keyId } = pair.cert.facts;
  const all = file.certificates.map(({ facts }) => facts);
  const named = all.filter((facts) => facts.subjectDer === subjectDer);
  const earlier = {
    roots: named.filter((facts) => facts.keyId !== keyId),
    cross: named.filter((facts) => facts.keyId === keyId && isByAnother(facts)),
    routes: all.filter((facts) => !named.includes(facts) && isAuthority(facts)),
  };
  const isAll = Object.values(earlier).flat().length === all.length;
  const isOurs = isAll && all.every(({ issuerDer }) => issuerDer === subjectDer);
  return isOurs && earlier.roots.length > 0 ? earlier : null;
}

function isByAnother(facts: CertificateFacts): boolean {
  const signer = signerIdentifierOf(facts);
  return signer !== null && signer !== keyIdentifierOf(facts);
}
