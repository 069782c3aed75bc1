/** The `distinguished_name` section of a request. */
import type { AttributeType } from '../pki/subject.ts';
import type { ConfigSection } from '../x509/extension-rule.ts';
import type { EncodedName } from '../x509/name.ts';

const LONG_NAMES: Readonly<Record<AttributeType, string>> = {
  C: 'countryName',
  ST: 'stateOrProvinceName',
  L: 'localityName',
  O: 'organizationName',
  OU: 'organizationalUnitName',
  CN: 'commonName',
};

/**
 * The section `name`: attributes in the order of the subject, by their long names. Where two share an RDN, or a type
 * occurs twice, numeric prefixes tell the keys apart, which openssl ignores.
 */
export function nameSection({
  subject,
  joined = [],
}: Pick<EncodedName, 'subject' | 'joined'>): ConfigSection {
  const isPlain = joined.length === 0 && new Set(subject.map(({ type }) => type)).size === subject.length;
  const entries = subject.map(({ type, value }, i): readonly [string, string] => {
    const prefix = isPlain ? '' : `${i}.${joined.includes(i) ? '+' : ''}`;
    return [`${prefix}${LONG_NAMES[type]}`, value];
  });
  return { name: 'name', entries };
}

/** A policy for `openssl ca` that accepts all of these. */
export function policySection(): ConfigSection {
  return { name: 'policy', entries: Object.values(LONG_NAMES).map((name) => [name, 'optional']) };
}
