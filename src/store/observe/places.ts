/**
 * `.pki/places.json`: where each entity's files were when it was last applied, as far as that is no longer to be seen
 * from the manifest once `folder` or `files` change. It is a hint about where to look and nothing else: what is found
 * there is judged like any file.
 */

import { ALL_ARTIFACTS, type Artifact, isArtifact } from '../../pki/artifact.ts';
import { compare } from '../../pki/compare.ts';
import type { Entity, EntityId, Layout } from '../../pki/entity.ts';
import { filePath, type Located } from '../../pki/files.ts';
import type { FileState } from '../../plan/observation.ts';
import type { Folder } from '../folder.ts';
import { fieldsOf, isInside } from '../json.ts';
import { readOwn, replaceOwn } from '../own.ts';
import { blockedBy } from './read.ts';

/** Entities that are not in their own folder under the usual names. */
export type Places = ReadonlyMap<EntityId, Layout>;

const FORMAT = 1;
const FILE = 'places.json';

/** A hundred thousand entities. */
const LIMIT = 32 * 1024 * 1024;

/** Whatever is not such a file says nothing: files are then looked for in the usual place alone. */
export function readPlaces(root: string): Places {
  try {
    const file = readOwn(root, FILE, LIMIT);
    if (file.state !== 'present') return new Map();
    const { format, places } = JSON.parse(file.facts.toString('utf8'));
    if (format !== FORMAT) return new Map();
    const all = Object.entries<unknown>(places);
    return new Map(all.flatMap(([id, layout]) => (isLayout(layout) ? [[id, layout]] : [])));
  } catch {
    return new Map();
  }
}

/** Remembers where the files are now. Entities that left the manifest stay: they may come back. */
export async function savePlaces(
  { root, own }: { readonly root: Folder; readonly own: Folder },
  entities: readonly Entity[],
): Promise<void> {
  const before = readPlaces(root.path);
  const after = new Map(before);
  for (const { id, layout } of entities) {
    if (layout === undefined) after.delete(id);
    else after.set(id, layout);
  }
  const text = textOf(after);
  if (text !== textOf(before)) await replaceOwn(own, FILE, text);
}

/** Where the files of entities were, if that is elsewhere than where they are to be. */
export class FormerLocations {
  readonly #byId = new Map<EntityId, Located>();
  readonly #byKey = new Map<string, EntityId>();

  constructor(entities: readonly Located[], places: Places) {
    for (const entity of entities) {
      const former = formerPlace(entity, places);
      if (former === undefined) continue;
      this.#byId.set(entity.id, former);
      this.#byKey.set(filePath(former, 'key'), entity.id);
    }
  }

  of(id: EntityId): Located | undefined {
    return this.#byId.get(id);
  }

  /** Whether one of its files was in that place before, if it was anywhere. */
  isUnchanged(entity: Located, artifact: Artifact): boolean {
    const former = this.#byId.get(entity.id);
    return former === undefined || filePath(former, artifact) === filePath(entity, artifact);
  }

  /** What stands where one entity's key is to be may still be the key of another that moves, too. */
  blockage(entity: Located): FileState<never> | null {
    const other = this.#byId.has(entity.id) ? this.#byKey.get(filePath(entity, 'key')) : undefined;
    if (other === undefined || other === entity.id) return null;
    return blockedBy({ kind: 'waits-for-move', other });
  }
}

function formerPlace(entity: Located, places: Places): Located | undefined {
  const layout = places.get(entity.id);
  const former = { id: entity.id, ...(layout === undefined ? {} : { layout }) };
  const isHere = ALL_ARTIFACTS.every((file) => filePath(former, file) === filePath(entity, file));
  return isHere ? undefined : former;
}

function textOf(places: Places): string {
  const sorted = [...places].sort(([a], [b]) => compare(a, b));
  return `${JSON.stringify({ format: FORMAT, places: Object.fromEntries(sorted) }, null, 2)}\n`;
}

/** Paths that lead out of the output folder are not ours, whatever wrote them there. */
function isLayout(value: unknown): value is Layout {
  const { folder, files } = fieldsOf(value);
  if (typeof folder !== 'string' || typeof files !== 'object' || files === null) return false;
  const named = Object.entries(files).every(([file, name]) => isArtifact(file) && isInside(name));
  return named && (folder === '.' || isInside(folder));
}
