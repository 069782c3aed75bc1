/**
 * A file that takes the place of another gets its owner, its group, its mode and its access control list: services run as
 * other users, and one that cannot read its key after a renewal is down. What a file was given, no one else is given with
 * it.
 */
import type { Stats } from 'node:fs';
import { join } from 'node:path';
import { ARTIFACTS, type Artifact, forbiddenBits } from '../../pki/artifact.ts';
import { errorCode } from '../../pki/errors.ts';
import { filePath, folderOf, type Located, nameOf } from '../../pki/files.ts';
import { type AccessLists, giveAccessList } from '../access-lists.ts';
import type { Folder } from '../folder.ts';
import { sharedGroup } from '../observe/read.ts';
import type { OpenFile } from '../open-file.ts';
import type { OutputFolder, Place } from '../output-folder.ts';
import { isTrusted } from '../owner.ts';
import { pathInPlace } from '../symlinks/read-placed.ts';

/** For all that an entity has in a staging folder, be it behind links in its place or not. */
export function inheritAll(
  output: OutputFolder,
  staged: Folder,
  entity: Located,
  files: readonly Artifact[],
  lists: AccessLists,
): void {
  for (const file of files) {
    const former = formerFile(output, entity, file);
    const path = former && pathInPlace(output, entity, former);
    if (former === undefined || typeof path !== 'string') continue;
    using folder = output.enter(folderOf(path));
    const list = lists.get(join(output.root.path, filePath(entity, former)));
    inherit(file, { folder, name: nameOf(path) }, { folder: staged, name: ARTIFACTS[file].file }, list);
  }
}

/** The file that is replaced; a secret that was not there before is for the owner of the key. */
function formerFile(output: OutputFolder, entity: Located, file: Artifact): Artifact | undefined {
  if (isThere(output, filePath(entity, file))) return file;
  return ARTIFACTS[file].secret && file !== 'key' ? formerFile(output, entity, 'key') : undefined;
}

function isThere(output: OutputFolder, path: string): boolean {
  using folder = output.enterIfThere(folderOf(path));
  return folder?.lookAt(nameOf(path)) !== undefined;
}

/**
 * @param fresh the file that is to take the place of the former one, in a folder of ours alone.
 * @param list the access control list of the former one.
 */
export function inherit(file: Artifact, former: Place, fresh: Place, list?: string): void {
  const before = former.folder.lookAt(former.name);
  if (!before?.isFile() || !isGiven(before, former.folder.stat)) return;
  using open = fresh.folder.openFile(fresh.name);
  const isOwned = setOwner(open, before);
  const isShared = isOwned && sharedGroup(before) !== undefined;
  const closed = forbiddenBits(file, isShared) | 0o111;
  // Whatever it had: a file that its owner cannot read is of no use.
  const mode = (before.mode & 0o777 & ~closed) | 0o400;
  if ((open.stat.mode & 0o777) !== mode) open.setMode(mode);
  if (list !== undefined) giveAccessList(join(fresh.folder.path, fresh.name), list, mode);
}

/** Only who is trusted, or has the folder anyway, can have put it there and given it away. */
function isGiven(file: Stats, folder: Stats): boolean {
  const isClosed = (folder.mode & 0o022) === 0;
  return isTrusted(file.uid) || (isClosed && (isTrusted(folder.uid) || folder.uid === file.uid));
}

/** Whether that could be done: only root gives files away, and others only to a group of their own. */
function setOwner(file: OpenFile, { uid, gid }: Stats): boolean {
  if (file.stat.uid === uid && file.stat.gid === gid) return true;
  try {
    file.setOwner(uid, gid);
    return true;
  } catch (error) {
    if (['EPERM', 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(errorCode(error))) return false;
    throw error;
  }
}
