/** The signature on a certificate, request or CRL (RFC 5280 §4.1.1): its algorithm, and the key that made it. */
import { constants, createPublicKey, type KeyObject, verify } from 'node:crypto';
import {
  bitStringBytes,
  children,
  context,
  type Der,
  DerError,
  expectTag,
  oidText,
  partsOf,
  readAll,
  smallInteger,
  TAG,
} from './der.ts';
import { assertDer } from './der-strict.ts';
import { encode, encodeOid } from './der-write.ts';
import { mlDsaFits } from './ml-dsa.ts';
import { DIGESTS, KEY_ALGORITHM, MGF1, ML_DSA, SIGNATURES, UNCHECKED_SIGNATURES } from './oids.ts';
import { isMlDsaKey, type VerificationKey } from './verification-key.ts';

/** The SIGNED{} wrapper that certificates, requests and CRLs share. */
export interface SignedParts {
  readonly tbsDer: Der;
  /** AlgorithmIdentifier. */
  readonly algorithm: Der;
  readonly signature: Uint8Array;
}

/** @throws DerError where `der` is not one signed structure, or any of it is not DER. */
export function signedParts(der: Uint8Array): SignedParts {
  assertDer(readAll(der));
  return looseParts(der);
}

/** The same, whatever is inside: whether a signature fits does not depend on it. @throws DerError where it is not signed. */
export function looseParts(der: Uint8Array): SignedParts {
  const whole = expectTag(readAll(der), TAG.sequence);
  const [tbs, algorithm, signature, ...more] = children(whole);
  if (more.length > 0) throw new DerError('something stands behind the signature');
  return {
    tbsDer: expectTag(tbs, TAG.sequence),
    algorithm: expectTag(algorithm, TAG.sequence),
    signature: bitStringBytes(signature),
  };
}

/** The algorithm by name: `ecdsa-with-SHA256`, `rsassaPss-sha256`; by its OID where this program has no name for it. */
export function signatureName(algorithm: Der): string {
  return methodOf(algorithm).name;
}

/** Whether `openssl verify` of every version from 3.0 on can check signatures by this algorithm. */
export function isSupported(algorithm: Der): boolean {
  return methodOf(algorithm).isSupported;
}

/** Whether signatures by the algorithm of this certificate, request or CRL can be checked at all. */
export function isCheckable(der: Uint8Array): boolean {
  return methodOf(signedParts(der).algorithm).checkOf !== null;
}

/** Whether the key made the signature on this certificate, request or CRL; never by an algorithm that cannot be checked. */
export function signedBy(der: Uint8Array, key: VerificationKey): boolean {
  const check = signatureCheck(der, key);
  if (typeof check === 'boolean') return check;
  try {
    return verify(check.digest, check.signed, check.key, check.signature);
  } catch {
    // Node throws where the algorithm is not one for this type of key: then that key did not sign.
    return false;
  }
}

/**
 * What remains to be done for the answer of `signedBy`.
 * @throws DerError where it is not well-formed.
 */
export function signatureCheck(der: Uint8Array, key: VerificationKey): SignatureCheck {
  const { tbsDer, algorithm, signature } = looseParts(der);
  const { checkOf } = methodOf(algorithm);
  try {
    return checkOf?.({ signed: tbsDer.bytes, signature, key }) ?? false;
  } catch {
    // As above, where parameters do not go with the key.
    return false;
  }
}

/** A signature, what it was made of, and the key that is said to have made it. */
interface SignedOctets {
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
  readonly key: VerificationKey;
}

/**
 * What node checks a signature with (`crypto.verify`, which throws for a key of another kind); or the answer, where it is
 * known without.
 */
export type SignatureCheck =
  | boolean
  | {
      readonly digest: string | null;
      readonly signed: Uint8Array;
      readonly key: KeyObject | PssKey;
      readonly signature: Uint8Array;
    };

interface PssKey {
  readonly key: KeyObject;
  readonly padding: number;
  readonly saltLength: number;
}

