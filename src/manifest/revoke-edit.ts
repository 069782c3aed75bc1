/** The edit of a manifest by which an entry is revoked: comments and layout around it stay to the letter. */
import { parseManifest } from './parse.ts';
import { reportOn } from './report.ts';
import { sourceOf } from './source.ts';
import { isNull, nodeAt, type Pair, type Tree } from './tree.ts';

/** What is written instead of what. */
export interface RevokeEdit {
  /** The whole text, edited. */
  readonly text: string;
  /** Of the first line that changes, counted from one. */
  readonly line: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** A stretch of the text, and what comes in its place. */
interface Patch {
  readonly from: number;
  readonly to: number;
  readonly by: string;
}

/**
 * Where an entry stands by itself; `undefined` where it does not (an alias, a merge, a list of serial numbers), and a
 * person has to decide.
 * @param word a reason, or `true`. @param section `clients`. @param name of the entry.
 */
export function revokeEdit(
  text: string,
  section: string,
  name: string,
  word: string,
): RevokeEdit | undefined {
  const source = sourceOf(text, 'manifest');
  const tree = parseManifest(source, reportOn(source))?.tree;
  const entries = tree && nodeAt(tree, [section]);
  const pair = entries?.kind === 'map' ? entries.entries.get(name) : undefined;
  const patch = pair && patchOf(text, pair, word);
  return patch && editOf(text, patch);
}

function patchOf(text: string, pair: Pair, word: string): Patch | undefined {
  const { key, value } = pair;
  if (isNull(value)) return patchEmpty(text, pair, word);
  if (value.kind !== 'map' || !isWrittenAt(text, key.end, value)) return undefined;
  const stated = value.entries.get('revoked');
  if (stated !== undefined) return patchStated(text, stated, value, word);
  const { start } = value.span;
  if (text[start] !== '{')
    return { from: start, to: start, by: `revoked: ${word}\n${indentAt(text, start)}` };
  const isEmpty = value.entries.size === 0;
  if (isEmpty) return { from: start, to: value.span.end, by: `{ revoked: ${word} }` };
  return { from: start + 1, to: start + 1, by: ` revoked: ${word},` };
}

/** `bob:`, `bob: ~` and `bob: null`. */
function patchEmpty(text: string, { key }: Pair, word: string): Patch | undefined {
  const [found] = /^\s*:[ \t]*(?:~|null\b)?/i.exec(text.slice(key.end)) ?? [];
  if (found === undefined) return undefined;
  return {
    from: key.end,
    to: key.end + found.length,
    by: `: { revoked: ${word} }${gapFor(text, key.end + found.length)}`,
  };
}

/** A comment behind it needs a space of its own. */
function gapFor(text: string, at: number): string {
  return text[at] === '#' ? ' ' : '';
}

/** Another reason in the place of the one that is there. */
function patchStated(text: string, { key, value }: Pair, within: Tree, word: string): Patch | undefined {
  const isOwn =
    key.start >= within.span.start && key.end <= within.span.end && isWrittenAt(text, key.end, value);
  if (!isOwn || value.kind !== 'scalar' || isNull(value)) return undefined;
  return { from: value.span.start, to: value.span.end, by: word };
}

/** Not by an alias, and under no tag or anchor: between the key and it stand a colon, spaces and comments. */
function isWrittenAt(text: string, keyEnd: number, { span }: Tree): boolean {
  return span.start > keyEnd && /^\s*:(?:\s|#[^\n]*\n)*$/.test(text.slice(keyEnd, span.start));
}

function indentAt(text: string, at: number): string {
  return ' '.repeat(at - (text.lastIndexOf('\n', at - 1) + 1));
}

/** With the lines that change. */
function editOf(text: string, { from, to, by }: Patch): RevokeEdit {
  const first = text.lastIndexOf('\n', from - 1) + 1;
  const end = text.indexOf('\n', to);
  const last = end === -1 ? text.length : end;
  const after = text.slice(first, from) + by + text.slice(to, last);
  const [removed, added] = [text.slice(first, last).split('\n'), after.split('\n')];
  // Of a line that is put before another, that other does not change.
  const isBefore = added.length > removed.length && added.at(-1) === removed.at(-1);
  return {
    text: text.slice(0, first) + after + text.slice(last),
    line: text.slice(0, first).split('\n').length,
    removed: isBefore ? [] : removed,
    added: isBefore ? added.slice(0, -1) : added,
  };
}
