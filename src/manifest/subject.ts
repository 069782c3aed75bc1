/** The subject as a manifest spells it: the common name, and beside it a map of the other attributes, or a whole name as one text. */
import * as z from 'zod';
import { ATTRIBUTE_TYPES, stringsOf, type TypeName, typeOfOid } from '../pki/attribute-types.ts';
import { quote } from '../pki/printable.ts';
import { keysOf, mapRecord } from '../pki/record.ts';
import type { Subject } from '../pki/subject.ts';
import { suitsStrings } from '../x509/attribute.ts';
import { parseAttribute, parseSubjectText, stringsHint } from './directory-name.ts';
import { parseDns } from './dns.ts';
import { notEmpty, unique } from './fields.ts';
import { isOid, OID_PATTERN } from './oid.ts';
import { type Parsed, parsed, problemIssue, refused, using, wanted } from './problem.ts';
import { parseSan } from './san.ts';
import { takeable } from './setting.ts';
import { parseCountry, parseText, SHORT_TEXT, TEXT_PATTERN } from './text.ts';

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

/** One value, or several, each in an RDN of its own. */
function values<T extends z.ZodType<string, string>>(one: T) {
  const list = z
    .array(one, wanted('text, or a list of texts'))
    .superRefine(notEmpty('subject', 'give it a value, or leave the key out', 'the list'))
    .superRefine(unique('subject', (item) => item, 'value'))
    .meta({ minItems: 1, uniqueItems: true });
  return z.union([one, list]);
}

/** A value of a type whose strings hold everything, or of one whose strings do not. */
function attribute(type: TypeName, what: string, description: string, example: string) {
  const { limit } = ATTRIBUTE_TYPES[type];
  const one = z
    .string(wanted('text'))
    .meta({ minLength: 1, maxLength: limit, pattern: TEXT_PATTERN, description, examples: [example] })
    .transform(using(parseTyped(type, what)));
  return { type, schema: values(one) };
}

/** Of a type by its short name or OID. */
function parseTyped(type: string, what: string) {
  return (value: string): Parsed<string> => {
    const good = parseAttribute(type, value, what);
    if (!good.ok || suitsStrings(value, stringsOf(type))) return good;
    return refused(
      'subject',
      `${what} ${quote(value)} has characters that it cannot hold`,
      stringsHint(type),
    );
  };
}

/** `example.org`, for DC=org, DC=example. */
function parseDomain(value: string): Parsed<string> {
  const name = parseDns(value);
  if (name.ok && !value.includes('*')) return name;
  return refused('subject', `domain ${quote(value)} is not a domain name`, 'write it as "example.org"');
}

function parseMail(value: string): Parsed<string> {
  const good = parseTyped('emailAddress', 'e-mail address')(value);
  if (!good.ok) return good;
  const mail = parseSan(`email:${value}`);
  return mail.ok ? parsed(value) : mail;
}

/** What `subject` can have, within the bounds of RFC 5280 appendix A.1, in the order in which hints list it. */
export const ATTRIBUTES = {
  organization: attribute('O', 'organization', 'Organization (O).', 'Example Org'),
  organizationalUnit: attribute('OU', 'organizational unit', 'Organizational unit (OU).', 'Platform'),
  country: {
    type: 'C',
    schema: values(
      z
        .string(wanted('a country of two letters such as "SE"'))
        .meta({ pattern: '^[A-Z]{2}$', description: 'Country (C), ISO 3166.', examples: ['SE'] })
        .transform(using(parseCountry)),
    ),
  },
  state: attribute('ST', 'state', 'State or province (ST).', 'Uppland'),
  locality: attribute('L', 'locality', 'Locality (L).', 'Uppsala'),
  domain: {
    type: 'DC',
    schema: z
      .string(wanted('a domain such as "example.org"'))
      .meta({ description: 'Domain, as DC=org, DC=example.', examples: ['example.org'] })
      .transform(using(parseDomain)),
  },
  userId: attribute('UID', 'user ID', 'User ID (UID).', 'alice'),
  emailAddress: {
    type: 'emailAddress',
    schema: values(
      z
        .string(wanted('an e-mail address'))
        .meta({ maxLength: 128, description: 'E-mail address.', examples: ['alice@example.org'] })
        .transform(using(parseMail)),
    ),
  },
  serialNumber: attribute('serialNumber', 'serial number', 'Serial number of a person or device.', '42'),
  street: attribute('street', 'street', 'Street.', 'Storgatan 1'),
  postalCode: attribute('postalCode', 'postal code', 'Postal code.', '753 20'),
  title: attribute('title', 'title', 'Title.', 'Engineer'),
  givenName: attribute('GN', 'given name', 'Given name (GN).', 'Alice'),
  surname: attribute('SN', 'surname', 'Surname (SN).', 'Doe'),
} as const;

