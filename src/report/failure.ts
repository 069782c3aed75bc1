/** Unforeseen errors, still in plain words: nothing a user does ends in a stack trace. */
import { UserError } from '../words/user-error.ts';

const OWNER = 'check who owns the folder, and run as a user who may write there';

const HINTS: Readonly<Record<string, string>> = {
  EACCES: OWNER,
  EPERM: OWNER,
  EROFS: 'the file system is read-only; choose another output folder',
  ENOSPC: 'free some space on the disk and run again: it goes on with what is missing',
  EDQUOT: 'free some of your quota and run again: it goes on with what is missing',
  EFBIG: 'allow it larger files: "ulimit -f unlimited" before it',
  EMFILE: 'allow it more open files: "ulimit -n 256" before it',
  ENFILE: 'the system has no room for more open files: close some, and run again',
  ENOTDIR: 'a file is where a folder should be; move it away',
  EEXIST: 'something is where a new file should go; move it away',
};

/** The system says of it that it cannot be named. */
const NOWHERE = { problem: 'the working directory is gone', hint: 'go into one that is there' };

/** Any error. Without a hint it is a defect of this program, to be shown with `DEFECT_HINT` or the stack. */
export function failureAdvice(error: unknown): { readonly problem: string; readonly hint?: string } {
  if (error instanceof UserError) return { problem: error.message, hint: error.hint };
  if (isSystemError(error)) {
    if (error.syscall === 'uv_cwd') return NOWHERE;
    const where = error.path === undefined ? '' : ` "${error.path}"`;
    return {
      problem: `cannot ${error.syscall ?? 'work on'}${where} (${error.code})`,
      hint: hintFor(error.code, error.path ?? ''),
    };
  }
  return { problem: error instanceof Error ? error.message : String(error) };
}

/** Octets that are no UTF-8 come as U+FFFD, by which nothing is found. */
function hintFor(code: string, path: string): string {
  if (code === 'ENOENT' && path.includes('\ufffd'))
    return 'a folder above has a name that is not UTF-8, which this program cannot reach: rename it, or work elsewhere';
  return HINTS[code] ?? 'look at the file system below the output folder';
}

/** The hint for a defect of this program. */
export const DEFECT_HINT = 'this is a defect of pki; run again with PKI_DEBUG=1 and report what it prints';

/** For a command that a signal ended before it did anything. */
export const INTERRUPTED = 'interrupted';

/** For a result that cannot be written. */
export function outputLostText(code: string | undefined): string {
  return `cannot write to standard output (${code})`;
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
