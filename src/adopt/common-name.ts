/** Whether a manifest may have a name beside these SANs: validation decides, which alone knows its rules. */
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
  return isNameValid(section, { commonName }, san);
}

/** The same of whatever names an entry. @param san as above. */
export function isNameValid(
  section: Section,
  name: { readonly commonName: string } | { readonly subject: string },
  san: readonly string[] | undefined,
): boolean {
  const entry = { ...name, ...(san === undefined ? {} : { san }) };
  const issuer = { 'adopt-issuer': { commonName: 'Issuer of an adopted certificate' } };
  const authorities = section === 'authorities' ? { ...issuer, adopted: entry } : issuer;
  // JSON is YAML.
  const manifest = {
    version: 1,
    authorities,
    ...(section === 'authorities' ? {} : { [section]: { adopted: entry } }),
  };
  return loadManifest(JSON.stringify(manifest), 'adopt').ok;
}
