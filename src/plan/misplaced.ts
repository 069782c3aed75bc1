/** Private keys that lie in the place of another entity's: swapped, in a circle, or moved away. */
import type { Entity, EntityId } from '../pki/entity.ts';
import { filePath } from '../pki/files.ts';
import type { KeyId } from '../x509/facts.ts';
import { isNamedAs } from './diff.ts';
import type { EntityObservation } from './observation.ts';

/** The key of an entity's certificate, where it is and where it belongs. */
export interface MisplacedKey {
  readonly entity: EntityId;
  readonly path: string;
  readonly place: string;
}

/** Keys whose places hang together: each is in the place of the next. */
export interface MisplacedKeys {
  readonly kind: 'misplaced-keys';
  readonly keys: readonly MisplacedKey[];
  /** The last is in the place of the first: none is lost. */
  readonly isCircle: boolean;
}

type Seen = readonly (readonly [Entity, EntityObservation])[];

/** One for each circle or row of them, in the order of the entities. */
export function misplacedKeys(seen: Seen): readonly MisplacedKeys[] {
  const next = nextOf(seen);
  const behind = new Set(next.values());
  const rows = [...next.keys()].filter((entity) => !behind.has(entity));
  const named = new Set<Entity>();
  return [...rows, ...next.keys()].flatMap((first): readonly MisplacedKeys[] => {
    const row = rowFrom(first, next, named);
    if (row.length === 0) return [];
    const keys = row.map((entity) => misplaced(entity, next.get(entity) ?? entity));
    return [{ kind: 'misplaced-keys', keys, isCircle: !rows.includes(first) }];
  });
}

function misplaced(entity: Entity, holder: Entity): MisplacedKey {
  return { entity: entity.id, path: filePath(holder, 'key'), place: filePath(entity, 'key') };
}

/** Those that nothing has been said of yet. */
function rowFrom(first: Entity, next: ReadonlyMap<Entity, Entity>, named: Set<Entity>): readonly Entity[] {
  const row: Entity[] = [];
  for (let at: Entity | undefined = first; at !== undefined && !named.has(at); at = next.get(at)) {
    if (!next.has(at)) break;
    named.add(at);
    row.push(at);
  }
  return row;
}

/** By the entity that lacks its key, the one in whose place it is. */
function nextOf(seen: Seen): ReadonlyMap<Entity, Entity> {
  const holders = new Map<KeyId, Entity>();
  for (const [entity, { key, cert }] of seen) {
    if (key.state !== 'present' || !isFile(entity)) continue;
    const isOwn = cert.state === 'present' && cert.facts.keyId === key.facts.keyId;
    if (!isOwn && !holders.has(key.facts.keyId)) holders.set(key.facts.keyId, entity);
  }
  const taken = new Set<KeyId>();
  const found = seen.flatMap(([entity, observed]) => {
    const keyId = lackedBy(entity, observed);
    const holder = keyId === null || taken.has(keyId) ? undefined : holders.get(keyId);
    if (keyId === null || holder === undefined) return [];
    taken.add(keyId);
    return [[entity, holder] as const];
  });
  return new Map(found);
}

/** The key that its own certificate is for, where another is in its place, or none. */
function lackedBy(entity: Entity, { key, cert }: EntityObservation): KeyId | null {
  if (cert.state !== 'present' || !isFile(entity) || !isNamedAs(cert.facts.subject, entity)) return null;
  const isAnother = key.state === 'present' && key.facts.keyId !== cert.facts.keyId;
  return isAnother || key.state === 'missing' ? cert.facts.keyId : null;
}

function isFile({ keyPlace, token }: Entity): boolean {
  return keyPlace === undefined && token === undefined;
}
