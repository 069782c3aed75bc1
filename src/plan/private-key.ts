/**
 * The public key that a private key brings along (PKCS#8, RFC 5208 §5). Reading it costs a twentieth of what node needs
 * to load the key, which every plan would pay for every key.
 */
import {
  bitStringBytes,
  children,
  context,
  type Der,
  DerError,
  expectTag,
  oidText,
  readAll,
  TAG,
} from './der.ts';
import { encode } from './der-write.ts';
import { KEY_ALGORITHM } from './oids.ts';

/**
 * SubjectPublicKeyInfo of an RSA or EC key in the form that openssl writes; `undefined` for whatever else there is, be it
 * of another kind, in another form or damaged: node has to say then.
 */
export function publicKeyWithin(pkcs8: Uint8Array): Uint8Array | undefined {
  try {
    const [version, algorithm, key] = children(expectTag(readAll(pkcs8), TAG.sequence));
    if (hexOf(version) !== '020100' || algorithm === undefined) return undefined;
    const bits = publicBits(algorithm, children(readAll(expectTag(key, TAG.octetString).body)));
    return bits && encode(TAG.sequence, algorithm.bytes, encode(TAG.bitString, Buffer.of(0), bits));
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

function publicBits(algorithm: Der, parts: readonly Der[]): Uint8Array | undefined {
  const [oid, parameters] = children(algorithm);
  const kind = oidText(oid);
  if (kind === KEY_ALGORITHM.ec && parameters?.tag === TAG.oid) return ecPoint(parts);
  return kind === KEY_ALGORITHM.rsa ? rsaPublicKey(parts) : undefined;
}

/** RSAPrivateKey: version, n, e, d, p, q and the three of CRT (RFC 8017 A.1.2) → RSAPublicKey: n, e. */
function rsaPublicKey(parts: readonly Der[]): Uint8Array | undefined {
  const [version, modulus, exponent] = parts;
  const isWhole =
    parts.length === 9 && parts.every(({ tag, body }) => tag === TAG.integer && body.length > 0);
  if (!isWhole || hexOf(version) !== '020100' || !modulus || !exponent) return undefined;
  return encode(TAG.sequence, modulus.bytes, exponent.bytes);
}

/** ECPrivateKey: version, d, [0] curve, [1] point (RFC 5915 §3), the point in the uncompressed form (SEC 1 §2.3.3). */
function ecPoint([version, scalar, ...rest]: readonly Der[]): Uint8Array | undefined {
  const point = rest.find(({ tag }) => tag === context(1));
  if (hexOf(version) !== '020101' || scalar?.tag !== TAG.octetString || point === undefined) return undefined;
  const bits = bitStringBytes(readAll(point.body));
  return bits[0] === 4 && bits.length === 1 + 2 * scalar.body.length ? bits : undefined;
}

function hexOf(der: Der | undefined): string {
  return Buffer.from(der?.bytes ?? []).toString('hex');
}
