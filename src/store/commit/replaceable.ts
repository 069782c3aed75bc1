/**
 * Whether files can be replaced, asked before the first one of a set is: a new key beside a certificate that nobody can
 * take away would serve no one.
 */
import { accessSync, closeSync, constants, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorCode } from '../../pki/errors.ts';

/** What the system says of a file that not even its owner can replace. */
const FIXED: Readonly<Record<string, string>> = {
  EPERM: 'is immutable or append-only (lsattr shows it; "chattr -ia" ends it)',
  EROFS: 'is on a file system that is read-only',
};

/** @throws Error for the first of these paths (relative to the output folder) at which something has to stay. */
export function checkReplaceable(root: string, paths: readonly string[]): void {
  for (const folder of new Set(paths.map((path) => dirname(join(root, path))))) {
    const code = codeOfAccess(folder);
    if (!['', 'ENOENT', 'ENOTDIR'].includes(code))
      throw new Error(`"${folder}" may not be written to (${code}), so nothing in it can be replaced`);
  }
  for (const path of paths) {
    const fixed = FIXED[codeOfOpening(join(root, path))];
    if (fixed === undefined) continue;
    throw new Error(`"${path}" cannot be replaced: it ${fixed}`);
  }
}

function codeOfAccess(folder: string): string {
  try {
    accessSync(folder, constants.W_OK);
    return '';
  } catch (error) {
    return errorCode(error);
  }
}

/** Opening for writing changes nothing yet. A mode that forbids it, unlike an attribute, does not forbid replacing. */
function codeOfOpening(path: string): string {
  try {
    closeSync(openSync(path, constants.O_WRONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK));
    return '';
  } catch (error) {
    return errorCode(error);
  }
}
