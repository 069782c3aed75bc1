/** Names that are neither of a host nor of a mailbox: otherName, user principal names, directory names, OIDs (RFC 5280 §4.2.1.6). */
import { quote } from '../pki/printable.ts';
import type { San } from '../pki/san.ts';
import { damageIn, hex, readAll } from '../x509/der.ts';
import { assertDer } from '../x509/der-strict.ts';
import { encodeName, nameText } from '../x509/general-name.ts';
import { textOfNames } from '../x509/name-text.ts';
import { isUpn } from '../x509/other-name.ts';
import { parseDirectoryName } from './directory-name.ts';
import { isOid } from './oid.ts';
import { type Parsed, parsed, refused } from './problem.ts';
import { parseText } from './text.ts';

/** Characters of a text, or octets of a value in DER. */
const LONGEST = 1024;

/** `alice@example.org`. */
export function parseUpn(text: string): Parsed<string> {
  const good = parseText('user principal name', LONGEST)(text);
  if (!good.ok || isUpn(text)) return good;
  return refused(
    'san',
    `${quote(text)} is not a user principal name`,
    'write it as "upn:alice@example.org"; a name of another form as "otherName:1.3.6.1.4.1.311.20.2.3;utf8:…"',
  );
}

/** `1.2.3.4`. */
export function parseRegisteredId(text: string): Parsed<string> {
  if (isOid(text)) return parsed(text);
  return refused(
    'san',
    `${quote(text)} is not an OID`,
    'write numbers with dots between them, such as 1.2.3.4',
  );
}

/** `CN=Alice,O=Acme`, in the spelling that facts have. */
export function parseDirName(text: string): Parsed<string> {
  const read = parseDirectoryName('directory name', text);
  return read.ok ? parsed(behindKind(canonical(`dirName:${textOfNames(read.value)}`))) : read;
}

const FORM = /^([^;]*);\s*(utf8|utf8string|ia5|ia5string|der):(.*)$/is;

const OTHER_HINT =
  'write "otherName:1.2.3.4;utf8:text", ";ia5:text", or ";der:" and the value in hex; of Windows users "upn:alice@example.org"';

/** `1.2.3;utf8:text`; a text in DER is text. */
export function parseOtherName(text: string): Parsed<string> {
  const [, oid = '', word = '', value = ''] = FORM.exec(text) ?? [];
  if (word === '')
    return refused('san', `${quote(text)} is not the type and value of an otherName`, OTHER_HINT);
  if (!isOid(oid)) return refused('san', `${quote(oid)} is not the OID of an otherName`, OTHER_HINT);
  const form = word.toLowerCase().replace('string', '');
  const good = form === 'der' ? parseDer(value) : parseString(form, value);
  return good.ok ? parsed(`${oid};${form}:${good.value}`) : good;
}

function parseString(form: string, value: string): Parsed<string> {
  const good = parseText('value of an otherName', LONGEST)(value);
  if (!good.ok || form !== 'ia5' || /^[ -~]*$/.test(value)) return good;
  return refused('san', `${quote(value)} is not ASCII, and ia5 holds nothing else`, 'write it with "utf8:"');
}

function parseDer(value: string): Parsed<string> {
  const bytes = Buffer.from(value.replaceAll(/[:\s]/g, ''), 'hex');
  const hint = 'write the whole value, tag and length included, as pairs of hexadecimal digits';
  if (hex(bytes) !== value.replaceAll(/[:\s]/g, '').toLowerCase() || bytes.length === 0)
    return refused('san', `${quote(value)} is not hex`, hint);
  if (bytes.length > LONGEST)
    return refused('san', `a value of ${bytes.length} octets is longer than ${LONGEST}`, 'shorten it');
  const damage = damageIn(() => assertDer(readAll(bytes)));
  return damage === undefined
    ? parsed(hex(bytes))
    : refused('san', `${quote(value)} is not one value in DER: ${damage.message}`, hint);
}

/** One text for each name: as facts have it. */
function canonical(text: string): string {
  return nameText(readAll(encodeName(text)));
}

function behindKind(text: string): string {
  return text.slice(text.indexOf(':') + 1);
}

/** The name that a text in its canonical form is of these kinds; an otherName may turn out to be a user principal name. */
export function otherSan(kind: 'otherName', value: string): San {
  const text = canonical(`${kind}:${value}`);
  return { kind: text.startsWith('upn:') ? 'upn' : kind, value: behindKind(text) };
}
