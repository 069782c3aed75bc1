/** Encryption under a password: PBES2 (RFC 8018 §6.2), and the form of PKCS#12 that every old reader has (RFC 7292 §C). */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hash as digestOf,
  pbkdf2Sync,
} from 'node:crypto';
import type { Encryption } from '../pki/seal.ts';
import { children, context, type Der, DerError, expectTag, oidText, smallInteger, TAG } from './der.ts';
import { encode, encodeInteger, encodeOid } from './der-write.ts';

/** Random octets: purity ends where they are drawn. */
export type Draw = (length: number) => Buffer;

const OID = {
  pbes2: '1.2.840.113549.1.5.13',
  pbkdf2: '1.2.840.113549.1.5.12',
  sha1And3des: '1.2.840.113549.1.12.1.3',
  hmacSha1: '1.2.840.113549.2.7',
  hmacSha256: '1.2.840.113549.2.9',
  hmacSha384: '1.2.840.113549.2.10',
  hmacSha512: '1.2.840.113549.2.11',
  aes128: '2.16.840.1.101.3.4.1.2',
  aes192: '2.16.840.1.101.3.4.1.22',
  aes256: '2.16.840.1.101.3.4.1.42',
} as const;

const PRFS: Readonly<Record<string, string>> = {
  [OID.hmacSha1]: 'sha1',
  [OID.hmacSha256]: 'sha256',
  [OID.hmacSha384]: 'sha384',
  [OID.hmacSha512]: 'sha512',
};
const CIPHERS: Readonly<Record<string, readonly [name: string, keyLength: number]>> = {
  [OID.aes128]: ['aes-128-cbc', 16],
  [OID.aes192]: ['aes-192-cbc', 24],
  [OID.aes256]: ['aes-256-cbc', 32],
};

/** As keytool has them since Java 16; more only slow down the program that opens the file. */
export const ITERATIONS = 10_000;

/** The AlgorithmIdentifier, and what is encrypted. */
export interface Sealed {
  readonly algorithm: Buffer;
  readonly content: Buffer;
}

/** Plain octets under a password. */
export function seal(plain: Uint8Array, password: string, encryption: Encryption, draw: Draw): Sealed {
  return encryption === 'modern' ? sealModern(plain, password, draw) : sealCompatible(plain, password, draw);
}

/** PBES2 with PBKDF2-HMAC-SHA256 and AES-256-CBC. */
export function sealModern(
  plain: Uint8Array,
  password: string,
  draw: Draw,
  iterations: number = ITERATIONS,
): Sealed {
  const [salt, iv] = [draw(16), draw(16)];
  const key = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  const derivation = encode(
    TAG.sequence,
    encodeOid(OID.pbkdf2),
    encode(
      TAG.sequence,
      encode(TAG.octetString, salt),
      encodeInteger(iterations),
      encode(TAG.sequence, encodeOid(OID.hmacSha256), encode(TAG.null)),
    ),
  );
  const scheme = encode(TAG.sequence, encodeOid(OID.aes256), encode(TAG.octetString, iv));
  return {
    algorithm: encode(TAG.sequence, encodeOid(OID.pbes2), encode(TAG.sequence, derivation, scheme)),
    content: Buffer.concat([cipher.update(plain), cipher.final()]),
  };
}

function sealCompatible(plain: Uint8Array, password: string, draw: Draw): Sealed {
  const salt = draw(8);
  const cipher = createCipheriv('des-ede3-cbc', ...tripleDes(password, salt, ITERATIONS));
  const parameters = encode(TAG.sequence, encode(TAG.octetString, salt), encodeInteger(ITERATIONS));
  return {
    algorithm: encode(TAG.sequence, encodeOid(OID.sha1And3des), parameters),
    content: Buffer.concat([cipher.update(plain), cipher.final()]),
  };
}

function tripleDes(
  password: string,
  salt: Uint8Array,
  iterations: number,
): readonly [key: Buffer, iv: Buffer] {
  const derive = (purpose: Purpose, length: number): Buffer =>
    pkcs12Key({ password, salt, iterations, hash: 'sha1', purpose, length });
  return [derive('key', 24), derive('iv', 8)];
}

/** More is not to be asked by a file: each costs time. */
export const MOST_ITERATIONS = 10_000_000;

