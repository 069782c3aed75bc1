/** Changing a mode where file systems may have none: on FAT, on SMB and on drives of Windows in WSL. */
import { fchmodSync, fstatSync } from 'node:fs';
import { errorCode } from '../pki/errors.ts';
import { UserError } from '../words/user-error.ts';

/** What says that there are no modes, or that none can be changed. */
const NO_MODES = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL'];

/**
 * Exactly this mode, whatever the umask; where there is no such thing, one that is at least as closed.
 * @param change by which it is changed.
 * @throws UserError where it stays open to those whom this mode keeps out.
 */
export function changeMode(descriptor: number, path: string, mode: number, change = fchmodSync): void {
  try {
    change(descriptor, mode);
  } catch (error) {
    const { uid } = fstatSync(descriptor);
    const isOurs = [0, uid].includes(process.geteuid?.() ?? uid);
    if (!isOurs || !NO_MODES.includes(errorCode(error))) throw error;
  }
  const now = fstatSync(descriptor).mode & 0o777;
  // Some change nothing and do not say so.
  if ((now & ~mode & 0o077) !== 0) throw new UserError({ kind: 'no-modes', path, mode: now });
}
