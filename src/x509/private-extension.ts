/** The rule of an extension that stands in no table: written as the manifest states it, compared octet by octet. */
import { ascii, type Der, hex, oidText, readAll, serialText, TAG, unlessDamaged } from './der.ts';
import { assertDer } from './der-strict.ts';
import type { ExtensionRule } from './extension-rule.ts';
import { sha256 } from './public-key.ts';

/** Its value is hex of the octets. Rules of one OID are equal in all that they do. */
export function privateExtension(oid: string): ExtensionRule<string, 'extensions'> {
  return {
    name: oid,
    oid,
    fields: ['extensions'],
    inRequest: true,
    raw: true,
    read: ({ bytes }) => hex(bytes),
    write: (value) => Buffer.from(value, 'hex'),
    items: (value) => [`${oid} ${valueText(value)}`],
    config: (value) => ({ value: `DER:${value}` }),
    wanted: ({ entity }) => {
      const stated = entity.extensions?.find((one) => one.oid === oid);
      return stated === undefined
        ? null
        : { presence: 'required', value: stated.der, critical: stated.critical, accepts: 'same' };
    },
  };
}

/** Octets that are shown in full; longer values differ by their hash. */
const SHOWN = 32;

/** `utf8 rack 12`, as a manifest spells it; anything else in hex. */
function valueText(value: string): string {
  const octets = Buffer.from(value, 'hex');
  const simple = simpleValue(octets);
  if (simple !== undefined) return `${simple.type} ${simple.text}`;
  return octets.length <= SHOWN
    ? `der ${value}`
    : `der ${value.slice(0, SHOWN)}… of ${octets.length} octets, SHA-256 ${sha256(octets)}`;
}

/** A value of one of the simple types, by the name that a manifest has for it; `undefined` for any other. */
export function simpleValue(
  octets: Uint8Array,
): { readonly type: SimpleType; readonly text: string } | undefined {
  const der = wholeValue(octets);
  const type = der && SIMPLE[der.tag];
  return der === undefined || type === undefined ? undefined : { type: type.name, text: type.read(der) };
}

/** The types that take one word or text in a manifest. */
type SimpleType = 'utf8' | 'ia5' | 'printable' | 'integer' | 'boolean' | 'oid' | 'null';

const SIMPLE: Readonly<Record<number, { readonly name: SimpleType; read(der: Der): string }>> = {
  [TAG.utf8String]: { name: 'utf8', read: ({ body }) => Buffer.from(body).toString('utf8') },
  [TAG.ia5String]: { name: 'ia5', read: ({ body }) => ascii(body) },
  [TAG.printableString]: { name: 'printable', read: ({ body }) => ascii(body) },
  [TAG.integer]: { name: 'integer', read: (der) => decimal(serialText(der)) },
  [TAG.boolean]: { name: 'boolean', read: ({ body }) => String(body[0] !== 0) },
  [TAG.oid]: { name: 'oid', read: oidText },
  [TAG.null]: { name: 'null', read: () => 'true' },
};

function decimal(hexadecimal: string): string {
  const magnitude = BigInt(`0x${hexadecimal.replace('-', '')}`);
  return String(hexadecimal.startsWith('-') ? -magnitude : magnitude);
}

/** What others wrote need not be DER. */
function wholeValue(octets: Uint8Array): Der | undefined {
  return unlessDamaged(() => {
    const der = readAll(octets);
    assertDer(der);
    return der;
  });
}
