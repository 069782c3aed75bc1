/** Reading what an entity has in its place, in a run: from open folders, so that no link is followed but our own. */
import { relative } from 'node:path';
import type { Artifact } from '../../pki/artifact.ts';
import { entityFolder, filePath, folderOf, type Located, nameOf } from '../../pki/files.ts';
import type { FileState } from '../../plan/observation.ts';
import type { OutputFolder } from '../output-folder.ts';
import { isLink, viewOf } from './read.ts';

/** The bytes of a file, through our links where there are any. @throws UserError where a folder on the way is none. */
export function readPlaced(output: OutputFolder, entity: Located, file: Artifact): FileState<Buffer> {
  const bytes = readPath(output, filePath(entity, file));
  if (!isLink(bytes) || entityFolder(entity) === '.') return bytes;
  const { blocked, paths } = viewOf(output.root.path, entity);
  const path = paths[file];
  return blocked ?? (path === null ? MISSING : readPath(output, relative(output.root.path, path)));
}

const MISSING = { state: 'missing' } as const;

function readPath(output: OutputFolder, path: string): FileState<Buffer> {
  using folder = output.enterIfThere(folderOf(path));
  return folder?.read(nameOf(path)) ?? MISSING;
}
