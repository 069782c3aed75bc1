/** Bytes of each kind of file → facts. Throws an Error whose message says what is wrong with the content. */
import { messageOf } from '../pki/errors.ts';
import { certificateFacts } from './certificate.ts';
import type { CertificateFacts, Fingerprint, KeyId, RequestFacts } from './facts.ts';
import { isPrivateKey, parseKey } from './parse-key.ts';
import { LIST_LABEL, type PemBlock, pemBlocks, pemText, readPem } from './pem.ts';
import { publicKeyFacts, sha256 } from './public-key.ts';
import { requestFacts } from './request.ts';

/** RFC 7468 §5 has only the first; OpenSSL and programs that use it read all of them. */
const CERTIFICATE_LABELS: readonly string[] = ['CERTIFICATE', 'X509 CERTIFICATE', 'TRUSTED CERTIFICATE'];

/** The second is what Netscape and IIS wrote (RFC 7468 §7). */
const REQUEST_LABELS: readonly string[] = ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'];

/** Blocks that may be in a file of certificates without a meaning there. */
const SILENT = /^(?:(?:NEW )?CERTIFICATE REQUEST|PUBLIC KEY|X509 CRL|.*PARAMETERS)$/;

/** The first certificate of a PEM file. @throws Error where there is none, or it cannot be read. */
export function parseCertificate(bytes: Buffer): CertificateFacts {
  return readable('certificate', () => certificateFacts(certificateDer(bytes)));
}

/** The first certificate of a file, as DER. @throws Error where programs disagree about which that is. */
export function certificateDer(bytes: Buffer): Uint8Array {
  const { label, der } = firstBlock(bytes, CERTIFICATE_LABELS);
  if (label !== 'CERTIFICATE') throw new Error(`has the label "${label}", which not every program reads`);
  return der;
}

/** Whether a label is that of a certificate for OpenSSL, and of nothing for others. */
export function isRareLabel(label: string): boolean {
  return label !== 'CERTIFICATE' && CERTIFICATE_LABELS.includes(label);
}

/** Whether a label is that of a certification request. */
export function isRequestLabel(label: string): boolean {
  return REQUEST_LABELS.includes(label);
}

/** The first request of a PEM file. @throws Error where there is none, or it cannot be read. */
export function parseRequest(bytes: Buffer): RequestFacts {
  return readable('certificate request', () => requestFacts(firstBlock(bytes, REQUEST_LABELS).der));
}

/** The first request of a file, as DER. */
export function requestDer(bytes: Buffer): Uint8Array {
  return firstBlock(bytes, REQUEST_LABELS).der;
}

/**
 * The one request of a file, as DER: in PEM, or by itself. @throws Error where there is none, or more than one, of which
 * programs would take one or the other.
 */
export function onlyRequest(bytes: Buffer): Uint8Array {
  if (bytes[0] === 0x30) return bytes;
  const blocks = pemBlocks(bytes.toString('latin1')).filter(({ label }) => isRequestLabel(label));
  const [block] = blocks;
  if (block === undefined) throw new Error('holds no certification request');
  if (blocks.length > 1) throw new Error(`holds ${blocks.length} certification requests`);
  return block.der;
}

/** How a private key is written among the fingerprints of a file. */
export function keyPiece(keyId: KeyId): string {
  return `key ${keyId}`;
}

/** How a revocation list is written among them. */
export function listPiece(fingerprint: Fingerprint): string {
  return `crl ${fingerprint}`;
}

/**
 * What a file of certificates and private keys holds, in order: fingerprints, keys as `keyPiece` writes them, and labels
 * of what some program could take for a certificate or a key. The certificates are not read. @throws Error where there is
 * none, or where programs disagree about what there is.
 */
export function parsePieces(bytes: Buffer): readonly string[] {
  const blocks = pemBlocks(bytes.toString('latin1'));
  if (!blocks.some((block) => block.label === 'CERTIFICATE' || isPrivateKey(block)))
    throw new Error('holds no certificate');
  return blocks.filter(({ label }) => !SILENT.test(label)).map(pieceOf);
}

/** Whether a piece is one. */
export function isListPiece(piece: string): boolean {
  return piece.startsWith('crl ');
}

/** The same of a file of revocation lists, perhaps behind certificates. @throws Error where there is no list. */
export function parseListPieces(bytes: Buffer): readonly string[] {
  const blocks = pemBlocks(bytes.toString('latin1'));
  if (!blocks.some(({ label }) => label === LIST_LABEL)) throw new Error('holds no revocation list');
  return blocks
    .filter(({ label }) => label === LIST_LABEL || !SILENT.test(label))
    .map((block) => (block.label === LIST_LABEL ? listPiece(sha256(block.der)) : pieceOf(block)));
}

function pieceOf(block: PemBlock): string {
  const { label, der } = block;
  if (label === 'CERTIFICATE') return sha256(der);
  if (!isPrivateKey(block)) return `${label} ${sha256(der)}`;
  return keyPiece(parseKey(Buffer.from(pemText(label, der))).keyId);
}

/** Every certificate of a file, in order. @throws Error where one cannot be read. */
export function parseCertificates(bytes: Buffer): readonly CertificateFacts[] {
  return readable('certificates', () => certificateLabelled(bytes).map((der) => certificateFacts(der)));
}

/** The DER of every block that is labelled as one. @throws Error where programs disagree about blocks. */
export function certificateLabelled(bytes: Buffer): readonly Uint8Array[] {
  const blocks = pemBlocks(bytes.toString('latin1'));
  return blocks.filter(({ label }) => label === 'CERTIFICATE').map(({ der }) => der);
}

/** The DER of every sound certificate block of a file, in order. */
export function certificateBlocks(bytes: Buffer): readonly Uint8Array[] {
  const { blocks } = readPem(bytes.toString('latin1'));
  return blocks.flatMap(({ label, der }) => (label === 'CERTIFICATE' ? [der] : []));
}

/** Certificates as PEM, one after the other. */
export function certificatesText(ders: readonly Uint8Array[]): string {
  return ders.map((der) => pemText('CERTIFICATE', der)).join('');
}

/** The DER of every block that some program takes for a certificate. @throws Error where programs disagree about blocks. */
export function certificateLikeBlocks(bytes: Buffer): readonly Uint8Array[] {
  const blocks = pemBlocks(bytes.toString('latin1'));
  return blocks.filter(({ label }) => CERTIFICATE_LABELS.includes(label)).map(({ der }) => der);
}

/** Which key the first `PUBLIC KEY` of a PEM file is. @throws Error where there is none, or it cannot be read. */
export function parsePublicKey(bytes: Buffer): KeyId {
  return readable('public key', () => publicKeyFacts(firstBlock(bytes, ['PUBLIC KEY']).der).keyId);
}

function firstBlock(bytes: Buffer, labels: readonly string[]): PemBlock {
  if (bytes[0] === 0x30 && bytes.includes(0)) throw new Error('is DER, and only PEM can be used');
  if (isUtf16(bytes)) throw new Error('is text in UTF-16, which no program reads as PEM');
  const block = pemBlocks(bytes.toString('latin1')).find(({ label }) => labels.includes(label));
  if (block === undefined) throw new Error(`holds no complete ${labels[0]} block`);
  return block;
}

/** By its byte order mark, as editors and shells of Windows write it. */
export function isUtf16(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}

/** An error that calls an unreadable block what it should have been. */
export function readable<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`holds no readable ${what}: ${messageOf(error)}`);
  }
}
