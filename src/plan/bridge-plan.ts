/** What of a bridge is decided before its files are looked at: it has no key of its own to replace, or none to be made for. */
import type { Entity, EntityId } from '../pki/entity.ts';
import { placesOf } from '../pki/files.ts';
import { shownBy } from '../pki/key-place.ts';
import { issuedName, keptName } from '../x509/name.ts';
import { waitingFor } from './awaited.ts';
import type { Refusal } from './blockage.ts';
import { lenderOf } from './bridge.ts';
import { type Change, NOTHING_KEPT, type Waiting } from './change.ts';
import type { Context } from './context.ts';
import { isNamedAs } from './diff.ts';
import type { EntityObservation } from './observation.ts';
import type { Outlook } from './outlook.ts';
import type { Reason } from './reason.ts';

/** `null` where the bridge is planned like any other entity, or the entity is none. */
export function earlyPlan(entity: Entity, observed: EntityObservation, context: Context): Change | null {
  const lender = lenderOf(entity, context);
  if (lender === null) return null;
  const own = { id: entity.id, kind: entity.kind, affects: [] };
  if (context.rekey.has(entity.id))
    return { ...own, action: 'refuse', refusal: bridgeRefusal(entity, lender) };
  const name = nameOf(entity, lender);
  if (name === 'unwritable')
    return { ...own, action: 'refuse', refusal: { kind: 'bridge-name', entity: entity.id, of: lender.id } };
  // Without a key there is nothing to sign, and its authority has none before another one has signed.
  const isKeyKnown = observed.key.state === 'present' || isShown(entity, lender);
  if (lender.awaits === null || (isKeyKnown && name === 'same')) return null;
  const waiting = {
    ...waitingFor(lender.awaits, observed, reasonsToWait(observed, lender), context.now),
    ...(shownBy(entity) === null ? {} : { shows: true as const, ...shownPlaces(lender.awaits, context) }),
  };
  return { ...own, ...NOTHING_KEPT, action: 'wait', waiting };
}

/** Where the certificate of the authority is to be put. */
function shownPlaces(id: EntityId, { byId }: Context): Pick<Waiting, 'places'> {
  const authority = byId.get(id);
  return authority === undefined ? {} : { places: placesOf(authority) };
}

function bridgeRefusal(entity: Entity, { id: of }: Outlook): Refusal {
  const isShown = shownBy(entity) !== null;
  return { kind: 'bridge', entity: entity.id, of, ...(isShown ? { isShown } : {}) };
}

function reasonsToWait({ cert }: EntityObservation, { id }: Outlook): readonly Reason[] {
  return cert.state === 'present'
    ? [{ kind: 'issuer-changes', issuer: id }]
    : [{ kind: 'missing', artifact: 'cert' }];
}

/** Whether the certificate that its authority keeps shows the key. */
function isShown(entity: Entity, { certificate }: Outlook): boolean {
  return shownBy(entity) !== null && certificate !== null;
}

/**
 * Whether a bridge can be given the name in a certificate that its authority keeps: chains are found by its octets. It may
 * be of strings that openssl cannot be asked for together; or another than the manifest states, until that has changed.
 */
function nameOf(entity: Entity, lender: Outlook): 'same' | 'other' | 'unwritable' {
  const { certificate } = lender;
  if (certificate === null || issuedName(entity, keptName(entity, lender)) === certificate.subjectDer)
    return 'same';
  return isNamedAs(certificate.subject, entity) ? 'unwritable' : 'other';
}
