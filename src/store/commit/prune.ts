/** The end of what was kept: archive folders older than the manifest wants them. */
import { readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../../pki/errors.ts';
import { PRIVATE_FOLDER } from '../../pki/paths.ts';
import { removeTree } from '../disk.ts';

/** `2026-11-23T164036Z-21b572`: the moment of the run that filled the folder. */
const STAMP = /^(\d{4}-\d\d-\d\dT\d\d)(\d\d)(\d\d)Z(-|$)/;

/** Removes what was archived before `cutoff` (seconds since 1970), and says how many folders that were. */
export function pruneArchive(root: string, cutoff: number): number {
  let pruned = 0;
  for (const entity of entityFolders(join(root, PRIVATE_FOLDER, 'archive'))) {
    for (const name of foldersIn(entity)) {
      // Not `>=`: what bears no moment at all, such as the 45th of a month, never grows old either.
      if (!(stampTime(name) < cutoff)) continue;
      removeTree(join(entity, name));
      pruned++;
    }
    if (pruned > 0) removeEmpty(entity);
  }
  return pruned;
}

/** What does not look like one of ours never grows old. */
function stampTime(name: string): number {
  const [, hour, minute, second] = STAMP.exec(name) ?? [];
  return hour === undefined ? Number.POSITIVE_INFINITY : Date.parse(`${hour}:${minute}:${second}Z`) / 1000;
}

function entityFolders(archive: string): readonly string[] {
  return foldersIn(archive)
    .map((section) => join(archive, section))
    .flatMap((section) => foldersIn(section).map((name) => join(section, name)));
}

function foldersIn(path: string): readonly string[] {
  try {
    const found = readdirSync(path, { withFileTypes: true });
    return found.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(errorCode(error))) throw error;
  }
}
