/** What mistakes spoil of a manifest, so that the rest can still be checked for meaning and nothing is concluded from it. */
import { isSection } from '../pki/entity.ts';
import { entryKey } from './names.ts';
import type { Issue } from './problem.ts';
import { isSetting, rowOf } from './settings.ts';

/** What is not known. */
export interface Spoiled {
  /**
   * Top-level keys, entries as `<section>/<name>`, and so profiles and the defaults of sections: they exist, and nothing
   * is known about them.
   */
  readonly parts: ReadonlySet<string>;
  /** Settings by the map that they stand in, `defaults` or one of those; the rest of that map is good. */
  readonly settings: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Whether a part of it may be bad and the rest good: every other top-level key is good or bad as a whole. */
function hasParts(top: string): boolean {
  return top === 'defaults' || top === 'profiles' || isSection(top);
}

/** A map in which each setting is good or bad by itself: a profile, or the defaults of a section. */
function isBag(top: string, name: string): boolean {
  return top === 'profiles' || (top === 'defaults' && isSection(name));
}

/** Where a mistake is. Unknown keys come together; an entry that has one is spoiled as a whole. */
function pathsOf(issue: Issue): readonly (readonly string[])[] {
  const path = issue.path.map(String);
  const [top = '', name = ''] = path;
  const isApart =
    issue.code === 'unrecognized_keys' && (path.length < 2 || (path.length === 2 && isBag(top, name)));
  return isApart ? issue.keys.map((key) => [...path, key]) : [path];
}

/** What mistakes spoil. @param badNames entries with a wrong name, as `<section>/<name>` */
export function spoiledBy(issues: readonly Issue[], badNames: ReadonlySet<string>): Spoiled {
  const parts = new Set(badNames);
  const settings = new Map<string, Set<string>>();
  const spoil = (map: string, setting: string): unknown =>
    settings.set(map, (settings.get(map) ?? new Set()).add(setting));
  for (const [top = '', second, third] of issues.flatMap(pathsOf)) {
    if (second === undefined || !hasParts(top)) parts.add(top);
    else if (isBag(top, second) && third !== undefined) spoil(entryKey(top, second), third);
    else if (isBag(top, second)) parts.add(entryKey(top, second));
    else if (top === 'defaults') spoil(top, second);
    else if (third !== undefined && isSetting(third) && rowOf(third).lesser)
      spoil(entryKey(top, second), third);
    else parts.add(entryKey(top, second));
  }
  return { parts, settings };
}

/** The values of a manifest without what is spoiled. */
export function withoutSpoiled(values: object, spoiled: Spoiled): Record<string, unknown> {
  const good = Object.entries(values).filter(([key]) => !spoiled.parts.has(key));
  return Object.fromEntries(good.map(([key, value]) => [key, goodOf(key, value, spoiled)]));
}

/** What is good of `defaults`, of `profiles` or of a section. */
function goodOf(key: string, value: unknown, spoiled: Spoiled): unknown {
  if (!hasParts(key) || typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([name]) => !spoiled.parts.has(entryKey(key, name)));
  const good = entries.map(([name, entry]) => [
    name,
    withoutKeys(entry, spoiled.settings.get(entryKey(key, name))),
  ]);
  // without a prototype, as the values of a manifest are (tree.ts)
  const map = Object.assign(Object.create(null), Object.fromEntries(good));
  return withoutKeys(map, spoiled.settings.get(key));
}

function withoutKeys(map: unknown, keys: ReadonlySet<string> | undefined): unknown {
  if (keys === undefined || typeof map !== 'object' || map === null) return map;
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.has(key)));
}
