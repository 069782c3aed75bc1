/** Whether an entity's key and certificate stay, and what a new certificate needs: dates, a name, consent. */
import { ARTIFACTS } from '../pki/artifact.ts';
import type { Entity } from '../pki/entity.ts';
import { bridgedBy } from '../pki/key-place.ts';
import { keySpecText } from '../pki/key-spec.ts';
import { keyIdentifierOf } from '../x509/facts.ts';
import { keptName } from '../x509/name.ts';
import { signatureBy, signingBy } from '../x509/signature-write.ts';
import type { Alteration } from './alteration.ts';
import { alterationsFrom, widensTrust } from './alterations.ts';
import { lenderOf, lenderReasons, lentIdentity } from './bridge.ts';
import { certificateReasons } from './certificate-reasons.ts';
import type { Issuance, Issue } from './change.ts';
import type { Context } from './context.ts';
import { subjectChange } from './diff.ts';
import { keyOf, keyReasons } from './key-decision.ts';
import { isForLater } from './later.ts';
import type { EntityObservation } from './observation.ts';
import type { Reason } from './reason.ts';
import { isListed, type Listings } from './revocations.ts';
import { statedPart } from './unstated-names.ts';
import { validityOf } from './validity.ts';
import { AN_ISSUER, certificateSpec } from './wanted.ts';

/** What becomes of the pair. */
export interface Decision {
  readonly newKey: boolean;
  /** `null`: the certificate stays. */
  readonly issuance: Issuance | null;
  readonly reasons: readonly Reason[];
  /** What the new certificate drops or changes. */
  readonly alterations: readonly Alteration[];
}

/** Whether the key and the certificate stay. */
export function decide(entity: Entity, observed: EntityObservation, context: Context): Decision {
  const { owners, rekey, outlooks, duplicates, listings, now } = context;
  const issuer = entity.issuer === null ? null : (outlooks.get(entity.issuer) ?? null);
  const isMadeHere = entity.keyPlace === undefined && entity.token === undefined;
  const forKey = [
    ...keyReasons(entity, observed, owners, rekey.has(entity.id)),
    ...listedReasons(entity, observed, listings),
  ];
  const duplicate = duplicates.get(entity.id);
  const lender = lenderOf(entity, context);
  const forCertificate = [
    ...certificateReasons(entity, asStated(entity, observed, context), issuer, now),
    ...(lender === null ? [] : lenderReasons(observed, lender)),
    ...(duplicate === undefined ? [] : [duplicate]),
  ];
  const newKey = isMadeHere && (forKey.length > 0 || rotates(entity, forCertificate));
  const reasons = [...forKey, ...forCertificate];
  if (reasons.every(isForLater)) return { newKey, issuance: null, reasons: [], alterations: [] };
  const carried = lender === null ? carriedOver(entity, observed, newKey) : lentIdentity(entity, lender);
  const issuance = { ...validityOf(entity, issuer, now), ...carried };
  const all = [...reasons, ...nameReasons(entity, observed, reasons)];
  return {
    newKey,
    issuance,
    reasons: all,
    alterations: alterations(entity, observed, issuance, all, context),
  };
}

/** What is compared with the manifest: the certificate without names that stay though nothing states them. */
function asStated(entity: Entity, observed: EntityObservation, context: Context): EntityObservation {
  const { cert } = observed;
  if (cert.state !== 'present') return observed;
  return { ...observed, cert: { ...cert, facts: statedPart(cert.facts, entity, context) } };
}

/** What a list names is refused by those who have the list, whatever the certificate says: it takes another, and another key. */
function listedReasons(
  entity: Entity,
  { cert, signedBy }: EntityObservation,
  listings: Listings,
): readonly Reason[] {
  if (entity.issuer === null || cert.state !== 'present' || signedBy === null) return [];
  const { serial } = cert.facts;
  const isOn = isListed(listings.get(entity.issuer), serial);
  return isOn ? [{ kind: 'listed', issuer: entity.issuer, serial }] : [];
}

