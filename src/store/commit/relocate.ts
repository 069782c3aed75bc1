/** Copies files to where their entity now has them, before anything else is done with it. */

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { modeOf } from '../../pki/artifact.ts';
import { STAGE_FOLDER } from '../../pki/paths.ts';
import type { Relocation } from '../../plan/change.ts';
import { exists, folderIsNew, foldersUpTo, rename, syncAll, writeSynced } from '../disk.ts';

/** Each is whole under its new name or not there; those that a crash cut off are found in the old place again. */
export async function relocate(root: string, copies: readonly Relocation[]): Promise<void> {
  for (const { file, from, to } of copies) {
    const path = join(root, to);
    if (await exists(path)) continue;
    const draft = join(root, STAGE_FOLDER, 'copy');
    await writeSynced(draft, readFileSync(join(root, from)), modeOf(file));
    await folderIsNew(dirname(path), 0o755);
    await rename(draft, path);
  }
  await syncAll([...new Set(copies.flatMap(({ to }) => foldersUpTo(root, dirname(join(root, to)))))]);
}
