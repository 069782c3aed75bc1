/**
 * How new files replace old ones, one entity at a time (design §6). All of an entity's new files stand synced in a
 * staging folder; renaming that folder below `.pki/commit` is the point of no return; from there each file is renamed
 * into place. Whatever is found below `.pki/commit` at the start of a run is carried forward, so after a crash at any
 * instant key, certificate and chain belong together or are completed. The commit folder is its own journal. An entity
 * that is not there yet needs none of this: its staging folder becomes its folder by one rename.
 */
import { chmodSync, existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ALL_ARTIFACTS, ARTIFACTS, type Artifact } from '../../pki/artifact.ts';
import type { EntityId } from '../../pki/entity.ts';
import { errorCode } from '../../pki/errors.ts';
import { filePath, type Located } from '../../pki/files.ts';
import { COMMIT_FOLDER, PRIVATE_FOLDER, stageFolder } from '../../pki/paths.ts';
import {
  folderIsNew,
  foldersUpTo,
  readFolder,
  rename,
  rmdir,
  sync,
  syncAll,
  unlink,
  writeSynced,
} from '../disk.ts';
import { DATA_LINK } from '../symlinks/read.ts';
import {
  clearLinks,
  clearVersions,
  linksOf,
  placeVersion,
  removeIfEmpty,
  stagedPaths,
  stagePlain,
  stageVersion,
} from '../symlinks/write.ts';
import { keep, removeFile } from './archive.ts';
import { type Order, readOrder } from './order.ts';
import { checkReplaceable } from './replaceable.ts';

const ORDER = 'order.json';

/** Files of one entity that are put in place, and those that go, as one set. */
export interface CommitRequest {
  readonly entity: Located;
  /** Those that stand in its staging folder. */
  readonly writes: readonly Artifact[];
  /** Those that nobody asks for any more. */
  readonly deletes: readonly Artifact[];
  /** Name of the archive folder, unique per run. */
  readonly stamp: string;
  /** Whose staging folder holds the files (pki/paths.ts). */
  readonly run?: string;
  /** Files that are behind links shall be so no more, or links are damaged. */
  readonly relinks?: boolean;
}

/**
 * Puts an entity's staged files in place.
 * @param root the output folder, absolute.
 */
export async function commit(root: string, request: CommitRequest): Promise<void> {
  const { entity, writes, deletes, stamp } = request;
  if (entity.publish === 'symlinks' || request.relinks) return commitLinks(root, request);
  const staged = join(root, stageFolder(entity.id, request.run));
  const unsynced = writes.map((file) => join(staged, ARTIFACTS[file].file));
  if (entity.layout === undefined && !existsSync(join(root, entity.id))) {
    return commitNew(root, entity.id, staged, unsynced);
  }
  const located = (files: readonly Artifact[]) =>
    files.map((file) => [file, filePath(entity, file)] as const);
  const order = { id: entity.id, moves: located(writes), deletes: located(deletes), removes: null };
  await writeOrder(staged, { ...order, archive: archiveFolder(entity.id, stamp) });
  await syncAll([...unsynced, staged]);
  await rollForward(root, await pointOfNoReturn(root, staged));
}

/** A first issue: the staging folder becomes the entity's own, which so is there whole or not at all. */
async function commitNew(
  root: string,
  id: EntityId,
  staged: string,
  unsynced: readonly string[],
): Promise<void> {
  const section = dirname(join(root, id));
  chmodSync(staged, 0o755);
  await syncAll([...unsynced, staged]);
  const isNew = !existsSync(section) && (await folderIsNew(section, 0o755));
  await rename(staged, join(root, id));
  await syncAll(isNew ? [section, root] : [section]);
}

/** The same for files that are to stand behind links, or to come out from behind them: always the whole set. */
async function commitLinks(root: string, request: CommitRequest): Promise<void> {
  const { entity, deletes, stamp } = request;
  const staged = join(root, stageFolder(entity.id, request.run));
  const stage = entity.publish === 'symlinks' ? stageVersion : stagePlain;
  const links = await stage(root, staged, request);
  const located = (files: readonly Artifact[]) =>
    files.map((file) => [file, filePath(entity, file)] as const);
  const moves = located(links.version === null ? links.files : []);
  const order = { id: entity.id, moves, deletes: located(deletes), removes: null, links };
  await writeOrder(staged, { ...order, archive: archiveFolder(entity.id, stamp) });
  await syncAll([...stagedPaths(staged, links), staged]);
  await rollForward(root, await pointOfNoReturn(root, staged));
}

