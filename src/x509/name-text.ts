/**
 * Names as text (RFC 4514): `CN=Alice,O=Acme`, the most specific first, which is last in DER. Written so that reading it
 * gives the same name again, to the octet.
 */
import { oidOf, stringsOf, typeNamed, typeOfOid } from '../pki/attribute-types.ts';
import { attributeDer, attributeValueDer, suitsStrings } from './attribute.ts';
import { children, type Der, DerError, damageIn, expectTag, hex, readAll, TAG } from './der.ts';
import { assertDer } from './der-strict.ts';
import { encode, encodeOid } from './der-write.ts';
import { attributeParts, stringText } from './name-read.ts';

/** A value as text, or, where this program would write the text in another way, as hex of its DER. */
export type NameValue =
  | { readonly type: string; readonly value: string }
  | { readonly type: string; readonly der: string };

/** In the order of DER, each with the attributes that share it. */
export type NameParts = readonly (readonly NameValue[])[];

/** What is wrong with a text. */
export type NameTextFault =
  | { readonly kind: 'no-type'; readonly part: string }
  | { readonly kind: 'unknown-type'; readonly type: string }
  | { readonly kind: 'bad-escape'; readonly part: string }
  | { readonly kind: 'special'; readonly character: string; readonly part: string }
  | { readonly kind: 'no-value'; readonly type: string }
  | { readonly kind: 'bad-hex'; readonly part: string }
  | { readonly kind: 'strings'; readonly type: string; readonly value: string };

/** A name that was read, or what is wrong. */
export type ReadName =
  | { readonly ok: true; readonly names: NameParts }
  | { readonly ok: false; readonly fault: NameTextFault };

class Fault extends Error {
  readonly fault: NameTextFault;
  constructor(fault: NameTextFault) {
    super(fault.kind);
    this.fault = fault;
  }
}

/** Spaces beside separators are allowed, as RFC 2253 had it. @param isType which dotted types exist */
export function readNameText(text: string, isType: (dotted: string) => boolean): ReadName {
  try {
    const parts = text === '' ? [] : splitAt(text, ',');
    const names = parts.map((part) => splitAt(part, '+').map((one) => readAttribute(one, isType)));
    return { ok: true, names: names.reverse() };
  } catch (error) {
    if (error instanceof Fault) return { ok: false, fault: error.fault };
    throw error;
  }
}

/** At separators that no backslash stands before. */
function splitAt(text: string, separator: string): readonly string[] {
  const parts: string[] = [''];
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === separator) parts.push('');
    else parts.push(`${parts.pop() ?? ''}${character}${character === '\\' ? text.charAt(++i) : ''}`);
  }
  return parts;
}

function readAttribute(part: string, isType: (dotted: string) => boolean): NameValue {
  const at = part.indexOf('=');
  const name = part.slice(0, at).trim();
  if (at === -1 || name === '') throw new Fault({ kind: 'no-type', part: part.trim() });
  const type = typeNamed(name) ?? (isType(name) ? typeOfOid(name) : undefined);
  if (type === undefined) throw new Fault({ kind: 'unknown-type', type: name });
  const written = trimmed(part.slice(at + 1));
  if (written.startsWith('#')) return { type, der: readHex(written.slice(1), part) };
  const value = unescaped(written);
  if (value === '') throw new Fault({ kind: 'no-value', type: name });
  if (!suitsStrings(value, stringsOf(type))) throw new Fault({ kind: 'strings', type: name, value });
  return { type, value };
}

/**
 * Without spaces at its ends, but for one that is escaped. Those of other alphabets, and marks that JavaScript takes for
 * spaces, are part of a value.
 */
function trimmed(text: string): string {
  // By hand: a pattern that ends with `+$` takes the square of the spaces within a name of a hostile certificate.
  let [from, to] = [0, text.length];
  while (from < to && isSpace(text[from])) from++;
  while (from < to && isSpace(text[to - 1])) to--;
  const end = text.slice(from, to);
  const isEscaped = /(?:^|[^\\])(?:\\\\)*\\$/.test(end) && to < text.length;
  return isEscaped ? `${end} ` : end;
}

function isSpace(character = ''): boolean {
  return [' ', '\t', '\r', '\n'].includes(character);
}

