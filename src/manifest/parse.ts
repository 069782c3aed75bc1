/** The text of a manifest → its values, and every mistake that can be seen without knowing what a PKI is. */

import { isSection } from '../pki/entity.ts';
import { convert, NODE_LIMIT, NOWHERE, sizeOf } from './convert.ts';
import { findingsOf, type Issue } from './issues.ts';
import { checkNames, entryKey, fieldKey } from './names.ts';
import type { Report } from './report.ts';
import { type Manifest, manifestSchema, TOP_KEYS } from './schema.ts';
import { isSetting, rowOf } from './settings.ts';
import type { Source } from './source.ts';
import { documentsOf } from './syntax.ts';
import { type MapTree, plain } from './tree.ts';
import { unite } from './unite.ts';

/** Longest manifest, in UTF-16 units: about 37,000 leaves. */
const LENGTH_LIMIT = 5 * 1024 * 1024;

/** A manifest whose values are good, as far as they are there. */
export interface ParsedManifest {
  /** What is good of it: entries with a mistake are left out. */
  readonly manifest: Manifest;
  /**
   * What is left out: entries as `<section>/<name>` (they exist, but nothing is known about them), `defaults/<key>`,
   * and whole sections.
   */
  readonly broken: ReadonlySet<string>;
  /** Fields of entries that are there without them, as `<section>/<name>/<field>`: what they say is not known. */
  readonly guessed: ReadonlySet<string>;
  readonly tree: MapTree;
}

const SMALLEST =
  'the smallest manifest is "version: 1" and "authorities: { root: { commonName: Example Root CA } }"';

/** A text that cannot be a manifest at all. */
function readable({ text }: Source, report: Report): boolean {
  const zero = text.indexOf('\0');
  if (text.length > LENGTH_LIMIT) {
    const message = 'manifest is larger than 5 MiB';
    report.error({
      code: 'too-large',
      at: { start: 0, end: 0 },
      message,
      hint: 'split it into several manifests',
    });
  } else if (zero !== -1) {
    const message = 'manifest is not UTF-8 text';
    report.error({ code: 'encoding', at: { start: zero, end: zero + 1 }, message, hint: 'save it as UTF-8' });
  }
  return !report.failed();
}

/** One tree of all documents; `undefined` after a mistake that leaves nothing to go on with. */
function readTree(source: Source, report: Report): MapTree | undefined {
  if (!readable(source, report)) return undefined;
  const documents = documentsOf(source, report);
  if (report.failed()) return undefined;
  const trees = documents.map((document) => convert(document, report)).filter((tree) => tree !== undefined);
  const size = trees.reduce((sum, tree) => sum + sizeOf(tree), 0);
  if (size > NODE_LIMIT) {
    const message = 'manifest has too many values';
    report.error({ code: 'too-many-nodes', at: trees.at(-1)?.span ?? NOWHERE, message });
  }
  if (trees.length < documents.length || size > NODE_LIMIT) return undefined;
  const tree = unite(trees, report);
  if (tree === undefined && !report.failed()) {
    report.error({ code: 'empty', at: { start: 0, end: 0 }, message: 'manifest is empty', hint: SMALLEST });
  }
  return tree;
}

/** A manifest of another version would only give mistakes that are none. */
function knownVersion(tree: MapTree, report: Report): boolean {
  const version = tree.entries.get('version')?.value;
  if (version?.kind !== 'scalar' || typeof version.value !== 'number' || version.value === 1) return true;
  const message = `manifest version ${version.text} is not known`;
  report.error({ code: 'version', at: version.span, message, hint: 'this pki reads "version: 1"' });
  return false;
}

/** What is good of it may stay although a part is bad: every other top-level key is good or bad as a whole. */
function hasParts(top: PropertyKey | undefined): boolean {
  return top === 'defaults' || isSection(String(top));
}

/** The field that alone a mistake spoils, as `<section>/<name>/<field>`. */
function spoiledField({ path: [top, name, field] }: Issue): string | undefined {
  const setting = String(field);
  const isLesser = isSection(String(top)) && isSetting(setting) && rowOf(setting).lesser;
  return isLesser ? fieldKey(String(top), String(name), String(field)) : undefined;
}

/** The parts of the manifest that a mistake spoils: an entry, settings in `defaults`, or a top-level key. */
function spoiled(issue: Issue): string[] {
  const [top, second] = issue.path;
  if (top !== undefined && !hasParts(top)) return [String(top)];
  if (issue.code === 'unrecognized_keys' && second === undefined) {
    return top === undefined ? issue.keys : issue.keys.map((key) => entryKey(String(top), key));
  }
  return [second === undefined ? String(top) : entryKey(String(top), String(second))];
}

function without(value: unknown, key: string, { bad, guessed }: Spoiled): unknown {
  if (typeof value !== 'object' || value === null || !hasParts(key)) return value;
  const good = Object.entries(value).filter(([name]) => !bad.has(entryKey(key, name)));
  const kept = good.map(([name, part]) => [
    name,
    isSection(key) ? withoutFields(key, name, part, guessed) : part,
  ]);
  return Object.assign(Object.create(null), Object.fromEntries(kept));
}

function withoutFields(section: string, name: string, entry: unknown, guessed: ReadonlySet<string>): unknown {
  if (typeof entry !== 'object' || entry === null) return entry;
  const good = Object.entries(entry).filter(([field]) => !guessed.has(fieldKey(section, name, field)));
  return Object.fromEntries(good);
}

interface Spoiled {
  readonly bad: ReadonlySet<string>;
  readonly guessed: ReadonlySet<string>;
}

/** The manifest without what is spoiled, so that the rest can still be checked for meaning. */
function salvage(values: unknown, spoils: Spoiled): Manifest {
  const good: Record<string, unknown> = { version: 1 };
  for (const [key, value] of Object.entries(values ?? {})) {
    if (key !== 'version' && TOP_KEYS.includes(key) && !spoils.bad.has(key))
      good[key] = without(value, key, spoils);
  }
  const result = manifestSchema.safeParse(good);
  if (result.success) return result.data;
  // What is left of an entry may be none.
  const bad = new Set([...spoils.bad, ...result.error.issues.flatMap(spoiled)]);
  if (bad.size === spoils.bad.size) throw result.error;
  return salvage(values, { ...spoils, bad });
}

/** Reads what can be read of a manifest; the report has the rest. */
export function parseManifest(source: Source, report: Report): ParsedManifest | undefined {
  const tree = readTree(source, report);
  if (tree === undefined || !knownVersion(tree, report)) return undefined;
  const bad = checkNames(tree, report);
  const guessed = new Set<string>();
  const values = plain(tree);
  const result = manifestSchema.safeParse(values);
  for (const issue of result.error?.issues ?? []) {
    for (const finding of findingsOf(issue, tree)) report.error(finding);
    const field = spoiledField(issue);
    if (field !== undefined) guessed.add(field);
    else for (const key of spoiled(issue)) bad.add(key);
  }
  const manifest = result.success && bad.size === 0 ? result.data : salvage(values, { bad, guessed });
  return { manifest, broken: bad, guessed, tree };
}
