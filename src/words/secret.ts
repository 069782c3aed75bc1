/** Why a password is not to be had, and what to do; never the password. */
import { unreachable } from '../pki/entity.ts';
import type { SecretFault } from '../pki/secret-source.ts';

/** A sentence about its source, such as `env:P12_PASSWORD`. */
export function secretFaultText(source: string, fault: SecretFault): string {
  switch (fault.kind) {
    case 'unset':
      return `"${source}" is not set`;
    case 'empty':
      return `"${source}" is empty`;
    case 'missing':
      return `"${source}" is not there`;
    case 'leads-out':
      return `"${source}" is a link that leads out of the folder of the manifest`;
    case 'lines':
      return `"${source}" has more than one line`;
    case 'unreadable':
      return `"${source}" cannot be read (${fault.code})`;
    default:
      return unreachable(fault);
  }
}

/** What to do about each. */
export const SECRET_HINTS: Readonly<Record<SecretFault['kind'], string>> = {
  unset: 'set it in the environment of pki',
  empty: 'programs disagree about what an empty password is: choose another',
  missing: 'create it below the folder of the manifest',
  'leads-out': 'put the file itself below the folder of the manifest',
  lines: 'leave one line, which is the password',
  unreadable: 'make it a plain file that the user who runs pki can read',
};
