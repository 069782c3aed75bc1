/**
 * The library's nodes → our tree: aliases resolved (and shared, not copied), merge keys merged, duplicate keys found,
 * and nothing so large or so cyclic that a later step could not walk it.
 */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { quote } from '../pki/printable.ts';
import type { Finding, Report } from './report.ts';
import type { Span } from './source.ts';
import { didYouMean } from './suggest.ts';
import { aliasHint } from './syntax.ts';
import type { MapTree, Pair, Tree } from './tree.ts';

/** Nodes with every alias written out: 37,000 leaves of an ordinary manifest have fewer. */
export const NODE_LIMIT = 1_000_000;

const OPEN = Symbol('the anchored node is still being read');

interface State {
  readonly report: Report;
  readonly anchors: Map<string, Tree | typeof OPEN>;
  /** Set once, so that a bomb is reported once and the rest of it is not walked. */
  exhausted: boolean;
  /** Keys are missing through no fault of the manifest's author: nothing can be concluded from the rest. */
  isPartial: boolean;
  /** Pairs copied by merge keys: a chain of merges is quadratic, and not seen in the size of any one map. */
  merged: number;
}

/** The span of what the library gives no position for: empty, at the start of the text. */
export const NOWHERE: Span = { start: 0, end: 0 };

function spanOf(node: { range?: [number, number, number] | null } | null | undefined): Span {
  return node?.range ? { start: node.range[0], end: node.range[1] } : NOWHERE;
}

function nothing(span: Span): Tree {
  return { kind: 'scalar', value: null, text: '', span };
}

/** Nodes in a tree with every alias written out. */
export function sizeOf(tree: Tree): number {
  return tree.kind === 'scalar' ? 1 : tree.size;
}

function exhaust(state: State, at: Span): void {
  if (state.exhausted) return;
  state.exhausted = true;
  const message = `manifest has more than ${NODE_LIMIT.toLocaleString('en')} values once its aliases are written out`;
  state.report.error({ code: 'too-many-nodes', at, message });
}

function fits(state: State, size: number, at: Span): boolean {
  if (size > NODE_LIMIT) exhaust(state, at);
  return !state.exhausted;
}

function scalarTree(node: Scalar): Tree {
  const { value } = node;
  const known = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return {
    kind: 'scalar',
    value: known ? value : null,
    text: node.source ?? String(value ?? ''),
    span: spanOf(node),
  };
}

/** The value of an alias; `undefined` once it is reported that it has none. */
function aliasTree(name: string, at: Span, state: State): Tree | undefined {
  const target = state.anchors.get(name);
  if (target === OPEN) {
    state.report.error({
      code: 'alias',
      at,
      message: `alias ${quote(`*${name}`)} stands inside its own value`,
      hint: 'move the alias out, or write the value itself',
    });
  } else if (target === undefined) {
    state.report.error({
      code: 'alias',
      at,
      message: `no anchor ${quote(`&${name}`)} before this alias`,
      hint: () =>
        aliasHint(name) ??
        didYouMean(name, state.anchors.keys()) ??
        `put ${quote(`&${name}`)} in front of a value above`,
    });
  } else return target;
  return undefined;
}

/** The same where a missing value would be missed elsewhere. */
function neededTree(alias: Alias, state: State): Tree {
  const at = spanOf(alias);
  const tree = aliasTree(alias.source, at, state);
  if (tree === undefined) state.isPartial = true;
  return tree ?? nothing(at);
}

/** The text of a key; numbers and booleans count as what is written. */
function keyText(node: unknown, state: State): string | undefined {
  if (isAlias(node)) {
    const tree = neededTree(node, state);
    return tree.kind === 'scalar' ? tree.text : undefined;
  }
  if (!isScalar(node)) return undefined;
  if (node.anchor !== undefined) state.anchors.set(node.anchor, scalarTree(node));
  return typeof node.value === 'string' ? node.value : (node.source ?? '');
}

function isMergeKey(node: unknown): boolean {
  return isScalar(node) && node.type === 'PLAIN' && node.source === '<<';
}

/** The maps that a merge key names, nearest first. */
function mergeSources(tree: Tree, state: State): MapTree[] {
  const sources = tree.kind === 'list' ? tree.items : [tree];
  const maps = sources.filter((source) => source.kind === 'map');
  if (maps.length < sources.length) {
    const message = 'a merge key takes a map or a list of maps';
    state.isPartial = true;
    state.report.error({ code: 'merge', at: tree.span, message, hint: 'write "<<: *anchor"' });
  }
  return maps;
}