const SPECIAL = /["+,;<>\\#= ]/;

function unescaped(written: string): string {
  const octets: Buffer[] = [];
  for (let i = 0; i < written.length; ) {
    const [character = ''] = written.slice(i, i + 2);
    const whole = String.fromCodePoint(written.codePointAt(i) ?? 0);
    if (character === '\\') {
      const [, pair, single] = /^\\(?:([0-9A-Fa-f]{2})|(.))?/su.exec(written.slice(i, i + 3)) ?? [];
      if (pair === undefined && (single === undefined || !SPECIAL.test(single)))
        throw new Fault({ kind: 'bad-escape', part: written });
      octets.push(pair === undefined ? Buffer.from(single ?? '') : Buffer.from(pair, 'hex'));
      i += pair === undefined ? 2 : 3;
    } else {
      if (/[";<>]/.test(character)) throw new Fault({ kind: 'special', character, part: written });
      octets.push(Buffer.from(whole));
      i += whole.length;
    }
  }
  const bytes = Buffer.concat(octets);
  const value = bytes.toString('utf8');
  if (!Buffer.from(value).equals(bytes)) throw new Fault({ kind: 'bad-escape', part: written });
  return value;
}

/** One value in DER, or else a text that reads as such would write no certificate that anyone can read. */
function readHex(digits: string, part: string): string {
  const der = digits.toLowerCase();
  const bytes = Buffer.from(der, 'hex');
  if (hex(bytes) === der && damageIn(() => assertDer(readAll(bytes))) === undefined) return der;
  throw new Fault({ kind: 'bad-hex', part: part.trim() });
}

/** The DER of a name. */
export function namesDer(names: NameParts): Buffer {
  const rdns = names.map((rdn) =>
    // In a SET OF, DER has the order of the octets (X.690 §11.6).
    encode(TAG.set, ...rdn.map(valueDer).sort(Buffer.compare)),
  );
  return encode(TAG.sequence, ...rdns);
}

function valueDer(value: NameValue): Buffer {
  if ('value' in value) return attributeDer(value);
  return encode(TAG.sequence, encodeOid(oidOf(value.type)), Buffer.from(value.der, 'hex'));
}

/** The text of a name in DER. @throws DerError where it is none. */
export function nameTextOf(name: Der): string {
  return textOfNames(
    children(expectTag(name, TAG.sequence)).map((rdn) =>
      children(expectTag(rdn, TAG.set)).map((attribute) => found(attribute)),
    ),
  );
}

/** The text of names as they are. */
export function textOfNames(names: NameParts): string {
  return [...names]
    .reverse()
    .map((rdn) => rdn.map(attributeText).join('+'))
    .join(',');
}

/** As text where that is written back as it came. */
function found(attribute: Der): NameValue {
  const { dotted, value } = attributeParts(attribute);
  if (!encodeOid(dotted).equals(children(attribute)[0]?.bytes ?? Buffer.of()))
    throw new DerError('an attribute has a type that is no OID');
  const type = typeOfOid(dotted);
  const text = stringText(value);
  const isSame =
    text !== undefined && text !== '' && attributeValueDer({ type, value: text }).equals(value.bytes);
  return isSame ? { type, value: text } : { type, der: hex(value.bytes) };
}

/** The same name with all texts as texts, whatever strings they are in: as people compare it. */
export function plainNameText(text: string): string {
  const read = readNameText(text, () => true);
  if (!read.ok) return text;
  return textOfNames(read.names.map((rdn) => rdn.map(plainValue)));
}

function plainValue(value: NameValue): NameValue {
  if ('value' in value) return value;
  const plain = stringText(readAll(Buffer.from(value.der, 'hex')));
  return plain === undefined || plain === '' ? value : { type: value.type, value: plain };
}

function attributeText(value: NameValue): string {
  return `${value.type}=${'value' in value ? escaped(value.value) : `#${value.der}`}`;
}

/** RFC 4514 §2.4. */
function escaped(value: string): string {
  return value
    .replace(/["+,;<>\\]/g, '\\$&')
    .replace(/^[# ]| $/g, '\\$&')
    .replace(/\p{Cc}/gu, (control) =>
      [...Buffer.from(control)].map((octet) => `\\${hex(Buffer.of(octet))}`).join(''),
    );
}
