/**
 * The wanted certificate as a value, built once from an entity and its issuer: the plan compares with it, openssl's
 * configuration is written from it, and what was made is accepted by it. A cross-certificate has another issuer, and is
 * otherwise like every other.
 */
import type { Entity, EntityKind } from '../pki/entity.ts';
import type { KeySpec } from '../pki/key-spec.ts';
import { pick } from '../pki/record.ts';
import type { SigningTerms } from '../pki/signing.ts';
import type { Subject } from '../pki/subject.ts';
import type { ExtensionContext, IssuerIdentity, Wanted } from '../x509/extension-rule.ts';
import { type AnyExtension, EXTENSIONS } from '../x509/extensions.ts';
import { type CertificateFacts, keyIdentifierOf } from '../x509/facts.ts';
import { type EncodedName, encodedName } from '../x509/name.ts';
import { privateExtension } from '../x509/private-extension.ts';
import type { Issuance } from './change.ts';

/** One extension that the manifest decides about, even if only to exclude it. */
export interface WantedExtension {
  readonly rule: AnyExtension;
  readonly wanted: Wanted<unknown>;
}

/** What every certificate of an entity has in common, whenever it is issued. */
export interface WantedCertificate {
  readonly kind: EntityKind;
  readonly subject: Subject;
  readonly earlierSubject?: Subject;
  readonly exactSubject?: true;
  readonly key: KeySpec;
  readonly signing?: SigningTerms;
  /** `null`: it signs itself. */
  readonly issuer: IssuerIdentity | null;
  readonly extensions: readonly WantedExtension[];
}

/** One certificate to be issued. */
export interface CertificateSpec extends WantedCertificate {
  /** The subject as it is encoded. */
  readonly name: EncodedName;
  readonly notBefore: number;
  readonly notAfter: number;
}

/** An issuer whose certificate is not looked at, or not made yet. */
export const AN_ISSUER: IssuerIdentity = {
  subjectDer: null,
  issuerDer: null,
  keyIdentifier: null,
  serial: null,
};

/** The issuer whose certificate this is. */
export function issuedBy(facts: CertificateFacts): IssuerIdentity {
  const { subjectDer, issuerDer, serial } = facts;
  return { subjectDer, issuerDer, keyIdentifier: keyIdentifierOf(facts), serial };
}

/**
 * @param issuer `null` for a root.
 * @param keyIdentifier what identifies the entity's key, `null` where that is not known.
 */
export function wantedCertificate(
  entity: Entity,
  issuer: IssuerIdentity | null,
  keyIdentifier: string | null,
): WantedCertificate {
  const { kind, key } = entity;
  const subjects = pick(entity, ['subject', 'earlierSubject', 'exactSubject', 'signing']);
  return { kind, ...subjects, key, issuer, extensions: wantedExtensions({ entity, issuer, keyIdentifier }) };
}

/** @param keyIdentifier as above; what is carried over from an earlier certificate goes first. */
export function certificateSpec(
  entity: Entity,
  issuer: IssuerIdentity | null,
  { notBefore, notAfter, name, subjectKeyId }: Issuance,
  keyIdentifier: string | null,
): CertificateSpec {
  const wanted = wantedCertificate(entity, issuer, subjectKeyId ?? keyIdentifier);
  return { ...wanted, name: encodedName(entity, name), notBefore, notAfter };
}

function wantedExtensions(context: ExtensionContext): readonly WantedExtension[] {
  const others = (context.entity.extensions ?? []).map(({ oid }) => privateExtension(oid));
  return [...EXTENSIONS, ...others].flatMap((rule) => {
    const wanted = rule.wanted(context);
    return wanted === null ? [] : [{ rule, wanted }];
  });
}

/** An extension to be written. */
export interface WrittenExtension {
  readonly rule: AnyExtension;
  readonly critical: boolean;
  readonly value: unknown;
}

/** Those of a certificate that are written into it. */
export function writtenExtensions({
  extensions,
}: Pick<WantedCertificate, 'extensions'>): readonly WrittenExtension[] {
  return extensions.flatMap(({ rule, wanted }) => {
    if (wanted.presence === 'none' || wanted.presence === 'allowed') return [];
    return [{ rule, critical: wanted.critical, value: wanted.value }];
  });
}

/** Those that a request asks for: the same, less what only the issuer can know. */
export function requestedExtensions(entity: Entity): readonly WrittenExtension[] {
  return writtenExtensions(wantedCertificate(entity, null, null)).filter(({ rule }) => rule.inRequest);
}
