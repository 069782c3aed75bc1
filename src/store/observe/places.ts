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

/** Where an entity was that is not in its own folder under the usual names. */
export interface Place extends Layout {
  /** The files that apply has written there. Absent: none, or it was an earlier version. */
  readonly outputs?: readonly Artifact[];
}

/** All that are not in their own folders under the usual names. */
export type Places = ReadonlyMap<EntityId, Place>;

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
    return new Map(all.flatMap(([id, place]) => (isPlace(place) ? [[id, place]] : [])));
  } catch {
    return new Map();
  }
}

/** What a run puts into an entity's folder, and what it takes away. */
export interface Placed {
  readonly writes: readonly Artifact[];
  readonly deletes: readonly Artifact[];
}

/**
 * Remembers where the files are now. Entities that left the manifest stay: they may come back.
 * @param placed what was written beside what is known. Files that others made and that only match are not ours to remove.
 */
export async function savePlaces(
  { root, own }: { readonly root: Folder; readonly own: Folder },
  entities: readonly Entity[],
  placed: ReadonlyMap<EntityId, Placed> = new Map(),
): Promise<void> {
  const before = readPlaces(root.path);
  const after = new Map(before);
  for (const entity of entities) {
    const { id, layout } = entity;
    if (layout === undefined) after.delete(id);
    else after.set(id, { ...layout, ...outputsAfter(leftIn(before.get(id), entity), placed.get(id)) });
  }
  const text = textOf(after);
  if (text !== textOf(before)) await replaceOwn(own, FILE, text);
}

function outputsAfter(before: readonly Artifact[], placed: Placed | undefined): Pick<Place, 'outputs'> {
  const { writes = [], deletes = [] } = placed ?? {};
  const outputs = ALL_ARTIFACTS.filter(
    (file) => (before.includes(file) || writes.includes(file)) && !deletes.includes(file),
  );
  return outputs.length === 0 ? {} : { outputs };
}

/** Files that an entity had in the places where it would have them now. */
export function leftIn(place: Place | undefined, entity: Entity): readonly Artifact[] {
  if (place === undefined) return [];
  const former = { id: entity.id, layout: place };
  return (place.outputs ?? []).filter((file) => filePath(former, file) === filePath(entity, file));
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
  if (layout === undefined && entity.layout === undefined) return undefined;
  const former = { id: entity.id, ...(layout === undefined ? {} : { layout }) };
  const isHere = ALL_ARTIFACTS.every((file) => filePath(former, file) === filePath(entity, file));
  return isHere ? undefined : former;
}

function textOf(places: Places): string {
  const sorted = [...places].sort(([a], [b]) => compare(a, b));
  return `${JSON.stringify({ format: FORMAT, places: Object.fromEntries(sorted) }, null, 2)}\n`;
}

/** Paths that lead out of the output folder are not ours, whatever wrote them there. */
function isPlace(value: unknown): value is Place {
  const { folder, files, outputs = [] } = fieldsOf(value);
  if (!Array.isArray(outputs) || !outputs.every(isArtifact)) return false;
  if (typeof folder !== 'string' || typeof files !== 'object' || files === null) return false;
  const named = Object.entries(files).every(([file, name]) => isArtifact(file) && isInside(name));
  return named && (folder === '.' || isInside(folder));
}
