/** Why a file that the manifest names cannot be had, in words. */
import { unreachable } from '../pki/entity.ts';
import { visible } from '../pki/printable.ts';
import type { SideFault } from '../pki/side-file.ts';

/** What to do about an absolute path: the narrowest permission is shown, and a folder above it is for users to choose. */
export function absoluteHint(path: string): string {
  return `name a file below the folder of the manifest, or allow this one on the command line: "--allow-path ${visible(path)}"`;
}

/** What to do about a file. @param hint for one that is none of those that are asked for. */
export function sideFaultHint(fault: SideFault, path: string, hint: string): string {
  if (fault.kind === 'absolute') return absoluteHint(path);
  return fault.kind === 'strays'
    ? 'allow the folder that it leads to as well, by another "--allow-path"'
    : hint;
}

/** The rest of a sentence about it: `is not there`. */
export function sideFaultText(fault: SideFault): string {
  switch (fault.kind) {
    case 'missing':
      return 'is not there';
    case 'leads-out':
      return "leads out of the manifest's folder through a link";
    case 'absolute':
      return 'is an absolute path';
    case 'strays':
      return 'is a link that leads out of what "--allow-path" allows';
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
