/**
 * What a root keeps of its former keys: earlier certificates of its own, and what leads from them to the entities below
 * it now (RFC 4210 §4.4): cross-certificates, and certificates that intermediates had from it.
 */
import {
  type CertificateFacts,
  isAuthority,
  type KeyId,
  keyIdentifierOf,
  signerIdentifierOf,
} from './facts.ts';

/** The certificates of a root's `previous.pem`, each kind in file order. */
export interface Rollover {
  readonly roots: readonly CertificateFacts[];
  /** Of intermediates, signed by a former key. */
  readonly routes: readonly CertificateFacts[];
  readonly cross: readonly CertificateFacts[];
}

/**
 * Sorts them by what they are. Only a CA certificate is ever trusted, no matter where it came from.
 * @param own the root's current key, `null` where that is not known.
 */
export function rolloverOf(certificates: readonly CertificateFacts[], own: KeyId | null): Rollover {
  const known = certificates.filter(isAuthority);
  const roots = known.filter(isRoot);
  const keys = new Set([own, ...roots.map(({ keyId }) => keyId)]);
  const others = known.filter((facts) => !isRoot(facts));
  return {
    roots,
    routes: others.filter(({ keyId }) => !keys.has(keyId)),
    cross: others.filter(({ keyId }) => keys.has(keyId)),
  };
}

/** A certificate that is not a root is signed by a key, or in a name, other than its own. */
function isRoot(facts: CertificateFacts): boolean {
  const signer = signerIdentifierOf(facts);
  return facts.subjectDer === facts.issuerDer && (signer === null || signer === keyIdentifierOf(facts));
}
