/**
 * What a root keeps of its former keys: earlier certificates of its own, and what leads from them to the entities below
 * it now (RFC 4210 §4.4): cross-certificates, and certificates that intermediates had from it.
 */
import { certificateFacts, certificateSpki } from './certificate.ts';
import {
  type CertificateFacts,
  isAuthority,
  type KeyId,
  keyIdentifierOf,
  signerIdentifierOf,
} from './facts.ts';
import { certificateLabelled, readable } from './parse.ts';
import { signedBy } from './signature.ts';
import { publicKeyObject } from './verification-key.ts';

/** A certificate of a `previous.pem`. */
export interface EarlierCertificate extends CertificateFacts {
  /** The key that made its signature: its own, or that of another certificate in the file; `null` where none of them did. */
  readonly signedBy: KeyId | null;
}

/** The certificates of a root's `previous.pem`, each kind in file order. */
export interface Rollover {
  readonly roots: readonly EarlierCertificate[];
  /** Of intermediates, signed by a former key. */
  readonly routes: readonly EarlierCertificate[];
  readonly cross: readonly EarlierCertificate[];
  /** What says that it is one of the latter two, and was signed by none of the roots. */
  readonly unproven: readonly EarlierCertificate[];
}

/**
 * Sorts them by what they are. Only a CA certificate is ever trusted, no matter where it came from.
 * @param own the root's current key, `null` where that is not known.
 */
export function rolloverOf(certificates: readonly EarlierCertificate[], own: KeyId | null): Rollover {
  const known = certificates.filter(isAuthority);
  const roots = known.filter(isRoot);
  const keys = new Set([own, ...roots.map(({ keyId }) => keyId)]);
  const others = known.filter((facts) => !isRoot(facts));
  const proven = others.filter((facts) => roots.some((root) => hasIssued(root, facts)));
  return {
    roots,
    routes: proven.filter(({ keyId }) => !keys.has(keyId)),
    cross: proven.filter(({ keyId }) => keys.has(keyId)),
    unproven: others.filter((facts) => !proven.includes(facts)),
  };
}

/** Whether a root has signed a certificate in its name. */
export function hasIssued(root: CertificateFacts, facts: EarlierCertificate): boolean {
  const isNamed = root.subjectDer === facts.issuerDer && keyIdentifierOf(root) === signerIdentifierOf(facts);
  return isNamed && facts.signedBy === root.keyId;
}

/** Whether the holder of a root's key has made its certificate: anyone can write one for a key. */
export function isSelfSigned({ keyId, signedBy }: EarlierCertificate): boolean {
  return signedBy === keyId;
}

/** A certificate that is not a root is signed by a key, or in a name, other than its own. */
function isRoot(facts: CertificateFacts): boolean {
  const signer = signerIdentifierOf(facts);
  return facts.subjectDer === facts.issuerDer && (signer === null || signer === keyIdentifierOf(facts));
}

/** RFC 5280 §6.1: identifiers only say which key to try, where there are any. */
function mayBeIssuer(facts: CertificateFacts, issuer: CertificateFacts): boolean {
  const [signer, identifier] = [signerIdentifierOf(facts), keyIdentifierOf(issuer)];
  const mayBe = signer === null || identifier === null || signer === identifier;
  return facts.issuerDer === issuer.subjectDer && mayBe;
}

/** So many keys are tried for a signature. Those of one name have identifiers of their own, but in what others planted. */
const TRIES = 8;

interface Found {
  readonly der: Uint8Array;
  readonly facts: CertificateFacts;
}

/** Every certificate of a file, in order. @throws Error where one cannot be read. */
export function parseEarlier(bytes: Buffer): readonly EarlierCertificate[] {
  const found = readable('certificates', () =>
    certificateLabelled(bytes).map((der): Found => ({ der, facts: certificateFacts(der) })),
  );
  const byName = new Map<string, Found[]>();
  for (const one of found) {
    const { subjectDer } = one.facts;
    byName.set(subjectDer, [...(byName.get(subjectDer) ?? []), one]);
  }
  return found.map((one) => ({
    ...one.facts,
    signedBy: signerOf(one, byName.get(one.facts.issuerDer) ?? []),
  }));
}

function signerOf(found: Found, named: readonly Found[]): KeyId | null {
  const { der, facts } = found;
  const candidates = new Map<KeyId, Found>();
  for (const one of [found, ...named]) {
    if (candidates.size === TRIES) break;
    if (mayBeIssuer(facts, one.facts) && !candidates.has(one.facts.keyId))
      candidates.set(one.facts.keyId, one);
  }
  return [...candidates].find(([, one]) => isSignedBy(der, one.der))?.[0] ?? null;
}

/** Whether the key of one certificate made the signature on another. */
export function isSignedBy(der: Uint8Array, signer: Uint8Array): boolean {
  try {
    return signedBy(der, publicKeyObject(certificateSpki(signer)));
  } catch {
    // A key that nothing here can use has signed nothing that could be checked.
    return false;
  }
}
