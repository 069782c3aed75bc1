/** Signatures of node's own OpenSSL, on its threads. */
import { constants, randomBytes, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { Unsigned } from '../plan/unsigned.ts';
import { encodeSigned } from '../x509/signature-write.ts';
import type { PrivateKey } from './node-key.ts';

/** A private key that is elsewhere, where it signs. */
export interface SigningToken {
  /** SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
  sign(unsigned: Unsigned): Promise<Uint8Array>;
}

const signBytes = promisify(sign);

/** Octets of a serial number: RFC 5280 §4.1.2.2 allows no more. */
const SERIAL_LENGTH = 20;

/** A complete certificate or request. */
export async function signed(unsigned: Unsigned, signer: PrivateKey | SigningToken): Promise<Uint8Array> {
  const { der, algorithm } = unsigned;
  if ('sign' in signer) return encodeSigned(der, algorithm, await signer.sign(unsigned));
  const { key } = signer;
  const pss = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  return encodeSigned(der, algorithm, await signBytes(algorithm.digest, der, algorithm.isPss ? pss : key));
}

/** 159 random bits, as openssl's `rand_serial` draws them. */
export function newSerial(): Buffer {
  const serial = randomBytes(SERIAL_LENGTH);
  serial[0] = (serial[0] ?? 0) & 0x7f;
  return serial;
}