/** Adds what the map does not say itself (yaml.org/type/merge.html): own keys win, then earlier maps over later ones. */
function merge(entries: Map<string, Pair>, sources: readonly MapTree[], at: Span, state: State): void {
  for (const source of sources) {
    state.merged += source.entries.size;
    if (!fits(state, state.merged, at)) return;
    for (const [key, pair] of source.entries) if (!entries.has(key)) entries.set(key, pair);
  }
}

function addPair(entries: Map<string, Pair>, node: { key: unknown; value: unknown }, state: State): void {
  const at = isNode(node.key) ? spanOf(node.key) : NOWHERE;
  const key = keyText(node.key, state);
  const value = node.value === null ? nothing({ start: at.end, end: at.end }) : treeOf(node.value, state);
  if (key === undefined) {
    // What it stands in is not what was meant, either.
    state.isPartial = true;
    state.report.error({ code: 'type', at, ...strangeKey(node.key) });
  } else if (key === '__proto__') {
    // JavaScript libraries drop or mistreat it
    state.report.error({
      code: 'name',
      at,
      message: `key ${quote(key)} is reserved`,
      hint: 'choose another name',
    });
  } else if (entries.has(key)) {
    state.report.error(duplicate(key, at, entries.get(key)?.key ?? at));
  } else entries.set(key, { key: at, value });
}

/** `{{ host }}` of other tools is a map without values in a map to YAML. */
function strangeKey(key: unknown): Pick<Finding, 'message' | 'hint'> {
  if (isMap(key) && key.flow && key.items.every(({ value }) => value === null))
    return {
      message: 'braces in braces: a template that was not filled in?',
      hint: 'write the value itself, or fill in templates before pki reads the manifest',
    };
  return { message: 'a key must be text, not a map or a list', hint: 'put it in quotes' };
}

/** The finding for a second value under one key. */
export function duplicate(key: string, at: Span, first: Span) {
  const related = [{ at: first, message: 'first set here' }];
  const hint = 'keep one of the two';
  return { code: 'duplicate', at, message: `${quote(key)} is set twice`, hint, related } as const;
}

function mapTree(node: YAMLMap, state: State): Tree {
  const span = spanOf(node);
  const entries = new Map<string, Pair>();
  const merges: Tree[] = [];
  for (const pair of node.items) {
    if (state.exhausted) return nothing(span);
    if (isMergeKey(pair.key)) merges.push(treeOf(pair.value, state));
    else addPair(entries, pair, state);
  }
  for (const source of merges) merge(entries, mergeSources(source, state), source.span, state);
  let size = 1;
  for (const { value } of entries.values()) size += 1 + sizeOf(value);
  return fits(state, size, span) ? { kind: 'map', entries, span, size } : nothing(span);
}

function listTree(items: readonly unknown[], span: Span, state: State): Tree {
  const trees: Tree[] = [];
  let size = 1;
  for (const item of items) {
    const tree = itemOf(item, state);
    size += sizeOf(tree);
    if (!fits(state, size, span)) return nothing(span);
    trees.push(tree);
  }
  return { kind: 'list', items: trees, span, size };
}

/** `san: [*.example.test]` is an alias to YAML. Nothing more is reported of such an item, and the rest is read. */
function itemOf(node: unknown, state: State): Tree {
  if (!isAlias(node)) return treeOf(node, state);
  return aliasTree(node.source, spanOf(node), state) ?? nothing(spanOf(node));
}

/** Recursion is bounded by the depth that `syntax.ts` lets through. */
function treeOf(node: unknown, state: State): Tree {
  if (isAlias(node)) return neededTree(node, state);
  if (!isScalar(node) && !isMap(node) && !isSeq(node)) return nothing(NOWHERE);
  if (node.anchor !== undefined) state.anchors.set(node.anchor, OPEN);
  let tree: Tree;
  if (isScalar(node)) tree = scalarTree(node);
  else if (isMap(node)) tree = mapTree(node, state);
  else tree = listTree(node.items, spanOf(node), state);
  if (node.anchor !== undefined) state.anchors.set(node.anchor, tree);
  return tree;
}

/**
 * One document as a tree; anchors do not reach from one document to the next (YAML 1.2.2 §3.2.2.2). `undefined` after a
 * mistake that would only beget others.
 */
export function convert(document: Document.Parsed, report: Report): Tree | undefined {
  const state = { report, anchors: new Map(), exhausted: false, isPartial: false, merged: 0 };
  const tree = treeOf(document.contents, state);
  return state.exhausted || state.isPartial ? undefined : tree;
}
