/** Whether a certificate on disk is the one that the manifest asks for: field by field, with its key and its issuer. */
import type { Entity } from '../pki/entity.ts';
import type { CertificateFacts } from '../x509/facts.ts';
import { diffCertificate, differs, diffName } from './diff.ts';
import type { EntityObservation } from './observation.ts';
import type { Outlook } from './outlook.ts';
import type { Reason } from './reason.ts';
import { validityReasons } from './validity.ts';

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
    ...diffCertificate(cert.facts, entity),
    ...keyMismatch(cert.facts, observed),
    ...(issuer === null
      ? selfSignature(cert.facts, entity, observed)
      : issuerReasons(cert.facts, observed, issuer)),
    ...validityReasons(cert.facts, entity, issuer, now),
  ];
}

function keyMismatch(facts: CertificateFacts, { key }: EntityObservation): readonly Reason[] {
  return key.state === 'present' && key.facts.keyId !== facts.keyId ? [{ kind: 'key-mismatch' }] : [];
}

/** A root's certificate that its own key did not sign is somebody else's root, or an intermediate. */
function selfSignature(
  facts: CertificateFacts,
  entity: Entity,
  { signedBy, key }: EntityObservation,
): readonly Reason[] {
  const own = key.state === 'present' ? key.facts.keyId : null;
  if (own === null || signedBy === own) return [];
  return anotherIssuer(facts, entity);
}

/** By name where the names tell them apart. */
function anotherIssuer(
  { issuer }: CertificateFacts,
  wanted: Pick<Entity, 'id' | 'subject'>,
): readonly Reason[] {
  const named = diffName('issuer', issuer, wanted.subject);
  return named.length > 0 ? named : [{ kind: 'foreign-issuer', issuer: wanted.id }];
}

function issuerReasons(
  facts: CertificateFacts,
  { signedBy }: EntityObservation,
  issuer: Outlook,
): readonly Reason[] {
  // A new key breaks every signature below it; of the issuer's certificate nothing needs telling then.
  if (issuer.keyId === null)
    return [
      ...diffName('issuer', facts.issuer, issuer.subject),
      { kind: 'issuer-changes', issuer: issuer.id },
    ];
  if (signedBy !== issuer.keyId) return anotherIssuer(facts, issuer);
  return [...issuerCertificate(facts, issuer), ...issuerKeyId(facts, issuer)];
}

/**
 * Verifiers find the issuer by name; Go and others by its very bytes (RFC 5280 §6.1.3 (a)(4)). Where the AKI names one
 * certificate of the issuer by its serial number, as easy-rsa has it, OpenSSL accepts no other, also for the same key.
 */
function issuerCertificate(facts: CertificateFacts, issuer: Outlook): readonly Reason[] {
  const { issuerDer, authoritySerial } = facts;
  const isNamed = issuerDer === issuer.subjectDer && [null, issuer.serial].includes(authoritySerial);
  return isNamed ? [] : [{ kind: 'issuer-changes', issuer: issuer.id }];
}

function issuerKeyId(facts: CertificateFacts, issuer: Outlook): readonly Reason[] {
  if (issuer.subjectKeyId === null || facts.authorityKeyId === null) return [];
  return differs('authorityKeyIdentifier', facts.authorityKeyId, issuer.subjectKeyId);
}
