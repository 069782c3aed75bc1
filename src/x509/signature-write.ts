/** Algorithms to sign with (RFC 3279 §2.2, RFC 8410 §3, RFC 5758 §3.2), and the SIGNED{} around what was signed. */
import { type Digest, SIGNING_DIGESTS, type SigningTerms } from '../pki/signing.ts';
import { context, TAG } from './der.ts';
import { encode, encodeInteger, encodeOctetBits, encodeOid } from './der-write.ts';
import { DIGESTS, MGF1, RSASSA_PSS, SIGNATURES } from './oids.ts';

/** How a key signs. */
export interface SignatureAlgorithm {
  /** The digest to name where a signature is made; `null`: the algorithm brings its own. */
  readonly digest: string | null;
  /** RSASSA-PSS, with as much salt as the digest has octets. */
  readonly isPss: boolean;
  /** DER of its AlgorithmIdentifier. */
  readonly identifier: Uint8Array;
}

/** As strong as the key that signs (RFC 5480 §4), by its kind (`ecdsa-p384`). */
export function digestFor(key: string): Digest {
  const digests: Readonly<Record<string, Digest>> = { 'ecdsa-p384': 'sha384', 'ecdsa-p521': 'sha512' };
  return digests[key] ?? 'sha256';
}

/** A kind of key (`rsa-3072`), and what it makes signatures of. */
export interface Signing {
  readonly key: string;
  readonly digest: Digest;
  readonly isPss: boolean;
}

/** Terms for other kinds of keys than this one do not count; a key of RSASSA-PSS does nothing else. */
export function signingBy(key: string, terms?: SigningTerms): Signing {
  const isPss = key.startsWith('rsa-pss-') || (key.startsWith('rsa-') && terms?.padding === 'rsa-pss');
  return { key, digest: terms?.digest ?? digestFor(key), isPss };
}

/** @returns `undefined` where this program does not sign with keys of that kind. */
export function signatureAlgorithm(signing: Signing): SignatureAlgorithm | undefined {
  const { key, digest, isPss } = signing;
  if (isPss) return { digest, isPss, identifier: pssIdentifier(digest) };
  const name = signatureBy(signing);
  const [oid, known] = Object.entries(SIGNATURES).find(([, algorithm]) => algorithm.name === name) ?? [];
  if (oid === undefined || known === undefined) return undefined;
  // RFC 3279 §2.2.1: RSA's parameters are NULL; all others have none (§2.2.3, RFC 8410 §3).
  const parameters = key.startsWith('rsa-') ? [encode(TAG.null)] : [];
  return { digest: known.digest, isPss, identifier: encode(TAG.sequence, encodeOid(oid), ...parameters) };
}

const SALT: Readonly<Record<Digest, number>> = { sha256: 32, sha384: 48, sha512: 64 };

/** RFC 4055 §3.1: hash, mask and salt; the trailer is the default. */
function pssIdentifier(digest: Digest): Uint8Array {
  const [oid = ''] = Object.entries(DIGESTS).find(([, name]) => name === digest) ?? [];
  const hash = encode(TAG.sequence, encodeOid(oid), encode(TAG.null));
  const mask = encode(TAG.sequence, encodeOid(MGF1), hash);
  const parameters = [hash, mask, encodeInteger(SALT[digest])].map((part, i) => encode(context(i), part));
  return encode(TAG.sequence, encodeOid(RSASSA_PSS), encode(TAG.sequence, ...parameters));
}

/** The name of such signatures, as facts have it. */
export function signatureBy({ key, digest, isPss }: Signing): string {
  if (key.startsWith('rsa-')) return isPss ? `rsassaPss-${digest}` : `${digest}WithRSAEncryption`;
  return key.startsWith('ecdsa-') ? `ecdsa-with-${digest.toUpperCase()}` : key.toUpperCase();
}

/** The name of what the same key makes under these terms instead of a signature of this name. */
export function signatureUnder({ digest, padding }: SigningTerms, found: string): string {
  const isPss = /^rsassaPss/.test(found);
  const key = isPss || /RSA/.test(found) ? 'rsa-' : /^ecdsa/i.test(found) ? 'ecdsa-' : undefined;
  if (key === undefined) return found;
  const own = SIGNING_DIGESTS.find((name) => found.toLowerCase().includes(name));
  return signatureBy({
    key,
    digest: digest ?? own ?? 'sha256',
    isPss: padding === null ? isPss : key === 'rsa-' && padding === 'rsa-pss',
  });
}

/** A complete certificate or request, from what was signed. */
export function encodeSigned(
  signed: Uint8Array,
  { identifier }: SignatureAlgorithm,
  signature: Uint8Array,
): Buffer {
  return encode(TAG.sequence, signed, identifier, encodeOctetBits(signature));
}
