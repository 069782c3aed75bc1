/** A name for each entry: valid, unique in its section, and as close to the names of its files as possible. */
import { KINDS } from '../pki/entity.ts';
import { folderOf } from '../pki/files.ts';
import type { PlacedPair } from './hierarchy.ts';
import { commonNames } from './kind.ts';
import { pathsOf } from './pair.ts';
import { entryName, nameFromPaths } from './paths.ts';

/** The first pair has the first choice; a name that is taken, letter case aside, gets a number (`api-2`). */
export function namesFor(pairs: readonly PlacedPair[]): ReadonlyMap<PlacedPair, string> {
  const pairsPerFolder = countPairs(pairs);
  const taken = new Set<string>();
  const names = new Map<PlacedPair, string>();
  for (const pair of pairs) {
    const name = freeName(candidates(pair, pairsPerFolder), pair.section, taken);
    taken.add(slot(pair.section, name));
    names.set(pair, name);
  }
  return names;
}

/** How many pairs have files in each folder; the certificate of an authority without its key may lie beside any of them. */
export function countPairs(pairs: readonly PlacedPair[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const pair of pairs.filter(({ keyPath }) => keyPath !== null)) {
    for (const folder of new Set(pathsOf(pair).map(folderOf))) {
      counts.set(folder, (counts.get(folder) ?? 0) + 1);
    }
  }
  return counts;
}

function candidates(pair: PlacedPair, pairsPerFolder: ReadonlyMap<string, number>): readonly string[] {
  const { certPath, keyPath, cert, section } = pair;
  const alone = pairsPerFolder.get(folderOf(certPath)) === (keyPath === null ? undefined : 1);
  const fromFiles = nameFromPaths(certPath, keyPath ?? certPath, alone);
  const found = [fromFiles, ...commonNames(cert.facts)].map(entryName).filter((name) => name !== '');
  return found.length === 0 ? [section === 'authorities' ? 'root' : KINDS[section]] : found;
}

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
