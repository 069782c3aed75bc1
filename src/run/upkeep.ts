/** What a run does for its folder beside the plan. */
import type { Inventory } from '../pki/entity.ts';
import { messageOf } from '../pki/errors.ts';
import { nameOf } from '../pki/files.ts';
import { SCRATCH_FOLDER, STAGE_FOLDER } from '../pki/paths.ts';
import { pruneArchive } from '../store/commit/prune.ts';
import type { Folder } from '../store/folder.ts';
import type { OutputFolder } from '../store/output-folder.ts';

/** What a run makes before anything is certain; all of it in one go, because single removals wait for every sync. */
export function clearWorkFolders(own: Folder): void {
  for (const folder of [STAGE_FOLDER, SCRATCH_FOLDER]) own.removeTree(nameOf(folder));
}

/** Old folders that cannot be removed must not hide how the run went. */
export async function pruned(
  output: OutputFolder,
  { archiveFor }: Inventory,
  now: number,
): Promise<readonly string[]> {
  try {
    if (archiveFor !== undefined) await pruneArchive(output, now - archiveFor);
    return [];
  } catch (error) {
    return [`the archive is not pruned: ${messageOf(error)}`];
  }
}

/** The same at the end of a run. */
export function leaveTidy(own: Folder): void {
  try {
    clearWorkFolders(own);
  } catch {
    // The next run begins with this, and reports what is in the way; the result of this one is more important.
  }
}

/** Keys have no business in a repository. A file that is not ours stays as it is. */
export async function ignoreInGit(output: Folder): Promise<void> {
  const name = '.gitignore';
  if (output.lookAt(name) !== undefined) return;
  output.writeNew(name, '# private keys and certificates made by pki: not for version control\n*\n', 0o644);
  await output.sync();
}
