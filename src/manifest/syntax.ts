/** YAML text → the library's documents, or located syntax errors. */
import { Composer, type Document, type ErrorCode, Lexer, Parser, type YAMLError } from 'yaml';
import { quote, strangeSpace, visible } from '../pki/printable.ts';
import type { Finding, Report } from './report.ts';
import type { Source, Span } from './source.ts';
import { structuralMistakes } from './structure.ts';

/** Collections inside each other. A manifest needs six; the library recurses, and would overflow the stack. */
const DEPTH_LIMIT = 100;
/** About 20,000 leaves. What is dense in tokens costs the library seconds per megabyte. */
const TOKEN_LIMIT = 1_200_000;
/** Each document, directive and error costs the library many times what a token does. */
const COSTLY_LIMIT = 5_000;
/** Syntax errors beget syntax errors: the rest is noise. */
const ERROR_LIMIT = 20;

type Token = ReturnType<Parser['next']> extends Generator<infer T> ? T : never;

/** What must not be let into the library, and from where on. */
interface Excess {
  readonly code: 'too-deep' | 'too-large';
  readonly offset: number;
  readonly message: string;
}

const COSTLY = new Set<string>(['document', 'directive', 'error'] satisfies Token['type'][]);

/** The text's tokens, up to where they get too many or too deep. `Parser.parse` would only yield whole documents. */
function* tokensOf(text: string, stop: (excess: Excess) => void): Generator<Token> {
  const parser = new Parser();
  let count = 0;
  let costly = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      if (COSTLY.has(token.type)) costly++;
      yield token;
    }
    const { offset, stack } = parser;
    if (stack.length > DEPTH_LIMIT) {
      return stop({
        code: 'too-deep',
        offset,
        message: `manifest nests more than ${DEPTH_LIMIT} levels deep`,
      });
    }
    if (++count > TOKEN_LIMIT || costly > COSTLY_LIMIT) {
      const what = count > TOKEN_LIMIT ? '1,200,000 tokens' : '5,000 documents or directives';
      return stop({ code: 'too-large', offset, message: `manifest has more than ${what} of YAML` });
    }
  }
  yield* parser.end();
}

const HINTS: Partial<Record<ErrorCode, string>> = {
  TAB_AS_INDENT: 'indent with spaces: YAML does not allow tabs here',
  BLOCK_AS_IMPLICIT_KEY: 'a value that contains ": " needs quotes; keys of one map must line up',
  MULTILINE_IMPLICIT_KEY: 'write a key, a colon, a space and the value: "name: value"',
  BLOCK_IN_FLOW: 'a value that contains ": " needs quotes',
  BAD_INDENT: 'indent it like the key or item above it',
  BAD_SCALAR_START: 'put the value in quotes',
  MISSING_CHAR: 'close the quote, bracket or brace that is open here',
  UNEXPECTED_TOKEN: 'put the whole value in quotes',
  TAG_RESOLVE_FAILED: 'remove the tag: a manifest needs none',
  BAD_DIRECTIVE: 'remove the line: a manifest needs no directives',
  BAD_DQ_ESCAPE: 'put the value in single quotes, where a backslash stands for itself',
  MULTIPLE_ANCHORS: 'keep one of them: every alias can name that one',
  MULTIPLE_TAGS: 'remove both: a manifest needs none',
  ALIAS_PROPS: 'write the alias alone',
  BAD_ALIAS: 'put the value in quotes',
};

/** What the library says of nodes, mappings and collections, for people who write a manifest. @param culprit the text there. */
const MESSAGES: Partial<Record<ErrorCode, (culprit: string) => string>> = {
  BLOCK_AS_IMPLICIT_KEY: () => 'this value contains ": ", or a key below it is indented too far',
  MULTILINE_IMPLICIT_KEY: () => 'there is no ": " after this key',
  BLOCK_IN_FLOW: () => 'a value inside { } or [ ] contains ": "',
  BAD_INDENT: () => 'this line is not indented like the others of its map or list',
  BAD_SCALAR_START: (culprit) => `text that begins with ${quote(culprit.charAt(0))} needs quotes`,
  ALIAS_PROPS: () => 'an alias has neither an anchor nor a tag of its own',
  UNEXPECTED_TOKEN: (culprit) => `unexpected ${quote(culprit)} after a complete value`,
};

