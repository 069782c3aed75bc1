/** What an entity needs and cannot have before a key on another machine has signed. Pure. */
import type { Entity, EntityId } from '../pki/entity.ts';
import { issuersAbove } from '../pki/issuers.ts';
import { isOffline } from '../pki/key-place.ts';
import type { Waiting } from './change.ts';
import type { Context } from './context.ts';
import type { EntityObservation } from './observation.ts';
import type { Outlook } from './outlook.ts';
import type { Reason } from './reason.ts';

/** Whose key is awaited before an entity can have another certificate; `null` where it is here. */
export function signerAwaited(entity: Entity, { outlooks }: Pick<Context, 'outlooks'>): EntityId | null {
  if (isOffline(entity)) return entity.id;
  return entity.issuer === null ? null : (outlooks.get(entity.issuer)?.awaits ?? null);
}

/** The same before its bundles can be put together: the certificates in them are there, or made before. */
export function partAwaited(
  entity: Entity,
  { outlooks, byId }: Pick<Context, 'outlooks' | 'byId'>,
): EntityId | null {
  const others = [...issuersAbove(entity, byId).map(({ id }) => id), ...entity.trust];
  const lacking = others
    .map((id) => outlooks.get(id))
    .find((outlook): outlook is Outlook => outlook?.fingerprint === null && outlook.awaits !== null);
  return lacking?.awaits ?? null;
}

/** @param reasons what was asked for by name is not there before, whatever serves until then. */
export function waitingFor(
  on: EntityId,
  { cert }: EntityObservation,
  reasons: readonly Reason[],
  now: number,
): Waiting {
  const isRequested = reasons.some(({ kind }) => kind === 'requested');
  const serves = !isRequested && cert.state === 'present' && cert.facts.notAfter >= now;
  return { on, reasons, serves };
}
