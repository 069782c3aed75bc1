/** Private keys in this process: made by node's own OpenSSL on its threads, or read from their files. */
import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { KeySpec } from '../pki/key-spec.ts';
import { StepError } from '../store/step-error.ts';

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
  return { key: privateKey, spki: spkiOf(publicKey) };
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

function spkiOf(key: KeyObject): Uint8Array {
  return key.export({ format: 'der', type: 'spki' });
}
