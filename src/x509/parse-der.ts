/** Certificates and keys in the forms that programs read beside PEM → their pieces, in the words of `parsePieces`. */

import { certificateFacts } from './certificate.ts';
import { keyPiece, readable } from './parse.ts';
import { isPrivateKey, parseKey } from './parse-key.ts';
import { pemBlocks, pemText } from './pem.ts';

/** One certificate and nothing else. @throws Error where it cannot be read. */
export function parseCertificateDer(bytes: Buffer): readonly string[] {
  return readable('DER certificate', () => [certificateFacts(bytes).fingerprint]);
}

/** One PKCS#8 key that is not encrypted. @throws Error where it cannot be read; its message never quotes the key. */
export function parseKeyDer(bytes: Buffer): readonly string[] {
  return [keyPiece(parseKey(Buffer.from(pemText('PRIVATE KEY', bytes))).keyId)];
}

/** A PEM key under exactly this label. @throws Error where there is another. */
export function parseLabelledKey(bytes: Buffer, label: string): readonly string[] {
  const [first] = pemBlocks(bytes.toString('latin1')).filter(isPrivateKey);
  if (first === undefined) throw new Error('holds no private key');
  if (first.label !== label) throw new Error(`holds "${first.label}" and not "${label}"`);
  return [keyPiece(parseKey(bytes).keyId)];
}
