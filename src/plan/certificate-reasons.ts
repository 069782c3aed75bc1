/** Whether a certificate on disk is the one that the manifest asks for: field by field, with its key and its issuer. */
import type { Entity } from '../pki/entity.ts';
import { bridgedBy, requestOf } from '../pki/key-place.ts';
import type { IssuerIdentity } from '../x509/extension-rule.ts';
import { type CertificateFacts, keyIdentifierOf } from '../x509/facts.ts';
import {
  diffCertificate,
  diffGivenKey,
  diffIssuer,
  diffName,
  namesCertificate,
  namesIssuer,
  wrongCertificate,
} from './diff.ts';
import { keyOf } from './key-decision.ts';
import type { EntityObservation } from './observation.ts';
import type { Outlook } from './outlook.ts';
import type { Reason } from './reason.ts';
import { validityReasons } from './validity.ts';
import { AN_ISSUER, type WantedCertificate, wantedCertificate } from './wanted.ts';

/** @param issuer where the issuer will stand, `null` for a root. Reasons to issue a new certificate for the same key. */
export function certificateReasons(
  entity: Entity,
  observed: EntityObservation,
  issuer: Outlook | null,
  now: number,
): readonly Reason[] {
  const { cert } = observed;
  if (cert.state === 'missing') return [{ kind: 'missing', artifact: 'cert' }];
  if (cert.state === 'garbage') return [{ kind: 'unreadable', artifact: 'cert', detail: cert.detail }];
  if (cert.state !== 'present') return [];
  return [
    ...diffCertificate(cert.facts, wantedOf(entity, cert.facts, observed, issuer)),
    ...keyMismatch(cert.facts, entity, observed),
    ...(issuer === null
      ? selfSignature(cert.facts, entity, observed)
      : issuerReasons(cert.facts, observed, issuer)),
    ...validityReasons(cert.facts, entity, issuer, now),
  ];
}

/**
 * Key identifiers are compared only if the signer's key made the signature: another key's certificate proves nothing.
 */
function wantedOf(
  entity: Entity,
  facts: CertificateFacts,
  { signedBy }: EntityObservation,
  issuer: Outlook | null,
): WantedCertificate {
  const own = keyIdentifierOf(facts);
  if (issuer === null) return wantedCertificate(entity, null, signedBy === null ? null : own);
  const isSigned = signedBy !== null && signedBy === issuer.keyId;
  return wantedCertificate(entity, isSigned ? identityOf(issuer) : AN_ISSUER, own);
}

function identityOf({ subjectDer, issuerDer, subjectKeyId, serial }: Outlook): IssuerIdentity {
  return { subjectDer, issuerDer, keyIdentifier: subjectKeyId, serial };
}

function keyMismatch(
  facts: CertificateFacts,
  entity: Entity,
  observed: EntityObservation,
): readonly Reason[] {
  const key = keyOf(entity, observed);
  // A bridge is for whatever key its authority comes to have (bridge.ts).
  if (key === null || key.keyId === facts.keyId || bridgedBy(entity) !== null) return [];
  return requestOf(entity) === undefined ? [{ kind: 'key-mismatch' }] : diffGivenKey(facts, key);
}

/** A root's certificate that its own key did not sign is a foreign root, or an intermediate. */
function selfSignature(
  facts: CertificateFacts,
  entity: Entity,
  { signedBy, key }: EntityObservation,
): readonly Reason[] {
  const isElsewhere = entity.keyPlace !== undefined;
  const here = key.state === 'present' ? key.facts.keyId : null;
  const own = isElsewhere ? facts.keyId : here;
  if (own === null) return [];
  // Its own name must be that of its issuer, too: verifiers look for another otherwise.
  if (signedBy !== own) return anotherIssuer(facts, entity);
  return [...diffName('issuer', facts.issuer, facts.subject), ...wrongCertificate(facts, facts)];
}

/** By name where the names differ; a signature that cannot be checked does not say who made it. */
function anotherIssuer(
  { issuer, flaws }: CertificateFacts,
  wanted: Pick<Entity, 'id' | 'subject'>,
): readonly Reason[] {
  const named = diffName('issuer', issuer, wanted.subject);
  if (named.length > 0 || flaws.includes('unsupported-signature')) return named;
  return [{ kind: 'foreign-issuer', issuer: wanted.id }];
}

function issuerReasons(
  facts: CertificateFacts,
  { signedBy }: EntityObservation,
  issuer: Outlook,
): readonly Reason[] {
  // A new key breaks every signature below it; a reason about the issuer's certificate would add nothing.
  if (issuer.keyId === null)
    return [
      ...diffName('issuer', facts.issuer, issuer.subject),
      { kind: 'issuer-changes', issuer: issuer.id },
    ];
  if (signedBy !== issuer.keyId) return anotherIssuer(facts, issuer);
  const named = identityOf(issuer);
  // The issuer's next certificate has no serial number yet, so an AKI cannot name it.
  const isReplaced = issuer.serial === null && !namesCertificate(facts, named);
  const isNamed = namesIssuer(facts, named);
  if (isReplaced || (!isNamed && issuer.serial === null))
    return [{ kind: 'issuer-changes', issuer: issuer.id }];
  return isNamed ? wrongCertificate(facts, named) : diffIssuer(facts.issuerDer, issuer.subjectDer);
}
