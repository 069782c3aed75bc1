/** What an authority's certificate says of those below it, and a certificate of its purposes, as a manifest spells them. */
import type { EntryText } from '../manifest/write.ts';
import { KINDS, type Section } from '../pki/entity.ts';
import { PURPOSES_OF } from '../pki/purposes.ts';
import type { CertificateFacts } from '../x509/facts.ts';

/** `undefined` where there are none, or some that a manifest cannot say: these are noted, and lost at renewal. */
export function constraintsOf({ extensions }: CertificateFacts): EntryText['nameConstraints'] {
  const value = extensions.nameConstraints?.value;
  if (value === undefined) return undefined;
  const { permitted, excluded } = value;
  if (![...permitted, ...excluded].every(isSayable)) return undefined;
  return {
    ...(permitted.length === 0 ? {} : { permitted: permitted.map(spelled) }),
    ...(excluded.length === 0 ? {} : { excluded: excluded.map(spelled) }),
  };
}

/** Validation takes prefixes as masks alone, and no dot in front of a domain. */
function isSayable(name: string): boolean {
  return /^(?:dns:[^.*].*|ip:[^/]+\/\d+|email:.+|uri:\.?[^.].*)$/.test(name);
}

/** Domains and ranges show what they are. */
function spelled(name: string): string {
  return name.replace(/^(?:dns|ip):/, '');
}

/** Those that are not what the section says anyway. */
export function purposesOf(
  { extensions }: CertificateFacts,
  section: Section,
): EntryText['extendedKeyUsage'] {
  const found = extensions.extendedKeyUsage?.value;
  if (found === undefined || found.length === 0) return undefined;
  const usual = PURPOSES_OF[KINDS[section]];
  const isUsual = found.length === usual.length && usual.every((purpose) => found.includes(purpose));
  const isPossible = usual.every((purpose) => found.includes(purpose));
  return isUsual || !isPossible ? undefined : [...found];
}