/** Renewal with `rotateKey` is the one case in which a certificate's age decides over its key. */
function rotates({ rotateKey }: Entity, reasons: readonly Reason[]): boolean {
  return rotateKey && reasons.some(({ kind }) => kind === 'expires' || kind === 'expired');
}

/** What the certificate on disk hands on to the next: how its name is written, and what identifies its key. */
export function carriedOver(
  entity: Entity,
  observed: Pick<EntityObservation, 'cert' | 'key'>,
  newKey: boolean,
): Pick<Issuance, 'subjectKeyId' | 'name'> {
  const { cert } = observed;
  const key = keyOf(entity, observed);
  if (cert.state !== 'present') return { subjectKeyId: null };
  const isSamePair = !newKey && key?.keyId === cert.facts.keyId;
  const identifier = isSamePair ? keyIdentifierOf(cert.facts) : null;
  // Another tool may have identified the key differently; certificates below a CA refer to that (RFC 5280 §4.2.1.2).
  const isUsual = identifier === key?.keyIdentifier;
  const subjectKeyId = entity.kind === 'authority' || !isUsual ? identifier : null;
  const name = keptName(entity, cert.facts);
  return { subjectKeyId, ...(name === undefined ? {} : { name }) };
}

/**
 * A name that means the same but cannot be kept to the octet changes with the next certificate, whatever its reason.
 */
function nameReasons(
  entity: Entity,
  { cert }: EntityObservation,
  reasons: readonly Reason[],
): readonly Reason[] {
  const isTold = reasons.some((reason) => reason.kind === 'differs' && reason.field === 'subject');
  return isTold || cert.state !== 'present' ? [] : subjectChange(entity, cert.facts);
}

function alterations(
  entity: Entity,
  { cert, behind }: EntityObservation,
  issuance: Issuance,
  reasons: readonly Reason[],
  { byId }: Context,
): readonly Alteration[] {
  if (cert.state !== 'present') return [];
  const issuer = entity.issuer === null ? entity : (byId.get(entity.issuer) ?? entity);
  const spec = certificateSpec(entity, AN_ISSUER, issuance, null);
  const own = alterationsFrom(
    cert.facts,
    spec,
    signatureBy(signingBy(keySpecText(issuer.key), entity.signing)),
    reasons,
  );
  return behind === undefined ? own : [...own, aloneAfter(behind.length)];
}

/** A chain that another hand put behind a certificate does not come back with the next one. */
function aloneAfter(others: number): Alteration {
  const { file } = ARTIFACTS.cert;
  return { kind: 'alters', field: file, before: `${others + 1} certificates`, after: 'the first alone' };
}

/**
 * Trust in an authority rests on its key and on what narrows it: giving up either needs consent, and so does whatever
 * another hand put in its place.
 * @param strange reasons that say so
 */
export function consentsFor(
  entity: Entity,
  { key, cert }: EntityObservation,
  { newKey, reasons, alterations: altered }: Decision,
  strange: readonly Reason[],
  { hasIssued }: Context,
): Exclude<Issue['consents'][number], 'run' | 'revoke'>[] {
  if (entity.kind !== 'authority') return [];
  const widens = cert.state === 'present' && widensTrust(cert.facts, altered);
  // Whose key a bridge has is a consequence of what its authorities agreed to.
  if (bridgedBy(entity) !== null) return widens ? ['trust'] : [];
  const isUnknown = strange.some(({ kind }) => kind === 'unknown-key');
  const isMoreTrusted = strange.some(({ kind }) => kind === 'unknown-trust');
  const isMismatch = reasons.some(({ kind }) => kind === 'key-mismatch');
  const isReplaced = newKey && (key.state !== 'missing' || cert.state !== 'missing');
  const isLost = newKey && hasIssued(entity);
  return [
    ...(isMismatch || isReplaced || isLost || isUnknown ? (['rekey-ca'] as const) : []),
    ...(widens || isMoreTrusted ? (['trust'] as const) : []),
  ];
}
