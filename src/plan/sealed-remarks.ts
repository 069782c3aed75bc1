/** Files under a password of which nothing is known, said once for all of them. */
import type { Entity, EntityId } from '../pki/entity.ts';
import { type Change, isWork, keptTrustOf } from './change.ts';
import type { Context } from './context.ts';
import { wantedOutputs } from './derived.ts';
import { NOTHING, type Observation } from './observation.ts';
import { situationOf } from './plan-entity.ts';
import type { Remark } from './remark.ts';
import { unknownFiles } from './sealed.ts';

/** At most one. */
export function sealedRemarks(
  entities: readonly Entity[],
  observation: Observation,
  changes: readonly Change[],
  context: Context,
): readonly Remark[] {
  const byId = new Map(changes.map((change) => [change.id, change]));
  const unknown = entities.flatMap((entity): readonly EntityId[] => {
    const change = byId.get(entity.id);
    if (entity.seals === undefined || change === undefined || change.action === 'refuse') return [];
    const observed = observation.entities.get(entity.id) ?? NOTHING;
    const situation = situationOf(entity, observed, keptTrustOf(change).previous, context);
    const writes = isWork(change) ? change.writes : [];
    const files = unknownFiles(observed, wantedOutputs(situation), situation);
    return files.some((file) => !writes.includes(file)) ? [entity.id] : [];
  });
  return unknown.length === 0 ? [] : [{ kind: 'unknown', entities: unknown }];
}
