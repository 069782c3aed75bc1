/**
 * Files that are still where they were before `folder` or `files` changed. They are copied, so that the key stays the
 * same; the old ones stay, because only the user knows when their last reader has moved as well.
 */

import type { Artifact } from '../pki/artifact.ts';
import type { Entity } from '../pki/entity.ts';
import { entityFolder, filePath } from '../pki/files.ts';
import type { Refusal } from './blockage.ts';
import type { Relocation } from './change.ts';
import type { EntityObservation } from './observation.ts';
import type { Reason } from './reason.ts';

/** Of the files that were found in the old place, those that are wanted. */
export function relocationsOf(
  entity: Entity,
  { formerLocation }: EntityObservation,
  wanted: readonly Artifact[],
): readonly Relocation[] {
  const files = (formerLocation?.files ?? []).filter(({ file }) => wanted.includes(file));
  return files.map((found) => ({ ...found, to: filePath(entity, found.file) }));
}

/** One reason for all copies, naming the first; none where nothing is copied. */
export function relocationReasons([first]: readonly Relocation[]): readonly Reason[] {
  return first === undefined ? [] : [{ kind: 'moved', from: first.from, to: first.to }];
}

/** In one folder, names that are links lead into one version of it, which holds all of them or none. */
export function renamedLinks(
  entity: Entity,
  { formerLocation, published }: EntityObservation,
): Refusal | null {
  const first = formerLocation?.files[0];
  if (first === undefined || formerLocation?.folder !== entityFolder(entity)) return null;
  if (entity.publish !== 'symlinks' && (published === undefined || published.state === 'files')) return null;
  return { kind: 'renamed-links', entity: entity.id, artifact: first.file };
}
