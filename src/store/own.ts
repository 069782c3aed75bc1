/**
 * `.pki`, this program's own folder. What is in it is done without a question, so it has to be ours: real folders, of a
 * user that is trusted, to which no other user can write, and that came out of no repository.
 */
import { existsSync, lstatSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errorCode } from '../pki/errors.ts';
import { leadsIntoGit } from '../pki/git.ts';
import { PRIVATE_FOLDER } from '../pki/paths.ts';
import type { FileState } from '../plan/observation.ts';
import { UserError } from '../words/user-error.ts';
import { entered } from './descend.ts';
import { Folder } from './folder.ts';
import { isTracked, strayLink } from './git-index.ts';
import type { OpenFile } from './open-file.ts';
import { isTrusted, TRUST_OWNER } from './owner.ts';

/** @throws UserError for a folder that another user may have put something into. */
function checkOurs(path: string, stat: Stats): void {
  checkOwner(path, stat);
  if ((stat.mode & 0o022) === 0) return;
  throw new UserError({ kind: 'open-to-others', path, mode: stat.mode });
}

/** @throws UserError for what belongs to a user that is not trusted. */
export function checkOwner(path: string, { uid }: Stats): void {
  if (isTrusted(uid)) return;
  throw new UserError({ kind: 'foreign-owner', path, uid, setting: TRUST_OWNER });
}

/** Ready for a run: made where it is missing, and closed to all other users. To be closed by the caller. */
export async function openOwn(output: Folder): Promise<Folder> {
  checkUntracked(output);
  const own = await entered(output, PRIVATE_FOLDER, 0o700, checkOurs);
  // Another user may have opened what holds private keys to readers.
  if ((own.stat.mode & 0o077) !== 0) own.setMode(0o700);
  return own;
}

/** The folders in it that a run works with; each is made when it is needed. */
const FOLDERS = ['stage', 'scratch', 'commit', 'archive', 'outgoing'];

/** For a look that changes nothing. @param root the output folder. @throws UserError where no run would go either. */
export function checkOwn(root: string): void {
  checkWay(root);
  using output = openUnlessClosed(() => Folder.open(root));
  if (output === undefined) return;
  checkUntracked(output);
  using own = openUnlessClosed(() => output.enter(PRIVATE_FOLDER, checkOurs));
  for (const name of FOLDERS) openUnlessClosed(() => own?.enter(name))?.[Symbol.dispose]();
}

/** @param path of the output folder. @throws UserError where a repository, or another user, says that it is elsewhere. */
export function checkWay(path: string): void {
  checkLinks(path);
  const real = realOf(path);
  if (leadsIntoGit(real)) throw new UserError({ kind: 'inside-git', path, real });
  const link = strayLink(path);
  if (link !== undefined) throw new UserError({ kind: 'tracked-link', path: link });
}

/**
 * In a folder that all may write to, anyone can make a link before the folder of its name is made. The kernel refuses such
 * links by the same rule where it is set to, and the folder is sticky (fs.protected_symlinks in proc_sys_fs(5)).
 */
function checkLinks(path: string): void {
  const above = dirname(path);
  if (above === path) return;
  checkLinks(above);
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isSymbolicLink() !== true || isTrusted(stat.uid) || stat.uid === statSync(above).uid) return;
  throw new UserError({ kind: 'foreign-link', path, uid: stat.uid });
}

/** Where a path leads, as far as it is there. */
export function realOf(path: string): string {
  const above = dirname(path);
  return existsSync(path) || above === path ? realpathSync(path) : join(realOf(above), basename(path));
}

function checkUntracked(output: Folder): void {
  const path = join(output.path, PRIVATE_FOLDER);
  if (output.lookAt(PRIVATE_FOLDER)?.isDirectory() !== true || !isTracked(path)) return;
  throw new UserError({ kind: 'tracked', path });
}

/** What is there as it is, for a look; `undefined` where nothing is, or nothing for us to look into. */
function openUnlessClosed<T>(open: () => T): T | undefined {
  try {
    return open();
  } catch (error) {
    // A user who may plan and not apply sees the certificates all the same.
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(errorCode(error))) return undefined;
    throw error;
  }
}

/**
 * One of its files, for a look at an output folder.
 * @throws UserError where the file, or what it is in, belongs to a user that is not trusted.
 */
export function readOwn(root: string, name: string, limit: number): FileState<Buffer> {
  using output = openUnlessClosed(() => Folder.open(root));
  using own = openUnlessClosed(() => output?.enter(PRIVATE_FOLDER, checkOurs));
  const stat = own?.lookAt(name);
  if (own === undefined || stat === undefined) return { state: 'missing' };
  checkOwner(join(own.path, name), stat);
  return own.read(name, limit);
}

/**
 * The same file, open for as long as `use` takes; `undefined` where there is none, or none for us to read.
 * @throws UserError as above.
 */
export function useOwn<T>(root: string, name: string, use: (file: OpenFile) => T): T | undefined {
  using output = openUnlessClosed(() => Folder.open(root));
  using own = openUnlessClosed(() => output?.enter(PRIVATE_FOLDER, checkOurs));
  const stat = own?.lookAt(name);
  if (own === undefined || !stat?.isFile()) return undefined;
  checkOwner(join(own.path, name), stat);
  using file = openUnlessClosed(() => own.openFile(name));
  return file === undefined ? undefined : use(file);
}

/** The names in one of its folders; none where there is none, or none for us to look into. */
export function listOwn(root: string, name: string): readonly string[] {
  return useOwnFolder(root, name, (folder) => folder.list()) ?? [];
}

/** One of its folders, open for as long as `use` takes; `undefined` where there is none, or none for us to look into. */
export function useOwnFolder<T>(root: string, name: string, use: (folder: Folder) => T): T | undefined {
  using output = openUnlessClosed(() => Folder.open(root));
  using own = openUnlessClosed(() => output?.enter(PRIVATE_FOLDER, checkOurs));
  using folder = openUnlessClosed(() => own?.enter(name));
  return folder === undefined ? undefined : use(folder);
}

/** Puts a file into it, whole before it has its name, and so that it survives a power cut. */
export async function replaceOwn(own: Folder, name: string, text: string): Promise<void> {
  const draft = `${name}.draft`;
  own.removeTree(draft);
  await own.writeSynced(draft, text, 0o600);
  await own.rename(draft, own, name);
  await own.sync();
}

/**
 * The same of what only saves time: it is not synced, and where it cannot be written nothing is lost.
 * @param isWanted asked once the content is there; otherwise the earlier file stays.
 */
export async function cacheOwn(
  own: Folder,
  name: string,
  content: Uint8Array | Iterable<string>,
  isWanted: () => boolean = () => true,
): Promise<void> {
  const draft = `${name}.draft`;
  try {
    own.removeTree(draft);
    own.writeNew(draft, content, 0o600);
    if (isWanted()) await own.rename(draft, own, name);
    else own.removeTree(draft);
  } catch {
    discard(own, draft);
  }
}

function discard(own: Folder, draft: string): void {
  try {
    own.removeTree(draft);
  } catch {
    // Then it is what the next one begins with.
  }
}
