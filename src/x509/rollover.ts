/** What a root keeps of its former keys: earlier certificates of its own, and cross-certificates (RFC 4210 §4.4). */
import { type CertificateFacts, isAuthority, keyIdentifierOf, signerIdentifierOf } from './facts.ts';

/** The certificates of a root's `previous.pem`, each kind in file order. */
export interface Rollover {
  readonly roots: readonly CertificateFacts[];
  readonly cross: readonly CertificateFacts[];
}

/** Sorts them by what they are. Nothing but a CA certificate is ever trusted, no matter who put it there. */
export function rolloverOf(certificates: readonly CertificateFacts[]): Rollover {
  const known = certificates.filter(isAuthority);
  return { roots: known.filter((facts) => !isCross(facts)), cross: known.filter(isCross) };
}

/** A cross-certificate is signed by another key, or in another name, than its own. */
function isCross(facts: CertificateFacts): boolean {
  const signer = signerIdentifierOf(facts);
  return facts.subjectDer !== facts.issuerDer || (signer !== null && signer !== keyIdentifierOf(facts));
}
