/**
 * What is open, and where it was opened. A YAML library notices a forgotten quote, bracket or comma at the place where it
 * can no longer go on; a user looks for the place where it belongs.
 */
import { Lexer } from 'yaml';
import { quote, strangeSpace } from '../pki/printable.ts';
import type { Finding } from './report.ts';
import type { Span } from './source.ts';

/** The lexer's control characters (YAML itself allows none of them in a text). */
const SCALAR = '\u001f';
const FLOW_END = '\u0018';

/** More of them are noise. */
const LIMIT = 20;

const CLOSERS: Readonly<Record<string, string>> = { '{': '}', '[': ']' };

/** A `{` or `[` that is open, and what was read of the item in it. */
interface Open {
  readonly opener: string;
  readonly at: Span;
  /** A value, or a key without its colon, is complete: a comma, colon or closer has to follow. */
  isComplete: boolean;
  /** The colon of the item was read. */
  hasColon: boolean;
  /** The last scalar. */
  last: Lexeme | undefined;
}

interface Lexeme {
  readonly text: string;
  readonly at: Span;
}

/** A finding, and whether nothing behind it can be understood. */
interface Fault {
  readonly finding: Finding;
  readonly isLast?: boolean;
}

/** Structural mistakes in a text that the library refuses, in the order of the text. @param isKey a key that manifests have. */
export function structuralMistakes(text: string, isKey: (word: string) => boolean): readonly Finding[] {
  const stack: Open[] = [];
  const findings: Finding[] = [];
  for (const lexeme of lexemesOf(text)) {
    const faults = faultsAt(lexeme, stack, isKey);
    findings.push(...faults.map(({ finding }) => finding));
    if (faults.some(({ isLast }) => isLast) || findings.length >= LIMIT) return findings;
  }
  return [...findings, ...unclosed(stack)];
}

/** Every lexeme with its place; text of plain scalars without the mark in front of it. */
function* lexemesOf(text: string): Generator<Lexeme & { readonly isPlain: boolean }> {
  let offset = 0;
  let isPlain = false;
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme === SCALAR) {
      isPlain = true;
      continue;
    }
    const isMark = lexeme === FLOW_END || lexeme === '\u0002';
    const end = isMark ? offset : offset + lexeme.length;
    yield { text: lexeme, at: { start: offset, end }, isPlain };
    offset = end;
    isPlain = false;
  }
}

