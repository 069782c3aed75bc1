/** What an authority's certificate says of those below it, and a certificate of its purposes, as a manifest spells them. */
import { nameConstraints } from '../manifest/name-constraints.ts';
import type { EntryText } from '../manifest/write.ts';
import { KINDS, type Section } from '../pki/entity.ts';
import type { NameConstraints } from '../pki/name-constraints.ts';
import { PURPOSES_OF } from '../pki/purposes.ts';
import type { CertificateFacts } from '../x509/facts.ts';

/** `undefined` where there are none, or some that validation refuses: these are noted, and lost at renewal. */
export function constraintsOf({ extensions }: CertificateFacts): EntryText['nameConstraints'] {
  const value = extensions.nameConstraints?.value;
  if (value === undefined) return undefined;
  const written = {
    ...(value.permitted.length === 0 ? {} : { permitted: value.permitted.map(spelled) }),
    ...(value.excluded.length === 0 ? {} : { excluded: value.excluded.map(spelled) }),
  };
  const read = nameConstraints.safeParse(written);
  const isSame = read.success && listOf(read.data) === listOf(value);
  return isSame ? written : undefined;
}

function listOf({ permitted, excluded }: NameConstraints): string {
  return JSON.stringify([permitted, excluded]);
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

/** Of a certificate outside TLS, whatever its key may do beside signing, as far as validation takes it. */
export function usagesOf({ extensions, keySpec }: CertificateFacts, section: Section): EntryText['keyUsage'] {
  const found = extensions.keyUsage?.value ?? [];
  if (section !== 'certificates' || found.length === 0) return undefined;
  const isRefused = found.includes('keyEncipherment') && !keySpec.startsWith('rsa');
  return found.includes('keyCertSign') || isRefused ? undefined : [...found];
}
