/** Modes of files that keep their content. */
import { ARTIFACTS, type Artifact, modeOf } from '../../pki/artifact.ts';
import { filePath, folderOf, type Located, nameOf } from '../../pki/files.ts';
import type { OutputFolder } from '../output-folder.ts';
import { StepError } from '../step-error.ts';
import { pathInPlace } from '../symlinks/read-placed.ts';
import { mayBeKey } from './archive.ts';

/**
 * Gives an entity's files the modes of their kind. The file is changed that is looked at, and no link is followed; what
 * others may read afterwards must be certificates and such: a link(2) could have brought another file to the name.
 */
export function setModes(output: OutputFolder, entity: Located, files: readonly Artifact[]): void {
  for (const artifact of files) {
    const path = pathInPlace(output, entity, artifact);
    if (typeof path !== 'string')
      throw new StepError({ kind: 'unusable', path: filePath(entity, artifact), state: path.state });
    using folder = output.enter(folderOf(path));
    using file = folder.openFile(nameOf(path));
    if (!ARTIFACTS[artifact].secret && !isPublic(file.read())) throw new StepError({ kind: 'changed', path });
    file.setMode(modeOf(artifact));
  }
}

function isPublic(bytes: Buffer): boolean {
  return bytes.includes('-----BEGIN ') && !mayBeKey(bytes);
}
