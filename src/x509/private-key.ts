/**
 * The public key inside a private key (PKCS#8, RFC 5208 §5). Reading it is cheaper than letting node load the key,
 * which every plan would do for every key; and it is checked, which node does not do: a key with a flipped bit loads,
 * and makes signatures that never verify.
 */
import type { MlDsa } from '../pki/key-spec.ts';
import {
  bitStringBytes,
  children,
  context,
  type Der,
  expectTag,
  hex,
  oidText,
  readAll,
  TAG,
  unlessDamaged,
} from './der.ts';
import { encode } from './der-write.ts';
import { publicKeyOfExpanded, publicKeyOfSeed } from './ml-dsa.ts';
import { CURVES, KEY_ALGORITHM, ML_DSA } from './oids.ts';

/** A private key whose parts do not match each other. */
export class DamagedKeyError extends Error {
  override readonly name = 'DamagedKeyError';

  constructor() {
    super('holds a damaged private key, whose parts do not match');
  }
}

/** The uncompressed point of a scalar on a curve, by its NIST name; `undefined` where it is not a private key. */
export type PointOf = (curve: string, scalar: Uint8Array) => Uint8Array | undefined;

/**
 * SubjectPublicKeyInfo of an RSA, EC or ML-DSA key in the form that openssl writes; `undefined` for any other kind or form,
 * which is left to node. @param isExported whether node wrote it, which has read the parameters. @throws DamagedKeyError
 */
export function publicKeyWithin(
  pkcs8: Uint8Array,
  pointOf: PointOf,
  isExported = false,
): Uint8Array | undefined {
  return unlessDamaged(() => {
    const [version, algorithm, key] = sequence(readAll(pkcs8));
    if (hexOf(version) !== '020100' || algorithm === undefined) return undefined;
    const kind = ML_DSA[oidText(sequence(algorithm)[0])];
    if (kind !== undefined) return withBits(algorithm, mlDsaBits(kind, expectTag(key, TAG.octetString).body));
    const parts = sequence(readAll(expectTag(key, TAG.octetString).body));
    const bits =
      isExported || hasUsualParameters(algorithm) ? publicBits(algorithm, parts, pointOf) : undefined;
    return withBits(algorithm, bits);
  });
}

function withBits(algorithm: Der, bits: Uint8Array | undefined): Uint8Array | undefined {
  return bits && encode(TAG.sequence, algorithm.bytes, encode(TAG.bitString, Buffer.of(0), bits));
}

/** RFC 9881 §6: a seed, a key in the long form, or both. @throws DamagedKeyError where it is none, or both do not match. */
function mlDsaBits(kind: MlDsa, octets: Uint8Array): Uint8Array {
  const whole = readAll(octets);
  const parts = whole.tag === TAG.sequence ? children(whole) : [whole];
  const keys = parts.map(({ tag, body }) =>
    tag === TAG.octetString && (parts.length === 1 || body.length !== 32)
      ? publicKeyOfExpanded(kind, body)
      : publicKeyOfSeed(kind, body),
  );
  const [first, second] = keys;
  const isWhole = first !== undefined && (parts.length === 1 || hex(second ?? first) === hex(first));
  if (!isWhole || keys.includes(undefined)) throw new DamagedKeyError();
  return first;
}

function sequence(der: Der): readonly Der[] {
  return children(expectTag(der, TAG.sequence));
}

function publicBits(algorithm: Der, parts: readonly Der[], pointOf: PointOf): Uint8Array | undefined {
  const [oid, parameters] = sequence(algorithm);
  const kind = oidText(oid);
  if (kind === KEY_ALGORITHM.ec && parameters?.tag === TAG.oid)
    return ecPoint(oidText(parameters), parts, pointOf);
  const isRsa = kind === KEY_ALGORITHM.rsa || kind === KEY_ALGORITHM.rsaPss;
  return isRsa ? rsaPublicKey(parts) : undefined;
}

