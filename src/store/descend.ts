/** From an open folder down a path, each folder open before the next is looked for. */
import { errorCode } from '../pki/errors.ts';
import type { Folder, Guard } from './folder.ts';

/** @param path relative; `.` is the folder itself, opened once more. */
export function descend(from: Folder, path: string): Folder {
  if (path === '.') return from.again();
  const [first = '', ...names] = path.split('/');
  let folder = from.enter(first);
  for (const name of names) {
    using above = folder;
    folder = above.enter(name);
  }
  return folder;
}

/** The same, with what is missing made. */
export async function ensure(from: Folder, path: string, mode: number): Promise<Folder> {
  if (path === '.') return from.again();
  const [first = '', ...names] = path.split('/');
  let folder = await entered(from, first, mode);
  for (const name of names) {
    using above = folder;
    folder = await entered(above, name, mode);
  }
  return folder;
}

/** One folder in another, made where it is missing. @param guard as of `Folder.enter`. */
export async function entered(folder: Folder, name: string, mode: number, guard?: Guard): Promise<Folder> {
  try {
    return folder.enter(name, guard);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  await folder.makeFolder(name, mode).catch((error: unknown) => {
    // Another run, or another entity of this one, needs the same folder.
    if (errorCode(error) !== 'EEXIST') throw error;
  });
  const made = folder.enter(name, guard);
  // Certificates are for everyone who can reach the output folder, whatever umask it was filled with.
  if ((mode & process.umask()) !== 0) made.setMode(mode | (made.stat.mode & SETGID));
  return made;
}

/** What is made in such a folder belongs to its group, and is one as well. */
const SETGID = 0o2000;
