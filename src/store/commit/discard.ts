/**
 * Giving up a commit that cannot be finished: what it has replaced comes back, as far as that cannot be made again, and
 * its own keys and certificates go to the archive. From the mark on it is not carried forward any more; every line behind
 * that may be the one before a crash, and is right to do again.
 */
import { join } from 'node:path';
import { ARTIFACTS, type Artifact, modeOf } from '../../pki/artifact.ts';
import { COMMIT_FOLDER } from '../../pki/paths.ts';
import { readAccessLists } from '../access-lists.ts';
import { descend } from '../descend.ts';
import type { Folder } from '../folder.ts';
import { type OutputFolder, type Place, Targets } from '../output-folder.ts';
import { DATA_LINK, dataPath, versionNames } from '../symlinks/read.ts';
import { type Links, VERSION } from '../symlinks/stage.ts';
import { inTurn, putLink, removeIfEmpty, restoreLinks } from '../symlinks/write.ts';
import { isPrecious, isSame, keep, removeFile, secondName } from './archive.ts';
import { inherit } from './inherit.ts';
import { isKept, ORDER, type Order, readOrder } from './order.ts';
import { commitName, forget, MARK } from './roll-forward.ts';

/**
 * `restored`: the old set is back. `relocked`: the same, but the key has its new passphrase, or none, because of the old form
 * no copy was kept. `placed`: the new set was in place already, and only the tidying is given up.
 */
export type DiscardOutcome = 'restored' | 'relocked' | 'placed';

/** @param name of the commit folder. @throws whatever keeps the old set from coming back. */
export async function discard(output: OutputFolder, name: string): Promise<DiscardOutcome> {
  using waiting = output.enter(`${COMMIT_FOLDER}/${name}`);
  const order = waiting.lookAt(ORDER) === undefined ? undefined : readOrder(waiting);
  const isDone = order === undefined || isInPlace(output, waiting, order);
  const outcome = isDone ? 'placed' : await giveUp(output, waiting, order);
  await forget(output, waiting, name);
  return outcome;
}

async function giveUp(output: OutputFolder, waiting: Folder, order: Order): Promise<DiscardOutcome> {
  const moved = await markedMoves(waiting, order);
  const { links } = order;
  if (links?.version) return await dropVersion(output, waiting, order, { ...links, version: links.version });
  if (order.removes !== null) await undelete(output, waiting, order);
  else await moveBack(output, waiting, order, moved);
  // What was behind links is there still.
  return links === undefined && moved.some(([file]) => !isKept(file, order)) ? 'relocked' : 'restored';
}

/** The files that had come to their places when the commit was given up: the mark holds them, because others go from here. */
async function markedMoves(waiting: Folder, { moves }: Order): Promise<Order['moves']> {
  const marked = waiting.read(MARK);
  if (marked.state === 'present') {
    const names = new Set(marked.facts.toString('utf8').split(' '));
    return moves.filter(([file]) => names.has(file));
  }
  const moved = moves.filter(([file]) => waiting.lookAt(ARTIFACTS[file].file) === undefined);
  const draft = `${MARK}.draft`;
  waiting.removeTree(draft);
  await waiting.writeSynced(draft, moved.map(([file]) => file).join(' '), 0o600);
  await waiting.rename(draft, waiting, MARK);
  await waiting.sync();
  return moved;
}

/** A set is in place once the last of its files is, or the link leads to it; a removal never is, for it can be undone. */
function isInPlace(output: OutputFolder, waiting: Folder, { moves, links, removes }: Order): boolean {
  if (removes !== null || waiting.lookAt(MARK) !== undefined) return false;
  if (!links?.version) return !moves.some(([file]) => waiting.lookAt(ARTIFACTS[file].file) !== undefined);
  using folder = output.enterIfThere(links.folder);
  if (folder?.linkText(DATA_LINK) !== links.version) return false;
  return namesOf(links).every(([, name]) => folder.linkText(name) === dataPath(name));
}

/** Of the files in the version. */
function namesOf({ names, files }: Links): Links['names'] {
  return names.filter(([file]) => files.includes(file));
}

/** Files that came to their places go back; those that did not, were never there. */
async function moveBack(
  output: OutputFolder,
  waiting: Folder,
  order: Order,
  moved: Order['moves'],
): Promise<void> {
  using targets = await Targets.open(
    output,
    moved.map(([, path]) => path),
  );
  for (const [file, path] of moved) await bringBack(output, waiting, order, file, targets.at(path));
  await targets.sync();
  // Last: while they are here, they tell what has not been in its place.
  for (const [file] of order.moves) await dropFile(output, order, file, waiting, ARTIFACTS[file].file);
}

