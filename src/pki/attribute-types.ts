/**
 * Types of attributes of a name, by their short names (RFC 4519 §2, RFC 4514 §3; others as OpenSSL has them): a row for each.
 * Any other type is called by its dotted OID.
 */

/** Which strings values are written in: `directory` is UTF8String, the others are fixed (RFC 5280 appendix A, RFC 4519). */
export type ValueKind = 'directory' | 'printable' | 'ia5' | 'numeric';

/** What is known of one type. */
export interface AttributeType {
  readonly oid: string;
  readonly strings: ValueKind;
  /** Most characters of a value. */
  readonly limit: number;
  /** Other names for it, in lower case. */
  readonly aliases: readonly string[];
}

function type(
  oid: string,
  limit: number,
  aliases: readonly string[] = [],
  strings: ValueKind = 'directory',
): AttributeType {
  return { oid, strings, limit, aliases };
}

/** RFC 5280 `ub-name`. */
const NAME = 32_768;

/**
 * In the order in which certificates have them, most general first. Bounds are those of RFC 5280 appendix A, X.520 where it has
 * none, and for `emailAddress` the narrower one of OpenSSL.
 */
export const ATTRIBUTE_TYPES = {
  DC: type('0.9.2342.19200300.100.1.25', 63, ['domaincomponent'], 'ia5'),
  C: type('2.5.4.6', 2, ['countryname', 'country'], 'printable'),
  ST: type('2.5.4.8', 128, ['stateorprovincename', 'state', 's']),
  L: type('2.5.4.7', 128, ['localityname', 'locality']),
  postalCode: type('2.5.4.17', 40),
  street: type('2.5.4.9', 128, ['streetaddress']),
  O: type('2.5.4.10', 64, ['organizationname', 'organization']),
  OU: type('2.5.4.11', 64, ['organizationalunitname', 'organizationalunit']),
  title: type('2.5.4.12', 64),
  SN: type('2.5.4.4', NAME, ['surname']),
  GN: type('2.5.4.42', NAME, ['givenname']),
  serialNumber: type('2.5.4.5', 64, [], 'printable'),
  CN: type('2.5.4.3', 64, ['commonname']),
  UID: type('0.9.2342.19200300.100.1.1', 256, ['userid']),
  emailAddress: type('1.2.840.113549.1.9.1', 128, ['e', 'email', 'pkcs9email'], 'ia5'),
} as const satisfies Readonly<Record<string, AttributeType>>;

/** The short name of such a type. */
export type TypeName = keyof typeof ATTRIBUTE_TYPES;

const ROWS: Readonly<Record<string, AttributeType>> = ATTRIBUTE_TYPES;

/** Types without a short name that X.520 and others give strings of their own, and OpenSSL writes so. */
const STRINGS: Readonly<Record<string, ValueKind>> = {
  // dnQualifier, jurisdictionCountryName, countryCode3c, countryCode3n, rfc822Mailbox
  '2.5.4.46': 'printable',
  '1.3.6.1.4.1.311.60.2.1.3': 'printable',
  '2.5.4.98': 'printable',
  '2.5.4.99': 'numeric',
  '0.9.2342.19200300.100.1.3': 'ia5',
  // INN, OGRN, SNILS
  '1.2.643.3.131.1.1': 'numeric',
  '1.2.643.100.1': 'numeric',
  '1.2.643.100.3': 'numeric',
};

/** Of a type by its short name or OID. */
export function stringsOf(typeName: string): ValueKind {
  return ROWS[typeName]?.strings ?? STRINGS[typeName] ?? 'directory';
}

/** Dotted, of a type by its short name or OID. */
export function oidOf(typeName: string): string {
  return ROWS[typeName]?.oid ?? typeName;
}

/** The most characters that its values may have; as many as any type where nothing is said of it. */
export function limitOf(typeName: string): number {
  return ROWS[typeName]?.limit ?? NAME;
}

const BY_OID = new Map(Object.entries(ROWS).map(([name, { oid }]) => [oid, name]));
const BY_NAME = new Map(
  Object.entries(ROWS).flatMap(([name, { aliases }]) =>
    [name.toLowerCase(), ...aliases].map((one) => [one, name] as const),
  ),
);

/** What a type with this OID is called: its short name, or the OID. */
export function typeOfOid(oid: string): string {
  return BY_OID.get(oid) ?? oid;
}

/** The type of this name, whatever its letter case (RFC 4514 §3); `undefined` for a name of none. */
export function typeNamed(name: string): TypeName | undefined {
  const found = BY_NAME.get(name.toLowerCase());
  return found !== undefined && isShortName(found) ? found : undefined;
}

function isShortName(name: string): name is TypeName {
  return Object.hasOwn(ATTRIBUTE_TYPES, name);
}
