/** What this process has open. By names, never by their number: what ran before may be closed while a test looks. */
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

const OPEN = '/proc/self/fd';

/** Whether this system says what is open. */
export const SEES_OPEN = existsSync(OPEN);

/** The paths that are open of a file, or of a folder and what is below it, sorted; once for each descriptor. */
export function openOf(path: string): readonly string[] {
  return readdirSync(OPEN)
    .map(targetOf)
    .filter((target) => target === path || target.startsWith(`${path}/`))
    .sort();
}

/** `''` for the one by which the folder was read, which is closed by now. */
function targetOf(name: string): string {
  try {
    return readlinkSync(join(OPEN, name));
  } catch {
    return '';
  }
}
