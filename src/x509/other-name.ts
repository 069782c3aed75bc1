/**
 * otherName (RFC 5280 §4.2.1.6): a type of one's own and a value, as `1.2.3;utf8:text`, `1.2.3;ia5:text` or `1.2.3;der:hex`. The
 * user principal name of Windows, which is one of them, has a word of its own.
 */
import { children, context, hex, oidText, readAll, readAt, TAG, unlessDamaged } from './der.ts';
import { encode, encodeOid } from './der-write.ts';

/** User principal name (MS-WCCE §2.2.2.7.7.4). */
const UPN = '1.3.6.1.4.1.311.20.2.3';

/** The value of a known string type as `utf8:…`, `ia5:…`; any other, or a text that cannot be shown, as hex. */
export function otherNameText(octets: Uint8Array): string | undefined {
  const found = parts(octets);
  if (found === undefined) return undefined;
  const { oid, value } = found;
  const { tag, body } = readAt(value, 0);
  const text = Buffer.from(body).toString(tag === TAG.ia5String ? 'latin1' : 'utf8');
  const isText =
    (tag === TAG.utf8String && Buffer.from(text).equals(body)) ||
    (tag === TAG.ia5String && /^[ -~]*$/.test(text));
  return isText && isShown(text)
    ? `${oid};${tag === TAG.utf8String ? 'utf8' : 'ia5'}:${text}`
    : `${oid};der:${hex(value)}`;
}

/** Whether it survives as a line of text. */
function isShown(text: string): boolean {
  return text !== '' && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text) && text.trim() === text;
}

/** What follows the type and its tag; `undefined` for what is no otherName, or not in DER. */
function parts(octets: Uint8Array): { readonly oid: string; readonly value: Uint8Array } | undefined {
  return unlessDamaged(() => {
    const [type, explicit, ...more] = children({ tag: context(0), bytes: octets, body: octets });
    if (type === undefined || explicit?.tag !== context(0) || more.length > 0) return undefined;
    const oid = oidText(type);
    const { bytes } = readAll(explicit.body);
    return encodeOid(oid).equals(type.bytes) ? { oid, value: bytes } : undefined;
  });
}

const SHAPE = /^([0-9.]+);(utf8|ia5|der):(.*)$/s;

/** What `otherNameText` has read; `undefined` for other texts. */
export function otherNameOctets(text: string): Uint8Array | undefined {
  const [, oid = '', form = '', value = ''] = SHAPE.exec(text) ?? [];
  if (oid === '') return undefined;
  const der =
    form === 'der'
      ? Buffer.from(value, 'hex')
      : encode(form === 'utf8' ? TAG.utf8String : TAG.ia5String, Buffer.from(value));
  return Buffer.concat([encodeOid(oid), encode(context(0), der)]);
}

/** Of a user principal name, the text alone; `undefined` for any other. */
export function upnText(octets: Uint8Array): string | undefined {
  const text = otherNameText(octets);
  const start = `${UPN};utf8:`;
  return text?.startsWith(start) && isUpn(text.slice(start.length)) ? text.slice(start.length) : undefined;
}

/** `user@realm`, as Windows has it: one part before the last `@`, and one after it. */
export function isUpn(text: string): boolean {
  return /^[^@\s][^\s]*@[^@\s]+$/u.test(text);
}

/** The octets of a user principal name. */
export function upnOctets(text: string): Uint8Array | undefined {
  return otherNameOctets(`${UPN};utf8:${text}`);
}
