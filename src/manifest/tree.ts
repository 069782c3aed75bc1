/** A manifest as plain values that know where they were written; aliases are resolved, merge keys merged. */
import type { Span } from './source.ts';

/** A single value. */
interface ScalarTree {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** As written, without quotes: `0123` for the number 123. */
  readonly text: string;
  readonly span: Span;
}

/** A sequence. */
interface ListTree {
  readonly kind: 'list';
  readonly items: readonly Tree[];
  readonly span: Span;
  /** Nodes in it with every alias written out. */
  readonly size: number;
}

/** A value and where its key stands. */
export interface Pair {
  readonly key: Span;
  readonly value: Tree;
}

/** A mapping. */
export interface MapTree {
  readonly kind: 'map';
  /** In the order of the file, which a JavaScript object would not keep for keys like "10". */
  readonly entries: ReadonlyMap<string, Pair>;
  readonly span: Span;
  readonly size: number;
}

/** Any node. */
export type Tree = ScalarTree | ListTree | MapTree;

/** Keys and indices from the top, as zod has them. */
export type Path = readonly (string | number)[];

function plainMap(tree: MapTree, seen: Map<Tree, unknown>): object {
  // without a prototype, so that no name of an entry can mean something to JavaScript
  const result: Record<string, unknown> = Object.create(null);
  seen.set(tree, result);
  for (const [key, { value }] of tree.entries) result[key] = plainOf(value, seen);
  return result;
}

function plainOf(tree: Tree, seen: Map<Tree, unknown>): unknown {
  if (tree.kind === 'scalar') return tree.value;
  if (seen.has(tree)) return seen.get(tree);
  if (tree.kind === 'map') return plainMap(tree, seen);
  const items = tree.items.map((item) => plainOf(item, seen));
  seen.set(tree, items);
  return items;
}

/** The values alone; what an alias shares in the file is shared here too. */
export function plain(tree: MapTree): object {
  return plainMap(tree, new Map());
}

/** One step down; `undefined` where there is nothing. */
function child(tree: Tree, step: string | number): { key: Span; value: Tree } | undefined {
  if (tree.kind === 'map') return tree.entries.get(String(step));
  if (tree.kind === 'scalar' || typeof step !== 'number') return undefined;
  const value = tree.items[step];
  return value && { key: value.span, value };
}

/** Whether a value is `null`, written out or left empty. */
export function isNull(node: Tree | undefined): boolean {
  return node?.kind === 'scalar' && node.value === null;
}

/** The node at a path. */
export function nodeAt(tree: Tree, path: Path): Tree | undefined {
  let node: Tree | undefined = tree;
  for (const step of path) node = node && child(node, step)?.value;
  return node;
}

/** Where a text stands in a tree, as a whole value; the first of several. */
export function spanOfText(tree: Tree, text: string): Span | undefined {
  if (tree.kind === 'scalar') return tree.value === text ? tree.span : undefined;
  const parts = tree.kind === 'list' ? tree.items : [...tree.entries.values()].map(({ value }) => value);
  for (const part of parts) {
    const span = spanOfText(part, text);
    if (span !== undefined) return span;
  }
  return undefined;
}

/** The map at a path; `undefined` where there is something else. */
export function mapIn(tree: Tree, path: Path): MapTree | undefined {
  const node = nodeAt(tree, path);
  return node?.kind === 'map' ? node : undefined;
}

function isEmpty(span: Span): boolean {
  return span.end <= span.start;
}

/** Where the value at a path is written; its key where it is left empty, the nearest thing above where it is absent. */
export function valueSpan(tree: Tree, path: Path): Span {
  let node = tree;
  let span = tree.span;
  for (const step of path) {
    const next = child(node, step);
    if (next === undefined) return keySpan(tree, path);
    node = next.value;
    span = isEmpty(node.span) ? next.key : node.span;
  }
  return span;
}

/** Where the key at a path is written, or the nearest key above it; the first line for the whole. */
export function keySpan(tree: Tree, path: Path): Span {
  let node = tree;
  let span: Span = { start: tree.span.start, end: tree.span.start };
  for (const step of path) {
    const next = child(node, step);
    if (next === undefined) return span;
    node = next.value;
    span = next.key;
  }
  return span;
}
