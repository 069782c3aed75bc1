/** Writes DER (X.690 §8), as far as names, keys, requests and certificates need it. */
import { TAG } from './der.ts';

/** One tag-length-value around parts that are DER, or content, already. */
export function encode(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Buffer.of(tag, ...lengthOctets(length)), ...parts]);
}

function lengthOctets(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const octets = digits(256n, BigInt(length));
  return [0x80 | octets.length, ...octets];
}

/** Of a whole number, most significant first. */
function digits(base: bigint, value: bigint): readonly number[] {
  const rest = value / base;
  return [...(rest === 0n ? [] : digits(base, rest)), Number(value % base)];
}

/** The only BOOLEAN that is written: FALSE is the default wherever extensions have one, and DER leaves it out. */
export const TRUE = encode(TAG.boolean, Buffer.of(0xff));

/** A non-negative INTEGER. */
export function encodeInteger(value: number): Buffer {
  const octets = digits(256n, BigInt(value));
  return encode(TAG.integer, Buffer.from((octets[0] ?? 0) > 0x7f ? [0, ...octets] : octets));
}

/** Any INTEGER: two's complement, in as few octets as can be (X.690 §8.3.2). */
export function encodeBigInteger(value: bigint): Buffer {
  let size = 1;
  while (BigInt.asIntN(8 * size, value) !== value) size++;
  const octets = BigInt.asUintN(8 * size, value)
    .toString(16)
    .padStart(2 * size, '0');
  return encode(TAG.integer, Buffer.from(octets, 'hex'));
}

/** An OBJECT IDENTIFIER from its dotted text. */
export function encodeOid(dotted: string): Buffer {
  const known = ENCODED.get(dotted) ?? freshOid(dotted);
  ENCODED.set(dotted, known);
  return known;
}

/** Every name and extension begins with one, and there are few. */
const ENCODED = new Map<string, Buffer>();

function freshOid(dotted: string): Buffer {
  const [first = 0n, second = 0n, ...rest] = dotted.split('.').map(BigInt);
  const octets = [first * 40n + second, ...rest].flatMap((arc) =>
    digits(128n, arc).map((digit, i, { length }) => (i < length - 1 ? digit | 0x80 : digit)),
  );
  return encode(TAG.oid, Buffer.from(octets));
}

/** A BIT STRING of named bits, which ends with the last that is set (X.690 §11.2.2). */
export function encodeBits(set: readonly number[]): Buffer {
  const length = Math.max(-1, ...set) + 1;
  const octets = Array<number>(Math.ceil(length / 8)).fill(0);
  for (const bit of set) octets[bit >> 3] = (octets[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return encode(TAG.bitString, Buffer.from([octets.length * 8 - length, ...octets]));
}

/** A BIT STRING of whole octets: a key, or a signature. */
export function encodeOctetBits(octets: Uint8Array): Buffer {
  return encode(TAG.bitString, Buffer.of(0), octets);
}

/** A time to the second: UTCTime through 2049, GeneralizedTime from then on (RFC 5280 §4.1.2.5). */
export function encodeTime(seconds: number): Buffer {
  const digits = timeDigits(seconds);
  const isShort = digits >= '1950' && digits < '2050';
  return isShort ? encode(TAG.utcTime, Buffer.from(digits.slice(2))) : encodeGeneralizedTime(seconds);
}

/** The same with four digits of the year. */
export function encodeGeneralizedTime(seconds: number): Buffer {
  return encode(TAG.generalizedTime, Buffer.from(timeDigits(seconds)));
}

function timeDigits(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/[-:T]|\.\d+/g, '');
}
