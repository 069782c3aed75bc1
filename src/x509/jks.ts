/**
 * JKS, the key store of Java before PKCS#12, read: sun.security.provider.JavaKeyStore. Certificates and names in it are
 * open; the password protects keys, and proves that nothing was changed.
 */
import { createHash } from 'node:crypto';
import { certificateFacts } from './certificate.ts';
import { children, type Der, expectTag, readAll, TAG } from './der.ts';
import { keyPiece } from './parse.ts';
import { parseKey } from './parse-key.ts';
import { pemText } from './pem.ts';
import { type ClosedPkcs12, type Label, pieceMark, pieceText } from './pkcs12.ts';
import { sha256 } from './public-key.ts';

/** What the format is made of. */
export const JKS = {
  magic: 0xfeedfeed,
  version: 2,
  key: 1,
  trusted: 2,
  x509: 'X.509',
  /** Of Sun; its stream of SHA-1 digests is no encryption that anything else uses. */
  protector: '1.3.6.1.4.1.42.2.17.1.1',
  /** Octets of a SHA-1 digest, and so of the salt. */
  digest: 20,
} as const;

/** The first piece of every such file, where others have their encryption. */
export const JKS_PIECE = 'format jks';

const BAD = 'holds no readable Java key store';

interface Entry {
  readonly name: string;
  /** Protected, of a key. */
  readonly key: Uint8Array | null;
  readonly certificates: readonly Uint8Array[];
}

/** What is in a file, as far as it is open: a key counts as that of its certificate. @throws Error where it cannot be read. */
export function parseJks(bytes: Buffer): ClosedPkcs12 {
  try {
    return { mark: pieceMark(piecesOf(entriesOf(bytes), ownKey)).toString('hex') };
  } catch {
    // Whatever is wrong with it, nothing of it is quoted.
    throw new Error(BAD);
  }
}

/** Every piece of a file, `null` where the password is another. @throws Error where it cannot be read even so. */
export function openJks(bytes: Buffer, password: string): readonly string[] | null {
  const content = bytes.subarray(0, -JKS.digest);
  if (!jksDigest(content, password).equals(bytes.subarray(-JKS.digest))) return null;
  return piecesOf(entriesOf(bytes), ({ key }) => {
    const plain = unprotect(key ?? new Uint8Array(), password);
    return keyPiece(parseKey(Buffer.from(pemText('PRIVATE KEY', plain))).keyId);
  });
}

/** What shows that a file was written by someone who knows the password. */
export function jksDigest(content: Uint8Array, password: string): Buffer {
  return createHash('sha1').update(utf16(password)).update('Mighty Aphrodite').update(content).digest();
}

/** As Java has characters. */
function utf16(password: string): Buffer {
  return Buffer.from(password, 'utf16le').swap16();
}

/** Changes a key into what is stored, and back: octets of a chain of digests. */
export function jksStream(octets: Uint8Array, password: string, salt: Uint8Array): Buffer {
  const result = Buffer.alloc(octets.length);
  let block = salt;
  for (let at = 0; at < octets.length; at += JKS.digest) {
    block = createHash('sha1').update(utf16(password)).update(block).digest();
    for (let i = at; i < Math.min(at + JKS.digest, octets.length); i++)
      result[i] = (octets[i] ?? 0) ^ (block[i - at] ?? 0);
  }
  return result;
}

/** By which a reader knows that it has the key. */
export function jksCheck(plain: Uint8Array, password: string): Buffer {
  return createHash('sha1').update(utf16(password)).update(plain).digest();
}

function unprotect(key: Uint8Array, password: string): Uint8Array {
  const [, sealed]: readonly Der[] = children(readAll(key));
  const octets = expectTag(sealed, TAG.octetString).body;
  const [salt, check] = [octets.subarray(0, JKS.digest), octets.subarray(-JKS.digest)];
  const plain = jksStream(octets.subarray(JKS.digest, -JKS.digest), password, salt);
  if (!jksCheck(plain, password).equals(check)) throw new Error(BAD);
  return plain;
}

function ownKey({ certificates: [first] }: Entry): string {
  if (first === undefined) throw new Error(BAD);
  return keyPiece(certificateFacts(first).keyId);
}

/** In the order of other files under a password: the key, then its certificates. */
function piecesOf(entries: readonly Entry[], keyOf: (entry: Entry) => string): readonly string[] {
  const pieces = entries.flatMap((entry) => {
    const { name, key, certificates } = entry;
    const kind = key === null ? 'trusted' : 'certificate';
    const shown = certificates.map((der, i) => pieceText(sha256(der), i === 0 ? { kind, name } : { kind }));
    return key === null ? shown : [pieceText(keyOf(entry), { kind: 'key', name }), ...shown];
  });
  return [JKS_PIECE, ...pieces];
}

function entriesOf(bytes: Buffer): readonly Entry[] {
  const reader = new Fields(bytes.subarray(0, -JKS.digest));
  if (reader.number() !== JKS.magic || reader.number() !== JKS.version) throw new Error(BAD);
  const count = reader.number();
  const entries: Entry[] = [];
  for (let i = 0; i < count; i++) entries.push(entryIn(reader));
  if (!reader.isAtEnd()) throw new Error(BAD);
  return entries;
}

function entryIn(reader: Fields): Entry {
  const tag = reader.number();
  const name = reader.text();
  reader.take(8);
  if (tag === JKS.trusted) return { name, key: null, certificates: [certificateIn(reader)] };
  if (tag !== JKS.key) throw new Error(BAD);
  const key = reader.octets();
  const count = reader.number();
  const certificates: Uint8Array[] = [];
  for (let i = 0; i < count; i++) certificates.push(certificateIn(reader));
  return { name, key, certificates };
}

function certificateIn(reader: Fields): Uint8Array {
  if (reader.text() !== JKS.x509) throw new Error(BAD);
  return reader.octets();
}

/** The fields of a file, one after the other. */
class Fields {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new Error(BAD);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  number(): number {
    return this.take(4).readUInt32BE();
  }

  octets(): Buffer {
    return this.take(this.number());
  }

  text(): string {
    return this.take(this.take(2).readUInt16BE()).toString('utf8');
  }

  isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }
}

/** The name under which Java finds an entry: it asks for lower case alone. */
export function jksLabel({ kind, name }: Label): Label {
  return name === undefined ? { kind } : { kind, name: name.toLowerCase() };
}
