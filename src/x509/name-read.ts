/** Distinguished names (RFC 5280 §4.1.2.4): DER → attributes, and whether two of them are the same name to a verifier. */
import { typeOfOid } from '../pki/attribute-types.ts';
import type { Attribute } from '../pki/subject.ts';
import { attributeValueDer } from './attribute.ts';
import {
  children,
  type Der,
  DerError,
  expectTag,
  hex,
  oidText,
  partsOf,
  readAll,
  TAG,
  unlessDamaged,
} from './der.ts';

/** Attributes in order; a multi-valued RDN gives several. */
export function nameAttributes(name: Der): readonly Attribute[] {
  return children(name).flatMap((rdn) =>
    children(expectTag(rdn, TAG.set)).map((one, i) =>
      i === 0 ? readAttribute(one) : { ...readAttribute(one), joined: true },
    ),
  );
}

function readAttribute(attribute: Der): Attribute {
  const { dotted, value } = attributeParts(attribute);
  return { type: typeOfOid(dotted), value: textOf(value) };
}

/** The type of an attribute, dotted, and its value. @throws DerError where it has none. */
export function attributeParts(attribute: Der): { readonly dotted: string; readonly value: Der } {
  const [oid, value] = partsOf(expectTag(attribute, TAG.sequence), 2);
  if (value === undefined) throw new DerError('an attribute has no value');
  return { dotted: oidText(oid), value };
}

/** The attributes of each RDN in order. @param nameDer hex of the DER of a name */
export function relativeNames(nameDer: string): readonly (readonly Attribute[])[] {
  return children(readAll(Buffer.from(nameDer, 'hex'))).map((rdn) => children(rdn).map(readAttribute));
}

/** String types by tag. */
const TYPES: Readonly<Record<number, string>> = {
  12: 'UTF8String',
  18: 'NumericString',
  19: 'PrintableString',
  20: 'T61String',
  22: 'IA5String',
  26: 'VisibleString',
  27: 'GeneralString',
  28: 'UniversalString',
  30: 'BMPString',
};

/**
 * `C=SE, CN=api+OU=dev`, and where it is wanted, of which strings, as far as they are not those that we write: `CN=api
 * (T61String)`, `C=SE (UTF8String)`. @param nameDer as above
 */
export function nameText(nameDer: string, withTypes = false): string {
  const rdns = children(readAll(Buffer.from(nameDer, 'hex'))).map((rdn) =>
    children(rdn).map((attribute) => {
      const { type, value } = readAttribute(attribute);
      const { tag } = attributeParts(attribute).value;
      const isOurs = !withTypes || tag === attributeValueDer({ type, value })[0];
      return `${type}=${value}${isOurs ? '' : ` (${TYPES[tag] ?? `type ${tag}`})`}`;
    }),
  );
  return rdns.map((rdn) => rdn.join('+')).join(', ');
}

/** Tags of string types (X.680 §8.4) that are not UTF-8, or a part of it. */
const T61 = 0x14;
const UNIVERSAL = 0x1c;
const BMP = 0x1e;

/** The text of a value; `undefined` where it is no string, or not one that can be read. */
export function stringText(value: Der): string | undefined {
  if (!STRINGS.includes(value.tag)) return undefined;
  return unlessDamaged(() => textOf(value));
}

/** TeletexString is ISO 8859-1 to every program that wrote it, and OpenSSL reads it as such. */
function textOf({ tag, body }: Der): string {
  const bytes = Buffer.from(body);
  if (tag === T61) return bytes.toString('latin1');
  if (tag === UNIVERSAL) return utf32Text(bytes);
  if (tag !== BMP) return bytes.toString('utf8');
  if (bytes.length % 2 !== 0) throw new DerError('half a character in a BMPString');
  return bytes.swap16().toString('utf16le');
}

function utf32Text(bytes: Buffer): string {
  const characters = charactersIn(bytes);
  if (bytes.length % 4 !== 0 || characters.some((point) => point > LAST_CHARACTER))
    throw new DerError('no characters in a UniversalString');
  return String.fromCodePoint(...characters);
}

const LAST_CHARACTER = 0x10ffff;

/** Numbers of four octets each. */
function charactersIn(bytes: Buffer): readonly number[] {
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, i) => bytes.readUInt32BE(4 * i));
}

function isCharacter(point: number): boolean {
  return point <= LAST_CHARACTER && point >> 11 !== 0x1b;
}

/**
 * Universal types that OpenSSL takes for no text: what ends a value of no stated length, BOOLEAN, INTEGER, OCTET STRING,
 * NULL, OBJECT IDENTIFIER, ENUMERATED, SEQUENCE and SET that hold nothing in parts, both times, and Videotex-, Graphic-,
 * Visible- and GeneralString.
 */
const NO_TEXT: readonly number[] = [
  ...[0x00, 0x01, 0x02, 0x04, 0x05, 0x06, 0x0a, 0x10, 0x11],
  ...[0x15, 0x17, 0x18, 0x19, 0x1a, 0x1b],
];

/** Whether OpenSSL, and with it node and nearly every server, reads a certificate with this name. */
export function isOpensslName(name: Der): boolean {
  return children(name).every((rdn) =>
    children(rdn).every((attribute) => isOpensslText(attributeParts(attribute).value)),
  );
}

function isOpensslText({ tag, body }: Der): boolean {
  const bytes = Buffer.from(body);
  switch (tag) {
    case TAG.utf8String:
      return Buffer.from(bytes.toString('utf8')).equals(bytes);
    // The first octet says how many bits of the last one are not used.
    case TAG.bitString:
      return (bytes[0] ?? 8) < 8;
    // Neither has surrogates, not even in pairs: a character is two octets, or four.
    case BMP:
      return bytes.length % 2 === 0 && !bytes.some((octet, i) => i % 2 === 0 && octet >> 3 === 0x1b);
    case UNIVERSAL:
      return bytes.length % 4 === 0 && charactersIn(bytes).every(isCharacter);
    default:
      return (tag <= 0x1e || tag === TAG.sequence) && !NO_TEXT.includes(tag);
  }
}

/**
 * What verifiers compare of a name, one text for each RDN (RFC 5280 §7.1 as OpenSSL and others have it): types, and values
 * without letter case and superfluous spaces, whatever the string type.
 */
export function comparableName(nameDer: string): readonly string[] {
  const texts = unlessDamaged(() =>
    children(readAll(Buffer.from(nameDer, 'hex'))).map((rdn) =>
      children(rdn).map(comparable).sort().join('\n'),
    ),
  );
  // In an extension, anything can stand for a name: if it is not one, it equals only itself.
  return texts ?? [nameDer];
}

/** UTF8, Printable, T61, IA5, Visible, Universal and BMPString: the others are compared by their octets. */
const STRINGS: readonly number[] = [0x0c, 0x13, T61, 0x16, 0x1a, UNIVERSAL, BMP];

function comparable(attribute: Der): string {
  const { dotted, value } = attributeParts(attribute);
  if (!STRINGS.includes(value.tag)) return `${dotted} ${hex(value.bytes)}`;
  const text = textOf(value).replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  return `${dotted} = ${JSON.stringify(text.trim().replaceAll(/\s+/g, ' '))}`;
}

/** Whether verifiers treat two names as the same; both are hex of their DER. */
export function isSameName(one: string, other: string): boolean {
  return one === other || comparableName(one).join('\n\n') === comparableName(other).join('\n\n');
}
