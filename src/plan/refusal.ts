/** What a plan will not touch: things that only their owner can decide about. */

import type { Artifact } from '../pki/artifact.ts';
import { unreachable } from '../pki/entity.ts';
import { filePath, type Located } from '../pki/files.ts';
import type { Refusal } from './blockage.ts';
import type { EntityObservation } from './observation.ts';

/** The first blockage among an entity's wanted files, or `null`. */
export function refusalFor(
  entity: Located,
  observed: EntityObservation,
  wanted: readonly Artifact[],
): Refusal | null {
  for (const artifact of wanted) {
    const refusal = refusalOf(filePath(entity, artifact), observed, artifact);
    if (refusal !== null) return refusal;
  }
  return null;
}

function refusalOf(path: string, observed: EntityObservation, artifact: Artifact): Refusal | null {
  const file = observed[artifact];
  switch (file.state) {
    case 'encrypted':
      return { kind: 'encrypted', path, why: file.why };
    case 'blocked':
      return { kind: 'blocked', path, cause: file.cause };
    case 'missing':
    case 'unknown':
    case 'garbage':
    case 'present':
      return null;
    default:
      return unreachable(file);
  }
}
