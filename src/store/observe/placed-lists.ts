/** The revocation lists of authorities, as they are in their places. */
import type { Entity } from '../../pki/entity.ts';
import { makesList } from '../../pki/files.ts';
import type { ListFacts } from '../../plan/artifacts/crl.ts';
import { readFacts } from '../../plan/artifacts/rules.ts';
import { readPublished } from '../symlinks/read.ts';

/** One that can be read. */
export interface PlacedList {
  readonly entity: Entity;
  readonly bytes: Buffer;
  readonly facts: ListFacts;
}

/** Of those that make one; what is wrong with others is for the plan to say. */
export function readLists(entities: readonly Entity[], root: string): readonly PlacedList[] {
  return entities.filter(makesList).flatMap((entity) => {
    const file = readPublished(root, entity, 'crl');
    if (file.state !== 'present') return [];
    const facts = factsOf(file.facts);
    return facts === undefined ? [] : [{ entity, bytes: file.facts, facts }];
  });
}

function factsOf(bytes: Buffer): ListFacts | undefined {
  try {
    return readFacts('crl', bytes);
  } catch {
    return undefined;
  }
}
