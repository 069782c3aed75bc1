/** The text of a manifest and where things are in it. */

import { visible } from '../pki/printable.ts';
import type { Place } from './diagnostic.ts';

/** A stretch of the text, as offsets; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A manifest's text; `file` is its name in messages. */
export interface Source {
  readonly file: string;
  readonly text: string;
  place(span: Span): Place;
}

/** What editors on Windows put in front of UTF-8, or nothing: it is not part of the text. */
export function markOf(text: string): string {
  return text.startsWith('\ufeff') ? '\ufeff' : '';
}

/** Width of the window that is cut from a long line, and how much of it lies before the caret. */
const WINDOW = 100;
const BEFORE = 40;

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** Index of the last start that is not after the offset. */
function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Cuts a long line (a JSON manifest can be one line of megabytes) to what is around the caret. */
function cut(text: string, start: number, end: number, offset: number): { line: string; col: number } {
  if (end - start <= WINDOW) return { line: visible(text.slice(start, end)), col: offset - start + 1 };
  const from = Math.max(start, Math.min(offset - BEFORE, end - WINDOW));
  const to = Math.min(end, from + WINDOW);
  const head = from > start ? '…' : '';
  const tail = to < end ? '…' : '';
  return { line: `${head}${visible(text.slice(from, to))}${tail}`, col: offset - from + 1 + head.length };
}

/** Wraps a text; the line table is only made when something has to be located. */
export function sourceOf(text: string, file: string): Source {
  let table: number[] | undefined;
  return {
    file,
    text,
    place({ start, end }) {
      table ??= lineStarts(text);
      const index = lineAt(table, start);
      const first = table[index] ?? 0;
      const next = table[index + 1];
      let last = next === undefined ? text.length : next - 1;
      if (text[last - 1] === '\r' && last > first) last -= 1;
      const offset = Math.min(start, last);
      const { line, col } = cut(text, first, last, offset);
      const length = Math.max(1, Math.min(end, last) - offset);
      return { line: index + 1, col: offset - first + 1, length, sourceLine: line, sourceCol: col };
    },
  };
}