const ATTRIBUTE_KEYS: readonly string[] = Object.keys(ATTRIBUTES);

const byType = Object.entries(ATTRIBUTES).map(([name, { type }]) => [type, name] as const);
const placeOf = ([type]: (typeof byType)[number]): number => keysOf(ATTRIBUTE_TYPES).indexOf(type);
/** The types of the attributes with those names, in the order that certificates have. */
export const ATTRIBUTES_IN_ORDER = byType.toSorted((a, b) => placeOf(a) - placeOf(b));

/** By name or OID; a list gives several RDNs. */
export type AttributeMap = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A name that stands in the manifest as it is to be. */
export interface SubjectName {
  readonly exact: Subject;
}

/** Whether a subject is stated as one text, which replaces whatever it would inherit. */
export function isExact(subject: AttributeMap | SubjectName): subject is SubjectName {
  return 'exact' in subject;
}

const other = values(z.string(wanted('text')).meta({ minLength: 1, pattern: TEXT_PATTERN }));

/** Every attribute but the common name. */
const attributes = z
  .object(
    mapRecord(ATTRIBUTES, ({ schema }) => takeable(schema)),
    wanted('a map of attributes such as { organization: Example Org }, or a text such as "CN=Alice,O=Acme"'),
  )
  .catchall(takeable(other))
  // Also where some attribute is wrong, so that all mistakes are reported at once.
  .superRefine(checkKeys, { when: ({ value }) => isMap(value) })
  .meta({
    additionalProperties: false,
    patternProperties: {
      [OID_PATTERN]: { anyOf: [{ type: 'string' }, { type: 'array' }, { type: 'null' }] },
    },
  })
  .transform((map): AttributeMap => map);

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Keys are names or OIDs; zod has no shape for those. */
function checkKeys(map: Record<string, unknown>, context: z.RefinementCtx): void {
  const unknown = Object.keys(map).filter((key) => !ATTRIBUTE_KEYS.includes(key) && !isOid(key));
  if (unknown.length > 0) context.addIssue({ code: 'unrecognized_keys', keys: unknown, input: map });
  for (const [key, value] of Object.entries(map)) if (isOid(key)) checkOther(key, value, context);
}

function checkOther(oid: string, value: unknown, context: z.RefinementCtx): void {
  const name = typeOfOid(oid);
  const known = byType.find(([type]) => type === name)?.[1] ?? (name === 'CN' ? 'commonName' : undefined);
  if (known !== undefined) {
    const hint = known === 'commonName' ? 'write "commonName" next to "subject"' : `write "${known}"`;
    const message = `attribute ${quote(oid)} is ${quote(known)}`;
    context.addIssue(problemIssue({ code: 'subject', message, hint }, value, [oid]));
    return;
  }
  const all: [unknown, PropertyKey[]][] = Array.isArray(value)
    ? value.map((item, i) => [item, [oid, i]])
    : [[value, [oid]]];
  for (const [item, path] of all) {
    const good = typeof item === 'string' ? parseTyped(oid, `attribute ${oid}`)(item) : undefined;
    if (good?.ok === false) context.addIssue(problemIssue(good.problem, item, path));
  }
}

const exact = z
  .string(
    wanted('a map of attributes such as { organization: Example Org }, or a text such as "CN=Alice,O=Acme"'),
  )
  .meta({ minLength: 1, description: 'The whole name (RFC 4514), in place of all that is inherited.' })
  .transform(using(parseSubjectText))
  .transform((value): SubjectName => ({ exact: value }));

/** A map of attributes, or the whole name as one text (RFC 4514). */
export const subject = z.union([exact, attributes]);
