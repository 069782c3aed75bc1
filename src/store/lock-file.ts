/**
 * A file that appears complete or not at all, and never in the place of another. By a hard link (link(2)), which fails
 * where the name is taken; where there are no hard links, as on FAT and some file systems of a network, by a folder with
 * the file in it, for a folder is not renamed over anything but an empty one (rename(2)).
 */
import { randomBytes } from 'node:crypto';
import { errorCode } from '../pki/errors.ts';
import type { FileState } from '../plan/observation.ts';
import type { Folder } from './folder.ts';

/** What the file is called where it is in a folder. */
const INSIDE = 'holder';

/** @param stem what drafts may be called, with an ending. Resolves to whether the name was free. */
export async function placeWhole(
  folder: Folder,
  name: string,
  stem: string,
  content: string,
): Promise<boolean> {
  const draft = `${stem}.draft`;
  try {
    folder.writeNew(draft, content, 0o600);
    return await isLinked(folder, draft, name);
  } catch (error) {
    if (!NO_LINKS.includes(errorCode(error))) throw error;
    return await placeFolder(folder, name, `${stem}.folder.draft`, content);
  } finally {
    folder.removeTree(draft);
  }
}

/** How link(2) says that a file system has no hard links. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/** Not where the name is taken, nor where its new owner has swept the draft away. */
async function isLinked(folder: Folder, draft: string, name: string): Promise<boolean> {
  return unless(['EEXIST', 'ENOENT'], () => folder.link(draft, folder, name));
}

async function placeFolder(folder: Folder, name: string, draft: string, content: string): Promise<boolean> {
  try {
    return await unless(['ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'ENOENT'], async () => {
      await folder.makeFolder(draft, 0o700);
      using inside = folder.enter(draft);
      inside.writeNew(INSIDE, content, 0o600);
      await folder.rename(draft, folder, name);
    });
  } finally {
    folder.removeTree(draft);
  }
}

async function unless(codes: readonly string[], work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (codes.includes(errorCode(error))) return false;
    throw error;
  }
}

/** The content, placed in the one way or the other. */
export function readPlaced(folder: Folder, name: string): FileState<Buffer> {
  const file = folder.read(name);
  if (file.state !== 'blocked' || file.cause.kind !== 'directory') return file;
  try {
    using inside = folder.enterIfFolder(name);
    if (inside === undefined) return { state: 'missing' };
    const placed = inside.read(INSIDE);
    // One that is given back is moved away and emptied: then another may have its name already.
    const isStill = folder.lookAt(name)?.ino === inside.stat.ino;
    return placed.state === 'missing' && isStill ? file : placed;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return { state: 'missing' };
    throw error;
  }
}

/** What a folder is called once it is given back, until it is gone. */
const GONE = /\.gone\.draft$/;

/**
 * Takes it away in one step; what is then left of a folder is a draft that no run puts in place. A draft is renamed before
 * it is emptied as well: its owner may be alive, and would put an empty folder in place, which is not a lock. Each has a
 * name of its own, since a second one of the same name may be released before the first is gone.
 */
export async function takeAway(folder: Folder, name: string): Promise<void> {
  if (!folder.lookAt(name)?.isDirectory()) return folder.unlink(name);
  const draft = GONE.test(name) ? name : `${name}.${randomBytes(6).toString('hex')}.gone.draft`;
  if (draft !== name) await folder.rename(name, folder, draft);
  folder.removeTree(draft);
}
