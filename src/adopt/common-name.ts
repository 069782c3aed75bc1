/** Whether a manifest may have a common name beside these SANs: validation decides, which alone knows its rules. */
import type { Section } from '../pki/entity.ts';
import { loadManifest } from '../resolve/load.ts';

/**
 * @param san as an entry has it; a name that is not a host's, such as `system:node:a`, identifies a user, not a place.
 */
export function isCommonNameValid(
  section: Section,
  commonName: string,
  san: readonly string[] | undefined,
): boolean {
  const entry = { commonName, ...(san === undefined ? {} : { san }) };
  const issuer = { 'adopt-issuer': { commonName: 'Issuer of an adopted certificate' } };
  // JSON is YAML.
  const manifest = { version: 1, authorities: issuer, [section]: { adopted: entry } };
  return loadManifest(JSON.stringify(manifest), 'adopt').ok;
}
