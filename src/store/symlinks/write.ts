/**
 * `publish: symlinks`, written: a whole new version folder is put beside the current one, the link `..data` is renamed
 * over, the names that are not links yet become links, and then the old version goes. Called by the commit
 * (commit/roll-forward.ts) after its point of no return, where every line must be right to do again.
 */
import { basename } from 'node:path';
import { ALL_ARTIFACTS, type Artifact } from '../../pki/artifact.ts';
import { errorCode } from '../../pki/errors.ts';
import { entityFolder, fileName, type Located } from '../../pki/files.ts';
import { isSame, keep, removeFile } from '../commit/archive.ts';
import { isKept, type Order } from '../commit/order.ts';
import { descend } from '../descend.ts';
import type { Folder } from '../folder.ts';
import type { OutputFolder } from '../output-folder.ts';
import { DATA_LINK, dataPath, versionNames, viewOf } from './read.ts';
import { type Links, VERSION } from './stage.ts';

/** Where what is replaced goes, and what does not. */
type Replacing = Pick<Order, 'archive' | 'again'>;

/**
 * From here on readers see the new set; those that resolved the old one still have all of it.
 * @param waiting the commit folder, @param folder the entity's.
 */
export async function placeVersion(
  output: OutputFolder,
  waiting: Folder,
  folder: Folder,
  { version, names, files }: Links,
  order: Replacing,
): Promise<void> {
  if (version === null) return;
  if (waiting.lookAt(VERSION) !== undefined) await waiting.rename(VERSION, folder, version);
  if (folder.linkText(DATA_LINK) !== version) await putLink(waiting, version, folder, DATA_LINK);
  using current = folder.enter(version);
  for (const [file, name] of inTurn(names.filter(([known]) => files.includes(known)))) {
    if (folder.linkText(name) === dataPath(name)) continue;
    const place = { folder, name };
    if (isKept(file, order) && !isSame(place, { folder: current, name }))
      await keep(output, file, place, order.archive);
    await putLink(waiting, dataPath(name), folder, name);
  }
}

/**
 * What is read together is replaced together, as nearly as several names can be. The list of a former key is there
 * before that of the new one takes its place: between the two, no list would say what that key revoked.
 */
const PAIR: readonly Artifact[] = ['key', 'cert', 'fullchain'];
const BEFORE_ALL: readonly Artifact[] = ['former-crls'];

/** In the order in which names are replaced. */
export function inTurn(
  names: readonly (readonly [file: Artifact, name: string])[],
): readonly (readonly [file: Artifact, name: string])[] {
  return [...names].sort(([a], [b]) => turnOf(a) - turnOf(b));
}

function turnOf(file: Artifact): number {
  return BEFORE_ALL.includes(file) ? -2 : PAIR.indexOf(file);
}

/** A link, in the place of whatever has its name. Made outside the folder, which so never holds anything but what it shall hold. */
export async function putLink(drafts: Folder, text: string, folder: Folder, name: string): Promise<void> {
  const draft = 'link';
  if (drafts.lookAt(draft) !== undefined) await drafts.unlink(draft);
  await drafts.symlink(text, draft);
  await drafts.rename(draft, folder, name);
}

/** Takes away our links that lead to nothing: those of files that are gone, and, for plain files, the switched one. */
export async function clearLinks(folder: Folder, { version, names, files }: Links): Promise<void> {
  for (const [file, name] of names) {
    const stays = version !== null && files.includes(file);
    if (!stays && folder.linkText(name) === dataPath(name)) await folder.unlink(name);
  }
  if (version === null && folder.linkText(DATA_LINK)?.includes('/') === false) await folder.unlink(DATA_LINK);
}

/** Every version but the current one; a key or certificate that is not the current one goes to the archive first. */
export async function clearVersions(
  output: OutputFolder,
  folder: Folder,
  links: Links,
  order: Replacing,
): Promise<void> {
  const old = versionNames(folder.location).filter((name) => name !== links.version);
  if (old.length === 0) return;
  using current = descend(folder, links.version ?? '.');
  for (const version of old) await clearVersion(output, folder, version, current, { links, order });
  await folder.sync();
}

async function clearVersion(
  output: OutputFolder,
  folder: Folder,
  version: string,
  current: Folder,
  { links, order }: { readonly links: Links; readonly order: Replacing },
): Promise<void> {
  using old = folder.enterIfFolder(version);
  if (old === undefined) return;
  for (const [file, name] of links.names) {
    const place = { folder: old, name };
    if (isKept(file, order) && !isSame(place, { folder: current, name }))
      await keep(output, file, place, order.archive);
    await removeFile(place);
  }
  await removeIfEmpty(folder, version);
}

/** Files that are not ours keep the folder alive, and so does what is no folder any more. Resolves to whether it went. */
export async function removeIfEmpty(folder: Folder, name: string): Promise<boolean> {
  try {
    await folder.rmdir(name);
    return true;
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR'].includes(errorCode(error))) throw error;
    return false;
  }
}

/**
 * Makes damaged links lead to what is there: the calls of a run read keys and certificates by their names.
 * @param drafts a folder in which no program looks for links.
 */
export async function restoreLinks(output: OutputFolder, drafts: string, entity: Located): Promise<void> {
  const { current, blocked, places } = viewOf(output.root.path, entity);
  if (current === null || blocked !== null) return;
  using folder = output.enter(entityFolder(entity));
  using own = output.enter(drafts);
  const version = basename(current);
  if (folder.linkText(DATA_LINK) !== version) await putLink(own, version, folder, DATA_LINK);
  for (const file of ALL_ARTIFACTS.filter((name) => places[name] === 'unlinked')) {
    const name = fileName(entity, file);
    await folder.symlink(dataPath(name), name);
  }
  await folder.sync();
}
