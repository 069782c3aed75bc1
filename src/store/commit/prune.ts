/** The end of what was kept: archive folders older than the manifest wants them, as a plan has named them. */
import { errorCode } from '../../pki/errors.ts';
import { ARCHIVE_FOLDER } from '../../pki/paths.ts';
import type { ArchivedSet } from '../../plan/observation.ts';
import type { OutputFolder } from '../output-folder.ts';

/** Removes one of them, and what is empty after that. */
export async function pruneSet(output: OutputFolder, { entity, folder }: ArchivedSet): Promise<void> {
  using archive = output.enterIfThere(ARCHIVE_FOLDER);
  const [section = '', name = ''] = entity.split('/');
  using entities = archive?.enter(section);
  using sets = entities?.enter(name);
  sets?.removeTree(folder);
  try {
    await entities?.rmdir(name);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(errorCode(error))) throw error;
  }
}
