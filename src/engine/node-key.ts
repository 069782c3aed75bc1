/** Private keys in this process: made by node's own OpenSSL on its threads, or read from their files. */
import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { KeySpec } from '../pki/key-spec.ts';
import { StepError } from '../store/step-error.ts';
import { TAG } from '../x509/der.ts';
import { encode, encodeOctetBits, encodeOid } from '../x509/der-write.ts';
import { CURVES, KEY_ALGORITHM } from '../x509/oids.ts';
import { NODE_CURVES } from '../x509/parse-key.ts';
import { rememberPublicKey } from '../x509/verification-key.ts';

/** A private key that can sign, and its public half. */
export interface PrivateKey {
  readonly key: KeyObject;
  /** SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
}

const generate = promisify(generateKeyPair);

/** A key as openssl makes it: RSA with the exponent 65537, EC with its curve by name and the whole point. */
export async function makeKey(spec: KeySpec): Promise<PrivateKey> {
  const { privateKey, publicKey } = await generatePair(spec);
  const spki = spkiOf(publicKey);
  rememberPublicKey(spki, publicKey);
  return { key: privateKey, spki };
}

function generatePair(spec: KeySpec): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  switch (spec.algorithm) {
    case 'rsa':
      return generate('rsa', { modulusLength: spec.size });
    case 'rsa-pss':
      return generate('rsa-pss', { modulusLength: spec.size });
    case 'ecdsa':
      return generate('ec', { namedCurve: spec.curve });
    case 'ed25519':
      return generate('ed25519');
    case 'ed448':
      return generate('ed448');
    default:
      throw new Error(`Internal error: keys of kind ${spec.algorithm} are for openssl`);
  }
}

/** @throws StepError that quotes nothing of the file, whatever is wrong with it. */
export function readKey(pem: Buffer): PrivateKey {
  try {
    const key = createPrivateKey(pem);
    return { key, spki: spkiOf(createPublicKey(key)) };
  } catch {
    throw new StepError({ kind: 'no-key' });
  }
}

/** PKCS#8, as openssl writes it into files. */
export function keyText({ key }: PrivateKey): string {
  return key.export({ format: 'pem', type: 'pkcs8' }).toString();
}

/** OpenSSL takes ten times as long to write it as to give the point. */
function spkiOf(key: KeyObject): Uint8Array {
  const curve = NIST_CURVES.get(key.asymmetricKeyDetails?.namedCurve ?? '');
  return curve === undefined ? key.export({ format: 'der', type: 'spki' }) : curveSpki(key, curve);
}

/** Node's names of the curves that JWK has as well (RFC 7518 §6.2.1.1) → their OIDs. */
const NIST_CURVES: ReadonlyMap<string, string> = new Map(
  Object.entries(CURVES).map(([oid, name]) => [NODE_CURVES[name] ?? name, oid]),
);

/** RFC 5480 §2; coordinates in JWK have the length of the field. */
function curveSpki(key: KeyObject, curve: string): Uint8Array {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  const [algorithm, point] = [[KEY_ALGORITHM.ec, curve].map(encodeOid), [x, y]];
  const octets = Buffer.concat([UNCOMPRESSED, ...point.map((part) => Buffer.from(part, 'base64url'))]);
  return encode(TAG.sequence, encode(TAG.sequence, ...algorithm), encodeOctetBits(octets));
}

/** What a point begins with that has both of its coordinates (SEC 1 §2.3.3). */
const UNCOMPRESSED = Buffer.of(4);
