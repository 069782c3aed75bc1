/** Collects the mistakes of one manifest, so that all of them can be reported at once. */
import type { Diagnostic, DiagnosticCode, Related, Severity } from './diagnostic.ts';
import type { Source, Span } from './source.ts';

/** A mistake as the code that finds it states it; the report makes a located diagnostic of it. */
export interface Finding {
  readonly code: DiagnosticCode;
  readonly at: Span;
  readonly message: string;
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
  /** In the order of the file. */
  diagnostics(): readonly Diagnostic[];
}

/** More than anyone reads; a generated manifest of a million mistakes must not cost a gigabyte. */
const KEEP_LIMIT = 1000;

function diagnosticOf(source: Source, severity: Severity, finding: Finding): Diagnostic {
  const hint = typeof finding.hint === 'function' ? finding.hint() : finding.hint;
  const related = finding.related?.map(({ at, message }): Related => ({ ...source.place(at), message }));
  return {
    severity,
    code: finding.code,
    message: finding.message,
    file: source.file,
    ...source.place(finding.at),
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

/** A report about one source. */
export function reportOn(source: Source): Report {
  const kept: Diagnostic[] = [];
  const seen = new Set<string>();
  /** Where an alias stands for nothing, nothing else is wrong. */
  const hollow = new Set<number>();
  let errors = 0;
  let dropped = 0;
  function add(severity: Severity, finding: Finding): void {
    if (severity === 'error') errors += 1;
    if (hollow.has(finding.at.start)) return;
    if (finding.code === 'alias') hollow.add(finding.at.start);
    if (kept.length >= KEEP_LIMIT) {
      dropped += 1;
      return;
    }
    const key = identity(severity, finding);
    if (seen.has(key)) return;
    seen.add(key);
    kept.push(diagnosticOf(source, severity, finding));
  }
  return {
    error: (finding) => add('error', finding),
    warn: (finding) => add('warning', finding),
    failed: () => errors > 0,
    diagnostics() {
      const sorted = kept.toSorted((a, b) => a.line - b.line || a.col - b.col);
      return dropped === 0 ? sorted : [...sorted, overflow(source, dropped)];
    },
  };
}
