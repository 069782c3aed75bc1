/** What of a bridge is decided before its files are looked at: it has no key of its own to replace, or none to be made for. */
import type { Entity } from '../pki/entity.ts';
import { waitingFor } from './awaited.ts';
import { lenderOf } from './bridge.ts';
import { type Change, NOTHING_KEPT } from './change.ts';
import type { Context } from './context.ts';
import type { EntityObservation } from './observation.ts';

/** `null` where the bridge is planned like any other entity, or the entity is none. */
export function earlyPlan(entity: Entity, observed: EntityObservation, context: Context): Change | null {
  const lender = lenderOf(entity, context);
  if (lender === null) return null;
  const own = { id: entity.id, kind: entity.kind, affects: [] };
  if (context.rekey.has(entity.id))
    return { ...own, action: 'refuse', refusal: { kind: 'bridge', entity: entity.id, of: lender.id } };
  // Without a key there is nothing to sign, and its authority has none before another one has signed.
  if (lender.awaits === null || observed.key.state === 'present') return null;
  const reasons = [{ kind: 'missing', artifact: 'cert' }] as const;
  const waiting = waitingFor(lender.awaits, observed, reasons, context.now);
  return { ...own, ...NOTHING_KEPT, action: 'wait', waiting };
}
