/**
 * Whether files can be replaced, asked before the first one of a set is: a new key beside a certificate that cannot be
 * replaced would be useless, and an error after the point of no return leaves the set half done.
 */
import { accessSync, constants, type Stats } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../../pki/errors.ts';
import { folderOf, nameOf } from '../../pki/files.ts';
import { mountOf } from '../descriptor.ts';
import type { Folder } from '../folder.ts';
import { SIZE_LIMIT } from '../observe/read.ts';
import type { OutputFolder } from '../output-folder.ts';

/** @throws Error for the first of these paths (relative to the output folder) at which something has to stay. */
export function checkReplaceable(output: OutputFolder, paths: readonly string[]): void {
  for (const path of new Set(paths.map(folderOf))) checkFolder(output, path, paths);
}

function checkFolder(output: OutputFolder, path: string, paths: readonly string[]): void {
  using folder = deepest(output, path);
  checkWritable(folder);
  checkMount(folder, output.own);
  if (folder.path !== join(output.root.path, path)) return;
  for (const file of paths.filter((one) => folderOf(one) === path)) {
    const why = whyFixed(folder, nameOf(file));
    if (why !== undefined) throw new Error(`"${file}" cannot be replaced: it ${why}`);
  }
}

/** The folder, or the last one on the way to it that is there. */
function deepest(output: OutputFolder, path: string): Folder {
  try {
    return output.enter(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return deepest(output, folderOf(path));
    if (errorCode(error) === 'EACCES') throw closed(join(output.root.path, path), 'EACCES');
    throw error;
  }
}

function checkWritable(folder: Folder): void {
  try {
    accessSync(`${folder.location}/.`, constants.W_OK);
  } catch (error) {
    throw closed(folder.path, errorCode(error));
  }
}

function closed(path: string, code: string): Error {
  return new Error(`"${path}" may not be written to (${code}), so nothing in it can be replaced`);
}

/** Files are renamed from `.pki` to their place, which works within one mount and one device alone (rename(2), EXDEV). */
function checkMount(folder: Folder, own: Folder): void {
  if (folder.mount === own.mount && folder.stat.dev === own.stat.dev) return;
  throw new Error(
    `"${folder.path}" is on another file system than "${own.path}": files cannot be moved into it`,
  );
}

/** Why a file cannot be replaced or taken away, if it is there. */
function whyFixed(folder: Folder, name: string): string | undefined {
  const stat = folder.lookAt(name);
  // A link is replaced itself; whether it may be was for the plan to say.
  if (stat === undefined || stat.isSymbolicLink()) return undefined;
  if (stat.isDirectory()) return 'is a folder';
  if (!stat.isFile()) return 'is not a plain file';
  if (stat.size > SIZE_LIMIT) return `holds ${stat.size} bytes, and no file of ours is as large`;
  if (isSticky(folder.stat, stat)) return 'belongs to another user, and its folder is sticky';
  return whyUnchangeable(folder, name);
}

const STICKY = 0o1000;

/** In such a folder, names are for the owner of the file or of the folder to change (chmod(2), S_ISVTX). */
function isSticky(folder: Stats, file: Stats): boolean {
  const me = process.geteuid?.() ?? 0;
  return (folder.mode & STICKY) !== 0 && ![file.uid, folder.uid].includes(me) && me !== 0;
}

/** What the system says of a file that not even its owner can replace. */
const FIXED: Readonly<Record<string, string>> = {
  EPERM: 'is immutable or append-only (lsattr shows it; "chattr -ia" ends it)',
  EROFS: 'is on a file system that is read-only',
};

/** Opening for writing changes nothing yet. A mode that forbids it, unlike an attribute, does not forbid replacing. */
function whyUnchangeable(folder: Folder, name: string): string | undefined {
  try {
    using file = folder.openFile(name, constants.O_WRONLY);
    return mountOf(file.descriptor) === folder.mount ? undefined : 'is a mount point';
  } catch (error) {
    return FIXED[errorCode(error)];
  }
}
