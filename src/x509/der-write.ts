/** Writes DER (X.690 §8), as far as names, public keys and extensions need it. */
import { TAG } from './der.ts';

/** One tag-length-value around parts that are DER, or content, already. */
export function encode(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...lengthOctets(body.length)]), body]);
}

function lengthOctets(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const octets = base(256, length);
  return [0x80 | octets.length, ...octets];
}

/** The digits of a whole number, most significant first. */
function base(radix: number, value: number): readonly number[] {
  const rest = Math.floor(value / radix);
  return [...(rest === 0 ? [] : base(radix, rest)), value % radix];
}

/** The BOOLEAN that is worth writing: FALSE is a default wherever extensions have one, which DER leaves out. */
export const TRUE = encode(TAG.boolean, Buffer.of(0xff));

/** An INTEGER that is not negative. */
export function encodeInteger(value: number): Buffer {
  const octets = base(256, value);
  return encode(TAG.integer, Buffer.from((octets[0] ?? 0) > 0x7f ? [0, ...octets] : octets));
}

/** An OBJECT IDENTIFIER from its dotted text. */
export function encodeOid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const octets = [first * 40 + second, ...rest].flatMap((arc) =>
    base(128, arc).map((digit, i, digits) => (i < digits.length - 1 ? digit | 0x80 : digit)),
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
