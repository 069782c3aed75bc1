/** Private keys under a passphrase (PKCS#8, RFC 5958 §3): closed as current advice has it, opened as any tool closed them. */
import { createPrivateKey } from 'node:crypto';
import { TAG } from './der.ts';
import { encode } from './der-write.ts';
import { type Draw, sealModern } from './pbe.ts';
import { pemText, readPem } from './pem.ts';

/** As OWASP has it for PBKDF2-HMAC-SHA256; about 0.15 s. */
const ITERATIONS = 600_000;

/** Whether the one private key of a file is encrypted. */
export function isEncryptedKey(bytes: Buffer): boolean {
  const { blocks, flaw } = readPem(bytes.toString('latin1'));
  const keys = blocks.filter(({ label }) => label.endsWith('PRIVATE KEY'));
  return flaw === null && keys.length === 1 && keys[0]?.encrypted === true;
}

/** PEM of EncryptedPrivateKeyInfo. @param pkcs8 DER of the plain key. */
export function encryptedKey(pkcs8: Uint8Array, passphrase: string, draw: Draw): string {
  const { algorithm, content } = sealModern(pkcs8, passphrase, draw, ITERATIONS);
  return pemText('ENCRYPTED PRIVATE KEY', encode(TAG.sequence, algorithm, encode(TAG.octetString, content)));
}

/** The plain key as PEM of PKCS#8, also of keys as OpenSSL encrypted them before (RFC 1421); `null` for another passphrase. */
export function openedKey(bytes: Buffer, passphrase: string): Buffer | null {
  try {
    const key = createPrivateKey({ key: bytes, passphrase });
    return Buffer.from(pemText('PRIVATE KEY', key.export({ format: 'der', type: 'pkcs8' })));
  } catch {
    // What node says could quote the input.
    return null;
  }
}
