/** Names of entries: each is a folder, also on file systems that ignore case. */

import { KINDS, SECTIONS, type Section } from '../pki/entity.ts';
import { quote } from '../pki/printable.ts';
import { nameProblem } from './folder.ts';
import type { Report } from './report.ts';
import type { MapTree, Pair } from './tree.ts';

/** `<section>/<name>`: one string per entry. */
export function entryKey(section: string, name: string): string {
  return `${section}/${name}`;
}

function checkSection(
  section: Section,
  entries: ReadonlyMap<string, Pair>,
  bad: Set<string>,
  report: Report,
): void {
  const folded = new Map<string, { name: string; pair: Pair }>();
  for (const [name, pair] of entries) {
    const problem = nameProblem(name);
    const twin = folded.get(name.toLowerCase());
    if (problem) report.error({ ...problem, at: pair.key });
    else if (twin) {
      const [first, second] = [quote(twin.name), quote(name)];
      report.error({
        code: 'name',
        at: pair.key,
        message: `${KINDS[section]} names ${first} and ${second} differ only in case, so on some disks they would be the same folder`,
        hint: 'rename one of them',
        related: [{ at: twin.pair.key, message: 'the other name' }],
      });
    } else folded.set(name.toLowerCase(), { name, pair });
    if (problem || twin) bad.add(entryKey(section, name));
  }
}

/** Reports bad names; returns the entries that have one. */
export function checkNames(tree: MapTree, report: Report): Set<string> {
  const bad = new Set<string>();
  for (const section of SECTIONS) {
    const value = tree.entries.get(section)?.value;
    if (value?.kind === 'map') checkSection(section, value.entries, bad, report);
  }
  return bad;
}
