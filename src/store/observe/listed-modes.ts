/**
 * Modes of files as they are meant: where a file has an access control list, the bits of the group are the most that those
 * who are named in it get, and what the group itself has stands in the list (acl(5)).
 */
import { join } from 'node:path';
import { ALL_ARTIFACTS, type Artifact, forbiddenBits } from '../../pki/artifact.ts';
import type { Entity } from '../../pki/entity.ts';
import { filePath } from '../../pki/files.ts';
import { statedMode } from '../../pki/ownership.ts';
import type { FormerLocation } from '../../plan/former-location.ts';
import type { ArtifactStates } from '../../plan/observation.ts';
import { owningGroupBits, readAccessLists } from '../access-lists.ts';

/**
 * Only of files that would be called open, and those are few: a process has to be asked.
 * @param former where files are that are to come to another place. @param listsOf what says of paths which lists they have.
 */
export function withListedModes<S extends ArtifactStates>(
  root: string,
  entity: Entity,
  files: S,
  former: FormerLocation | undefined,
  listsOf = readAccessLists,
): S {
  const open = ALL_ARTIFACTS.filter((artifact) => looksOpen(artifact, entity, files));
  if (open.length === 0) return files;
  const pathOf = (artifact: Artifact): string =>
    join(root, former?.files.find(({ file }) => file === artifact)?.from ?? filePath(entity, artifact));
  const lists = listsOf(open.map(pathOf));
  const meant = open.flatMap((artifact) => {
    const [list, file] = [lists.get(pathOf(artifact)), files[artifact]];
    if (list === undefined || file.state !== 'present') return [];
    return [[artifact, { ...file, mode: (file.mode & ~0o070) | owningGroupBits(list) }] as const];
  });
  return { ...files, ...Object.fromEntries(meant) };
}

function looksOpen(artifact: Artifact, { ownership = {} }: Entity, files: ArtifactStates): boolean {
  const file = files[artifact];
  if (file.state !== 'present' || statedMode(artifact, ownership) !== null) return false;
  return (file.mode & forbiddenBits(artifact, file.group !== undefined) & 0o070) !== 0;
}
