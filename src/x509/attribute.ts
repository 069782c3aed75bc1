/** One attribute of a name (RFC 5280 §4.1.2.4) → DER. */
import { oidOf, stringsOf, type ValueKind } from '../pki/attribute-types.ts';
import { TAG } from './der.ts';
import { encode, encodeOid } from './der-write.ts';

/** String types that a text may be written in. */
export type TextType = 'printable' | 't61' | 'bmp' | 'utf8' | 'ia5' | 'numeric';

/** RFC 5280 appendix A, X.680 §41.4. */
const PRINTABLE = /^[A-Za-z0-9 '()+,./:=?-]*$/;

const FITS: Readonly<Record<TextType, (text: string) => boolean>> = {
  printable: (text) => PRINTABLE.test(text),
  t61: (text) => /^[\0-\xff]*$/.test(text),
  bmp: (text) => !/[\u{10000}-\u{10ffff}]/u.test(text),
  utf8: () => true,
  ia5: (text) => /^[\0-\x7f]*$/.test(text),
  numeric: (text) => /^[0-9 ]*$/.test(text),
};

const TAGS: Readonly<Record<TextType, number>> = {
  utf8: 0x0c,
  numeric: 0x12,
  printable: 0x13,
  t61: 0x14,
  ia5: 0x16,
  bmp: 0x1e,
};

function octetsOf(text: string, type: TextType): Buffer {
  if (type === 'bmp') return Buffer.from(text, 'utf16le').swap16();
  return Buffer.from(text, type === 't61' ? 'latin1' : 'utf8');
}

/** Whether a text can be written in the strings of a kind of attribute. */
export function suitsStrings(text: string, kind: ValueKind): boolean {
  return kind === 'directory' || FITS[kind](text);
}

/** A name's type and value; nothing is escaped. */
interface TypedText {
  readonly type: string;
  readonly value: string;
}

/** The value alone. @param directory the string types to choose from where the attribute leaves the choice; the first that suits is taken. */
export function attributeValueDer(
  { type, value }: TypedText,
  directory: readonly TextType[] = ['utf8'],
): Buffer {
  const kind = stringsOf(type);
  const types = kind === 'directory' ? directory : [kind];
  const chosen = types.find((candidate) => FITS[candidate](value)) ?? 'utf8';
  return encode(TAGS[chosen], octetsOf(value, chosen));
}

/** AttributeTypeAndValue. @param directory as above. */
export function attributeDer(attribute: TypedText, directory?: readonly TextType[]): Buffer {
  return encode(TAG.sequence, encodeOid(oidOf(attribute.type)), attributeValueDer(attribute, directory));
}
