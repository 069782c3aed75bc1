/** What is wrong with a manifest, and where: a value with its wording, for people and for `--json` alike. */
import { displayWidth, visible } from '../pki/printable.ts';

/** Every kind of mistake. Stable: scripts may match on it. */
export const DIAGNOSTIC_CODES = [
  // the file
  'too-large',
  'encoding',
  'empty',
  'syntax',
  'too-deep',
  'too-many-nodes',
  'alias',
  'merge',
  'duplicate',
  'too-many',
  // its shape
  'version',
  'type',
  'missing',
  'unknown-key',
  'name',
  // its values
  'output',
  'key',
  'duration',
  'range',
  'artifact',
  'layout',
  'owner',
  'secret',
  'command',
  'request',
  'anchor',
  'text',
  'country',
  'san',
  'usage',
  'url',
  'policy',
  'extension',
  // the PKI that it describes
  'no-root',
  'nothing',
  'profile',
  'issuer',
  'cycle',
  'path-length',
  'subject',
  'common-name',
  'trust',
  'renewal',
  'revoked',
  'lifetime',
] as const;
/** One of them. */
export type DiagnosticCode = (typeof DIAGNOSTIC_CODES)[number];

/** A manifest with an error is not used; one with a warning is. */
export type Severity = 'error' | 'warning';

/** A place in the manifest. `line` and `col` count from 1, `col` and `length` in UTF-16 units as editors do. */
export interface Place {
  readonly line: number;
  readonly col: number;
  readonly length: number;
  /** The line, made safe to print, and cut to a window around the place where it is long. */
  readonly sourceLine: string;
  /** Where in `sourceLine` the place starts, from 1; equal to `col` unless the line was cut. */
  readonly sourceCol: number;
}

/** A second place that the mistake has to do with. */
export interface Related extends Place {
  readonly message: string;
}

/** One mistake. */
export interface Diagnostic extends Place {
  readonly severity: Severity;
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly file: string;
  readonly hint?: string;
  readonly related?: readonly Related[];
}

/** What a part of the output is, for colouring. */
type Tone = Severity | 'hint' | 'note' | 'excerpt' | 'caret';
/** Colours a part of the output, or leaves it as it is. */
export type Styler = (text: string, tone: Tone) => string;

const PLAIN: Styler = (text) => text;

/** How many diagnostics are worth printing. */
const PRINT_LIMIT = 100;

function excerpt(place: Place, style: Styler): string[] {
  if (place.sourceLine.trim() === '') return [];
  const number = `${place.line}`.padStart(4);
  const before = place.sourceLine.slice(0, place.sourceCol - 1);
  const culprit = place.sourceLine.slice(place.sourceCol - 1, place.sourceCol - 1 + place.length);
  const carets = '^'.repeat(Math.max(1, displayWidth(culprit)));
  return [
    style(`${number} | ${place.sourceLine}`, 'excerpt'),
    `${style(`${''.padStart(number.length)} | `, 'excerpt')}${' '.repeat(displayWidth(before))}${style(carets, 'caret')}`,
  ];
}

function headline(
  tone: Severity | 'note',
  file: string,
  place: Place,
  message: string,
  style: Styler,
): string {
  return `${style(`pki: ${tone}:`, tone)} ${visible(file)}:${place.line}:${place.col}: ${message}`;
}

/** One diagnostic as lines of text without a final newline: message, source line, caret, second places, hint. */
export function formatDiagnostic(diagnostic: Diagnostic, style: Styler = PLAIN): string {
  const { severity, file, message, hint, related = [] } = diagnostic;
  const lines = [headline(severity, file, diagnostic, message, style), ...excerpt(diagnostic, style)];
  for (const place of related) {
    lines.push(headline('note', file, place, place.message, style), ...excerpt(place, style));
  }
  if (hint !== undefined) lines.push(`${style('pki: hint:', 'hint')} ${hint}`);
  return lines.join('\n');
}

/** All of them, the first hundred in full; without a final newline. */
export function formatDiagnostics(diagnostics: readonly Diagnostic[], style: Styler = PLAIN): string {
  const texts = diagnostics.slice(0, PRINT_LIMIT).map((diagnostic) => formatDiagnostic(diagnostic, style));
  const more = diagnostics.length - PRINT_LIMIT;
  if (more > 0) texts.push(`${style('pki: note:', 'note')} ${more} more not shown`);
  return texts.join('\n');
}
