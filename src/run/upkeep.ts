/** What a run does for its folder beside the plan. */
import { messageOf } from '../pki/errors.ts';
import { nameOf } from '../pki/files.ts';
import { SCRATCH_FOLDER, STAGE_FOLDER } from '../pki/paths.ts';
import type { ArchivedSet } from '../plan/observation.ts';
import { pruneSet } from '../store/commit/prune.ts';
import type { Folder } from '../store/folder.ts';
import type { OutputFolder } from '../store/output-folder.ts';

/** What a run makes before anything is certain; all of it in one go, because single removals wait for every sync. */
export function clearWorkFolders(own: Folder): void {
  for (const folder of [STAGE_FOLDER, SCRATCH_FOLDER]) own.removeTree(nameOf(folder));
}

/** What is gone, and what kept the rest, which must not hide how the run went. */
export async function pruneAll(
  output: OutputFolder,
  sets: readonly ArchivedSet[],
): Promise<{ readonly pruned?: readonly ArchivedSet[]; readonly warnings?: readonly string[] }> {
  const pruned: ArchivedSet[] = [];
  try {
    for (const set of sets) {
      await pruneSet(output, set);
      pruned.push(set);
    }
    return pruned.length === 0 ? {} : { pruned };
  } catch (error) {
    return { pruned, warnings: [`the archive is not pruned: ${messageOf(error)}`] };
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
