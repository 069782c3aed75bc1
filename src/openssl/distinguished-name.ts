/** The `distinguished_name` section of a request. */
import type { AttributeType, Subject } from '../model/subject.ts';
import { configValue, type Section } from './config.ts';

const LONG_NAMES: Readonly<Record<AttributeType, string>> = {
  C: 'countryName',
  ST: 'stateOrProvinceName',
  L: 'localityName',
  O: 'organizationName',
  OU: 'organizationalUnitName',
  CN: 'commonName',
};

export function nameSection(subject: Subject): Section {
  return { name: 'name', entries: subject.map(({ type, value }) => [LONG_NAMES[type], configValue(value)]) };
}

/** A policy for `openssl ca` that lets all of these through: what a policy does not list, `ca` drops in silence. */
export function policySection(): Section {
  return { name: 'policy', entries: Object.values(LONG_NAMES).map((name) => [name, 'optional']) };
}