/** The form, and the plain octets. @throws DerError for another form, Error for another password. */
export function unseal(
  algorithm: Der | undefined,
  content: Uint8Array,
  password: string,
): { readonly plain: Buffer; readonly encryption: Encryption | null } {
  const [oid, parameters] = children(expectTag(algorithm, TAG.sequence));
  const kind = oidText(oid);
  if (kind === OID.pbes2) return unsealModern(parameters, content, password);
  if (kind !== OID.sha1And3des) throw new DerError(`is encrypted in another way (${kind})`);
  const [salt, iterations] = children(expectTag(parameters, TAG.sequence));
  const keys = tripleDes(password, expectTag(salt, TAG.octetString).body, countOf(iterations));
  const cipher = createDecipheriv('des-ede3-cbc', ...keys);
  return { plain: Buffer.concat([cipher.update(content), cipher.final()]), encryption: 'compatible' };
}

function unsealModern(parameters: Der | undefined, content: Uint8Array, password: string) {
  const [derivation, scheme] = children(expectTag(parameters, TAG.sequence));
  const [kind, how] = children(expectTag(derivation, TAG.sequence));
  if (oidText(kind) !== OID.pbkdf2) throw new DerError('derives its key in another way');
  const [salt, iterations, ...rest] = children(expectTag(how, TAG.sequence));
  const prf = rest.find(({ tag }) => tag === TAG.sequence);
  const hash = PRFS[prf === undefined ? OID.hmacSha1 : oidText(children(prf)[0])];
  const [cipherOid, iv] = children(expectTag(scheme, TAG.sequence));
  const cipher = CIPHERS[oidText(cipherOid)];
  if (hash === undefined || cipher === undefined) throw new DerError('is encrypted in another way');
  const [name, length] = cipher;
  const key = pbkdf2Sync(password, expectTag(salt, TAG.octetString).body, countOf(iterations), length, hash);
  const opened = createDecipheriv(name, key, expectTag(iv, TAG.octetString).body);
  const isOurs = name === 'aes-256-cbc' && hash === 'sha256';
  const plain = Buffer.concat([opened.update(content), opened.final()]);
  return { plain, encryption: isOurs ? ('modern' as const) : null };
}

function countOf(der: Der | undefined): number {
  const count = smallInteger(der);
  if (count < 1 || count > MOST_ITERATIONS) throw new DerError('wants too many iterations');
  return count;
}

type Purpose = 'key' | 'iv' | 'mac';
const PURPOSES: Readonly<Record<Purpose, number>> = { key: 1, iv: 2, mac: 3 };
const BLOCKS: Readonly<Record<string, number>> = { sha1: 64, sha256: 64, sha384: 128, sha512: 128 };

/** What a key of PKCS#12's own is derived from. */
export interface Derivation {
  readonly password: string;
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly hash: string;
  readonly purpose: Purpose;
  readonly length: number;
}

/** RFC 7292 §B.2. The password is UTF-16 there, closed by a zero. */
function pkcs12Key({ password, salt, iterations, hash, purpose, length }: Derivation): Buffer {
  const block = BLOCKS[hash] ?? 64;
  const name = Buffer.alloc(block, PURPOSES[purpose]);
  let input: Buffer = Buffer.concat([
    filled(salt, block),
    filled(Buffer.from(`${password}\0`, 'utf16le').swap16(), block),
  ]);
  let key: Buffer = Buffer.alloc(0);
  for (;;) {
    let digest = digestOf(hash, Buffer.concat([name, input]), 'buffer');
    // An object for each round would double the time, of which files under a password take most.
    for (let round = 1; round < iterations; round++) digest = digestOf(hash, digest, 'buffer');
    key = Buffer.concat([key, digest]);
    if (key.length >= length) return key.subarray(0, length);
    input = increased(input, filled(digest, block).subarray(0, block), block);
  }
}

/** Repeated up to a multiple of the block. */
function filled(octets: Uint8Array, block: number): Buffer {
  return Buffer.alloc(block * Math.ceil(octets.length / block), octets);
}

/** Each block of it, plus that number and one. */
function increased(input: Buffer, by: Buffer, block: number): Buffer {
  const sum = Buffer.from(input);
  for (let start = 0; start < sum.length; start += block) {
    let carry = 1;
    for (let at = block - 1; at >= 0; at--) {
      carry += (sum[start + at] ?? 0) + (by[at] ?? 0);
      sum[start + at] = carry & 0xff;
      carry >>= 8;
    }
  }
  return sum;
}

/** The code by which a PKCS#12 file shows that it was not changed (RFC 7292 §4). */
export function macOf(content: Uint8Array, derivation: Omit<Derivation, 'purpose' | 'length'>): Buffer {
  const { length } = createHash(derivation.hash).digest();
  const key = pkcs12Key({ ...derivation, purpose: 'mac', length });
  return createHmac(derivation.hash, key).update(content).digest();
}

/** `[0]` around octets, as EncryptedContentInfo has it. */
export const IMPLICIT_OCTETS = context(0) & ~0x20;
