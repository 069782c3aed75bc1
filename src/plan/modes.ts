/** Modes of files: those that are stated, and those that others could make use of. */
import { ALL_ARTIFACTS, type Artifact, closedMode, forbiddenBits } from '../pki/artifact.ts';
import type { Entity } from '../pki/entity.ts';
import { statedMode } from '../pki/ownership.ts';
import type { EntityObservation } from './observation.ts';
import type { Reason } from './reason.ts';

/** The mode that a file should have, where it has another: as it is stated, or one that no other user can read or write. */
export function modeFault(
  artifact: Artifact,
  observed: EntityObservation,
  { ownership }: Entity,
): number | null {
  const file = observed[artifact];
  if (file.state !== 'present') return null;
  const stated = ownership === undefined ? null : statedMode(artifact, ownership);
  if (stated !== null) return (file.mode & 0o777) === stated ? null : stated;
  const isOpen = (file.mode & forbiddenBits(artifact, file.group !== undefined)) !== 0;
  return isOpen ? closedMode(artifact, file.mode, file.group !== undefined) : null;
}

/** Why modes change. */
export function modeReasons(observed: EntityObservation, entity: Entity): readonly Reason[] {
  return ALL_ARTIFACTS.flatMap((artifact): readonly Reason[] => {
    const file = observed[artifact];
    const after = modeFault(artifact, observed, entity);
    if (file.state !== 'present' || after === null) return [];
    return [{ kind: 'mode', artifact, before: file.mode, after }];
  });
}
