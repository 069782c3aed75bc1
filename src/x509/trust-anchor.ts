/** Certificates as what others trust (RFC 5280 §6.1.1). */
import { certificateFacts } from './certificate.ts';
import type { CertificateFacts, Fingerprint } from './facts.ts';
import { sha256 } from './public-key.ts';
import { isSignedBy } from './rollover.ts';

/** One that programs are given to trust. */
export interface TrustAnchor {
  readonly fingerprint: Fingerprint;
  /** As `anchorOf`; `null` for what cannot be read, and for a root that did not sign itself: another hand may have altered it. */
  readonly anchor: string | null;
}

/** What verifiers take of a trust anchor: a certificate of the same name and key is the same. */
function anchorOf({ subjectDer, keyId }: CertificateFacts): string {
  return `${subjectDer} ${keyId}`;
}

/** Of any octets. */
export function trustAnchor(der: Uint8Array): TrustAnchor {
  return { fingerprint: sha256(der), anchor: anchorIn(der) };
}

/** Both ways in which the same certificate is known. */
export function waysToKnow(facts: CertificateFacts): readonly string[] {
  return [facts.fingerprint, anchorOf(facts)];
}

/** Whether it is one of those that are known by `waysToKnow`. */
export function isKnownAnchor({ fingerprint, anchor }: TrustAnchor, known: ReadonlySet<string>): boolean {
  return known.has(fingerprint) || (anchor !== null && known.has(anchor));
}

/** OpenSSL also goes by what a root is bound to, such as names: another hand could have left that out. */
function anchorIn(der: Uint8Array): string | null {
  try {
    const facts = certificateFacts(der);
    const isRoot = facts.subjectDer === facts.issuerDer;
    return isRoot && !isSignedBy(der, der) ? null : anchorOf(facts);
  } catch {
    // What is no certificate here may be one for another program.
    return null;
  }
}
