/** What an entity no longer has, in a folder that may hold files of others: which of these are its own. */
import { ALL_ARTIFACTS, type Artifact } from '../../pki/artifact.ts';
import type { Entity } from '../../pki/entity.ts';
import { filePath, foldedPath, isOwed, type Located } from '../../pki/files.ts';
import type { EntityObservation } from '../../plan/observation.ts';
import { leftIn, type Places } from './places.ts';

/** Files that are no longer asked for, of entities in folders that may hold files of others: which of them are theirs. */
export class Leftovers {
  readonly #places: Places;
  readonly #owed: ReadonlySet<string>;

  constructor(entities: readonly Entity[], places: Places) {
    this.#places = places;
    const placed = places.size === 0 ? [] : entities;
    this.#owed = new Set(placed.flatMap((entity) => owedBy(entity).map((file) => placeOf(entity, file))));
  }

  /** Not asked for, and put in its place by an earlier apply, for no other entity. */
  of(entity: Entity): Pick<EntityObservation, 'leftovers'> {
    if (entity.layout === undefined) return {};
    const leftovers = leftIn(this.#places.get(entity.id), entity).filter(
      (file) => !isOwed(entity, file) && !this.#owed.has(placeOf(entity, file)),
    );
    return leftovers.length === 0 ? {} : { leftovers };
  }
}

function owedBy(entity: Entity): readonly Artifact[] {
  return ALL_ARTIFACTS.filter((file) => isOwed(entity, file));
}

function placeOf(entity: Located, file: Artifact): string {
  return foldedPath(filePath(entity, file));
}
