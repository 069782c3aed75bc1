/** The `distinguished_name` section of a request. */
import type { AttributeType, Subject } from '../pki/subject.ts';
import type { ConfigSection } from '../x509/extension-rule.ts';

const LONG_NAMES: Readonly<Record<AttributeType, string>> = {
  C: 'countryName',
  ST: 'stateOrProvinceName',
  L: 'localityName',
  O: 'organizationName',
  OU: 'organizationalUnitName',
  CN: 'commonName',
};

/** The section `name`: attributes in the order of the subject, by their long names. */
export function nameSection(subject: Subject): ConfigSection {
  return { name: 'name', entries: subject.map(({ type, value }) => [LONG_NAMES[type], value]) };
}

/**
 * A policy for `openssl ca` that lets all of these through: what a policy does not list, `ca` drops in silence, and
 * what it lists comes out in its order, whatever `preserve` says (3.0).
 */
export function policySection(first: Subject): ConfigSection {
  const types = new Set([...first.map(({ type }) => type), ...(Object.keys(LONG_NAMES) as AttributeType[])]);
  return { name: 'policy', entries: [...types].map((type) => [LONG_NAMES[type], 'optional']) };
}
