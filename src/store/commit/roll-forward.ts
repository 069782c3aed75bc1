/** What comes behind the point of no return of a commit. Every line may be the one before a crash: each is right to do again. */

import { join } from 'node:path';
import { ARTIFACTS } from '../../pki/artifact.ts';
import type { EntityId } from '../../pki/entity.ts';
import { folderOf, nameOf } from '../../pki/files.ts';
import { COMMIT_FOLDER } from '../../pki/paths.ts';
import type { Folder } from '../folder.ts';
import { type OutputFolder, Targets } from '../output-folder.ts';
import { DATA_LINK } from '../symlinks/read.ts';
import { clearLinks, clearVersions, inTurn, placeVersion, removeIfEmpty } from '../symlinks/write.ts';
import { keep, removeFile } from './archive.ts';
import { isKept, ORDER, type Order, readOrder } from './order.ts';
import { idOf } from './pending.ts';

/** In a commit folder: it is given up (discard.ts), and not carried forward any more. */
export const MARK = 'given-up';

/** What else a run may leave in a commit folder. */
const OURS = [MARK, `${MARK}.draft`, 'link', 'old', 'old.draft'];

/** Finishes one commit, by the name of its folder. Resolves to whose it was. */
export async function rollForward(output: OutputFolder, name: string): Promise<EntityId> {
  using waiting = output.enter(`${COMMIT_FOLDER}/${name}`);
  const order = waiting.list().includes(ORDER) ? readOrder(waiting) : undefined;
  if (order !== undefined) await carryOut(output, waiting, order);
  await forget(output, waiting, name);
  return idOf(name);
}

async function carryOut(output: OutputFolder, waiting: Folder, order: Order): Promise<void> {
  const { moves, deletes, links, archive, removes } = order;
  const data = links && join(links.folder, DATA_LINK);
  const paths = [...moves, ...deletes].map(([, path]) => path);
  using targets = await Targets.open(output, data === undefined ? paths : [...paths, data]);
  const linked = data === undefined ? undefined : targets.at(data).folder;
  if (links && linked) await placeVersion(output, waiting, linked, links, order);
  await moveAll(output, waiting, targets, order);
  for (const [file, path] of deletes) {
    await keep(output, file, targets.at(path), archive);
    await removeFile(targets.at(path));
  }
  if (links && linked) await clearLinks(linked, links);
  await targets.sync();
  if (links && linked) await clearVersions(output, linked, links, order);
  if (removes !== null) await removeFolder(output, removes);
}

async function moveAll(output: OutputFolder, waiting: Folder, targets: Targets, order: Order): Promise<void> {
  const { moves, archive, keepsAll } = order;
  const names = waiting.list();
  const left = inTurn(moves.filter(([file]) => names.includes(ARTIFACTS[file].file)));
  // All before the first rename: while something is synced between two of them, a reader would see half of the set.
  for (const [file, path] of left)
    if (isKept(file, order)) await keep(output, file, targets.at(path), archive, keepsAll);
  for (const [file, path] of left) {
    const { folder, name } = targets.at(path);
    await waiting.rename(ARTIFACTS[file].file, folder, name);
  }
}

async function removeFolder(output: OutputFolder, path: string): Promise<void> {
  using above = output.enter(folderOf(path));
  if (await removeIfEmpty(above, nameOf(path))) await above.sync();
}

/** Without the order there is nothing left to do: a crash came just before the last line. */
export async function forget(output: OutputFolder, waiting: Folder, name: string): Promise<void> {
  for (const file of [ORDER, ...OURS]) if (waiting.lookAt(file) !== undefined) await waiting.unlink(file);
  using commits = output.enter(COMMIT_FOLDER);
  await commits.rmdir(name);
}

/** The name of a commit folder is that of the staging folder (pki/paths.ts). */
export function commitName(id: EntityId): string {
  return id.replace('/', '.');
}
