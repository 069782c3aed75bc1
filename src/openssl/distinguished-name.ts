/** The `distinguished_name` section of a request. */
import type { TypeName } from '../pki/attribute-types.ts';
import type { ConfigSection } from '../x509/extension-rule.ts';
import type { EncodedName } from '../x509/name.ts';

const LONG_NAMES: Readonly<Record<TypeName, string>> = {
  DC: 'domainComponent',
  C: 'countryName',
  ST: 'stateOrProvinceName',
  L: 'localityName',
  postalCode: 'postalCode',
  street: 'streetAddress',
  O: 'organizationName',
  OU: 'organizationalUnitName',
  title: 'title',
  SN: 'surname',
  GN: 'givenName',
  serialNumber: 'serialNumber',
  CN: 'commonName',
  UID: 'userId',
  emailAddress: 'emailAddress',
};

const KEYS: Readonly<Record<string, string>> = LONG_NAMES;

/**
 * The section `name`: attributes in the order of the subject, by their long names. Where two share an RDN, or a type
 * occurs twice, numeric prefixes tell the keys apart, which openssl ignores: it takes what follows the first dot, so that an
 * OID needs one, too.
 */
export function nameSection({
  subject,
  joined = [],
}: Pick<EncodedName, 'subject' | 'joined'>): ConfigSection {
  const isOnce = new Set(subject.map(({ type }) => type)).size === subject.length;
  const isPlain = joined.length === 0 && isOnce && subject.every(({ type }) => KEYS[type] !== undefined);
  const entries = subject.map(({ type, value }, i): readonly [string, string] => {
    const prefix = isPlain ? '' : `${i}.${joined.includes(i) ? '+' : ''}`;
    return [`${prefix}${KEYS[type] ?? type}`, value];
  });
  return { name: 'name', entries };
}

/** A policy for `openssl ca`, which asks for one and then, by `-preserveDN`, takes the subject of the request whole. */
export function policySection(): ConfigSection {
  const usual = [LONG_NAMES.C, LONG_NAMES.ST, LONG_NAMES.L, LONG_NAMES.O, LONG_NAMES.OU, LONG_NAMES.CN];
  return { name: 'policy', entries: usual.map((name) => [name, 'optional']) };
}
