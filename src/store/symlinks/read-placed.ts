/** What an entity has in its place, in a run: reached from open folders, so that no link is followed but our own. */
import { relative } from 'node:path';
import type { Artifact } from '../../pki/artifact.ts';
import { entityFolder, filePath, folderOf, type Located, nameOf } from '../../pki/files.ts';
import type { FileState } from '../../plan/observation.ts';
import type { OutputFolder } from '../output-folder.ts';
import { viewOf } from './read.ts';

/** The bytes of a file, through our links where there are any. @throws UserError where a folder on the way is none. */
export function readPlaced(output: OutputFolder, entity: Located, file: Artifact): FileState<Buffer> {
  const path = pathInPlace(output, entity, file);
  if (typeof path !== 'string') return path;
  using folder = output.enterIfThere(folderOf(path));
  return folder?.read(nameOf(path)) ?? MISSING;
}

const MISSING = { state: 'missing' } as const;

/** Where a file is, behind our links where there are any; or what stands in the way of them. */
export function pathInPlace(
  output: OutputFolder,
  entity: Located,
  file: Artifact,
): string | FileState<never> {
  const path = filePath(entity, file);
  using folder = output.enterIfThere(folderOf(path));
  const isLink = folder?.lookAt(nameOf(path))?.isSymbolicLink() ?? false;
  if (!isLink || entityFolder(entity) === '.') return path;
  const { blocked, paths } = viewOf(output.root.path, entity);
  const found = paths[file];
  return blocked ?? (found === null ? MISSING : relative(output.root.path, found));
}
