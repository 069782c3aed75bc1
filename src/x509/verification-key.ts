/** Public keys that check signatures: those that node knows, and those of ML-DSA, which are checked here (ml-dsa.ts). */
import { createPublicKey, type KeyObject } from 'node:crypto';
import type { MlDsa } from '../pki/key-spec.ts';
import { bitStringBytes, children, oidText, readAll } from './der.ts';
import { ML_DSA } from './oids.ts';

/** Of ML-DSA, whatever this version of node knows of that. */
export interface MlDsaKey {
  readonly kind: MlDsa;
  readonly octets: Uint8Array;
}

/** Any key that a signature can be checked with. */
export type VerificationKey = KeyObject | MlDsaKey;

/** Whether it is one of ML-DSA. */
export function isMlDsaKey(key: VerificationKey): key is MlDsaKey {
  return 'octets' in key;
}

/**
 * Loads a SubjectPublicKeyInfo in DER, to verify signatures with.
 * @throws node's own Error where it is not a usable key, such as a point off the curve.
 */
export function publicKeyObject(spki: Uint8Array): VerificationKey {
  const key = Buffer.from(spki);
  const known = RECENT_KEYS.get(key.toString('latin1'));
  return known ?? mlDsaKey(spki) ?? createPublicKey({ key, format: 'der', type: 'spki' });
}

function mlDsaKey(spki: Uint8Array): MlDsaKey | undefined {
  const [algorithm, bits] = children(readAll(spki));
  const kind = ML_DSA[oidText(algorithm && children(algorithm)[0])];
  return kind && { kind, octets: bitStringBytes(bits) };
}

/** Loading a key costs more than checking a signature with it: one that was just made here is kept for a while. */
export function rememberPublicKey(spki: Uint8Array, key: KeyObject): void {
  const [oldest] = RECENT_KEYS.keys();
  if (oldest !== undefined && RECENT_KEYS.size >= RECENT) RECENT_KEYS.delete(oldest);
  RECENT_KEYS.set(Buffer.from(spki).toString('latin1'), key);
}

/** Keys are made first, and checked when all is signed: of a thousand leaves none is loaded again. A few megabytes. */
const RECENT = 1024;
const RECENT_KEYS = new Map<string, KeyObject>();
