/**
 * Whether a whole value is DER and not only BER (X.690 §8, §10 and §11). OpenSSL reads most of BER; Go, NSS, webpki and
 * pyca do not, so a certificate that needs it works with some programs only. Lengths and tags are checked by the reader
 * (der.ts).
 */
import { children, type Der, DerError, TAG } from './der.ts';

/** Names of names, extensions of extensions: certificates stay far below, and hostile input ends here. */
const DEEPEST = 32;

/** Every value inside as well, but for what octet strings hold. @throws DerError for the first that is not DER. */
export function assertDer(der: Der, depth = 0): void {
  if (depth > DEEPEST) throw new DerError('values are nested too deeply');
  const isConstructed = (der.tag & CONSTRUCTED) !== 0;
  if ((der.tag & CLASS) === 0) assertUniversal(der, isConstructed);
  if (!isConstructed) return;
  const inside = children(der);
  for (const child of inside) assertDer(child, depth + 1);
  if (der.tag === TAG.set) assertSorted(inside);
}

const CLASS = 0xc0;
const CONSTRUCTED = 0x20;

/** EXTERNAL, EMBEDDED PDV, SEQUENCE, SET and CHARACTER STRING consist of values; only BER has strings in pieces. */
const STRUCTURES: readonly number[] = [8, 11, 16, 17, 29];

function assertUniversal(der: Der, isConstructed: boolean): void {
  if (STRUCTURES.includes(der.tag & 0x1f) !== isConstructed)
    throw new DerError(isConstructed ? 'a string is in pieces' : 'a structure is marked as a plain value');
  CHECKS[der.tag]?.(der.body);
}

const NULL = 0x05;
const ENUMERATED = 0x0a;

/** By tag; the content of strings and times is checked where they are read. */
const CHECKS: Readonly<Record<number, (body: Uint8Array) => void>> = {
  [TAG.boolean]: assertBoolean,
  [TAG.integer]: assertInteger,
  [ENUMERATED]: assertInteger,
  [TAG.bitString]: assertBits,
  [NULL]: (body) => unless(body.length === 0, 'a NULL has content'),
  [TAG.oid]: assertOid,
};

/** X.690 §11.1. */
function assertBoolean(body: Uint8Array): void {
  unless(body.length === 1 && [0x00, 0xff].includes(body[0] ?? 1), 'a BOOLEAN is neither 00 nor ff');
}

/** X.690 §8.3.2: the first nine bits are never all the same. */
function assertInteger([first, second]: Uint8Array): void {
  unless(first !== undefined, 'an INTEGER is empty');
  const isPadded =
    second !== undefined && ((first === 0x00 && second < 0x80) || (first === 0xff && second > 0x7f));
  unless(!isPadded, 'an INTEGER is padded');
}

/** X.690 §8.6.2 and §11.2.1: up to seven bits of the last octet are not used, and those are zero. */
function assertBits(body: Uint8Array): void {
  const [unused = 8] = body;
  const last = body.length > 1 ? (body.at(-1) ?? 0) : 0;
  const isRight = unused < 8 && (body.length > 1 || unused === 0) && (last & ((1 << unused) - 1)) === 0;
  unless(isRight, 'unused bits of a BIT STRING are not zero');
}

/** X.690 §8.19.2: arcs end within the value, and do not begin with zero bits. */
function assertOid(body: Uint8Array): void {
  const ends = ((body.at(-1) ?? 0x80) & 0x80) === 0;
  const isPadded = body.some((octet, i) => octet === 0x80 && ((body[i - 1] ?? 0) & 0x80) === 0);
  unless(ends && !isPadded, 'an OBJECT IDENTIFIER is malformed');
}

/** X.690 §11.6: the sets of certificates, which are those of names, are SET OF, in the order of their octets. */
function assertSorted(members: readonly Der[]): void {
  const isSorted = members.every(
    ({ bytes }, i) => i === 0 || Buffer.compare(members[i - 1]?.bytes ?? bytes, bytes) <= 0,
  );
  unless(isSorted, 'a SET is not in order');
}

function unless(holds: boolean, complaint: string): void {
  if (!holds) throw new DerError(`${complaint}, which is not DER`);
}
