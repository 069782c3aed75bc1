/** What a look at a folder may have found, for tables of plans. */
import type { Entity } from '../../src/pki/entity.ts';
import type { EntityObservation, Observation } from '../../src/plan/observation.ts';
import { DAY, NOW, observed } from './entities.ts';

/** These entities with these files, all others of them missing, and no orphan. */
export function seeing(
  ...all: readonly (readonly [Entity, Partial<EntityObservation>])[]
): Pick<Observation, 'entities' | 'orphans'> {
  return { entities: new Map(all.map(([{ id }, files]) => [id, observed(files)])), orphans: [] };
}

/** The list of an authority on which these serial numbers are, since a day and without a reason. */
export function listingOf(...serials: readonly string[]) {
  return {
    asked: [],
    listed: new Map(serials.map((serial) => [serial, { serial, date: NOW - DAY, reason: null }])),
    number: 4n,
    thisUpdate: NOW - 5,
    ends: new Map<string, number>(),
    ofKey: new Set<string>(),
  };
}
