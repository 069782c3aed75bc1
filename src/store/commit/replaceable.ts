/**
 * Whether files can be replaced, asked before the first one of a set is: a new key beside a certificate that cannot be
 * replaced would be useless, and an error after the point of no return leaves the set half done.
 */
import { accessSync, constants, type Stats } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../../pki/errors.ts';
import { folderOf, nameOf } from '../../pki/files.ts';
import type { StepFault } from '../../words/step.ts';
import { mountOf } from '../descriptor.ts';
import type { Folder } from '../folder.ts';
import { SIZE_LIMIT } from '../observe/read.ts';
import type { OutputFolder } from '../output-folder.ts';
import { StepError } from '../step-error.ts';

type Why = Extract<StepFault, { kind: 'fixed-file' }>['why'];

type Output = Pick<OutputFolder, 'root' | 'enter'> & { readonly own: Mounted };

/** Where a folder is, as far as renaming from it goes. */
type Mounted = Pick<Folder, 'path' | 'mount'> & { readonly stat: Pick<Stats, 'dev'> };

/** @throws StepError for the first of these paths (relative to the output folder) at which something has to stay. */
export function checkReplaceable(output: Output, paths: readonly string[]): void {
  for (const path of new Set(paths.map(folderOf))) checkFolder(output, path, paths);
}

function checkFolder(output: Output, path: string, paths: readonly string[]): void {
  using folder = deepest(output, path);
  checkWritable(folder);
  checkMount(folder, output.own);
  if (folder.path !== join(output.root.path, path)) return;
  for (const file of paths.filter((one) => folderOf(one) === path)) {
    const why = whyFixed(folder, nameOf(file));
    if (why !== undefined) throw new StepError({ kind: 'fixed-file', path: file, why });
  }
}

/** The folder, or the last one on the way to it that is there. */
function deepest(output: Output, path: string): Folder {
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
  return new StepError({ kind: 'closed-folder', path, code });
}

/** Files are renamed from `.pki` to their place, which works within one mount and one device alone (rename(2), EXDEV). */
function checkMount(folder: Mounted, own: Mounted): void {
  if (folder.mount === own.mount && folder.stat.dev === own.stat.dev) return;
  throw new StepError({ kind: 'other-mount', path: folder.path, own: own.path });
}

/** Why a file cannot be replaced or taken away, if it is there. */
function whyFixed(folder: Folder, name: string): Why | undefined {
  const stat = folder.lookAt(name);
  // A link is replaced itself; whether it may be was for the plan to say.
  if (stat === undefined || stat.isSymbolicLink()) return undefined;
  if (stat.isDirectory()) return { kind: 'folder' };
  if (!stat.isFile()) return { kind: 'not-a-file' };
  if (stat.size > SIZE_LIMIT) return { kind: 'too-large', size: stat.size };
  if (isSticky(folder.stat, stat)) return { kind: 'sticky' };
  return whyUnchangeable(folder, name);
}

const STICKY = 0o1000;

/** In such a folder, names are for the owner of the file or of the folder to change (chmod(2), S_ISVTX). */
function isSticky(folder: Stats, file: Stats): boolean {
  const me = process.geteuid?.() ?? 0;
  return (folder.mode & STICKY) !== 0 && ![file.uid, folder.uid].includes(me) && me !== 0;
}

/** What the system says of a file that not even its owner can replace. */
const FIXED: Readonly<Record<string, Why>> = {
  EPERM: { kind: 'attribute' },
  EROFS: { kind: 'read-only' },
};

/** Opening for writing changes nothing yet. A mode that forbids it, unlike an attribute, does not forbid replacing. */
function whyUnchangeable(folder: Folder, name: string): Why | undefined {
  try {
    using file = folder.openFile(name, constants.O_WRONLY);
    return mountOf(file.descriptor) === folder.mount ? undefined : { kind: 'mount-point' };
  } catch (error) {
    return FIXED[errorCode(error)];
  }
}
