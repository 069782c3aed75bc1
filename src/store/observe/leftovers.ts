/** What an entity no longer has, in a folder that may hold files of others: which of these are its own. */
import { ALL_ARTIFACTS, type Artifact } from '../../pki/artifact.ts';
import type { Entity } from '../../pki/entity.ts';
import { filePath, foldedPath, isOwed, owedPaths } from '../../pki/files.ts';
import type { EntityObservation } from '../../plan/observation.ts';
import { leftIn, type Place, type Places } from './places.ts';

type Left = Pick<EntityObservation, 'leftovers' | 'leftBehind'>;

/** Files that are no longer asked for, of entities in folders that may hold files of others: which of them are theirs. */
export class Leftovers {
  readonly #entities: readonly Entity[];
  readonly #places: Places;
  #owed: ReadonlySet<string> | undefined;

  constructor(entities: readonly Entity[], places: Places) {
    this.#entities = entities;
    this.#places = places;
  }

  /** Put there by an earlier apply, and asked for by no entity. */
  of(entity: Entity, seen: EntityObservation): Left {
    const place = this.#places.get(entity.id);
    const leftovers = entity.layout === undefined ? [] : leftIn(place, entity);
    const here = leftovers.filter((file) => !isOwed(entity, file) && this.isFree(filePath(entity, file)));
    const behind = leftBehind(entity, place, seen).filter((path) => this.isFree(path));
    return {
      ...(here.length === 0 ? {} : { leftovers: here }),
      ...(behind.length === 0 ? {} : { leftBehind: behind }),
    };
  }

  /** Whether no entity asks for a file in this place. */
  isFree(path: string): boolean {
    this.#owed ??= new Set(this.#entities.flatMap(owedPaths));
    return !this.#owed.has(foldedPath(path));
  }
}

/** Where its files were before they moved: under the usual names in its own folder they are all ours. */
function leftBehind(entity: Entity, place: Place | undefined, seen: EntityObservation): readonly string[] {
  const { formerLocation } = seen;
  if (formerLocation === undefined) return [];
  const wasOurs = (file: Artifact): boolean => place === undefined || place.outputs?.includes(file) === true;
  return ALL_ARTIFACTS.filter((file) => !isOwed(entity, file) && wasOurs(file)).flatMap((file) => {
    const moved = formerLocation.files.find((found) => found.file === file);
    if (moved !== undefined) return [moved.from];
    const path = filePath(entity, file);
    const isHere = place === undefined && filePath({ id: entity.id }, file) === path;
    return isHere && seen[file].state === 'present' ? [path] : [];
  });
}