/** Moves all of an entity's files out of the way: key and certificate to the archive, the rest could be made again. */
export async function remove(root: string, id: EntityId, stamp: string, run?: string): Promise<void> {
  const staged = join(root, stageFolder(id, run));
  const deletes = ALL_ARTIFACTS.map((file) => [file, filePath({ id }, file)] as const);
  checkReplaceable(
    root,
    deletes.map(([, path]) => path),
  );
  const order = { id, moves: [], deletes, archive: archiveFolder(id, stamp), removes: id };
  await writeOrder(staged, { ...order, links: linksOf({ id }, null, []) });
  await sync(staged);
  await rollForward(root, await pointOfNoReturn(root, staged));
}

function archiveFolder(id: EntityId, stamp: string): string {
  return join(PRIVATE_FOLDER, 'archive', id, stamp);
}

function writeOrder(staged: string, order: Order): Promise<void> {
  return writeSynced(join(staged, ORDER), JSON.stringify(order), 0o600);
}

async function pointOfNoReturn(root: string, staged: string): Promise<string> {
  const parent = join(root, COMMIT_FOLDER);
  const folder = join(parent, basename(staged));
  await rename(staged, folder);
  await sync(parent);
  return folder;
}

/**
 * Finishes what an earlier run had begun to put in place. Returns the entities concerned.
 * @param failed told of what cannot be finished now either; the others are. Without it that is thrown.
 */
export async function recover(
  root: string,
  failed?: (id: EntityId, error: unknown) => void,
): Promise<readonly EntityId[]> {
  const recovered: EntityId[] = [];
  for (const name of pendingNames(root)) {
    try {
      recovered.push(await rollForward(root, join(root, COMMIT_FOLDER, name)));
    } catch (error) {
      if (failed === undefined) throw error;
      failed(idOf(name), error);
    }
  }
  return recovered;
}

/** Entities of which new files wait to be put in place: the next apply begins with them. */
export function pending(root: string): readonly EntityId[] {
  try {
    return pendingNames(root).map(idOf);
  } catch (error) {
    // Whoever may not look into our folder sees the certificates all the same.
    if (errorCode(error) === 'EACCES') return [];
    throw error;
  }
}

function pendingNames(root: string): readonly string[] {
  const parent = join(root, COMMIT_FOLDER);
  return existsSync(parent) ? readdirSync(parent) : [];
}

/** The name of a commit folder is that of the staging folder (pki/paths.ts). */
function idOf(name: string): EntityId {
  return name.replace('.', '/');
}

/** Every line may be the one before a crash: each is right to do again. */
async function rollForward(root: string, folder: string): Promise<EntityId> {
  const names = new Set(await readFolder(folder));
  if (!names.has(ORDER)) return emptied(folder);
  const order = readOrder(join(folder, ORDER));
  const paths = [...order.moves, ...order.deletes].map(([, path]) => path);
  const touched = await openFolders(
    root,
    order.links ? [...paths, join(order.links.folder, DATA_LINK)] : paths,
  );
  if (order.links) await placeVersion(root, folder, order.links, order.archive);
  const moves = pairLast(order.moves.filter(([file]) => names.has(ARTIFACTS[file].file)));
  // All before the first rename: while something is synced between two of them, a reader would see half of the set.
  for (const [file, path] of moves) await keep(root, file, path, order.archive);
  for (const [file, path] of moves) await rename(join(folder, ARTIFACTS[file].file), join(root, path));
  for (const [file, path] of order.deletes) {
    await keep(root, file, path, order.archive);
    await removeFile(join(root, path));
  }
  if (order.links) await clearLinks(root, order.links);
  await syncAll(touched);
  if (order.links) await clearVersions(root, order.links, order.archive);
  if (order.removes !== null && (await removeIfEmpty(join(root, order.removes))))
    await sync(dirname(join(root, order.removes)));
  await unlink(join(folder, ORDER));
  await rmdir(folder);
  return order.id;
}

/** What is read together is replaced together, as nearly as two names can be. */
const PAIR: readonly Artifact[] = ['key', 'cert', 'fullchain'];

function pairLast(moves: Order['moves']): Order['moves'] {
  return [...moves].sort(([a], [b]) => PAIR.indexOf(a) - PAIR.indexOf(b));
}

/** The order is the last file to go, so everything was in place, and the crash came just before the last line. */
async function emptied(folder: string): Promise<EntityId> {
  await rmdir(folder);
  return idOf(basename(folder));
}

/**
 * The folders of these paths. Those that are missing are made, and synced at once: a file that was moved into a folder
 * which a power cut takes away would be gone from both places.
 */
async function openFolders(root: string, paths: readonly string[]): Promise<readonly string[]> {
  const folders = [...new Set(paths.map((path) => join(root, dirname(path))))];
  for (const folder of folders) {
    if (await folderIsNew(folder, 0o755)) await syncAll(foldersUpTo(root, folder));
  }
  return folders;
}
