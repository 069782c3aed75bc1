/** Unforeseen errors, on their way to stderr and the exit code. */
import { DEFECT_HINT, failureAdvice, INTERRUPTED } from '../report/failure.ts';
import { type Console, EXIT, type ExitCode } from './console.ts';

/** Reports it on stderr: `failed`, or, once the signal is aborted, `interrupted`, whatever the error. */
export function explainFailure(error: unknown, signal: AbortSignal, console: Console): ExitCode {
  if (signal.aborted) {
    console.say({ kind: 'error', text: INTERRUPTED });
    return EXIT.interrupted;
  }
  const { problem, hint } = failureAdvice(error);
  console.say({ kind: 'error', text: problem });
  if (hint === undefined && process.env['PKI_DEBUG'] && error instanceof Error)
    process.stderr.write(`${error.stack}\n`);
  else console.say({ kind: 'hint', text: hint ?? DEFECT_HINT });
  return EXIT.failed;
}
