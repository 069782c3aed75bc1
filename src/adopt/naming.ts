/** A name for every entry: valid, the only one of its section, and as close to the files' own names as can be. */
import { folderOf } from '../pki/files.ts';
import type { Member } from './family.ts';
import { commonNames } from './kind.ts';
import { entryName, nameFromPaths } from './paths.ts';

/** Who comes first chooses first; a name that is taken in its section, letter case aside, gets a number (`api-2`). */
export function namesFor(members: readonly Member[]): ReadonlyMap<Member, string> {
  const tenants = tenantsOf(members);
  const taken = new Set<string>();
  const names = new Map<Member, string>();
  for (const member of members) {
    const name = freeName(candidates(member, tenants), member.section, taken);
    taken.add(slot(member.section, name));
    names.set(member, name);
  }
  return names;
}

/** How many members have files in each folder. */
export function tenantsOf(members: readonly Member[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { certPath, keyPath } of members) {
    for (const folder of new Set([folderOf(certPath), folderOf(keyPath)])) {
      counts.set(folder, (counts.get(folder) ?? 0) + 1);
    }
  }
  return counts;
}

function candidates(member: Member, tenants: ReadonlyMap<string, number>): readonly string[] {
  const { certPath, keyPath, cert, section } = member;
  const alone = tenants.get(folderOf(certPath)) === 1;
  const fromFiles = nameFromPaths(certPath, keyPath, alone);
  const found = [fromFiles, ...commonNames(cert.facts)].map(entryName).filter((name) => name !== '');
  return found.length === 0 ? [NOUNS[section]] : found;
}

const NOUNS = { authorities: 'root', servers: 'server', clients: 'client', peers: 'peer' } as const;

function freeName(wanted: readonly string[], section: string, taken: ReadonlySet<string>): string {
  const free = (name: string): boolean => !taken.has(slot(section, name));
  const [first = ''] = wanted;
  const direct = wanted.find(free);
  if (direct !== undefined) return direct;
  for (let number = 2; ; number++) {
    const name = `${first.slice(0, 58)}-${number}`;
    if (free(name)) return name;
  }
}

/** Entries' names are folders, and some disks ignore letter case. */
function slot(section: string, name: string): string {
  return `${section}/${name.toLowerCase()}`;
}
