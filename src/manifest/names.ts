/** Names of entries: each is a folder, also on file systems that ignore case. */

import { KINDS, SECTIONS, type Section } from '../pki/entity.ts';
import { quote } from '../pki/printable.ts';
import { builtInProfile } from './built-in-profiles.ts';
import { isName, nameProblem } from './folder.ts';
import type { Problem } from './problem.ts';
import type { Report } from './report.ts';
import { type MapTree, mapIn, type Pair } from './tree.ts';

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

/** What is wrong with the name of a profile of one's own. */
function profileProblem(name: string): Problem | undefined {
  if (isName(name) && builtInProfile(name) === undefined) return undefined;
  if (!isName(name))
    return {
      code: 'name',
      message: `${quote(name)} cannot be the name of a profile`,
      hint: 'a name has up to 64 letters, digits and "._@+-", and begins with a letter, digit or "_"',
    };
  return {
    code: 'name',
    message: `profile ${quote(name)} is built in, and cannot be changed`,
    hint: `give yours another name, and let it say "extends: ${name}"`,
  };
}

/** Reports bad names; returns the entries and profiles that have one. */
export function checkNames(tree: MapTree, report: Report): Set<string> {
  const bad = new Set<string>();
  for (const section of SECTIONS) {
    const value = tree.entries.get(section)?.value;
    if (value?.kind === 'map') checkSection(section, value.entries, bad, report);
  }
  for (const [name, { key }] of mapIn(tree, ['profiles'])?.entries ?? []) {
    const problem = profileProblem(name);
    if (problem === undefined) continue;
    report.error({ ...problem, at: key });
    bad.add(entryKey('profiles', name));
  }
  return bad;
}
