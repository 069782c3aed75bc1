/**
 * How new files replace old ones, one entity at a time (design §6). All of an entity's new files stand synced in a
 * staging folder; renaming that folder below `.pki/commit` is the point of no return; from there each file is renamed
 * into place. Whatever is found below `.pki/commit` at the start of a run is carried forward, so after a crash at any
 * instant key, certificate and chain belong together or are completed. The commit folder is its own journal.
 */
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { EntityId } from '../model/entity.ts';
import { COMMIT_FOLDER, PRIVATE_FOLDER, stageFolder } from '../openssl/paths.ts';
import { FILE_NAMES, MANAGED_FILES, type ManagedFile } from '../plan/files.ts';
import {
  exists,
  folderIsNew,
  link,
  readFolder,
  rename,
  rmdir,
  statOf,
  sync,
  syncAll,
  unlink,
  writeSynced,
} from './disk.ts';
import { errorCode } from './read.ts';

/** What a commit folder asks for beyond its files; left out where there is nothing to ask (a first issue). */
interface Order {
  /** Derived files that go. */
  readonly deletes: readonly ManagedFile[];
  /** Folder below `.pki` that keeps what is replaced. */
  readonly archive: string;
  /** All of the entity's files go. */
  readonly removes?: boolean;
}

const ORDER = 'order.json';

/** Replaced keys and certificates are kept: a key is never lost, a certificate may have to be revoked. */
const ARCHIVED: readonly ManagedFile[] = ['key', 'cert'];

export interface CommitRequest {
  readonly id: EntityId;
  readonly writes: readonly ManagedFile[];
  readonly deletes: readonly ManagedFile[];
  /** Name of the archive folder, unique per run. */
  readonly stamp: string;
}

/**
 * Puts an entity's staged files in place; those in `synced` are known to be on the disk already.
 * @param root the output folder, absolute.
 */
export async function commit(
  root: string,
  { id, writes, deletes, stamp }: CommitRequest,
  synced: readonly ManagedFile[] = [],
): Promise<void> {
  const staged = join(root, stageFolder(id));
  const unsynced = writes.filter((artifact) => !synced.includes(artifact));
  if (await exists(join(root, id))) {
    const order: Order = { deletes, archive: await freeArchive(root, id, stamp) };
    await writeSynced(join(staged, ORDER), JSON.stringify(order), 0o600);
  }
  await syncAll([...unsynced.map((artifact) => join(staged, FILE_NAMES[artifact])), staged]);
  await rollForward(root, await pointOfNoReturn(root, staged));
}

/** Moves all of an entity's files out of the way: key and certificate to the archive, the rest could be made again. */
export async function remove(root: string, id: EntityId, stamp: string): Promise<void> {
  const staged = join(root, stageFolder(id));
  const order: Order = { deletes: MANAGED_FILES, archive: await freeArchive(root, id, stamp), removes: true };
  await writeSynced(join(staged, ORDER), JSON.stringify(order), 0o600);
  await sync(staged);
  await rollForward(root, await pointOfNoReturn(root, staged));
}

/** A folder that no other order has: two runs may end within one second. */
async function freeArchive(root: string, id: EntityId, stamp: string): Promise<string> {
  for (let n = 1; ; n++) {
    const archive = join('archive', id, n === 1 ? stamp : `${stamp}.${n}`);
    if (!(await exists(join(root, PRIVATE_FOLDER, archive)))) return archive;
  }
}

async function pointOfNoReturn(root: string, staged: string): Promise<string> {
  const parent = join(root, COMMIT_FOLDER);
  const folder = join(parent, basename(staged));
  await rename(staged, folder);
  await sync(parent);
  return folder;
}

/** Finishes what an earlier run had begun to put in place. Returns the entities concerned. */
export async function recover(root: string): Promise<readonly EntityId[]> {
  const parent = join(root, COMMIT_FOLDER);
  if (!(await exists(parent))) return [];
  const recovered: EntityId[] = [];
  for (const name of await readFolder(parent)) recovered.push(await rollForward(root, join(parent, name)));
  return recovered;
}

/** Every line may be the one before a crash: each is right to do again. */
async function rollForward(root: string, folder: string): Promise<EntityId> {
  // No folder of a kind has a dot in its name, so `servers.api` reads back as `servers/api`.
  const id = basename(folder).replace('.', '/');
  const target = join(root, id);
  const isNew = await folderIsNew(target, 0o755);
  const names = new Set(await readFolder(folder));
  const order = names.has(ORDER) ? readOrder(join(folder, ORDER)) : undefined;
  for (const artifact of MANAGED_FILES) {
    const name = FILE_NAMES[artifact];
    if (!names.has(name)) continue;
    if (order !== undefined && ARCHIVED.includes(artifact)) {
      await keep(join(target, name), join(root, PRIVATE_FOLDER, order.archive), name);
    }
    await rename(join(folder, name), join(target, name));
  }
  for (const artifact of order?.deletes ?? []) {
    const path = join(target, FILE_NAMES[artifact]);
    if (ARCHIVED.includes(artifact))
      await keep(path, join(root, PRIVATE_FOLDER, order?.archive ?? ''), basename(path));
    await removeFile(path);
  }
  await syncAll(isNew ? [target, dirname(target), root] : [target]);
  if (order?.removes) await removeIfEmpty(target);
  if (order !== undefined) await unlink(join(folder, ORDER));
  await rmdir(folder);
  return id;
}

/** A second name for the old file, if there is one, so that it has a name at every instant. */
async function keep(path: string, archive: string, name: string): Promise<void> {
  const stat = await statOf(path);
  if (!stat?.isFile()) return;
  await folderIsNew(archive, 0o700);
  const copy = join(archive, name);
  // The folder is this order's alone: what is in it was put there before a crash, and is complete.
  if (await exists(copy)) return;
  const draft = `${copy}.draft`;
  await removeFile(draft);
  try {
    await link(path, copy);
  } catch {
    // File systems without hard links: a copy then, complete before it has its name, and that before the original goes.
    await writeSynced(draft, readFileSync(path), 0o600);
    await rename(draft, copy);
  }
  await syncAll([archive, dirname(archive)]);
}

/** Files that are not ours keep the folder alive. */
async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
    await sync(dirname(folder));
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(errorCode(error))) throw error;
  }
}

function readOrder(path: string): Order {
  return JSON.parse(readFileSync(path, 'utf8')) as Order;
}

async function removeFile(path: string): Promise<void> {
  if ((await statOf(path))?.isFile()) await unlink(path);
}
