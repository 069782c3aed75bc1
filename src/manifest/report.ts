/** Collects the mistakes of one manifest, so that all of them can be reported at once. */
import type { Diagnostic, DiagnosticCode, Place, Related, Severity } from './diagnostic.ts';
import type { Source, Span } from './source.ts';

/** A mistake as the code that finds it states it; the report makes a located diagnostic of it. */
export interface Finding {
  readonly code: DiagnosticCode;
  readonly at: Span;
  readonly message: string;
  /** The part of the message that names the entry: of many that differ in nothing else, one is shown with their number. */
  readonly about?: string;
  /** What stands there may be a password. */
  readonly isSecret?: true;
  /** A function where the hint costs something to find: it is only called for findings that are kept. */
  readonly hint?: string | (() => string | undefined) | undefined;
  readonly related?: readonly { readonly at: Span; readonly message: string }[];
}

/** Takes findings, in any order. */
export interface Report {
  error(finding: Finding): void;
  warn(finding: Finding): void;
  /** Whether there is an error among the findings. */
  failed(): boolean;
  /** A place as people write it: `pki.yaml:8:12`. */
  placeText(at: Span): string;
  /** In the order of the file. */
  diagnostics(): readonly Diagnostic[];
}

/** More than anyone reads; a generated manifest of a million mistakes must not cost a gigabyte. */
const KEEP_LIMIT = 1000;
const SEEN_LIMIT = 100_000;

/** The line with asterisks for what is not to be shown in a log. */
function hidden(place: Place): Place {
  const { sourceLine, sourceCol, length } = place;
  const [start, end] = [sourceCol - 1, sourceCol - 1 + length];
  return { ...place, sourceLine: sourceLine.slice(0, start) + '*'.repeat(length) + sourceLine.slice(end) };
}

function diagnosticOf(source: Source, severity: Severity, finding: Finding): Diagnostic {
  const hint = typeof finding.hint === 'function' ? finding.hint() : finding.hint;
  const related = finding.related?.map(({ at, message }): Related => ({ ...source.place(at), message }));
  return {
    severity,
    code: finding.code,
    message: finding.message,
    file: source.file,
    ...(finding.isSecret ? hidden(source.place(finding.at)) : source.place(finding.at)),
    ...(hint === undefined ? {} : { hint }),
    ...(related === undefined ? {} : { related }),
  };
}

/** Several entries that share one anchor share its mistakes: reported once. */
function identity(severity: Severity, { code, at, message }: Finding): string {
  return `${severity} ${code} ${at.start} ${message}`;
}

function overflow(source: Source, count: number): Diagnostic {
  return {
    severity: 'error',
    code: 'too-many',
    message: count === 1 ? '1 more mistake' : `${count} more mistakes`,
    file: source.file,
    ...source.place({ start: source.text.length, end: source.text.length }),
  };
}

/** Findings that differ in their places alone, or also in what they are about. */
interface Group {
  readonly about: string | undefined;
  /** The first of them. */
  readonly kept: Diagnostic[];
  count: number;
}

/** As many are shown one by one. */
const ALIKE = 10;

/** Without what it is about. */
function groupKey(severity: Severity, { code, message, about }: Finding): string {
  return `${severity} ${code} ${about === undefined ? message : message.replace(about, '')}`;
}

function shown({ about, kept, count }: Group): readonly Diagnostic[] {
  const [first] = kept.toSorted(byPlace);
  if (count <= ALIKE || first === undefined) return kept;
  const { message } = first;
  const more = `${count - 1} more`;
  const isNamed = about !== undefined && message.includes(about);
  const text = isNamed
    ? message.replace(about, () => `${about} (and ${more})`)
    : `${message} (${more} like it)`;
  return [{ ...first, message: text }];
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  return a.line - b.line || a.col - b.col;
}

/** A report about one source. */
export function reportOn(source: Source): Report {
  const groups = new Map<string, Group>();
  let kept = 0;
  const seen = new Set<string>();
  /** Where an alias stands for nothing, nothing else is wrong. */
  const hollow = new Set<number>();
  let errors = 0;
  let dropped = 0;
  function add(severity: Severity, finding: Finding): void {
    if (severity === 'error') errors += 1;
    if (hollow.has(finding.at.start)) return;
    if (finding.code === 'alias') hollow.add(finding.at.start);
    const key = groupKey(severity, finding);
    const group = groups.get(key) ?? { about: finding.about, kept: [], count: 0 };
    if (kept >= KEEP_LIMIT && group.count <= ALIKE) {
      dropped += 1;
      return;
    }
    if (isSeen(identity(severity, finding))) return;
    groups.set(key, group);
    group.count += 1;
    if (group.count > ALIKE) return;
    kept += 1;
    group.kept.push(diagnosticOf(source, severity, finding));
  }
  /** Of so many that it does not matter whether one is counted twice, not all are remembered. */
  function isSeen(key: string): boolean {
    if (seen.has(key)) return true;
    if (seen.size < SEEN_LIMIT) seen.add(key);
    return false;
  }
  return {
    error: (finding) => add('error', finding),
    warn: (finding) => add('warning', finding),
    failed: () => errors > 0,
    placeText(at) {
      const { line, col } = source.place(at);
      return `${source.file}:${line}:${col}`;
    },
    diagnostics() {
      const sorted = [...groups.values()].flatMap(shown).toSorted(byPlace);
      return dropped === 0 ? sorted : [...sorted, overflow(source, dropped)];
    },
  };
}
