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
import { FILE_NAMES, filePath, type Located, MANAGED_FILES, type ManagedFile } from '../plan/files.ts';
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

/** Where the files of a commit folder go; left out of a first issue, where the folder's name says it all. */
interface Order {
  readonly id: EntityId;
  /** Files of the commit folder, and where they go; here and below, paths are relative to the output folder. */
  readonly moves: readonly (readonly [file: ManagedFile, path: string])[];
  /** Files that go. */
  readonly deletes: readonly (readonly [file: ManagedFile, path: string])[];
  /** Folder that keeps what is replaced. */
  readonly archive: string;
  /** Folder that goes, unless something else is in it. */
  readonly removes: string | null;
}

const ORDER = 'order.json';

/** Replaced keys and certificates are kept: a key is never lost, a certificate may have to be revoked. */
const ARCHIVED: readonly ManagedFile[] = ['key', 'cert'];

export interface CommitRequest {
  readonly entity: Located;
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
  { entity, writes, deletes, stamp }: CommitRequest,
  synced: readonly ManagedFile[] = [],
): Promise<void> {
  const staged = join(root, stageFolder(entity.id));
  const unsynced = writes.filter((file) => !synced.includes(file));
  if (entity.layout !== undefined || (await exists(join(root, entity.id)))) {
    const located = (files: readonly ManagedFile[]) =>
      files.map((file) => [file, filePath(entity, file)] as const);
    const order = { id: entity.id, moves: located(writes), deletes: located(deletes), removes: null };
    await writeOrder(staged, { ...order, archive: archiveFolder(entity.id, stamp) });
  }
  await syncAll([...unsynced.map((file) => join(staged, FILE_NAMES[file])), staged]);
  await rollForward(root, await pointOfNoReturn(root, staged));
}

/** Moves all of an entity's files out of the way: key and certificate to the archive, the rest could be made again. */
export async function remove(root: string, id: EntityId, stamp: string): Promise<void> {
  const staged = join(root, stageFolder(id));
  const deletes = MANAGED_FILES.map((file) => [file, filePath({ id }, file)] as const);
  await writeOrder(staged, { id, moves: [], deletes, archive: archiveFolder(id, stamp), removes: id });
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
  const names = new Set(await readFolder(folder));
  if (names.size === 0) return emptied(folder);
  const order = names.has(ORDER) ? readOrder(join(folder, ORDER)) : firstOrder(idOf(folder));
  const touched = await openFolders(
    root,
    [...order.moves, ...order.deletes].map(([, path]) => path),
  );
  for (const [file, path] of order.moves) {
    if (!names.has(FILE_NAMES[file])) continue;
    if (names.has(ORDER)) await keep(root, file, path, order.archive);
    await rename(join(folder, FILE_NAMES[file]), join(root, path));
  }
  for (const [file, path] of order.deletes) {
    await keep(root, file, path, order.archive);
    await removeFile(join(root, path));
  }
  await syncAll(touched);
  if (order.removes !== null) await removeIfEmpty(join(root, order.removes));
  if (names.has(ORDER)) await unlink(join(folder, ORDER));
  await rmdir(folder);
  return order.id;
}

/** Everything was in place, and the crash came just before the last line. */
async function emptied(folder: string): Promise<EntityId> {
  await rmdir(folder);
  return idOf(folder);
}

/** No folder of a kind has a dot in its name, so `servers.api` reads back as `servers/api`. */
function idOf(folder: string): EntityId {
  return basename(folder).replace('.', '/');
}

function firstOrder(id: EntityId): Order {
  const moves = MANAGED_FILES.map((file) => [file, filePath({ id }, file)] as const);
  return { id, moves, deletes: [], archive: '', removes: null };
}

/** The folders of these paths, made where they are missing; and those above them that have a new entry. */
async function openFolders(root: string, paths: readonly string[]): Promise<readonly string[]> {
  const touched = new Set<string>();
  for (const folder of new Set(paths.map((path) => join(root, dirname(path))))) {
    touched.add(folder);
    if (!(await folderIsNew(folder, 0o755))) continue;
    for (let above = dirname(folder); above.length >= root.length; above = dirname(above)) touched.add(above);
  }
  return [...touched];
}

/** A second name for a key or certificate that is about to go, so that it has a name at every instant. */
async function keep(root: string, file: ManagedFile, path: string, archive: string): Promise<void> {
  const source = join(root, path);
  const stat = ARCHIVED.includes(file) ? await statOf(source) : undefined;
  if (!stat?.isFile()) return;
  const folder = join(root, archive);
  await folderIsNew(folder, 0o700);
  for (let copies = 1; ; copies++) {
    const copy = join(folder, copies === 1 ? FILE_NAMES[file] : FILE_NAMES[file].replace('.', `.${copies}.`));
    const present = await statOf(copy);
    if (present === undefined) await secondName(source, copy);
    // A crash may have come after this; another file of that name belongs to another replacement.
    else if (present.ino !== stat.ino && !readFileSync(copy).equals(readFileSync(source))) continue;
    break;
  }
  await syncAll([folder, dirname(folder)]);
}

async function secondName(source: string, copy: string): Promise<void> {
  const draft = `${copy}.draft`;
  await removeFile(draft);
  try {
    await link(source, copy);
  } catch {
    // File systems without hard links: a copy then, whole before it has its name, and before the original goes.
    await writeSynced(draft, readFileSync(source), 0o600);
    await rename(draft, copy);
  }
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