/** Of RSA: NULL, or none, which stand for every hash (RFC 8017 A.1, A.2.3). Those of EC keys are compared as they are. */
function hasUsualParameters(algorithm: Der): boolean {
  const [oid, parameters] = sequence(algorithm);
  const kind = oidText(oid);
  if (kind === KEY_ALGORITHM.rsaPss) return parameters === undefined;
  return kind !== KEY_ALGORITHM.rsa || hexOf(parameters) === '0500';
}

/** RSAPrivateKey: version, n, e, d, p, q and the three of CRT (RFC 8017 A.1.2) → RSAPublicKey: n, e. */
function rsaPublicKey(parts: readonly Der[]): Uint8Array | undefined {
  const [version, modulus, exponent] = parts;
  const isWhole =
    parts.length === 9 && parts.every(({ tag, body }) => tag === TAG.integer && body.length > 0);
  if (!isWhole || hexOf(version) !== '020100' || !modulus || !exponent) return undefined;
  if (!isConsistent(parts.slice(1).map(({ body }) => BigInt(`0x${hex(body)}`)))) throw new DamagedKeyError();
  return encode(TAG.sequence, modulus.bytes, exponent.bytes);
}

/** RFC 8017 §3.2: n = p·q, e·d ≡ 1 modulo p − 1 and q − 1, and the three that follow from d, p and q. */
function isConsistent([n, e, d, p, q, dp, dq, inverse]: readonly (bigint | undefined)[]): boolean {
  if (!n || !e || !d || !p || !q || !dp || !dq || !inverse || p < 3n || q < 3n) return false;
  const fitsPrimes = n === p * q && (e * d) % (p - 1n) === 1n && (e * d) % (q - 1n) === 1n;
  return fitsPrimes && dp === d % (p - 1n) && dq === d % (q - 1n) && (inverse * q) % p === 1n;
}

/** ECPrivateKey: version, d, [0] curve, [1] point (RFC 5915 §3), the point in the uncompressed form (SEC 1 §2.3.3). */
function ecPoint(
  oid: string,
  [version, scalar, ...rest]: readonly Der[],
  pointOf: PointOf,
): Uint8Array | undefined {
  const curve = CURVES[oid];
  const point = rest.find(({ tag }) => tag === context(1));
  if (hexOf(version) !== '020101' || scalar?.tag !== TAG.octetString || !point || !curve) return undefined;
  const bits = bitStringBytes(readAll(point.body));
  if (bits[0] !== 4 || bits.length !== 1 + 2 * scalar.body.length) return undefined;
  const derived = pointOf(curve, scalar.body);
  if (derived === undefined || hex(derived) !== hex(bits)) throw new DamagedKeyError();
  return bits;
}

/** Of an EC key in whatever form. */
export interface EcKey {
  readonly scalar: Uint8Array;
  readonly point: Uint8Array;
}

/**
 * Both halves of an EC key in PKCS#8, on any curve and with its point in any form; `undefined` for other kinds of keys and
 * where the point is left out, so that there is nothing to compare.
 */
export function ecKeyOf(pkcs8: Uint8Array): EcKey | 'explicit-curve' | undefined {
  const [, algorithm, key] = sequence(readAll(pkcs8));
  const [oid, parameters] = sequence(expectTag(algorithm, TAG.sequence));
  if (oidText(oid) !== KEY_ALGORITHM.ec) return undefined;
  if (parameters?.tag !== TAG.oid) return 'explicit-curve';
  const [, scalar, ...rest] = sequence(readAll(expectTag(key, TAG.octetString).body));
  const point = rest.find(({ tag }) => tag === context(1));
  if (scalar === undefined || point === undefined) return undefined;
  return { scalar: scalar.body, point: bitStringBytes(readAll(point.body)) };
}

function hexOf(der: Der | undefined): string {
  return hex(der?.bytes ?? new Uint8Array());
}
