/** Reading the manifest itself; every way in which that can fail is a value. */
import {
  closeSync,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { errorCode } from '../pki/errors.ts';
import type { ManifestFault } from '../words/manifest-file.ts';
import { UserError } from '../words/user-error.ts';
import { isBelow } from './below.ts';
import { removeTree, replaceWhole, writeNew } from './disk.ts';

/** What is in the file, as UTF-8, or why that cannot be had. */
export type ManifestText =
  /** `state`: inode, size and times of its file; `null`: it is in none. */
  | { readonly ok: true; readonly text: string; readonly state: string | null }
  | { readonly ok: false; readonly fault: ManifestFault };

/** Far above any honest manifest (10,000 leaves take 1.4 MB), and small enough to parse at all. */
const SIZE_LIMIT = 5 * 1024 * 1024;

/** At most 5 MB, also from a pipe, which is read to its end. Whatever goes wrong is in the result, never thrown. */
export function readManifest(path: string): ManifestText {
  let descriptor: number;
  try {
    const real = isStream(path) ? path : realpathSync(path);
    if (leadsOut(path, real)) return { ok: false, fault: { kind: 'stray-link', path, target: real } };
    descriptor = openSync(real, 'r');
  } catch (error) {
    return unreadable(path, errorCode(error));
  }
  try {
    const stat = fstatSync(descriptor, { bigint: true });
    const size = Number(stat.size);
    if (stat.isDirectory()) return unreadable(path, 'EISDIR');
    if (size > SIZE_LIMIT) return tooLarge(path, size);
    const bytes = readAtMost(descriptor, stat.isFile() ? size + 1 : SIZE_LIMIT + 1);
    return bytes.length > SIZE_LIMIT
      ? tooLarge(path, bytes.length)
      : { ok: true, text: bytes.toString('utf8'), state: stat.isFile() ? stateOf(stat) : null };
  } catch (error) {
    return unreadable(path, errorCode(error));
  } finally {
    closeSync(descriptor);
  }
}

/** Whether it is gone once it has been read: a pipe, or another thing that is neither file nor folder. */
export function isPiped(path: string): boolean {
  if (isStream(path)) return true;
  try {
    const stat = statSync(path);
    return !(stat.isFile() || stat.isDirectory());
  } catch {
    return false; // Reading it says why it cannot be had.
  }
}

const IDENTITY = ['dev', 'ino', 'size', 'mtimeNs', 'ctimeNs'] as const;

function stateOf(stat: Readonly<Record<(typeof IDENTITY)[number], bigint>>): string {
  return IDENTITY.map((field) => stat[field]).join('/');
}

/**
 * A link may lead to another file of its folder, or of a folder in that, as Kubernetes mounts files. A repository can have
 * links to anything that is on the disk of users who clone it.
 */
function leadsOut(path: string, real: string): boolean {
  // What is read as it is leads nowhere: /dev/fd is itself a link into /proc.
  if (path === real || !lstatSync(path).isSymbolicLink()) return false;
  return !isBelow(real, realpathSync(dirname(path)));
}

/** What a shell or the system puts there, which no repository can: `/dev/stdin`, `/dev/fd/63`. */
function isStream(path: string): boolean {
  return /^\/(?:dev\/(?:stdin|fd\/\d+)|proc\/[^/]+\/fd\/\d+)$/.test(resolve(path));
}

/** Where the paths in it begin, absolute: of what is piped in at the working directory, as of a manifest in no file. */
export function manifestFolder(path: string): string {
  return resolve(isStream(path) ? '.' : dirname(path));
}

/** The file that it is in, with links followed; `null` for what was piped in, or given as an object. */
export function fileOfManifest(path: string): string | null {
  if (isStream(path) || statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return null;
  return realpathSync(path);
}

/** A pipe or a device does not say how much it holds, and may hold no end. */
function readAtMost(descriptor: number, limit: number): Buffer {
  const bytes = Buffer.alloc(limit);
  let length = 0;
  for (let read = -1; read !== 0 && length < limit; length += read)
    read = readSync(descriptor, bytes, length, limit - length, null);
  return bytes.subarray(0, length);
}

/**
 * A new manifest; `false` where something has its name already.
 * @throws UserError where there is no folder for it.
 */
export function createManifest(path: string, text: string): boolean {
  try {
    writeNew(path, text, 0o644);
    return true;
  } catch (error) {
    // EISDIR for a name with a slash at its end.
    if (['EEXIST', 'EISDIR'].includes(errorCode(error))) return false;
    // Half a manifest on a full disk is one that the next try would not overwrite.
    if (FULL.has(errorCode(error))) removeTree(path);
    if (errorCode(error) === 'ENOENT')
      throw new UserError({ kind: 'no-manifest-folder', folder: dirname(resolve(path)) });
    throw error;
  }
}

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Why a manifest is left as it is. */
export type EditFault = 'changed' | 'owner' | 'stream';

/**
 * Another text in the place of the one that was read, whole or not at all, also where a link leads to it; `null` once
 * that is done.
 * @param before as it was read: what someone else has saved since then is not lost.
 */
export async function replaceManifest(
  path: string,
  before: string,
  after: string,
): Promise<EditFault | null> {
  // A pipe would be waited for, and a device be lost to everyone.
  if (isPiped(path)) return 'stream';
  const now = readManifest(path);
  if (!now.ok || now.text !== before) return 'changed';
  const real = realpathSync(path);
  const { mode, uid } = lstatSync(real);
  if (uid !== process.geteuid?.()) return 'owner';
  await replaceWhole(real, after, mode & 0o777);
  return null;
}

function unreadable(path: string, code: string): ManifestText {
  return { ok: false, fault: faultOf(path, code) };
}

function faultOf(path: string, code: string): ManifestFault {
  if (code === 'EISDIR') return { kind: 'folder', path };
  if (code !== 'ENOENT') return { kind: 'unreadable', path, code };
  const twin = path.endsWith('.yaml') ? path.replace(/yaml$/, 'yml') : path.replace(/yml$/, 'yaml');
  return { kind: 'missing', path, twin: existsSync(twin) ? twin : null };
}

function tooLarge(path: string, size: number): ManifestText {
  return { ok: false, fault: { kind: 'too-large', path, size } };
}