function faultsAt(
  lexeme: Lexeme & { readonly isPlain: boolean },
  stack: Open[],
  isKey: (word: string) => boolean,
): readonly Fault[] {
  const { text, isPlain } = lexeme;
  if (isPlain) return scalar(lexeme, stack);
  if (text === FLOW_END) return unclosed(stack.splice(0)).map((finding) => ({ finding }));
  if (/^["']/.test(text)) return isOpenQuote(text) ? [openQuote(lexeme)] : scalar(lexeme, stack);
  if (/^\*/.test(text)) return scalar(lexeme, stack);
  if (CLOSERS[text] !== undefined) return opens(lexeme, stack);
  if (text === '}' || text === ']') return closes(lexeme, stack);
  if (text === ':') return colon(stack, isKey);
  if (text === ',') reset(stack.at(-1));
  return [];
}

function reset(open: Open | undefined): void {
  if (open === undefined) return;
  open.isComplete = false;
  open.hasColon = false;
  open.last = undefined;
}

function opens(lexeme: Lexeme, stack: Open[]): readonly Fault[] {
  const faults = itemBegins(lexeme, stack.at(-1));
  stack.push({ opener: lexeme.text, at: lexeme.at, isComplete: false, hasColon: false, last: undefined });
  return faults;
}

/** Closes what is open; a `}` also ends a `[` in it that was never closed. */
function closes({ text, at }: Lexeme, stack: Open[]): readonly Fault[] {
  const index = stack.findLastIndex(({ opener }) => CLOSERS[opener] === text);
  if (index === -1) return [closesNothing(text, at, stack.length > 0)];
  const inner = stack.splice(index + 1);
  stack.pop();
  const outer = stack.at(-1);
  if (outer) outer.isComplete = true;
  return inner.map((open) => ({ finding: unclosedFinding(open, at) }));
}

/** @param isInside of other brackets: the lexer takes it for theirs, and what follows for the block around them. */
function closesNothing(text: string, at: Span, isInside: boolean): Fault {
  const opener = text === '}' ? '{' : '[';
  return {
    isLast: isInside,
    finding: {
      code: 'syntax',
      at,
      message: `no ${quote(opener)} is open for this ${quote(text)}`,
      hint: `remove it, or put the ${quote(opener)} where it belongs`,
    },
  };
}

/** A scalar is a key or a value, or a second one where the comma is missing. */
function scalar(lexeme: Lexeme, stack: readonly Open[]): readonly Fault[] {
  const open = stack.at(-1);
  if (open === undefined) return [];
  const faults = itemBegins(lexeme, open);
  open.isComplete = true;
  open.last = lexeme;
  return faults;
}

function itemBegins({ text, at }: Lexeme, open: Open | undefined): readonly Fault[] {
  if (!open?.isComplete) return [];
  const before = open.last?.text;
  reset(open);
  return [{ finding: missingComma(text, at, before) }];
}

/** The second colon of an item: `{ commonName: a.test san: [ … ] }`, unless the value has a colon in it. */
function colon(stack: readonly Open[], isKey: (word: string) => boolean): readonly Fault[] {
  const open = stack.at(-1);
  if (open === undefined) return [];
  const { hasColon, last } = open;
  open.isComplete = false;
  open.hasColon = true;
  if (!hasColon || last === undefined) return [];
  const word = /\s(\S+)$/.exec(last.text)?.[1];
  if (word === undefined || !(isKey(word) || last.text.includes('\n'))) return [];
  return [{ finding: missingComma(word, { start: last.at.end - word.length, end: last.at.end }, last.text) }];
}

/** @param before what stands there: a space of another kind is part of it, and ends no key. */
function missingComma(text: string, at: Span, before = ''): Finding {
  const space = strangeSpace(before);
  const shown = /^["']/.test(text) ? text.slice(1, -1) : text;
  return {
    code: 'syntax',
    at,
    message: `a comma is missing before ${quote(shown)}`,
    hint:
      space === undefined
        ? 'separate what is in { } or [ ] with commas'
        : `there is ${space} before it: type ordinary spaces`,
  };
}

function unclosed(stack: readonly Open[]): readonly Finding[] {
  return stack.map((open) => unclosedFinding(open, undefined));
}

function unclosedFinding({ opener, at }: Open, closer: Span | undefined): Finding {
  const wanted = CLOSERS[opener] ?? '';
  return {
    code: 'syntax',
    at,
    message: `this ${quote(opener)} is not closed`,
    hint: `put ${quote(wanted)} after its last item`,
    ...(closer && { related: [{ at: closer, message: `${quote(wanted)} is missing before this` }] }),
  };
}

/** Without its second quote; or with one that was meant to open another text, so that keys lie in between. */
function isOpenQuote(text: string): boolean {
  const mark = text.charAt(0);
  const isClosed = text.length > 1 && text.endsWith(mark);
  return !isClosed || /\n[ \t]*[\w.@+-]+[ \t]*:(\s|$)/.test(text) || /\n[ \t]*["']?$/.test(text);
}

function openQuote({ text, at }: Lexeme): Fault {
  const mark = text.charAt(0);
  const line = text.split('\n', 1)[0] ?? '';
  return {
    isLast: true,
    finding: {
      code: 'syntax',
      at: { start: at.start, end: at.start + line.length },
      message: `the quote (${mark}) that is opened here is not closed in its line`,
      hint: `put ${mark} where the text ends`,
    },
  };
}
