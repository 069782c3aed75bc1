/**
 * A bridge: a further certificate of an authority, signed by another one (RFC 5280 §3.2). Its key and its name, to the
 * octet, are those that the authority has after this plan: whatever that signed is found below either certificate. Pure.
 */
import type { Entity } from '../pki/entity.ts';
import { bridgedBy, isKeyless } from '../pki/key-place.ts';
import { keyIdentifierOf } from '../x509/facts.ts';
import { keptName } from '../x509/name.ts';
import type { Issuance } from './change.ts';
import type { Context } from './context.ts';
import { diffGivenKey } from './diff.ts';
import { type EntityObservation, NOTHING, type Observation } from './observation.ts';
import type { Outlook } from './outlook.ts';
import type { Reason } from './reason.ts';
import { withoutKeyed } from './waiting.ts';

/**
 * An entity as it is planned. Where its key is offline, no file that takes it is read, made or removed here. A bridge has
 * the key of its authority, unless that gets another one by this plan.
 */
export function asPlanned(
  entity: Entity,
  { entities }: Pick<Observation, 'entities'>,
  outlooks: Context['outlooks'] = new Map(),
): EntityObservation {
  const observed = entities.get(entity.id) ?? NOTHING;
  const lender = bridgedBy(entity);
  if (lender === null) return isKeyless(entity) ? withoutKeyed(observed) : observed;
  const key = entities.get(lender)?.key;
  const isKept = key?.state === 'present' && outlooks.get(lender)?.keyId !== null;
  return { ...withoutKeyed(observed), ...(isKept ? { key } : {}) };
}

/** What the authority of a bridge will be; `null` of an entity that is no bridge. */
export function lenderOf(entity: Entity, { outlooks }: Pick<Context, 'outlooks'>): Outlook | null {
  const id = bridgedBy(entity);
  if (id === null) return null;
  const lender = outlooks.get(id);
  if (lender === undefined) throw new Error(`Internal error: ${entity.id} is planned before ${id}`);
  return lender;
}

/** Why the bridge is made again: its authority has another key or name, or its key another identifier. */
export function lenderReasons({ cert }: Pick<EntityObservation, 'cert'>, lender: Outlook): readonly Reason[] {
  if (cert.state !== 'present') return [];
  const { facts } = cert;
  const { certificate: shown } = lender;
  // A certificate that stays shows its key; of one that does not identify it, any identifier will do.
  if (shown !== null && shown.keyId !== facts.keyId)
    return diffGivenKey(facts, { keyId: shown.keyId, spec: shown.keySpec });
  const isIdentified =
    keyIdentifierOf(facts) === lender.subjectKeyId || (shown !== null && lender.subjectKeyId === null);
  const isSame = facts.keyId === lender.keyId && facts.subjectDer === lender.subjectDer && isIdentified;
  return isSame ? [] : [{ kind: 'issuer-changes', issuer: lender.id }];
}

/** Its name as the authority encodes it, and what identifies the key there. */
export function lentIdentity(entity: Entity, lender: Outlook): Pick<Issuance, 'subjectKeyId' | 'name'> {
  const name = keptName(entity, lender);
  return { subjectKeyId: lender.subjectKeyId, ...(name === undefined ? {} : { name }) };
}