/** The library's words in our voice: lower case, no full stop, nothing that a terminal would obey. */
function wording({ code, message }: YAMLError, culprit: string): string {
  const own = MESSAGES[code]?.(culprit);
  if (own !== undefined) return own;
  const text = visible(message).replace(/\.$/, '').replace('"quote', 'quote');
  const low = text.charAt(0).toLowerCase() + text.slice(1);
  return low.length > 120 ? `${low.slice(0, 119)}…` : low;
}

/** Where the library says, behind the indentation; for what is missing at the end, the last thing that is there. */
function spanOf({ pos: [from, to] }: YAMLError, text: string): Span {
  const indent = /^ */.exec(text.slice(from, from + 1000))?.[0].length ?? 0;
  const [start, end] = [from + indent, Math.max(to, from + indent + 1)];
  const length = text.trimEnd().length;
  return start < length ? { start, end } : { start: Math.max(0, length - 1), end: length };
}

/** The line at an offset, and the next one, as far as they are of a length that anyone reads. */
function linesAt(offset: number, text: string): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const lines = text.slice(Math.max(start, offset - 200), offset + 200).split('\n', 2);
  return lines.join('\n');
}

function findingOf(error: YAMLError, text: string): Finding {
  const at = spanOf(error, text);
  const isKey =
    error.code === 'BAD_SCALAR_START' && /^\S+\s*:(\s|$)/.test(text.slice(at.start, at.start + 200));
  const space = strangeSpace(linesAt(at.start, text));
  const usual = isKey ? 'a name begins with a letter, a digit or "_"' : HINTS[error.code];
  const hint = space === undefined ? usual : `there is ${space} in the line: type ordinary spaces`;
  return { code: 'syntax', at, message: wording(error, text.slice(at.start, at.end)), hint };
}

/** What the library says, up to the first thing that is open or missing: from there on it only stumbles. */
function mistakesOf(errors: readonly YAMLError[], text: string, isKey: IsKey): readonly Finding[] {
  const structural = structuralMistakes(text, isKey);
  const first = Math.min(...structural.map(({ at }) => at.start));
  const before = errors.map((error) => findingOf(error, text)).filter(({ at }) => at.end <= first);
  const once = before.filter(({ at }, index) => at.start !== before[index - 1]?.at.start);
  return [...once, ...structural].slice(0, ERROR_LIMIT);
}

/** Options that make every document mean the same, whatever its `%YAML` directive says. */
const OPTIONS = {
  schema: 'core',
  merge: false, // merge keys are ours: the library merges while it expands aliases
  resolveKnownTags: false,
  uniqueKeys: false, // quadratic in the library
  prettyErrors: false,
  logLevel: 'silent',
} as const;

type IsKey = (word: string) => boolean;

/**
 * Every document of the text. Nothing when there was a syntax error: what follows one cannot be trusted.
 * @param isKey what is meant as a key, where a quote or bracket was left open before it.
 */
export function documentsOf(
  source: Source,
  report: Report,
  isKey: IsKey = () => false,
): readonly Document.Parsed[] {
  let stopped = false;
  const tokens = tokensOf(source.text, ({ code, offset, message }) => {
    stopped = true;
    report.error({ code, at: { start: Math.max(0, offset - 1), end: offset }, message });
  });
  const documents = [...new Composer(OPTIONS).compose(tokens)];
  if (stopped) return [];
  const errors = documents.flatMap((document) => [...document.errors, ...document.warnings]);
  if (errors.length === 0) return documents;
  for (const finding of mistakesOf(errors, source.text, isKey)) report.error(finding);
  return [];
}

/** The hint for `*.example.test` without quotes, which YAML takes for an alias. */
export function aliasHint(name: string): string | undefined {
  return name.startsWith('.') ? `write ${quote(`*${name}`)} in quotes` : undefined;
}
