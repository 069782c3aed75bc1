/** Who goes on accepting what is revoked, because the key that signed it can sign no list any more. Pure. */
import type { Entity, EntityId } from '../pki/entity.ts';
import { listSigners } from '../pki/list-signers.ts';
import type { Context } from './context.ts';
import { unlisted } from './former-lists.ts';
import { NOTHING, type Observation } from './observation.ts';
import type { Remark } from './remark.ts';

/** Of authorities with lists of former keys. */
export function unlistedRemarks(
  entities: readonly Entity[],
  observation: Observation,
  { byId, listings, retire, now }: Context,
): readonly Remark[] {
  return entities.flatMap((entity): readonly Remark[] => {
    if (retire.has(entity.id)) return [];
    const observed = observation.entities.get(entity.id) ?? NOTHING;
    const serials = unlisted(entity, observed, listings.get(entity.id), now);
    if (serials.length === 0) return [];
    return [{ kind: 'unlisted', entity: entity.id, serials, readers: readersOf(entity, entities, byId) }];
  });
}

function readersOf(
  authority: Entity,
  entities: readonly Entity[],
  byId: Context['byId'],
): readonly EntityId[] {
  const readers = entities.filter(({ outputs }) => outputs.includes('crls') || outputs.includes('ca-crls'));
  return readers.filter((one) => listSigners(one, byId).includes(authority)).map(({ id }) => id);
}
