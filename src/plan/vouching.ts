/**
 * Whether the authorities above can vouch for an entity with the certificates that they keep: every verifier checks name
 * constraints, path lengths, usages and policies from the root down, so what they exclude is never worth issuing.
 */
import type { Entity } from '../pki/entity.ts';
import { filePath } from '../pki/files.ts';
import { issuersAbove } from '../pki/issuers.ts';
import { sanText } from '../pki/san.ts';
import { type CertificateFacts, isAuthority, pathLengthOf } from '../x509/facts.ts';
import { issuedName } from '../x509/name.ts';
import { namesOutside } from '../x509/name-constraints.ts';
import { lacksPolicy, type PolicyTerms, policyTermsOf } from '../x509/policies.ts';
import type { Refusal, VouchingFault } from './blockage.ts';
import type { Issuance } from './change.ts';
import type { Context } from './context.ts';
import type { EntityObservation } from './observation.ts';

/** An authority above that keeps its certificate. */
interface Voucher {
  readonly authority: Entity;
  readonly certificate: CertificateFacts;
  /** How many authorities stand between. */
  readonly distance: number;
}

/** What the entity will be, as far as those above look at it. */
interface Candidate {
  readonly entity: Entity;
  readonly subjectDer: string;
  /** The certificate that stays, `null` where another is issued. */
  readonly kept: CertificateFacts | null;
}

/** The first that cannot, from the nearest up; `null` where all can. @param issuance `null`: its certificate stays. */
export function unvouchedFor(
  entity: Entity,
  { cert }: EntityObservation,
  issuance: Issuance | null,
  context: Context,
): Refusal | null {
  const kept = issuance === null && cert.state === 'present' ? cert.facts : null;
  const subjectDer = kept?.subjectDer ?? issuedName(entity, issuance?.name);
  const vouchers = vouchersOf(entity, context);
  for (const voucher of vouchers) {
    const fault = faultOf({ entity, subjectDer, kept }, voucher, context);
    if (fault === null) continue;
    const { authority } = voucher;
    const path = filePath(authority, 'cert');
    return { kind: 'unvouched', entity: entity.id, authority: authority.id, path, fault };
  }
  return null;
}

function vouchersOf(entity: Entity, { byId, outlooks }: Context): readonly Voucher[] {
  return issuersAbove(entity, byId).flatMap((authority, distance) => {
    const certificate = outlooks.get(authority.id)?.certificate ?? null;
    return certificate === null ? [] : [{ authority, certificate, distance }];
  });
}

/** Whether one of them narrows names, or will. */
export function hasNameConstraints(entity: Entity, context: Context): boolean {
  const isNarrow = (one: Entity): boolean => one.kind === 'authority' && one.nameConstraints !== undefined;
  if (issuersAbove(entity, context.byId).some(isNarrow)) return true;
  return vouchersOf(entity, context).some(
    ({ certificate: { extensions } }) => extensions.nameConstraints !== undefined,
  );
}

function faultOf(candidate: Candidate, voucher: Voucher, context: Context): VouchingFault | null {
  const { certificate } = voucher;
  if (!signsCertificates(certificate)) return { kind: 'no-authority' };
  const limit = pathLengthOf(certificate);
  if (limit !== null && authoritiesBelow(candidate, voucher) > limit)
    return { kind: 'path-length', pathLength: limit };
  return excludedNames(candidate, certificate) ?? missingPolicy(candidate, voucher, context);
}

function signsCertificates(facts: CertificateFacts): boolean {
  const usages = facts.extensions.keyUsage?.value;
  return isAuthority(facts) && (usages === undefined || usages.includes('keyCertSign'));
}

/** RFC 5280 §4.2.1.9: those between, and the entity where it is one. */
function authoritiesBelow({ entity }: Candidate, { distance }: Voucher): number {
  return distance + (entity.kind === 'authority' ? 1 : 0);
}

function excludedNames(
  { entity, subjectDer }: Candidate,
  { extensions }: CertificateFacts,
): VouchingFault | null {
  const constraints = extensions.nameConstraints?.value;
  if (constraints === undefined) return null;
  const { subject, san } = entity;
  const names = namesOutside(constraints, { subject, subjectDer, san: san.map(sanText) });
  return names.length === 0 ? null : { kind: 'name-constraints', names, ...constraints };
}

/** RFC 5280 §6.1.5: from some certificate on each needs a policy, one that all below the root have. */
function missingPolicy(
  { entity, kept }: Candidate,
  { certificate, distance }: Voucher,
  { byId, outlooks }: Context,
): VouchingFault | null {
  const after = policyTermsOf(certificate).explicitAfter;
  if (after === null || after > distance + 1) return null;
  const between = issuersAbove(entity, byId).filter(({ issuer }) => issuer !== null);
  const terms = between.map((authority) =>
    termsOf(authority, outlooks.get(authority.id)?.certificate ?? null),
  );
  return lacksPolicy([...terms.toReversed(), termsOf(entity, kept)]) ? { kind: 'policy' } : null;
}

/** What its certificate says, or its next one. @param certificate the one that stays, `null` where another is issued. */
function termsOf(entity: Entity, certificate: CertificateFacts | null): PolicyTerms {
  if (certificate !== null) return policyTermsOf(certificate);
  const [constraints, inhibitAfter] =
    entity.kind === 'authority' ? [entity.policyConstraints, entity.inhibitAnyPolicy] : [];
  const own = (entity.policies ?? []).map(({ oid }) => oid);
  const explicitAfter = constraints?.requireExplicitPolicy ?? null;
  return { own, explicitAfter, inhibitAfter: inhibitAfter ?? null, maps: false };
}
