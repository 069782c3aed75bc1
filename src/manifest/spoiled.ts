/** What mistakes spoil of a manifest, so that the rest can still be checked for meaning and nothing is concluded from it. */
import { isSection } from '../pki/entity.ts';
import type { Issue } from './issues.ts';
import { entryKey } from './names.ts';
import { isSetting, rowOf } from './settings.ts';

/** What is not known. */
export interface Spoiled {
  /** Top-level keys, and entries as `<section>/<name>`: they exist, and nothing is known about them. */
  readonly parts: ReadonlySet<string>;
  /** Settings by the map that they stand in, `defaults` or `<section>/<name>`; the rest of that map is good. */
  readonly settings: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Something that a mistake spoils: settings in a map, or without them all that has this name. */
interface Spoil {
  readonly name: string;
  readonly settings?: readonly string[];
}

/** What is good of it may stay although a part is bad: every other top-level key is good or bad as a whole. */
function hasParts(top: string): boolean {
  return top === 'defaults' || isSection(top);
}

/** A mistake in `defaults`, in an entry, or in any other top-level key. */
function spoilsOf(issue: Issue, keepsEntries: boolean): readonly Spoil[] {
  const [top, second, field] = issue.path.map(String);
  const keys = issue.code === 'unrecognized_keys' ? issue.keys : [];
  if (top === undefined) return keys.map((name) => ({ name }));
  if (top === 'defaults' && (second !== undefined || keys.length > 0))
    return [{ name: top, settings: second === undefined ? keys : [second] }];
  if (second === undefined || !hasParts(top)) return [{ name: top }];
  const name = entryKey(top, second);
  const isLesser = keepsEntries && field !== undefined && isSetting(field) && rowOf(field).lesser;
  return [isLesser ? { name, settings: [field] } : { name }];
}

/**
 * What is spoiled with these mistakes as well.
 * @param keepsEntries whether an entry can do without a setting that is wrong
 */
export function spoiledBy(issues: readonly Issue[], before: Spoiled, keepsEntries: boolean): Spoiled {
  const parts = new Set(before.parts);
  const settings = new Map([...before.settings].map(([name, keys]) => [name, new Set(keys)]));
  for (const { name, settings: keys } of issues.flatMap((issue) => spoilsOf(issue, keepsEntries))) {
    if (keys === undefined) parts.add(name);
    else settings.set(name, new Set([...(settings.get(name) ?? []), ...keys]));
  }
  return { parts, settings };
}

/** How much is spoiled. */
export function extentOf({ parts, settings }: Spoiled): number {
  return [...settings.values()].reduce((sum, keys) => sum + keys.size, parts.size);
}

/** The values of a manifest without what is spoiled. */
export function withoutSpoiled(values: object, spoiled: Spoiled): Record<string, unknown> {
  const good = Object.entries(values).filter(([key]) => !spoiled.parts.has(key));
  return Object.fromEntries(good.map(([key, value]) => [key, goodOf(key, value, spoiled)]));
}

/** What is good of `defaults` or of a section. */
function goodOf(key: string, value: unknown, spoiled: Spoiled): unknown {
  if (!hasParts(key) || typeof value !== 'object' || value === null) return value;
  if (key === 'defaults') return withoutKeys(value, spoiled.settings.get(key));
  const entries = Object.entries(value).filter(([name]) => !spoiled.parts.has(entryKey(key, name)));
  const good = entries.map(([name, entry]) => [
    name,
    withoutKeys(entry, spoiled.settings.get(entryKey(key, name))),
  ]);
  // without a prototype, as the values of a manifest are (tree.ts)
  return Object.assign(Object.create(null), Object.fromEntries(good));
}

function withoutKeys(map: unknown, keys: ReadonlySet<string> | undefined): unknown {
  if (keys === undefined || typeof map !== 'object' || map === null) return map;
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.has(key)));
}
