/**
 * Whether a file is meant to be a manifest, asked before anything of it is shown: in a repository `pki.yaml` can be a link
 * to a private key, and what an error quotes of that ends in the log of a public build.
 */
import { SECTIONS } from '../pki/entity.ts';
import type { Diagnostic, DiagnosticCode } from './diagnostic.ts';
import { TOP_KEYS } from './schema.ts';
import { nearest } from './suggest.ts';

/** A key and, of the version, its value. */
const BLOCK_KEY = /^(["']?)([A-Za-z<][\w.<-]*)\1[ \t]*:(?:[ \t]+["']?([\d.]+)|[ \t\r]|$)/;
const FLOW_KEY = /[{,]\s*(["']?)([A-Za-z][\w.-]*)\1\s*:(?:\s*([\d.]+))?/g;

/** `authorities`, which nothing else has at its top; `version` and a section; or our version and nothing strange. */
export function isRecognized(text: string): boolean {
  const keys = isFlow(text) ? flowKeys(text) : blockKeys(text);
  const names = new Set(keys.map(({ name }) => name));
  const version = keys.find(({ name }) => name === 'version')?.value;
  if (names.has('authorities')) return true;
  if (version === undefined) return false;
  return SECTIONS.some((section) => names.has(section)) || (version === '1' && [...names].every(isFamiliar));
}

interface Key {
  /** Empty for a line that begins with no key. */
  readonly name: string;
  readonly value: string | undefined;
}

/** JSON, or what looks like it. */
function isFlow(text: string): boolean {
  return /^(?:#.*|---|\s)*\{/.test(text.slice(0, 4096));
}

/** JSON may be one line: keys at any depth. */
function flowKeys(text: string): readonly Key[] {
  return [...text.matchAll(FLOW_KEY)].map(([, , name = '', value]) => ({ name, value }));
}

/** Of the lines that begin in the first column. */
function blockKeys(text: string): readonly Key[] {
  const lines = text.split(/\r?\n/).filter((line) => /^[^\s#]/.test(line) && !/^(?:---|\.\.\.)/.test(line));
  return lines.map((line) => {
    const [, , name = '', value] = BLOCK_KEY.exec(line) ?? [];
    return { name, value };
  });
}

/** One of ours, perhaps with a slip in it, or one that is left to others. */
function isFamiliar(name: string): boolean {
  return name === '<<' || /^x-/i.test(name) || nearest(name, TOP_KEYS) !== undefined;
}

/** Codes whose message and hint quote nothing. */
const SILENT = new Set<DiagnosticCode>(['too-large', 'encoding', 'empty', 'too-deep', 'too-many-nodes']);

const SMALLEST =
  'the smallest manifest is "version: 1" and "authorities: { root: { commonName: Example Root CA } }"';

/** Of any other file, what can be said without quoting it: where the first error is. */
export function redacted(errors: readonly Diagnostic[]): readonly Diagnostic[] {
  return errors
    .filter(({ severity }) => severity === 'error')
    .slice(0, 1)
    .map(({ severity, code, message, hint, file, line, col }) => ({
      ...{ severity, code, file, line, col, length: 1, sourceLine: '', sourceCol: 1 },
      message: SILENT.has(code) ? message : 'this is not a manifest, so nothing of it is shown',
      hint: (SILENT.has(code) ? hint : undefined) ?? SMALLEST,
    }));
}
