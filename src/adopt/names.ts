/** The SANs of a certificate as a manifest can have them. */

import { parseSan, sanIdentity } from '../manifest/san.ts';
import type { Section } from '../pki/entity.ts';
import { ipOctets, ipText } from '../pki/ip.ts';
import { type CertificateFacts, sanOf } from '../x509/facts.ts';
import { isCommonNameValid } from './common-name.ts';
import type { Note } from './left-out.ts';

/** `san` of an entry, and notes on names that were dropped or added. */
export interface NamesText {
  /** `undefined` where the manifest's default says the same. */
  readonly san: readonly string[] | undefined;
  readonly notes: readonly Note[];
}

/** DNS names and addresses, without their kinds. */
export function hostNames(facts: CertificateFacts): readonly string[] {
  return sanOf(facts).flatMap((name) => /^(?:dns|ip):(.+)$/s.exec(name)?.[1] ?? []);
}

/** The SANs of a certificate that a manifest can have, each once. */
function usableNames(facts: CertificateFacts): readonly string[] {
  const known = new Map<string, string>();
  for (const name of sanOf(facts)) addName(name, known);
  return [...known.values()];
}

/** The same as an entry has them. */
export function sanText(facts: CertificateFacts): readonly string[] | undefined {
  const names = usableNames(facts);
  return names.length === 0 ? undefined : names.map(shortest);
}

/** @param commonName the one that the manifest will have. */
export function namesOf(
  facts: CertificateFacts,
  section: Section,
  commonName: string | undefined,
): NamesText {
  const all = sanOf(facts);
  const usable = usableNames(facts);
  const notes = unusable(all.filter((name) => !usable.includes(name)));
  const san = sanText(facts);
  const isHost = section === 'servers' || section === 'peers';
  if (!isHost || commonName === undefined || san === undefined) return { san, notes };
  const own = ownName(commonName);
  if (usable.some((name) => sameName(name, own))) {
    const isDefault = usable.length === 1 && usable[0] === own;
    return { san: isDefault ? undefined : san, notes };
  }
  if (isCommonNameValid(section, commonName, san)) return { san, notes };
  return { san: [...san, shortest(own)], notes: [...notes, { kind: 'common-name-added', name: own }] };
}

/** Adds a name such as `dns:api.example.test` if a manifest would write exactly this. */
function addName(name: string, known: Map<string, string>): void {
  const parsed = parseSan(name);
  if (!parsed.ok || `${parsed.value.kind}:${parsed.value.value}` !== name) return;
  const identity = sanIdentity(parsed.value);
  if (!known.has(identity)) known.set(identity, name);
}

function unusable(names: readonly string[]): readonly Note[] {
  return names.length === 0 ? [] : [{ kind: 'names', names }];
}

/** The SAN that validation derives from a host's common name. */
function ownName(commonName: string): string {
  const octets = ipOctets(commonName);
  return octets ? `ip:${ipText(octets)}` : `dns:${commonName}`;
}

function sameName(a: string, b: string): boolean {
  return a === b || (a.startsWith('dns:') && a.toLowerCase() === b.toLowerCase());
}

/** Without its kind, if a manifest recognises that. */
function shortest(name: string): string {
  const bare = name.slice(name.indexOf(':') + 1);
  const parsed = parseSan(bare);
  return parsed.ok && `${parsed.value.kind}:${parsed.value.value}` === name ? bare : name;
}