/** Of what can be made again, the new file stays: the next plan sees whether it is as it should be. */
async function bringBack(
  output: OutputFolder,
  waiting: Folder,
  order: Order,
  file: Artifact,
  place: Place,
): Promise<void> {
  if (order.links) return linkBack(output, waiting, order, file, place);
  // Of the same key in another form no copy was kept: it stays as it is, and the next plan sees to it.
  if ((!isPrecious(file) && !order.keepsAll) || !isKept(file, order)) return;
  using archive = output.enterIfThere(order.archive);
  const old = archive && { folder: archive, name: ARTIFACTS[file].file };
  if (old?.folder.lookAt(old.name) === undefined)
    return dropFile(output, order, file, place.folder, place.name);
  if (isSame(old, place)) return;
  await keep(output, file, place, order.archive);
  await putBack(waiting, file, old, place);
}

/** A copy, because the archive keeps its own. */
async function putBack(waiting: Folder, file: Artifact, old: Place, place: Place): Promise<void> {
  const draft = { folder: waiting, name: 'old' };
  await secondName(old, draft, () => false);
  using copy = waiting.openFile(draft.name);
  copy.setMode(modeOf(file));
  const path = join(place.folder.path, place.name);
  inherit(file, place, draft, readAccessLists([path]).get(path));
  await waiting.rename(draft.name, place.folder, place.name);
}

/** The old set is behind the link still; where it has no such file, the new one goes. */
async function linkBack(
  output: OutputFolder,
  waiting: Folder,
  order: Order,
  file: Artifact,
  { folder, name }: Place,
): Promise<void> {
  if (folder.linkText(name) === dataPath(name)) return;
  await keep(output, file, { folder, name }, order.archive);
  const version = folder.linkText(DATA_LINK);
  using old = version === null || version.includes('/') ? undefined : folder.enterIfFolder(version);
  if (old?.lookAt(name) === undefined) return removeFile({ folder, name });
  await putLink(waiting, dataPath(name), folder, name);
}

/** The link leads to the old version again, if there was one, and the new one goes, wherever it is. */
async function dropVersion(
  output: OutputFolder,
  waiting: Folder,
  order: Order,
  links: Links & { readonly version: string },
): Promise<DiscardOutcome> {
  using folder = output.enterIfThere(links.folder);
  const isSwitched = folder?.linkText(DATA_LINK) === links.version;
  const taken = isSwitched ? await switchBack(output, waiting, order, folder, links) : [];
  for (const [parent, name] of [[waiting, VERSION] as const, [folder, links.version] as const]) {
    if (parent?.lookAt(name) === undefined) continue;
    using version = descend(parent, name);
    for (const [file, own] of links.names) await dropFile(output, order, file, version, own);
    await removeIfEmpty(parent, name);
  }
  await folder?.sync();
  return taken.some((file) => !isKept(file, order)) ? 'relocked' : 'restored';
}

/** Files that come out from behind the link, where plain ones were before. */
async function switchBack(
  output: OutputFolder,
  waiting: Folder,
  order: Order,
  folder: Folder,
  links: Links & { readonly version: string },
): Promise<readonly Artifact[]> {
  const taken: Artifact[] = [];
  const old = versionNames(folder.location).findLast((name) => name !== links.version);
  using current = folder.enter(old ?? links.version);
  for (const [file, name] of inTurn(namesOf(links)).toReversed()) {
    if (folder.linkText(name) !== dataPath(name)) continue;
    if (old === undefined) {
      await unlinkBack(output, waiting, order, file, { folder, name }, current);
      taken.push(file);
    } else if (current.lookAt(name) === undefined) await folder.unlink(name);
  }
  if (old === undefined) await folder.unlink(DATA_LINK);
  else await putLink(waiting, old, folder, DATA_LINK);
  await folder.sync();
  return taken;
}

/** Where a plain file was, one is again: of the old ones what the archive has, else what is behind the link. */
async function unlinkBack(
  output: OutputFolder,
  waiting: Folder,
  order: Order,
  file: Artifact,
  place: Place,
  current: Folder,
): Promise<void> {
  using archive = output.enterIfThere(order.archive);
  const old = { folder: archive ?? current, name: ARTIFACTS[file].file };
  const isKept = isPrecious(file) && archive?.lookAt(old.name) !== undefined;
  await putBack(waiting, file, isKept ? old : { folder: current, name: place.name }, place);
}

async function dropFile(
  output: OutputFolder,
  order: Order,
  file: Artifact,
  folder: Folder,
  name: string,
): Promise<void> {
  if (isKept(file, order)) await keep(output, file, { folder, name }, order.archive);
  await removeFile({ folder, name });
}

/** An entity that left the manifest keeps what it still has, and gets back what the archive has of it. */
async function undelete(output: OutputFolder, waiting: Folder, order: Order): Promise<void> {
  using archive = output.enterIfThere(order.archive);
  using targets = await Targets.open(
    output,
    order.deletes.map(([, path]) => path),
  );
  for (const [file, path] of order.deletes) {
    const [place, old] = [targets.at(path), ARTIFACTS[file].file];
    if (place.folder.lookAt(place.name) !== undefined || archive?.lookAt(old) === undefined) continue;
    await putBack(waiting, file, { folder: archive, name: old }, place);
  }
  await targets.sync();
  await restoreLinks(output, join(COMMIT_FOLDER, commitName(order.id)), { id: order.id });
}
