/**
 * PKCS#12 (RFC 7292), written. By this program and not by openssl: before 3.2 that has no way to mark certificates as
 * trusted (`-jdktrust`), without which Java lists nothing of a file of roots.
 */
import { createHash } from 'node:crypto';
import type { Encryption } from '../pki/seal.ts';
import { context, TAG } from './der.ts';
import { encode, encodeInteger, encodeOid } from './der-write.ts';
import { type Draw, IMPLICIT_OCTETS, ITERATIONS, macOf, seal } from './pbe.ts';
import { type Label, PKCS12, pieceMark } from './pkcs12.ts';

/** One entry of a file, as DER: of a key PKCS#8. */
export interface Bag extends Label {
  readonly der: Uint8Array;
  /** Joins a key and its certificate. */
  readonly localKeyId?: Uint8Array;
}

/** What of a file is chosen. */
export interface Pkcs12Options {
  readonly password: string;
  readonly encryption: Encryption;
  readonly draw: Draw;
  /** What the file holds, in the words of `parsePieces`: a reader without the password can compare its digest. */
  readonly pieces: readonly string[];
}

/** The file's octets. */
export function pkcs12(bags: readonly Bag[], options: Pkcs12Options): Buffer {
  const keys = bags.filter(({ kind }) => kind === 'key');
  const certificates = bags.filter(({ kind }) => kind !== 'key');
  const contents = [
    encrypted(encode(TAG.sequence, ...certificates.map((bag) => certificateBag(bag))), options),
    ...(keys.length === 0 ? [] : [data(encode(TAG.sequence, ...keys.map((bag) => keyBag(bag, options))))]),
  ];
  const safe = encode(TAG.sequence, ...contents);
  return encode(TAG.sequence, encodeInteger(3), data(safe), macData(safe, options));
}

function data(content: Uint8Array): Buffer {
  return encode(TAG.sequence, encodeOid(PKCS12.data), encode(context(0), encode(TAG.octetString, content)));
}

function encrypted(plain: Uint8Array, { password, encryption, draw }: Pkcs12Options): Buffer {
  const { algorithm, content } = seal(plain, password, encryption, draw);
  const info = encode(TAG.sequence, encodeOid(PKCS12.data), algorithm, encode(IMPLICIT_OCTETS, content));
  const value = encode(TAG.sequence, encodeInteger(0), info);
  return encode(TAG.sequence, encodeOid(PKCS12.encryptedData), encode(context(0), value));
}

function keyBag(bag: Bag, { password, encryption, draw }: Pkcs12Options): Buffer {
  const { algorithm, content } = seal(bag.der, password, encryption, draw);
  const value = encode(TAG.sequence, algorithm, encode(TAG.octetString, content));
  return safeBag(PKCS12.keyBag, value, attributesOf(bag));
}

function certificateBag(bag: Bag): Buffer {
  const value = encode(
    TAG.sequence,
    encodeOid(PKCS12.x509),
    encode(context(0), encode(TAG.octetString, bag.der)),
  );
  return safeBag(PKCS12.certificateBag, value, attributesOf(bag));
}

function safeBag(kind: string, value: Buffer, attributes: readonly Buffer[]): Buffer {
  const set = attributes.length === 0 ? [] : [encode(TAG.set, ...attributes.toSorted(Buffer.compare))];
  return encode(TAG.sequence, encodeOid(kind), encode(context(0), value), ...set);
}

const BMP_STRING = 0x1e;

function attributesOf({ kind, name, localKeyId }: Bag): readonly Buffer[] {
  return [
    ...(name === undefined
      ? []
      : [attribute(PKCS12.friendlyName, encode(BMP_STRING, Buffer.from(name, 'utf16le').swap16()))]),
    ...(localKeyId === undefined ? [] : [attribute(PKCS12.localKeyId, encode(TAG.octetString, localKeyId))]),
    ...(kind === 'trusted' ? [attribute(PKCS12.trustedKeyUsage, encodeOid(PKCS12.anyUsage))] : []),
  ];
}

function attribute(kind: string, value: Buffer): Buffer {
  return encode(TAG.sequence, encodeOid(kind), encode(TAG.set, value));
}

function macData(content: Uint8Array, { password, encryption, draw, pieces }: Pkcs12Options): Buffer {
  const hash = encryption === 'modern' ? 'sha256' : 'sha1';
  // Any octets do for a salt (RFC 7292 §B.2): some are random, and the rest says what is inside.
  const salt = Buffer.concat([draw(8), pieceMark(pieces)]);
  const mac = macOf(content, { password, salt, iterations: ITERATIONS, hash });
  const algorithm = encode(TAG.sequence, encodeOid(PKCS12.hashes[hash]), encode(TAG.null));
  return encode(
    TAG.sequence,
    encode(TAG.sequence, algorithm, encode(TAG.octetString, mac)),
    encode(TAG.octetString, salt),
    encodeInteger(ITERATIONS),
  );
}

/** Joins a key to its certificate, as openssl has it: the SHA-1 of the certificate. */
export function localKeyIdOf(certificate: Uint8Array): Buffer {
  return createHash('sha1').update(certificate).digest();
}
