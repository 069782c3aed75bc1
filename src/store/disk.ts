/**
 * The few file operations that everything below the output folder is written with, by path: folder.ts sees to it that
 * the path leads where it should. Those of a running apply are asynchronous: while a sync is under way, making a name
 * waits for the disk, and the main thread has processes to start.
 */
import fs, { constants, openSync, readlinkSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { errorCode } from '../pki/errors.ts';
import { changeMode } from './change-mode.ts';

/** Atomic: a file or link of that name is replaced without an instant in which there is none (rename(2)). */
export const rename = promisify(fs.rename);
/** Takes a name away; of a link the link, and never a folder. */
export const unlink = promisify(fs.unlink);
/** Only an empty folder goes; else it rejects with `ENOTEMPTY` or `EEXIST`. */
export const rmdir = promisify(fs.rmdir);
/** A second name for the same file, at once or not at all; rejects with `EEXIST` where the name is taken (link(2)). */
export const link = promisify(fs.link);
/** A new link that reads `target`, whatever that leads to; rejects with `EEXIST` where the name is taken. */
export const symlink: (target: string, path: string) => Promise<void> = promisify(fs.symlink);
/** A new folder, with its mode cut by the umask; rejects with `EEXIST` where one is, unless `recursive`. */
export const makeFolder = promisify(fs.mkdir);
const open = promisify(fs.open);
const fsync = promisify(fs.fsync);
const writeFile = promisify(fs.writeFile);

const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** A new file with exactly this mode, whatever the umask; an existing one is an error, never overwritten. */
export function writeNew(path: string, content: string | Uint8Array | Iterable<string>, mode: number): void {
  const descriptor = openSync(path, NEW_FILE, mode);
  try {
    if ((mode & process.umask()) !== 0) changeMode(descriptor, path, mode);
    for (const piece of piecesOf(content)) writeFully(descriptor, Buffer.from(piece));
  } finally {
    fs.closeSync(descriptor);
  }
}

/** So many characters at once: a call for each line would cost more than the writing. */
const PIECE = 1 << 20;

function* piecesOf(content: string | Uint8Array | Iterable<string>): Iterable<string | Uint8Array> {
  if (typeof content === 'string' || content instanceof Uint8Array) {
    yield content;
    return;
  }
  let piece = '';
  for (const text of content) {
    piece += text;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

function writeFully(descriptor: number, bytes: Buffer): void {
  for (let offset = 0; offset < bytes.length; ) offset += writeSync(descriptor, bytes, offset);
}

/** The same, and it survives a power cut once this resolves. */
export async function writeSynced(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  const descriptor = await open(path, NEW_FILE, mode);
  try {
    if ((mode & process.umask()) !== 0) changeMode(descriptor, path, mode);
    await writeFile(descriptor, content);
    await sync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Another content for a file, or a new file, whole or not at all. Beside it is nothing left, whatever fails. */
export async function replaceWhole(path: string, content: string, mode: number): Promise<void> {
  const beside = join(dirname(path), `.${basename(path)}.${process.pid}`);
  try {
    await writeSynced(beside, content, mode);
    await rename(beside, path);
  } catch (error) {
    // What is there already is another's. Where it could not even be made, that counts, and not that nothing is removed.
    if (errorCode(error) !== 'EEXIST') await unlink(beside).catch(() => {});
    throw error;
  }
}

/** Resolves once an open file's content, or an open folder's entries, survive a power cut. */
export async function sync(descriptor: number): Promise<void> {
  try {
    await fsync(descriptor);
  } catch (error) {
    // Some file systems cannot sync a folder, and say so with these; nothing better can be done there.
    if (!['EINVAL', 'ENOTSUP'].includes(errorCode(error))) throw error;
  }
}

/** The text of a symbolic link; `null` for whatever else is there, or is not. */
export function linkText(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch (error) {
    if (['EINVAL', 'ENOENT', 'ENOTDIR'].includes(errorCode(error))) return null;
    throw error;
  }
}

/** Whatever is there goes, with all that is in it; links are not followed, and nothing there is no error. */
export function removeTree(path: string | Buffer): void {
  // By ourselves, because the errors of `rmSync` do not name what is in the way, from Node 24 on.
  try {
    removeAll(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

/** Names need not be text. */
function removeAll(path: string | Buffer): void {
  if (!fs.lstatSync(path).isDirectory()) {
    fs.unlinkSync(path);
    return;
  }
  for (const name of fs.readdirSync(path, { encoding: 'buffer' }))
    removeTree(Buffer.concat([Buffer.from(path), Buffer.from('/'), name]));
  fs.rmdirSync(path);
}
