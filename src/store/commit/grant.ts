/**
 * Gives an entity's files to whom the manifest says. New ones get their owner in staging, before any other user can see
 * them. Of a file in its place the descriptor that was looked at is changed, and only where the file has no other name:
 * a link(2) of the folder's owner could have brought someone else's key there, which would be given away with it.
 */
import { join } from 'node:path';
import { ARTIFACTS, type Artifact, closedMode } from '../../pki/artifact.ts';
import { entityFolder, filePath, folderOf, type Located, nameOf } from '../../pki/files.ts';
import { type Grant, statedMode } from '../../pki/ownership.ts';
import { readFacts } from '../../plan/artifacts/rules.ts';
import type { FileChanges } from '../../plan/change.ts';
import { owningGroupBits, readAccessLists } from '../access-lists.ts';
import type { Folder } from '../folder.ts';
import { sharedGroup } from '../observe/read.ts';
import type { OpenFile } from '../open-file.ts';
import type { OutputFolder } from '../output-folder.ts';
import { StepError } from '../step-error.ts';
import { pathInPlace } from '../symlinks/read-placed.ts';
import { mayBeKey } from './archive.ts';

/** Files in a staging folder. */
export function grantStaged(staged: Folder, files: readonly Artifact[], grant: Grant | undefined): void {
  if (grant === undefined) return;
  for (const artifact of files) {
    using file = staged.openFile(ARTIFACTS[artifact].file);
    give(file, grant);
    const mode = statedMode(artifact, grant.stated);
    if (mode !== null) file.setMode(mode);
  }
}

/** The folder that an entity has to itself. */
export function grantFolder(folder: Folder, grant: Grant | undefined): void {
  if (grant === undefined || !grant.isOwnFolder) return;
  const { uid, gid } = folder.stat;
  if (uid !== (grant.uid ?? uid) || gid !== (grant.gid ?? gid))
    folder.setOwner(grant.uid ?? uid, grant.gid ?? gid);
}

/** Files in their places that keep their content, and the folder. */
export function grantPlaced(
  output: OutputFolder,
  entity: Located,
  { chmods, grant }: Pick<FileChanges, 'chmods' | 'grant'>,
): void {
  for (const artifact of new Set([...chmods, ...(grant?.files ?? [])])) {
    const path = pathInPlace(output, entity, artifact);
    if (typeof path !== 'string')
      throw new StepError({ kind: 'unusable', path: filePath(entity, artifact), state: path.state });
    using folder = output.enter(folderOf(path));
    using file = folder.openFile(nameOf(path));
    if (grant !== undefined) givePlaced(file, path, grant);
    const stated = grant === undefined ? null : statedMode(artifact, grant.stated);
    if (!chmods.includes(artifact)) continue;
    changeMode(file, path, artifact, stated ?? modeAfter(artifact, file, join(output.root.path, path)));
  }
  if (grant === undefined) return;
  using folder = output.enterIfThere(entityFolder(entity));
  if (folder !== undefined) grantFolder(folder, grant);
}

function givePlaced(file: OpenFile, path: string, grant: Grant): void {
  const { uid, gid, nlink } = file.stat;
  if (uid === (grant.uid ?? uid) && gid === (grant.gid ?? gid)) return;
  if (nlink !== 1) throw new StepError({ kind: 'changed', path, detail: 'it has another name as well' });
  give(file, grant);
}

function give(file: OpenFile, grant: Grant): void {
  const { uid, gid } = file.stat;
  if (uid !== (grant.uid ?? uid) || gid !== (grant.gid ?? gid))
    file.setOwner(grant.uid ?? uid, grant.gid ?? gid);
}

/**
 * What closes a file to others and to no one else: who is named in an access control list, whose mask stands where a mode has
 * its group, keeps the file as well.
 */
function modeAfter(artifact: Artifact, { stat }: OpenFile, path: string): number {
  const isAsked = ARTIFACTS[artifact].secret && (stat.mode & 0o040) !== 0;
  const list = isAsked ? readAccessLists([path]).get(path) : undefined;
  const isShared = sharedGroup(stat) !== undefined;
  return closedMode(artifact, stat.mode, isShared || (list !== undefined && owningGroupBits(list) === 0));
}

const FOR_OTHERS = 0o077;

/** What more users may read than before must be what its name says. */
function changeMode(file: OpenFile, path: string, artifact: Artifact, mode: number): void {
  const opens = (mode & ~file.stat.mode & FOR_OTHERS) !== 0;
  if (opens && file.stat.nlink !== 1)
    throw new StepError({ kind: 'changed', path, detail: 'it has another name as well' });
  if (!ARTIFACTS[artifact].secret && !isPublic(artifact, file.read()))
    throw new StepError({ kind: 'changed', path });
  file.setMode(mode);
}

function isPublic(artifact: Artifact, bytes: Buffer): boolean {
  return artifact === 'der' ? isCertificate(bytes) : bytes.includes('-----BEGIN ') && !mayBeKey(bytes);
}

function isCertificate(bytes: Buffer): boolean {
  try {
    return readFacts('der', bytes).length === 1;
  } catch {
    return false; // Whatever it is by now, it is not what the plan was made from.
  }
}
