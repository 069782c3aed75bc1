/** What an entity needs and cannot have before a key on another machine has signed. Pure. */
import type { Entity, EntityId } from '../pki/entity.ts';
import { placesOf } from '../pki/files.ts';
import { chainAbove } from '../pki/issuers.ts';
import { isOffline } from '../pki/key-place.ts';
import { type CertificateFacts, keyIdentifierOf } from '../x509/facts.ts';
import type { Waiting, Wish } from './change.ts';
import type { Context } from './context.ts';
import { type Decision, decide } from './decision.ts';
import { isElsewhere, waitingElsewhere } from './elsewhere.ts';
import type { EntityObservation } from './observation.ts';
import type { Outlook } from './outlook.ts';
import type { Reason } from './reason.ts';

/** What becomes of a pair, as far as the keys that it takes are here. */
export interface Possible {
  readonly decision: Decision;
  readonly waiting: Waiting | null;
  /** The certificate comes from there. */
  readonly answered?: true;
}

const AS_IT_IS: Decision = { newKey: false, issuance: null, reasons: [], alterations: [] };

/** Where the key that has to sign is elsewhere, and no answer has come from there, the pair stays for now. */
export function decidePossible(entity: Entity, observed: EntityObservation, context: Context): Possible {
  if (isElsewhere(entity))
    return { decision: AS_IT_IS, waiting: waitingElsewhere(entity, observed, context) };
  const decision = decide(entity, observed, context);
  const { issuance, reasons } = decision;
  const on = issuance === null ? null : signerAwaited(entity, context);
  if (issuance === null || on === null) return { decision, waiting: null };
  const answer = context.answers?.get(entity.id);
  if (answer !== undefined) {
    const { newKey, ...dates } = answer;
    const made = { ...decision, newKey, issuance: { ...issuance, ...dates, cappedBy: null } };
    return { decision: made, waiting: null, answered: true };
  }
  // One that waits for its own key is never its own issuer.
  const isNext = entity.issuer === on && canBeNamed(context.outlooks.get(on)?.certificate ?? null);
  const wish = isNext ? { issuance, newKey: decision.newKey } : null;
  const waiting = waitingFor(on, observed, reasons, context.now, wish);
  return {
    decision: AS_IT_IS,
    waiting: on === entity.id ? { ...waiting, places: placesOf(entity) } : waiting,
  };
}

/** Whether what an authority signs can say by which key: one without an identifier (RFC 5280 §4.2.1.2) is issued again first. */
function canBeNamed(certificate: CertificateFacts | null): boolean {
  return certificate !== null && keyIdentifierOf(certificate) !== null;
}

/** Whose key is awaited before an entity can have another certificate; `null` where it is here. */
function signerAwaited(entity: Entity, { outlooks }: Pick<Context, 'outlooks'>): EntityId | null {
  if (isOffline(entity)) return entity.id;
  return entity.issuer === null ? null : (outlooks.get(entity.issuer)?.awaits ?? null);
}

/** Whose key is awaited before its bundles can be put together: the certificates in them are there, or made before. */
export function partAwaited(
  entity: Entity,
  { outlooks, byId }: Pick<Context, 'outlooks' | 'byId'>,
): EntityId | null {
  const others = [...chainAbove(entity, byId).map(({ id }) => id), ...entity.trust];
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
  wish: Wish | null = null,
): Waiting {
  const isRequested = reasons.some(({ kind }) => kind === 'requested');
  const serves = !isRequested && cert.state === 'present' && cert.facts.notAfter >= now;
  return { on, reasons, serves, wish };
}
