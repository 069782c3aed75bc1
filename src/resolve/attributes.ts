/** The attributes of a subject, in the order that certificates have. */
import { ATTRIBUTES_IN_ORDER, type AttributeMap } from '../manifest/subject.ts';
import { ATTRIBUTE_TYPES } from '../pki/attribute-types.ts';
import { keysOf } from '../pki/record.ts';
import type { Attribute, Subject } from '../pki/subject.ts';

/** One attribute, and the key of the map that states it. */
interface StatedAttribute extends Attribute {
  readonly key: string;
}

const ORDER: readonly string[] = keysOf(ATTRIBUTE_TYPES);
/** Types by OID stand behind the organization, and before the members of it. */
const OTHERS = ORDER.indexOf('title') - 0.5;

/** Each with the key that states it; values of one type in the order of their list. */
export function statedAttributes(map: AttributeMap): readonly StatedAttribute[] {
  return Object.entries(map).flatMap(([key, value]) => {
    const type = ATTRIBUTES_IN_ORDER.find(([, name]) => name === key)?.[0] ?? key;
    return valuesOf(type, value).map((one) => ({ type, value: one, key }));
  });
}

/** A domain is one RDN for each label, the last first (RFC 2247 §2). */
function valuesOf(type: string, value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  if (typeof value !== 'string') return value;
  return type === 'DC' ? value.split('.').reverse() : [value];
}

/** The whole subject of a map and the common name beside it. */
export function attributesOf(map: AttributeMap, commonName: string | undefined): Subject {
  const all: readonly Attribute[] = [
    ...statedAttributes(map).map(({ type, value }) => ({ type, value })),
    ...(commonName === undefined ? [] : [{ type: 'CN', value: commonName }]),
  ];
  return all.toSorted((a, b) => placeOf(a) - placeOf(b));
}

function placeOf({ type }: Attribute): number {
  const place = ORDER.indexOf(type);
  return place === -1 ? OTHERS : place;
}
