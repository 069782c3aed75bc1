/** The proof after apply, and `pki verify`: what is shown of it, and its exit code. */
import { type Project, type Verification, type VerifyOptions, verify } from '../index.ts';
import { handshakesText } from '../report/handshakes.ts';
import { proofProgress } from '../report/progress.ts';
import {
  certificatesText,
  endingListMessages,
  PUBLIC_TEXT,
  revokedText,
  staplesText,
  touchedText,
  trustText,
  verificationJson,
} from '../report/verification.ts';
import { type Console, EXIT, type ExitCode } from './console.ts';
import type { ManifestFlags } from './options.ts';
import { stopwatch } from './stopwatch.ts';

/** Options of every command that proves something. */
export interface ProofFlags extends ManifestFlags {
  readonly json?: boolean;
  readonly verbose?: boolean;
  /** Says nothing where all is well. */
  readonly quiet?: boolean;
}

/** Its result, for the shell and as `pki-verify` of docs/json.md. */
export interface Proof {
  readonly code: ExitCode;
  readonly json: unknown;
}

/**
 * Runs the proof; shows it, unless it is part of a larger JSON.
 * @param scope what has just changed, where a proof may be cut down to what was not proven before; absent: everything.
 */
export async function prove(
  project: Project,
  flags: ProofFlags,
  console: Console,
  signal: AbortSignal,
  scope: Pick<VerifyOptions, 'touched' | 'remember' | 'secrets' | 'isPublic'> = {},
): Promise<Proof> {
  const progress = proofProgress(process.stderr, process.stdout);
  const { onOutcome } = progress;
  const options = { signal, onOutcome, ...scope };
  const watch = stopwatch();
  const verification = await verify(project, options).finally(progress.close);
  const isMute = flags.json || (flags.quiet && verification.ok);
  if (!isMute) show(verification, flags, console, watch(), scope.isPublic ?? false);
  console.say(...endingListMessages(verification.ending));
  return { code: verification.ok ? EXIT.fine : EXIT.failed, json: verificationJson(verification) };
}

function show(
  verification: Verification,
  flags: ProofFlags,
  console: Console,
  took: string,
  isPublic: boolean,
): void {
  const { style } = console;
  const { scope, certificates, outcomes, skipped } = verification;
  const isIdle = outcomes.length === 0 && skipped.length === 0;
  const verbose = flags.verbose ?? false;
  if (scope === 'touched')
    console.say({ kind: 'note', text: touchedText(isIdle && certificates.length === 0) });
  if (scope === 'all' || certificates.length > 0)
    console.out(certificatesText(certificates, { style, verbose }));
  console.out(trustText(verification.trust, { style }));
  console.out(revokedText(verification.revoked, { style, verbose }));
  console.out(staplesText(verification.staples, { style, verbose }));
  if (isPublic) {
    console.say({ kind: 'note', text: PUBLIC_TEXT });
    return;
  }
  // "No server can be tried" would be about servers that need not be.
  if (scope === 'touched' && isIdle) return;
  console.out(
    handshakesText(outcomes, skipped, {
      style,
      verbose,
      columns: process.stdout.columns ?? 100,
      unicode: hasUnicode(),
      took,
    }),
  );
}

/** Everything but the oldest consoles; C and POSIX locales promise ASCII only. */
function hasUnicode(): boolean {
  const locale = process.env['LC_ALL'] || process.env['LC_CTYPE'] || process.env['LANG'] || 'UTF-8';
  return process.env['TERM'] !== 'linux' && !/^(C|POSIX)$/.test(locale);
}
