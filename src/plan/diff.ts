/**
 * Issued against wanted, field by field. The same comparison decides what a plan changes and whether a freshly made
 * certificate may be published, so nothing can be issued that the next plan would call different.
 */
import type { Entity } from '../pki/entity.ts';
import { keySpecText } from '../pki/key-spec.ts';
import { sanText } from '../pki/san.ts';
import { type Subject, subjectText } from '../pki/subject.ts';
import type { CertificateFacts, NameAttribute, RequestFacts } from '../x509/facts.ts';
import { profileOf } from './profile.ts';
import type { Field, Reason } from './reason.ts';

type Differs = Extract<Reason, { kind: 'differs' }>;

/** Everything in which a certificate departs from its entity, validity and issuer apart (they need more than itself). */
export function diffCertificate(facts: CertificateFacts, entity: Entity): readonly Reason[] {
  return [
    ...differs('version', `v${facts.version}`, 'v3'),
    ...diffName('subject', facts.subject, entity.subject),
    ...diffSets('san', facts.san?.names ?? [], wantedSan(entity)),
    ...diffConstraints(facts, entity),
    ...diffUsages(facts, entity),
    ...diffIdentifiers(facts, entity),
    ...weakness(facts),
  ];
}

/** Everything in which a request departs from its entity. */
export function diffRequest(facts: RequestFacts, entity: Entity): readonly Reason[] {
  return [
    ...diffName('subject', facts.subject, entity.subject),
    ...diffSets('san', facts.san, wantedSan(entity)),
  ];
}

/** One reason where the two texts are not the same, none where they are. */
export function differs(field: Field, before: string, after: string): readonly Differs[] {
  return before === after ? [] : [{ kind: 'differs', field, before, after }];
}

/** Order and string types of a name are not compared: RFC 5280 §7.1 matches meaning; re-ordering is no change. */
export function diffName(
  field: 'subject' | 'issuer',
  before: readonly NameAttribute[],
  after: Subject,
): readonly Differs[] {
  const same = sortedName(before) === sortedName(after);
  return same ? [] : differs(field, subjectText(before), subjectText(after));
}

function sortedName(name: readonly NameAttribute[]): string {
  return JSON.stringify(name.map(({ type, value }) => [type, value]).sort());
}

/** SANs as certificate facts spell them: the manifest's addresses are in canonical text already. */
export function wantedSan(entity: Entity): readonly string[] {
  return entity.san.map(sanText);
}

/** Sets: the order of SANs and usages means nothing, but before and after are shown as they are written. */
function diffSets(field: Field, before: readonly string[], after: readonly string[]): readonly Differs[] {
  const same = [...before].sort().join('\n') === [...after].sort().join('\n');
  return same ? [] : differs(field, listText(before), listText(after));
}

function listText(values: readonly string[]): string {
  return values.length === 0 ? 'none' : values.join(', ');
}

function diffConstraints(facts: CertificateFacts, entity: Entity): readonly Differs[] {
  const found = facts.basicConstraints;
  if (entity.kind !== 'authority')
    return differs('basicConstraints', found?.ca ? 'CA:TRUE' : 'CA:FALSE', 'CA:FALSE');
  return [
    // RFC 5280 §4.2.1.9: critical in every CA certificate; Python ≥ 3.13 and x509_strict insist.
    ...differs('basicConstraints', constraintsText(found), 'critical, CA:TRUE'),
    ...differs('pathLength', pathLengthText(found?.pathLength ?? null), pathLengthText(entity.pathLength)),
  ];
}

function constraintsText(found: CertificateFacts['basicConstraints']): string {
  if (found === null) return 'none';
  return `${found.critical ? 'critical, ' : ''}${found.ca ? 'CA:TRUE' : 'CA:FALSE'}`;
}

function pathLengthText(pathLength: number | null): string {
  return pathLength === null ? 'none' : String(pathLength);
}

function diffUsages(facts: CertificateFacts, entity: Entity): readonly Differs[] {
  const profile = profileOf(entity);
  return [
    ...diffSets('keyUsage', facts.keyUsage?.usages ?? [], profile.keyUsage),
    ...diffSets('extendedKeyUsage', facts.extendedKeyUsage ?? [], profile.extendedKeyUsage ?? []),
  ];
}

/**
 * A CA must carry an SKI and everything but a root an AKI (RFC 5280 §4.2.1.1–2). That a leaf lacks an SKI harms
 * nobody, so such a certificate from another tool stays.
 */
function diffIdentifiers(facts: CertificateFacts, entity: Entity): readonly Differs[] {
  const lacksSki = entity.kind === 'authority' && facts.subjectKeyId === null;
  const lacksAki = entity.issuer !== null && facts.authorityKeyId === null;
  return [
    ...differs('subjectKeyIdentifier', lacksSki ? 'none' : 'present', 'present'),
    ...differs('authorityKeyIdentifier', lacksAki ? 'none' : 'present', 'present'),
  ];
}

/** MD5 and SHA-1 signatures are refused by security level 2, Go, GnuTLS and browsers. */
function weakness(facts: CertificateFacts): readonly Reason[] {
  return /sha1|md5/i.test(facts.signature) ? [{ kind: 'weak', what: `signature ${facts.signature}` }] : [];
}

/** A key of another kind than asked for. @param before its kind as facts have it (`rsa-3072`). */
export function diffKeySpec(before: string, entity: Entity): readonly Differs[] {
  return differs('key', before, keySpecText(entity.key));
}
