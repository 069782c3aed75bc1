/** Distinguished names as one text (RFC 4514): `CN=Alice,O=Acme`. */
import { limitOf, typeNamed } from '../pki/attribute-types.ts';
import { unreachable } from '../pki/entity.ts';
import { quote } from '../pki/printable.ts';
import type { Subject } from '../pki/subject.ts';
import { type NameParts, type NameTextFault, readNameText } from '../x509/name-text.ts';
import { isOid } from './oid.ts';
import { type Parsed, parsed, refused } from './problem.ts';
import { parseCountry, parseText } from './text.ts';

/** Characters of one text, before anything is made of it. */
const LONGEST = 4096;

/** In the order of certificates, each value good by itself. @param what is called so in messages. */
export function parseDirectoryName(what: string, text: string): Parsed<NameParts> {
  if (text.length > LONGEST)
    return refused('subject', `${what} of ${text.length} characters is longer than ${LONGEST}`, 'shorten it');
  const read = readNameText(text, isOid);
  if (!read.ok) return faulty(what, text, read.fault);
  if (read.names.length === 0)
    return refused('subject', `${what} is empty`, 'write it as "CN=Alice,O=Acme,C=SE"');
  const wrong = read.names.flat().flatMap((one) => {
    const checked = 'value' in one && !isCountry(one) ? parseAttribute(one.type, one.value) : parsed('');
    return checked.ok ? [] : [checked];
  });
  return wrong[0] ?? twice(read.names) ?? parsed(read.names);
}

/** In a name that is to be exactly so, small letters stay: other tools write them, and programs compare whole names. */
function isCountry({ type, value }: { readonly type: string; readonly value: string }): boolean {
  return type === 'C' && /^[A-Za-z]{2}$/.test(value);
}

/** A subject as one text: the same, but that texts are texts, and a type that is written in hex has none of its own. */
export function parseSubjectText(text: string): Parsed<Subject> {
  if (text.startsWith('/')) return slashed(text);
  if (text.trim() !== '' && !text.includes('='))
    return refused(
      'subject',
      `subject ${quote(text)} is not a name`,
      `write it as a map, { organization: ${quote(text)} }, or as "CN=Alice,O=Acme"`,
    );
  const read = parseDirectoryName('subject', text);
  if (!read.ok) return read;
  const all = read.value.flatMap((rdn) =>
    rdn.map((one, i) => ({ ...one, ...(i === 0 ? {} : { joined: true as const }) })),
  );
  const texts = all.filter((one) => 'value' in one);
  const hex = all.find((one) => !('value' in one));
  if (hex === undefined) return parsed(texts);
  return refused('subject', `subject ${quote(text)} has ${hex.type} in hex`, 'write it as text');
}

/** `/C=SE/O=Acme`, as openssl's `-subj` has it: the other way round. */
function slashed(text: string): Parsed<never> {
  const turned = text.slice(1).split('/').reverse().join(',');
  const hint = `write the most specific first (RFC 4514): ${quote(turned)}`;
  return refused('subject', `subject ${quote(text)} has slashes between its parts`, hint);
}

/** The value of an attribute of any type, by its short name or OID. @param what it is called. */
export function parseAttribute(type: string, value: string, what = type): Parsed<string> {
  return type === 'C' ? parseCountry(value) : parseText(what, limitOf(type))(value);
}

/** A SET, which holds nothing twice (X.690 §11.6). */
function twice(names: NameParts): Parsed<never> | undefined {
  for (const rdn of names) {
    const texts = rdn.map((one) => JSON.stringify(one));
    const again = rdn.find((one, i) => texts.indexOf(JSON.stringify(one)) !== i);
    if (again !== undefined)
      return refused('subject', `${quote(again.type)} stands twice in one part of a name`, 'remove one');
  }
  return undefined;
}

function faulty(what: string, text: string, fault: NameTextFault): Parsed<never> {
  const { message, hint } = wordsFor(fault);
  return refused('subject', `${what} ${quote(text)}: ${message}`, hint);
}

function wordsFor(fault: NameTextFault): { readonly message: string; readonly hint: string } {
  switch (fault.kind) {
    case 'no-type':
      return {
        message: `${quote(fault.part)} has no type in front`,
        hint: 'write it as "CN=Alice,O=Acme,C=SE", and a comma in a value as "\\,"',
      };
    case 'unknown-type':
      return {
        message: `${quote(fault.type)} is not a known type of attribute`,
        hint: 'write CN, O, OU, C, ST, L, DC, UID, serialNumber, emailAddress, street, postalCode, title, GN, SN, or an OID such as 2.5.4.97',
      };
    case 'bad-escape':
      return {
        message: `${quote(fault.part)} has a backslash before a character that needs none`,
        hint: 'write a backslash itself as "\\\\"',
      };
    case 'special':
      return {
        message: `${quote(fault.part)} has ${quote(fault.character)} as it is`,
        hint: `write it as "\\${fault.character}" (RFC 4514 §2.4)`,
      };
    case 'no-value':
      return { message: `${quote(fault.type)} has no value`, hint: 'give it one, or leave it out' };
    case 'bad-hex':
      return {
        message: `${quote(fault.part)} is not the hex of one value in DER`,
        hint: 'write a "#" that begins a text as "\\#"',
      };
    case 'strings':
      return {
        message: `${quote(fault.value)} has characters that ${quote(fault.type)} cannot hold`,
        hint: stringsHint(fault.type),
      };
    default:
      return unreachable(fault);
  }
}

/** What the strings of a type can hold. */
export function stringsHint(type: string): string {
  const name = typeNamed(type) ?? type;
  return name === 'DC' || name === 'emailAddress'
    ? 'it holds ASCII alone: write the A-label of a name in another script'
    : "it holds letters of ASCII, digits, spaces and '()+,-./:=? alone";
}
