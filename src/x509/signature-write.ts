/** Algorithms to sign with (RFC 3279 §2.2, RFC 8410 §3, RFC 5758 §3.2), and the SIGNED{} around what was signed. */
import { TAG } from './der.ts';
import { encode, encodeOctetBits, encodeOid } from './der-write.ts';
import { SIGNATURES } from './oids.ts';

/** The digests that we sign with. */
export type Digest = 'sha256' | 'sha384' | 'sha512';

/** How a key signs. */
export interface SignatureAlgorithm {
  /** The digest to name where a signature is made; `null`: the algorithm brings its own. */
  readonly digest: string | null;
  /** DER of its AlgorithmIdentifier. */
  readonly identifier: Uint8Array;
}

/** As strong as the key that signs (RFC 5480 §4), by its kind (`ecdsa-p384`). */
export function digestFor(key: string): Digest {
  const digests: Readonly<Record<string, Digest>> = { 'ecdsa-p384': 'sha384', 'ecdsa-p521': 'sha512' };
  return digests[key] ?? 'sha256';
}

/** @returns `undefined` where this program does not sign with keys of that kind (`rsa-3072`). */
export function signatureAlgorithm(key: string, digest: Digest): SignatureAlgorithm | undefined {
  const name = nameOf(key, digest);
  const [oid, known] = Object.entries(SIGNATURES).find(([, algorithm]) => algorithm.name === name) ?? [];
  if (oid === undefined || known === undefined) return undefined;
  // RFC 3279 §2.2.1: RSA's parameters are NULL; all others have none (§2.2.3, RFC 8410 §3).
  const parameters = key.startsWith('rsa-') ? [encode(TAG.null)] : [];
  return { digest: known.digest, identifier: encode(TAG.sequence, encodeOid(oid), ...parameters) };
}

/** The name of the signatures that keys of a kind make here. */
export function signatureBy(key: string): string {
  return nameOf(key, digestFor(key));
}

function nameOf(key: string, digest: Digest): string {
  if (key.startsWith('rsa-')) return `${digest}WithRSAEncryption`;
  return key.startsWith('ecdsa-') ? `ecdsa-with-${digest.toUpperCase()}` : key.toUpperCase();
}

/** A complete certificate or request, from what was signed. */
export function encodeSigned(
  signed: Uint8Array,
  { identifier }: SignatureAlgorithm,
  signature: Uint8Array,
): Buffer {
  return encode(TAG.sequence, signed, identifier, encodeOctetBits(signature));
}
