/** Files under a password of which nothing is known, said once for all of them. */
import type { Entity, EntityId } from '../pki/entity.ts';
import { secretSourceText } from '../pki/secret-source.ts';
import { type Change, isWork, keptTrustOf } from './change.ts';
import { sourcesOf } from './commands.ts';
import type { Context } from './context.ts';
import { wantedOutputs } from './derived.ts';
import { type EntityObservation, NOTHING, type Observation } from './observation.ts';
import type { Remark } from './remark.ts';
import { unknownFiles } from './sealed.ts';
import { situationOf } from './situation.ts';

/** A key that stays closed because its passphrase is not to be had; what no run has asked for yet is not missed. */
function isAssumed({ key }: EntityObservation): boolean {
  return (key.state === 'present' && key.lock === 'assumed') || (key.state === 'unknown' && 'why' in key);
}

function isLacking(entity: Entity, { closed }: Observation): boolean {
  return sourcesOf(entity).some((source) => closed?.has(secretSourceText(source)));
}

/** At most one. */
export function sealedRemarks(
  entities: readonly Entity[],
  observation: Observation,
  changes: readonly Change[],
  context: Context,
  pinned: ReadonlySet<EntityId>,
): readonly Remark[] {
  const byId = new Map(changes.map((change) => [change.id, change]));
  const unknown = entities.flatMap((entity): readonly EntityId[] => {
    const change = byId.get(entity.id);
    if (change === undefined || change.action === 'refuse' || pinned.has(entity.id)) return [];
    const observed = observation.entities.get(entity.id) ?? NOTHING;
    if (isAssumed(observed) && isLacking(entity, observation)) return [entity.id];
    if (entity.seals === undefined) return [];
    const situation = situationOf(entity, observed, keptTrustOf(change).previous, context);
    const writes = isWork(change) ? change.writes : [];
    const files = unknownFiles(observed, wantedOutputs(situation), situation);
    return files.some((file) => !writes.includes(file)) ? [entity.id] : [];
  });
  return unknown.length === 0 ? [] : [{ kind: 'unknown', entities: unknown }];
}
