/** Bytes of each kind of file → facts. Throws an Error whose message says what is wrong with the content. */

import { createECDH, createPrivateKey, createPublicKey } from 'node:crypto';
import { messageOf } from '../pki/errors.ts';
import { certificateFacts } from './certificate.ts';
import type { CertificateFacts, KeyFacts, KeyId, RequestFacts } from './facts.ts';
import { type PemBlock, pemBlocks, pemText } from './pem.ts';
import { publicKeyWithin } from './private-key.ts';
import { keyIdentifier, publicKeyFacts, sha256 } from './public-key.ts';
import { requestFacts } from './request.ts';

/** A private key that is there and locked. */
export class EncryptedKeyError extends Error {
  override readonly name = 'EncryptedKeyError';
}

/** The key of a PEM file. @throws EncryptedKeyError where the file says ENCRYPTED, Error where no key can be read. */
export function parseKey(bytes: Buffer): KeyFacts {
  const text = bytes.toString('latin1');
  // In a damaged label, too; but a key that says it is "UNENCRYPTED" is none.
  if (/\bENCRYPTED\b/.test(text)) throw new EncryptedKeyError('the key is encrypted');
  const spki = publicKeyOf(text);
  const { keyId, spec } = publicKeyFacts(spki);
  return { keyId, spec, keyIdentifier: keyIdentifier(spki) };
}

/**
 * Whether a file that holds no PEM can be a key in DER, plain or encrypted, or a PKCS#12 file: one SEQUENCE that begins
 * with an INTEGER or a SEQUENCE. That of less than 128 octets has to end with the file, because text can begin like it.
 */
export function mayBeDerKey(bytes: Buffer): boolean {
  const [tag, length = 0] = bytes;
  if (tag !== 0x30 || length > 0x84) return false;
  if (length < 0x80 && bytes.length !== 2 + length) return false;
  const inner = bytes[length < 0x80 ? 2 : 2 + (length & 0x7f)];
  return inner === 0x02 || inner === 0x30;
}

/** SubjectPublicKeyInfo of a private key; node's own message could quote the input, so it is not passed on. */
export function publicKeyOf(privateKey: string): Uint8Array {
  const [block] = pemBlocks(privateKey);
  // To the letter what openssl writes: every other text, and every other key, node has to make something of.
  const isPlain = block !== undefined && privateKey === pemText('PRIVATE KEY', block.der);
  const within = isPlain ? publicKeyWithin(block.der, pointOf) : undefined;
  if (within !== undefined) return within;
  try {
    return createPublicKey(createPrivateKey(privateKey)).export({ format: 'der', type: 'spki' });
  } catch {
    throw new Error('holds no readable private key');
  }
}

/** NIST's names of curves → node's. */
const NODE_CURVES: Readonly<Record<string, string>> = {
  'P-256': 'prime256v1',
  'P-384': 'secp384r1',
  'P-521': 'secp521r1',
};

/** x509/private-key.ts is pure, and node's curves could make keys as well. */
export function pointOf(curve: string, scalar: Uint8Array): Uint8Array | undefined {
  try {
    const ecdh = createECDH(NODE_CURVES[curve] ?? curve);
    ecdh.setPrivateKey(scalar);
    return ecdh.getPublicKey();
  } catch {
    // Zero, or not below the order of the curve: no private key.
    return undefined;
  }
}

/** The first certificate of a PEM file. @throws Error where there is none, or it cannot be read. */
export function parseCertificate(bytes: Buffer): CertificateFacts {
  return readable('certificate', () => certificateFacts(firstBlock(bytes, 'CERTIFICATE').der));
}

/** The first certificate of a file, as DER. */
export function certificateDer(bytes: Buffer): Uint8Array {
  return firstBlock(bytes, 'CERTIFICATE').der;
}

/** The first request of a PEM file. @throws Error where there is none, or it cannot be read. */
export function parseRequest(bytes: Buffer): RequestFacts {
  return readable('certificate request', () => requestFacts(firstBlock(bytes, 'CERTIFICATE REQUEST').der));
}

/** How a private key is written among the fingerprints of a file. */
export function keyPiece(keyId: KeyId): string {
  return `key ${keyId}`;
}

/**
 * What a file of certificates and private keys holds, in order: fingerprints, and keys as `keyPiece` writes them. The
 * certificates are not read. @throws Error where there is neither.
 */
export function parsePieces(bytes: Buffer): readonly string[] {
  const found = pemBlocks(bytes.toString('latin1')).flatMap(({ label, der }) => {
    if (label === 'CERTIFICATE') return [sha256(der)];
    return label.endsWith('PRIVATE KEY') ? [keyPiece(parseKey(Buffer.from(pemText(label, der))).keyId)] : [];
  });
  if (found.length === 0) throw new Error('holds no certificate');
  return found;
}

/** Every certificate of a file, in order. */
export function parseCertificates(bytes: Buffer): readonly CertificateFacts[] {
  return readable('certificates', () => certificateBlocks(bytes).map(certificateFacts));
}

/** The DER of every certificate of a file, in order. */
export function certificateBlocks(bytes: Buffer): readonly Uint8Array[] {
  return pemBlocks(bytes.toString('latin1')).flatMap(({ label, der }) =>
    label === 'CERTIFICATE' ? [der] : [],
  );
}

/** Which key the first `PUBLIC KEY` of a PEM file is. @throws Error where there is none, or it cannot be read. */
export function parsePublicKey(bytes: Buffer): KeyId {
  return readable('public key', () => publicKeyFacts(firstBlock(bytes, 'PUBLIC KEY').der).keyId);
}

function firstBlock(bytes: Buffer, label: string): PemBlock {
  const block = pemBlocks(bytes.toString('latin1')).find((candidate) => candidate.label === label);
  if (block === undefined) throw new Error(`holds no complete ${label} block`);
  return block;
}

function readable<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`holds no readable ${what}: ${messageOf(error)}`);
  }
}
