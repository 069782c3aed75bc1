/**
 * A reader for DER (X.690 §8–11), as far as certificates, requests and public keys need it. Own code because node's
 * X509Certificate exposes neither key usage, path length, AKI nor the bytes of a SAN, and its text forms are ambiguous.
 * Throws `DerError` on anything that is not one well-formed value; callers turn that into "unreadable".
 */
export class DerError extends Error {
  override readonly name = 'DerError';
}

/** What is read of octets that others made; `undefined` where they are not what they should be. @throws all but DerError. */
export function unlessDamaged<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

/** What is wrong with octets that others made; `undefined`: nothing. @throws all but DerError. */
export function damageIn(read: () => void): DerError | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof DerError) return error;
    throw error;
  }
}

/** One tag-length-value. `bytes` is all of it, `body` its content; both are views, not copies. */
export interface Der {
  readonly tag: number;
  readonly bytes: Uint8Array;
  readonly body: Uint8Array;
}

/** Identifier octets of universal types (X.690 §8.1.2); SEQUENCE and SET with the bit for constructed. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  printableString: 0x13,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visibleString: 0x1a,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The value that starts at `offset`; what follows it is left to the caller. */
export function readAt(input: Uint8Array, offset: number): Der {
  const tag = input[offset];
  const first = input[offset + 1];
  if (tag === undefined || first === undefined) throw new DerError('truncated DER');
  // Tags from 31 on take more octets (X.690 §8.1.2.4); X.509 has none.
  if ((tag & 0x1f) === 0x1f) throw new DerError('unsupported DER tag');
  const { length, headerLength } =
    first < 0x80 ? { length: first, headerLength: 2 } : longLength(input, offset);
  const start = offset + headerLength;
  const end = start + length;
  if (end > input.length) throw new DerError('truncated DER');
  return { tag, bytes: input.subarray(offset, end), body: input.subarray(start, end) };
}

function longLength(input: Uint8Array, offset: number): { length: number; headerLength: number } {
  const count = (input[offset + 1] ?? 0) & 0x7f;
  if (count === 0 || count > 4) throw new DerError('unsupported DER length');
  let length = 0;
  for (let i = 0; i < count; i++) length = length * 256 + (input[offset + 2 + i] ?? 0);
  // X.690 §10.1: in as few octets as possible.
  if (length < 0x80 || length < 256 ** (count - 1))
    throw new DerError('a length takes too many octets, which is not DER');
  return { length, headerLength: 2 + count };
}

/** The one value that `input` holds, with nothing after it. */
export function readAll(input: Uint8Array): Der {
  const der = readAt(input, 0);
  if (der.bytes.length !== input.length) throw new DerError('data after the end of DER');
  return der;
}

/** The values inside a constructed one, in order. */
export function children(der: Der): readonly Der[] {
  const found: Der[] = [];
  for (let offset = 0; offset < der.body.length; ) {
    const child = readAt(der.body, offset);
    found.push(child);
    offset += child.bytes.length;
  }
  return found;
}

/** The parts of a structure that has at most so many. @throws DerError where there are more, which only some programs skip. */
export function partsOf(der: Der, most: number): readonly Der[] {
  const parts = children(der);
  if (parts.length > most) throw new DerError('a structure has more parts than it may');
  return parts;
}

/** The value as it came. @throws DerError where there is none, or where it has another tag. */
export function expectTag(der: Der | undefined, tag: number): Der {
  if (der?.tag !== tag) throw new DerError(`expected DER tag ${tag}, got ${der?.tag ?? 'nothing'}`);
  return der;
}

/** A context-specific tag, constructed as most of X.509's explicit ones are: `[n]`. */
export function context(n: number): number {
  return 0xa0 + n;
}

/** Dotted decimal, `2.5.29.17`. */
export function oidText(der: Der | undefined): string {
  const arcs: string[] = [];
  let septets: number[] = [];
  for (const byte of expectTag(der, TAG.oid).body) {
    septets.push(byte & 0x7f);
    if (byte & 0x80) continue;
    arcs.push(arcText(septets));
    septets = [];
  }
  const first = Number(arcs[0] ?? 0);
  const root = Math.min(Math.floor(first / 40), 2);
  return [root, first - root * 40, ...arcs.slice(1)].join('.');
}

/** UUIDs as arcs, below 2.25, exceed what a number holds. */
function arcText(septets: readonly number[]): string {
  if (septets.length < 8) return String(septets.reduce((arc, septet) => arc * 128 + septet, 0));
  return String(septets.reduce((arc, septet) => arc * 128n + BigInt(septet), 0n));
}

/** A small non-negative INTEGER, such as a path length or a version. */
export function smallInteger(der: Der | undefined): number {
  const body = expectTag(der, TAG.integer).body;
  if (body.length === 0 || body.length > 4 || (body[0] ?? 0) > 0x7f) throw new DerError('unexpected INTEGER');
  return body.reduce((value, byte) => value * 256 + byte, 0);
}

/** A BOOLEAN that is present: FALSE, as the default, must be left out (X.690 §11.5). */
export function trueBoolean(der: Der): true {
  if (expectTag(der, TAG.boolean).body[0] !== 0xff)
    throw new DerError('a BOOLEAN says what is the default, which is not DER');
  return true;
}

/**
 * Any INTEGER, such as a serial number, in hex of whole octets without leading zeros, after a minus sign if negative.
 */
export function serialText({ body }: Der): string {
  if ((body[0] ?? 0) < 0x80) return hex(body).replace(/^00(?=.)/, '');
  const magnitude = (1n << BigInt(body.length * 8)) - BigInt(`0x${hex(body)}`);
  const digits = magnitude.toString(16);
  return `-${digits.length % 2 === 0 ? '' : '0'}${digits}`;
}

/** The payload of a BIT STRING of whole octets. */
export function bitStringBytes(der: Der | undefined): Uint8Array {
  const body = expectTag(der, TAG.bitString).body;
  if (body[0] !== 0) throw new DerError('unexpected unused bits');
  return body.subarray(1);
}

/** Seconds since 1970 of a UTCTime or GeneralizedTime in the form that RFC 5280 §4.1.2.5 demands (Z, with seconds). */
export function timeSeconds(der: Der | undefined): number {
  const { tag, body } = der?.tag === TAG.generalizedTime ? der : expectTag(der, TAG.utcTime);
  const text = ascii(body);
  const full = tag === TAG.generalizedTime ? text : centuryOf(text) + text;
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full);
  if (!match) throw new DerError('unexpected time');
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number);
  const date = new Date(Date.UTC(2000, (month ?? 1) - 1, day, hour, minute, second));
  // Date.UTC() takes years below 100 for 19xx, and Go writes the year 1 where a program has set no date.
  date.setUTCFullYear(year ?? 0, (month ?? 1) - 1, day);
  // A date that no calendar has, such as 30 February, would turn into another day.
  if (date.toISOString().replace(/[-:T]|\.000/g, '') !== full) throw new DerError('no such time');
  return date.getTime() / 1000;
}

/** RFC 5280 §4.1.2.5.1: two-digit years from 50 on are 19xx. */
function centuryOf(utcTime: string): string {
  return Number(utcTime.slice(0, 2)) >= 50 ? '19' : '20';
}

/** One character per octet, as in ISO 8859-1: octets above 127 are kept, though ASCII has none. */
export function ascii(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

/** Two lower-case digits per octet, without separators. */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