/** How a signature was made. */
interface SignatureMethod {
  /** As openssl prints it, with the hash behind that of RSASSA-PSS; the OID where there is no name for it. */
  readonly name: string;
  /** `null`: this version cannot. Throws where the key is of another kind. */
  readonly checkOf: ((octets: SignedOctets) => SignatureCheck) | null;
  /** Whether `openssl verify` of every version from 3.0 on can. */
  readonly isSupported: boolean;
}

/** @throws DerError where it is not well-formed. */
function methodOf(algorithm: Der): SignatureMethod {
  const [oid, parameters] = partsOf(expectTag(algorithm, TAG.sequence), 2);
  const dotted = oidText(oid);
  if (dotted === KEY_ALGORITHM.rsaPss) return pssMethod(parameters);
  const known = SIGNATURES[dotted];
  if (known === undefined) return unchecked(UNCHECKED_SIGNATURES[dotted] ?? dotted);
  const { name, digest } = known;
  const own = ML_DSA[dotted];
  const checkOf = ({ key, ...octets }: SignedOctets): SignatureCheck => {
    if (isMlDsaKey(key))
      return key.kind === own && mlDsaFits(own, key.octets, octets.signed, octets.signature);
    return own === undefined && { digest, key, ...octets };
  };
  // OpenSSL 3.0 makes these with a key on a curve, but finds no key for them when it verifies (quirk).
  return { name, checkOf, isSupported: !name.startsWith('ecdsa_with_SHA3') };
}

function unchecked(name: string): SignatureMethod {
  return { name, checkOf: null, isSupported: false };
}

/**
 * RFC 4055 §3.1: the hash, that of the mask (MGF1), the length of the salt. Without parameters it cannot be checked.
 */
function pssMethod(parameters: Der | undefined): SignatureMethod {
  if (parameters === undefined) return unchecked('rsassaPss');
  const parts = children(expectTag(parameters, TAG.sequence));
  const part = (n: number): Der | undefined => {
    const wrapper = parts.find(({ tag }) => tag === context(n));
    return wrapper && children(wrapper)[0];
  };
  const digest = hashName(part(0));
  const mask = maskHash(part(1));
  const salt = part(2);
  const saltLength = salt === undefined ? 20 : smallInteger(salt);
  const name = `rsassaPss-${digest}`;
  // Both are known by name, or there is no way to check.
  const isKnown = [digest, mask].every((hash) => Object.values(DIGESTS).includes(hash));
  if (!isKnown) return unchecked(name);
  const checkOf = ({ key, ...octets }: SignedOctets): SignatureCheck => {
    if (isMlDsaKey(key)) return false;
    const pss = { key: pssKey(key, parameters), padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
    return { digest, key: pss, ...octets };
  };
  return { name, checkOf, isSupported: ![digest, mask].some((hash) => hash.startsWith('sha3-')) };
}

/**
 * The same key, bound to the parameters of the signature: node takes the hash of the mask from the key alone, and that of
 * the content for both where the key does not say. A key of RSASSA-PSS is bound already.
 */
function pssKey(key: KeyObject, parameters: Der): KeyObject {
  if (key.asymmetricKeyType !== 'rsa') return key;
  const bits = encode(TAG.bitString, Buffer.of(0), key.export({ format: 'der', type: 'pkcs1' }));
  const algorithm = encode(TAG.sequence, encodeOid(KEY_ALGORITHM.rsaPss), parameters.bytes);
  return createPublicKey({ key: encode(TAG.sequence, algorithm, bits), format: 'der', type: 'spki' });
}

/** Of an AlgorithmIdentifier; SHA-1 is the default. */
function hashName(algorithm: Der | undefined): string {
  if (algorithm === undefined) return 'sha1';
  const dotted = oidText(children(expectTag(algorithm, TAG.sequence))[0]);
  return DIGESTS[dotted] ?? dotted;
}

function maskHash(algorithm: Der | undefined): string {
  if (algorithm === undefined) return 'sha1';
  const [oid, hash] = children(expectTag(algorithm, TAG.sequence));
  const dotted = oidText(oid);
  if (hash === undefined) throw new DerError('a mask generation function names no hash');
  return dotted === MGF1 ? hashName(hash) : dotted;
}
