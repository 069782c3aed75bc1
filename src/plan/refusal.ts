/** What a plan will not touch: things that only their owner can decide about. */

import type { Artifact } from '../pki/artifact.ts';
import { unreachable } from '../pki/entity.ts';
import { filePath, type Located } from '../pki/files.ts';
import type { Refusal } from './change.ts';
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
      return {
        problem: `"${path}" is encrypted, and this version cannot open encrypted keys`,
        hint: 'decrypt it yourself with "openssl pkey -in KEY -out PLAIN", or move it away to have a new key made',
      };
    case 'blocked':
      return {
        problem: `"${path}" ${file.detail}`,
        hint: file.hint ?? 'move it away, or make it a readable plain file, and run again',
      };
    case 'missing':
    case 'garbage':
    case 'present':
      return null;
    default:
      return unreachable(file);
  }
}
