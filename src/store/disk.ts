/**
 * The few file operations that everything below the output folder is written with. Those of a running apply are
 * asynchronous: while a sync is under way, making a name waits for the disk, and the main thread has processes to start.
 */
import fs, { constants, fchmodSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { errorCode } from '../pki/errors.ts';

/** Atomic: a file or link of that name is replaced without an instant in which there is none (rename(2)). */
export const rename = promisify(fs.rename);
/** Takes a name away; of a link the link, and never a folder. */
export const unlink = promisify(fs.unlink);
/** Only an empty folder goes; else it rejects with `ENOTEMPTY` or `EEXIST`. */
export const rmdir = promisify(fs.rmdir);
/** The names in a folder, in no order. */
export const readFolder = promisify(fs.readdir);
/** A second name for the same file, at once or not at all; rejects with `EEXIST` where the name is taken (link(2)). */
export const link = promisify(fs.link);
/** A new link that reads `target`, whatever that leads to; rejects with `EEXIST` where the name is taken. */
export const symlink: (target: string, path: string) => Promise<void> = promisify(fs.symlink);
const lstat = promisify(fs.lstat);
/** Exactly this mode, whatever the umask; follows links. */
export const chmod = promisify(fs.chmod);

/** A new folder, with its mode cut by the umask; rejects with `EEXIST` where one is, unless `recursive`. */
export const makeFolder = promisify(fs.mkdir);
const fsync = promisify(fs.fsync);
const writeFile = promisify(fs.writeFile);

const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** A new file with exactly this mode, whatever the umask; an existing one is an error, never overwritten. */
export function writeNew(path: string, content: string | Uint8Array, mode: number): void {
  const descriptor = openSync(path, NEW_FILE, mode);
  try {
    if ((mode & process.umask()) !== 0) fchmodSync(descriptor, mode);
    writeFully(descriptor, Buffer.from(content));
  } finally {
    fs.closeSync(descriptor);
  }
}

function writeFully(descriptor: number, bytes: Buffer): void {
  for (let offset = 0; offset < bytes.length; ) offset += writeSync(descriptor, bytes, offset);
}

/** The same, and it survives a power cut once this resolves. */
export async function writeSynced(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  await writeFile(path, content, { flag: 'wx', mode, flush: true });
  if ((mode & process.umask()) !== 0) await chmod(path, mode);
}

/** Resolves once the file's content, or the folder's entries, survive a power cut. */
export async function sync(path: string): Promise<void> {
  // Opening what is there waits for nothing, and a trip to the thread pool costs more.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    await fsync(descriptor);
  } catch (error) {
    // Some file systems cannot sync a folder, and say so with these; nothing better can be done there.
    if (!['EINVAL', 'ENOTSUP'].includes(errorCode(error))) throw error;
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Resolves once all of them survive a power cut; rejects with the first error. */
export async function syncAll(paths: readonly string[]): Promise<void> {
  await Promise.all(paths.map(sync));
}

/** Makes a folder, and those above it where they are missing. Resolves to whether it was missing. */
export async function folderIsNew(path: string, mode: number): Promise<boolean> {
  try {
    await makeFolder(path, { mode });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    if (errorCode(error) !== 'ENOENT') throw error;
    await makeFolder(path, { recursive: true, mode });
    return true;
  }
}

/** A folder and those above it up to `root`: what has to be synced where the folder is new. */
export function foldersUpTo(root: string, folder: string): readonly string[] {
  return folder.length > root.length ? [folder, ...foldersUpTo(root, dirname(folder))] : [root];
}

/** A folder that is there afterwards, made with `mode` where it was missing. */
export function ensureFolder(path: string, mode: number): void {
  mkdirSync(path, { recursive: true, mode });
}

/** Whatever is there goes, with all that is in it; links are not followed, and nothing there is no error. */
export function removeTree(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

/** Whether the name is taken, if only by a link that leads nowhere; rejects where that cannot be seen. */
export async function exists(path: string): Promise<boolean> {
  return (await statOf(path)) !== undefined;
}

/** What is at a path, links not followed; `undefined` where nothing is. */
export async function statOf(path: string): Promise<fs.Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
