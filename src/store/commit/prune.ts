/** The end of what was kept: archive folders older than the manifest wants them. */
import { errorCode } from '../../pki/errors.ts';
import { ARCHIVE_FOLDER } from '../../pki/paths.ts';
import type { Folder } from '../folder.ts';
import type { OutputFolder } from '../output-folder.ts';

/** `2026-11-23T164036Z-21b572`: the moment of the run that filled the folder. */
const STAMP = /^(\d{4}-\d\d-\d\dT\d\d)(\d\d)(\d\d)Z(-|$)/;

/** Removes what was archived before `cutoff` (seconds since 1970), and says how many folders that were. */
export async function pruneArchive(output: OutputFolder, cutoff: number): Promise<number> {
  using archive = output.enterIfThere(ARCHIVE_FOLDER);
  let pruned = 0;
  for (const section of foldersIn(archive)) {
    using entities = archive?.enter(section);
    for (const name of foldersIn(entities)) if (entities) pruned += await pruneEntity(entities, name, cutoff);
  }
  return pruned;
}

/** What is no folder was not made here, and stays. */
function foldersIn(folder: Folder | undefined): readonly string[] {
  return folder?.list().filter((name) => folder.lookAt(name)?.isDirectory()) ?? [];
}

async function pruneEntity(entities: Folder, entity: string, cutoff: number): Promise<number> {
  using folder = entities.enter(entity);
  // Not `>=`: what bears no moment at all, such as the 45th of a month, never grows old either.
  const old = foldersIn(folder).filter((name) => stampTime(name) < cutoff);
  for (const name of old) folder.removeTree(name);
  if (old.length > 0) await removeEmpty(entities, entity);
  return old.length;
}

/** What does not look like one of ours never grows old. */
function stampTime(name: string): number {
  const [, hour, minute, second] = STAMP.exec(name) ?? [];
  return hour === undefined ? Number.POSITIVE_INFINITY : Date.parse(`${hour}:${minute}:${second}Z`) / 1000;
}

async function removeEmpty(folder: Folder, name: string): Promise<void> {
  try {
    await folder.rmdir(name);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(errorCode(error))) throw error;
  }
}
