/** The subject as a manifest spells it: the common name, and a map of the other attributes. */
import * as z from 'zod';
import { ATTRIBUTE_TYPES, type TypeName } from '../pki/attribute-types.ts';
import { keysOf, mapRecord } from '../pki/record.ts';
import { using, wanted } from './problem.ts';
import { takeable } from './setting.ts';
import { LONG_TEXT, parseCountry, parseText, SHORT_TEXT, TEXT_PATTERN } from './text.ts';

interface Words {
  readonly description: string;
  readonly examples: string[];
}

function text(what: string, limit: number, words?: Words, longHint?: string) {
  return z
    .string(wanted('text'))
    .meta({ minLength: 1, maxLength: limit, pattern: TEXT_PATTERN, ...words })
    .transform(using(parseText(what, limit, longHint)));
}

const LONG_NAME =
  'leave commonName out, put the name into "san" and give the subject another attribute, such as organization';
/** 1 to 64 characters; whether a server's or peer's is among its SANs is for resolve/ to say. */
export const leafCommonName = text('common name', SHORT_TEXT, undefined, LONG_NAME);
/** 1 to 64 characters. */
export const caCommonName = text('common name', SHORT_TEXT);

function attribute(type: TypeName, schema: z.ZodType<string, string>) {
  return { type, schema };
}

/** What `subject` can have, within the bounds of RFC 5280 appendix A.1, in the order in which hints list it. */
export const ATTRIBUTES = {
  organization: attribute(
    'O',
    text('organization', SHORT_TEXT, { description: 'Organization (O).', examples: ['Example Org'] }),
  ),
  organizationalUnit: attribute(
    'OU',
    text('organizational unit', SHORT_TEXT, {
      description: 'Organizational unit (OU).',
      examples: ['Platform'],
    }),
  ),
  country: attribute(
    'C',
    z
      .string(wanted('a country of two letters such as "SE"'))
      .meta({ pattern: '^[A-Z]{2}$', description: 'Country (C), ISO 3166.', examples: ['SE'] })
      .transform(using(parseCountry)),
  ),
  state: attribute(
    'ST',
    text('state', LONG_TEXT, { description: 'State or province (ST).', examples: ['Uppland'] }),
  ),
  locality: attribute(
    'L',
    text('locality', LONG_TEXT, { description: 'Locality (L).', examples: ['Uppsala'] }),
  ),
};

const pairs = Object.values(mapRecord(ATTRIBUTES, ({ type }, name) => [type, name] as const));
const placeOf = ([type]: (typeof pairs)[number]): number => keysOf(ATTRIBUTE_TYPES).indexOf(type);
/** Those keys with the types of the attributes, in the order that certificates have. */
export const ATTRIBUTES_IN_ORDER = pairs.toSorted((a, b) => placeOf(a) - placeOf(b));

/** Every attribute but the common name. */
export const subject = z.strictObject(
  mapRecord(ATTRIBUTES, ({ schema }) => takeable(schema)),
  wanted('a map of attributes such as { organization: Example Org }'),
);
