/** Several YAML documents in one file are parts of one manifest. */

import { isSection } from '../pki/entity.ts';
import { quote } from '../pki/printable.ts';
import { duplicate } from './convert.ts';
import type { Report } from './report.ts';
import { isNull, type MapTree, type Pair, type Tree } from './tree.ts';

/** Top-level keys that start with `x-` are a place for anchors, as in Compose files. */
const EXTENSION = /^x-/;

interface State {
  readonly report: Report;
  readonly entries: Map<string, Pair>;
  /** Entries of the sections, in maps of our own that can be added to. */
  readonly sections: Map<string, Map<string, Pair>>;
}

function sameScalar(a: Tree, b: Tree): boolean {
  return a.kind === 'scalar' && b.kind === 'scalar' && a.value === b.value;
}

/** Adds the names of a section; a name that is there already is an error. */
function addSection(key: string, pair: Pair, { report, entries, sections }: State): void {
  const own = sections.get(key);
  const earlier = entries.get(key);
  if (pair.value.kind !== 'map') {
    if (earlier === undefined) entries.set(key, pair);
    else if (!isNull(pair.value)) report.error(duplicate(key, pair.key, earlier.key));
  } else if (own === undefined) {
    if (earlier && !isNull(earlier.value)) report.error(duplicate(key, pair.key, earlier.key));
    const copy = new Map(pair.value.entries);
    sections.set(key, copy);
    entries.set(key, { key: pair.key, value: { ...pair.value, entries: copy } });
  } else {
    for (const [name, entry] of pair.value.entries) {
      const first = own.get(name);
      if (first) report.error(duplicate(name, entry.key, first.key));
      else own.set(name, entry);
    }
  }
}

function addDocument(document: MapTree, state: State): void {
  for (const [key, pair] of document.entries) {
    const earlier = state.entries.get(key);
    if (EXTENSION.test(key)) continue;
    if (isSection(key) || key === 'profiles') addSection(key, pair, state);
    else if (earlier === undefined) state.entries.set(key, pair);
    else if (key !== 'version' || !sameScalar(earlier.value, pair.value)) {
      state.report.error(duplicate(key, pair.key, earlier.key));
    }
  }
}

/** One map of all documents; `undefined` where there is no map among them. */
export function unite(documents: readonly Tree[], report: Report): MapTree | undefined {
  const state: State = { report, entries: new Map(), sections: new Map() };
  const parts = documents.filter((document) => !isNull(document));
  for (const part of parts) {
    if (part.kind === 'map') addDocument(part, state);
    else report.error({ code: 'type', at: part.span, message: `manifest must be a map, not ${noun(part)}` });
  }
  const first = parts.find((part) => part.kind === 'map');
  if (first === undefined) return undefined;
  // The limit of sizes is behind us: nothing asks for that of the whole.
  return { ...first, entries: state.entries };
}

/** What a node is, for messages. */
export function noun(tree: Tree): string {
  if (tree.kind === 'map') return 'a map';
  if (tree.kind === 'list') return 'a list';
  if (tree.value === null) return tree.text === '' ? 'an empty value' : tree.text;
  if (typeof tree.value === 'string') return quote(tree.value);
  return typeof tree.value === 'number' ? `the number ${tree.text}` : tree.text;
}
