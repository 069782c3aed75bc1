/** SubjectPublicKeyInfo (RFC 5280 §4.1.2.7): which key it is and of what kind. */
import { createHash } from 'node:crypto';
import { bitStringBytes, children, type Der, DerError, hex, oidText, partsOf, readAll, TAG } from './der.ts';
import type { KeyId } from './facts.ts';
import { CURVES, KEY_ALGORITHM, ML_DSA, OTHER_KEYS } from './oids.ts';

/** The key's identity and kind: as in `KeyFacts`, with `ecdsa-` and the OID where the curve has no name here. */
export interface PublicKeyFacts {
  readonly keyId: KeyId;
  readonly spec: string;
}

/** In hex, as fingerprints and key ids are written. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** @throws DerError where `spki` is not well-formed, or spells its curve out (RFC 5480 §2.1.1 has it named). */
export function publicKeyFacts(spki: Uint8Array): PublicKeyFacts {
  const [algorithm, key] = partsOf(readAll(spki), 2);
  const [oid, parameters] = algorithm ? partsOf(algorithm, 2) : [];
  return { keyId: sha256(spki), spec: specOf(oidText(oid), parameters, key) };
}

function specOf(oid: string, parameters: Der | undefined, key: Der | undefined): string {
  if (oid === KEY_ALGORITHM.rsa) return `rsa-${modulusBits(bitStringBytes(key))}`;
  if (oid === KEY_ALGORITHM.rsaPss) return `rsa-pss-${modulusBits(bitStringBytes(key))}`;
  if (oid === KEY_ALGORITHM.ec) return curveSpec(parameters);
  if (oid === KEY_ALGORITHM.ed25519) return 'ed25519';
  if (oid === KEY_ALGORITHM.ed448) return 'ed448';
  return ML_DSA[oid] ?? OTHER_KEYS[oid] ?? oid;
}

function curveSpec(parameters: Der | undefined): string {
  if (parameters?.tag === TAG.sequence)
    throw new DerError('an elliptic curve is given by its parameters, and RFC 5480 §2.1.1 has it named');
  const oid = oidText(parameters);
  const curve = CURVES[oid];
  if (curve !== undefined) return `ecdsa-${curve.toLowerCase().replace('-', '')}`;
  return OTHER_KEYS[oid] ?? `ecdsa-${oid}`;
}

/** Bits of RSAPublicKey's modulus (RFC 8017 A.1.1), without the sign octet. */
function modulusBits(rsaPublicKey: Uint8Array): number {
  const digits = hex(children(readAll(rsaPublicKey))[0]?.body ?? new Uint8Array()).replace(/^(00)+/, '');
  const first = Number.parseInt(digits.slice(0, 2), 16);
  return Math.max(0, digits.length / 2 - 1) * 8 + (32 - Math.clz32(first || 0));
}

/** SHA-1 of the key bits, as openssl's `subjectKeyIdentifier=hash` writes it (RFC 5280 §4.2.1.2, method 1). */
export function keyIdentifier(spki: Uint8Array): string {
  const bits = bitStringBytes(children(readAll(spki))[1]);
  return createHash('sha1').update(bits).digest('hex');
}
