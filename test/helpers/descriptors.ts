/** What this process has open. By names, never by their number: what ran before may be closed while a test looks. */
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

const OPEN = '/proc/self/fd';

/** Whether this system says what is open. */
export const SEES_OPEN = existsSync(OPEN);

/** What each descriptor is of, sorted: a path, or `pipe:[NUMBER]` and the like. */
export function openNow(): readonly string[] {
  return readdirSync(OPEN)
    .map(targetOf)
    .filter((target) => target !== '')
    .sort();
}

/** What is open beyond that; each counts as often as it is open. */
export function openedSince(before: readonly string[]): readonly string[] {
  const left = [...before];
  return openNow().filter((target) => {
    const at = left.indexOf(target);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}

/** The paths that are open of a file, or of a folder and what is below it. */
export function openOf(path: string): readonly string[] {
  return openNow().filter((target) => target === path || target.startsWith(`${path}/`));
}

/** `''` for the one by which the folder was read, which is closed by now. */
function targetOf(name: string): string {
  try {
    return readlinkSync(join(OPEN, name));
  } catch {
    return '';
  }
}
