/** What no command foresaw, still in plain words: nothing a user does ends in a stack trace. */
import { UserError } from '../index.ts';
import { type Console, EXIT, type ExitCode } from './console.ts';

const HINTS: Readonly<Record<string, string>> = {
  EACCES: 'check who owns the folder, and run as somebody who may write there',
  EPERM: 'check who owns the folder, and run as somebody who may write there',
  EROFS: 'the file system is read-only; choose another output folder',
  ENOSPC: 'free some space on the disk and run again: it goes on with what is missing',
  EDQUOT: 'free some of your quota and run again: it goes on with what is missing',
  ENOTDIR: 'a file is where a folder should be; move it away',
  EEXIST: 'something is where a new file should go; move it away',
};

/** Says it on stderr: `failed`, or, once the signal is aborted, `interrupted`, whatever was thrown. */
export function explainFailure(error: unknown, signal: AbortSignal, console: Console): ExitCode {
  if (signal.aborted) {
    console.error('interrupted');
    return EXIT.interrupted;
  }
  if (error instanceof UserError) {
    console.error(error.message);
    console.hint(error.hint);
    return EXIT.failed;
  }
  if (isSystemError(error)) {
    const where = error.path === undefined ? '' : ` "${error.path}"`;
    console.error(`cannot ${error.syscall ?? 'work on'}${where} (${error.code})`);
    console.hint(HINTS[error.code] ?? 'look at the file system below the output folder');
    return EXIT.failed;
  }
  console.error(error instanceof Error ? error.message : String(error));
  if (process.env['PKI_DEBUG'] && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  else console.hint('this is a defect of pki; run again with PKI_DEBUG=1 and report what it prints');
  return EXIT.failed;
}

type SystemError = Error & { readonly code: string; readonly path?: string; readonly syscall?: string };

function isSystemError(error: unknown): error is SystemError {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    /^E[A-Z0-9]+$/.test(error.code)
  );
}
