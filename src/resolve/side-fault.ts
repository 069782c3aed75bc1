/** Why a file that the manifest names cannot be had, in words. */
import { unreachable } from '../pki/entity.ts';
import type { SideFault } from '../pki/side-file.ts';

/** The rest of a sentence about it: `is not there`. */
export function sideFaultText(fault: SideFault): string {
  switch (fault.kind) {
    case 'missing':
      return 'is not there';
    case 'leads-out':
      return "leads out of the manifest's folder through a link";
    case 'no-file':
      return 'is no plain file';
    case 'too-large':
      return `is larger than ${fault.limit / 1024} KiB`;
    case 'unreadable':
      return `cannot be read (${fault.code})`;
    default:
      return unreachable(fault);
  }
}
