/** PKCS#12 (RFC 7292), read: what can be known of a file with its password, and without. */
import { createHash } from 'node:crypto';
import type { Encryption } from '../pki/seal.ts';
import {
  children,
  context,
  type Der,
  DerError,
  expectTag,
  hex,
  oidText,
  readAll,
  smallInteger,
  TAG,
} from './der.ts';
import { keyPiece } from './parse.ts';
import { parseKey } from './parse-key.ts';
import { IMPLICIT_OCTETS, MOST_ITERATIONS, macOf, unseal } from './pbe.ts';
import { pemText } from './pem.ts';
import { sha256 } from './public-key.ts';

/** Object identifiers of its parts; the last two are Oracle's, and that of RFC 5280 §4.2.1.12. */
export const PKCS12 = {
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6',
  keyBag: '1.2.840.113549.1.12.10.1.2',
  certificateBag: '1.2.840.113549.1.12.10.1.3',
  x509: '1.2.840.113549.1.9.22.1',
  friendlyName: '1.2.840.113549.1.9.20',
  localKeyId: '1.2.840.113549.1.9.21',
  trustedKeyUsage: '2.16.840.1.113894.746875.1.1',
  anyUsage: '2.5.29.37.0',
  hashes: { sha1: '1.3.14.3.2.26', sha256: '2.16.840.1.101.3.4.2.1' },
} as const;

const HASHES: Readonly<Record<string, string>> = {
  [PKCS12.hashes.sha1]: 'sha1',
  [PKCS12.hashes.sha256]: 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/** Octets of the mark at the end of the salt. */
const MARK = 24;

/** What a salt of ours ends with. */
export function pieceMark(pieces: readonly string[]): Buffer {
  return createHash('sha256').update(pieces.join('\n')).digest().subarray(0, MARK);
}

/** A file as it is without the password. */
export interface ClosedPkcs12 {
  /** The mark in its salt, hex; of a file that this program did not write, anything. */
  readonly mark: string;
}

/** @throws Error where it is no such file, or none with a MAC under a password. */
export function parsePkcs12(bytes: Buffer): ClosedPkcs12 {
  return { mark: hex(macIn(bytes).salt.subarray(-MARK)) };
}

/** What an entry of a file is to programs that list it. */
export interface Label {
  readonly kind: 'key' | 'certificate' | 'trusted';
  /** Absent: a certificate of a chain. */
  readonly name?: string;
}

/** A piece, as `parsePieces` has it, with its label. */
export function pieceText(piece: string, { kind, name }: Label): string {
  return `${kind === 'trusted' ? 'trusted ' : ''}${piece}${name === undefined ? '' : ` as ${name}`}`;
}

interface Mac {
  readonly content: Uint8Array;
  readonly hash: string;
  readonly mac: Uint8Array;
  readonly salt: Uint8Array;
  readonly iterations: number;
}

function macIn(bytes: Uint8Array): Mac {
  try {
    const [version, safe, mac] = children(expectTag(readAll(bytes), TAG.sequence));
    if (smallInteger(version) !== 3) throw new DerError('has another version');
    const [digest, salt, iterations] = children(expectTag(mac, TAG.sequence));
    const [algorithm, value] = children(expectTag(digest, TAG.sequence));
    const hash = HASHES[oidText(children(expectTag(algorithm, TAG.sequence))[0])];
    const count = iterations === undefined ? 1 : smallInteger(iterations);
    if (hash === undefined || count > MOST_ITERATIONS) throw new DerError('has a MAC of another kind');
    return {
      content: dataIn(safe),
      hash,
      mac: expectTag(value, TAG.octetString).body,
      salt: expectTag(salt, TAG.octetString).body,
      iterations: count,
    };
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw new Error(`holds no readable PKCS#12: ${error.message}`);
  }
}

function dataIn(content: Der | undefined): Uint8Array {
  const [kind, value] = children(expectTag(content, TAG.sequence));
  if (oidText(kind) !== PKCS12.data) throw new DerError('has content of another kind');
  return expectTag(readAll(expectTag(value, context(0)).body), TAG.octetString).body;
}

/** Every piece of a file, `null` where the password is another. @throws Error where it cannot be read even so. */
export function openPkcs12(bytes: Buffer, password: string): readonly string[] | null {
  const { content, hash, mac, salt, iterations } = macIn(bytes);
  if (!macOf(content, { password, salt, iterations, hash }).equals(mac)) return null;
  const found: Found = { encryptions: new Set(), pieces: [] };
  for (const info of children(readAll(content))) readInfo(info, password, found);
  const [encryption = null] = found.encryptions.size === 1 ? found.encryptions : [];
  const isOurs = encryption === (hash === 'sha256' ? 'modern' : 'compatible');
  return [`encryption ${isOurs ? encryption : 'other'}`, ...found.pieces.toSorted(keysFirst)];
}

interface Found {
  readonly encryptions: Set<Encryption | null>;
  readonly pieces: string[];
}

/** A stable sort: certificates stay in their order. */
function keysFirst(a: string, b: string): number {
  return Number(b.startsWith('key ')) - Number(a.startsWith('key '));
}

function readInfo(info: Der, password: string, found: Found): void {
  const [kind] = children(expectTag(info, TAG.sequence));
  const plain = oidText(kind) === PKCS12.encryptedData ? decrypted(info, password, found) : dataIn(info);
  for (const bag of children(readAll(plain))) readBag(bag, password, found);
}

function decrypted(info: Der, password: string, { encryptions }: Found): Uint8Array {
  const [, value] = children(info);
  const [, inner] = children(readAll(expectTag(value, context(0)).body));
  const [, algorithm, content] = children(expectTag(inner, TAG.sequence));
  const { plain, encryption } = unseal(algorithm, expectTag(content, IMPLICIT_OCTETS).body, password);
  encryptions.add(encryption);
  return plain;
}

function readBag(bag: Der, password: string, found: Found): void {
  const [kind, value, attributes] = children(expectTag(bag, TAG.sequence));
  const content = readAll(expectTag(value, context(0)).body);
  const { name, isTrusted } = attributesIn(attributes);
  const named = name === undefined ? {} : { name };
  if (oidText(kind) === PKCS12.certificateBag) {
    const [, certificate] = children(content);
    const der = expectTag(readAll(expectTag(certificate, context(0)).body), TAG.octetString).body;
    found.pieces.push(pieceText(sha256(der), { kind: isTrusted ? 'trusted' : 'certificate', ...named }));
  } else if (oidText(kind) === PKCS12.keyBag) {
    const [algorithm, sealed] = children(content);
    const { plain, encryption } = unseal(algorithm, expectTag(sealed, TAG.octetString).body, password);
    found.encryptions.add(encryption);
    const { keyId } = parseKey(Buffer.from(pemText('PRIVATE KEY', plain)));
    found.pieces.push(pieceText(keyPiece(keyId), { kind: 'key', ...named }));
  } else found.pieces.push(`other ${oidText(kind)}`);
}

function attributesIn(set: Der | undefined): { readonly name?: string; readonly isTrusted: boolean } {
  const attributes = set === undefined ? [] : children(expectTag(set, TAG.set)).map(children);
  const valueFor = (wanted: string): Der | undefined =>
    attributes.flatMap(([kind, values]) => (oidText(kind) === wanted && values ? children(values) : []))[0];
  const name = valueFor(PKCS12.friendlyName);
  const isTrusted = valueFor(PKCS12.trustedKeyUsage) !== undefined;
  return name === undefined
    ? { isTrusted }
    : { name: Buffer.from(name.body).swap16().toString('utf16le'), isTrusted };
}
