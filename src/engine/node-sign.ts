/** Signatures of node's own OpenSSL, on its threads. */
import { constants, randomBytes, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { Unsigned } from '../plan/unsigned.ts';
import { encodeSigned } from '../x509/signature-write.ts';
import type { PrivateKey } from './node-key.ts';

const signBytes = promisify(sign);

/** Octets of a serial number: RFC 5280 §4.1.2.2 allows no more. */
const SERIAL_LENGTH = 20;

/** A complete certificate or request. */
export async function signed({ der, algorithm }: Unsigned, { key }: PrivateKey): Promise<Uint8Array> {
  const pss = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  return encodeSigned(der, algorithm, await signBytes(algorithm.digest, der, algorithm.isPss ? pss : key));
}

/** 159 random bits, as openssl's `rand_serial` draws them. */
export function newSerial(): Buffer {
  const serial = randomBytes(SERIAL_LENGTH);
  serial[0] = (serial[0] ?? 0) & 0x7f;
  return serial;
}
