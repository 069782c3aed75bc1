/**
 * Found against wanted, field by field. The same comparison decides what a plan changes and whether a freshly made
 * certificate may be published, so nothing can be issued that the next plan would call different.
 */
import { isStatable } from '../pki/attribute-text.ts';
import { sameSet } from '../pki/compare.ts';
import type { Entity } from '../pki/entity.ts';
import { keySpecText } from '../pki/key-spec.ts';
import { sanText } from '../pki/san.ts';
import { relativeParts, type Subject, subjectText } from '../pki/subject.ts';
import { type IssuerIdentity, PRESENT, type Wanted } from '../x509/extension-rule.ts';
import { type AuthorityKeyIdentifier, directoryNameIn } from '../x509/extensions/authority-key-identifier.ts';
import { type AnyExtension, type ExtensionField, type Found, findExtension } from '../x509/extensions.ts';
import type { CertificateFacts, KeyFacts, KeyId, NameAttribute, RequestFacts } from '../x509/facts.ts';
import { nextName } from '../x509/name.ts';
import { isSameName, nameText } from '../x509/name-read.ts';
import { signatureUnder } from '../x509/signature-write.ts';
import { defectsOf } from './defects.ts';
import type { Field, Reason } from './reason.ts';
import type { WantedCertificate, WantedExtension } from './wanted.ts';

/** A reason with its before and after. */
export type FieldChange = Extract<Reason, { kind: 'differs' }>;

/** Everything in which a certificate departs from the wanted one, dates and signature apart (they need more than itself). */
export function diffCertificate(facts: CertificateFacts, wanted: WantedCertificate): readonly Reason[] {
  return [
    ...differs('version', `v${facts.version}`, 'v3'),
    ...(isNamedAs(facts.subject, wanted) ? [] : diffSubject(facts.subject, wanted)),
    ...wanted.extensions.flatMap((extension) => diffExtension(facts, extension)),
    ...diffSignature(facts, wanted),
    ...weakness(facts, wanted),
    ...defectsOf(facts, wanted),
  ];
}

/** Everything in which a request departs from its entity. */
export function diffRequest(facts: RequestFacts, entity: Entity): readonly Reason[] {
  const [found, wanted] = [facts.san, entity.san.map(sanText)];
  return [
    ...diffSubject(facts.subject, entity),
    ...(sameSet(found, wanted) ? [] : differs('san', listText(found, NONE), listText(wanted, NONE))),
  ];
}

/** One reason where the two texts differ. */
function differs(field: Field, before: string, after: string): readonly FieldChange[] {
  return before === after ? [] : [{ kind: 'differs', field, before, after }];
}

/** A subject as an earlier version of this program wrote it is no difference, like one in another order. */
export function diffSubject(
  before: readonly NameAttribute[],
  { subject, earlierSubject, exactSubject }: Pick<Entity, 'subject' | 'earlierSubject' | 'exactSubject'>,
): readonly FieldChange[] {
  if (exactSubject)
    return sameOrder(before, subject) ? [] : differs('subject', subjectText(before), subjectText(subject));
  const isEarlier = earlierSubject !== undefined && diffName('subject', before, earlierSubject).length === 0;
  return isEarlier ? [] : diffName('subject', before, subject);
}

/**
 * Whether a certificate has the entity's name, or has beside it only what no manifest can state (an organization of more
 * than 64 characters): such a name is not shown to be wrong, and stays until the renewal, which says what it will lack.
 */
export function isNamedAs(
  before: readonly NameAttribute[],
  wanted: Parameters<typeof diffSubject>[1],
): boolean {
  const isIt = (name: readonly NameAttribute[]): boolean => diffSubject(name, wanted).length === 0;
  return isIt(before) || isIt(before.filter(isStatable));
}

/** The same RDNs, one after the other; in a SET, order means nothing. */
function sameOrder(one: Subject, other: Subject): boolean {
  const [a, b] = [one, other].map((name) => relativeParts(name).map((rdn) => rdn.map(attributeText).sort()));
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Order and string types of a name are not compared: RFC 5280 §7.1 matches meaning; re-ordering is no change. */
export function diffName(
  field: 'subject' | 'issuer',
  before: readonly NameAttribute[],
  after: readonly NameAttribute[],
): readonly FieldChange[] {
  const same = sameSet(before.map(attributeText), after.map(attributeText));
  return same ? [] : differs(field, subjectText(before), subjectText(after));
}

/** How a new certificate would rewrite an equivalent subject: order, RDNs, or else string types. */
export function subjectChange(
  entity: Pick<Entity, 'subject' | 'exactSubject'>,
  cert: Pick<CertificateFacts, 'subjectDer'>,
): readonly FieldChange[] {
  return diffOctets('subject', cert.subjectDer, nextName(entity, cert));
}

/** The same name of the same key in other octets: Go and others find no issuer by it. */
export function diffIssuer(before: string, after: string): readonly FieldChange[] {
  return diffOctets('issuer', before, after);
}

/** Hex of the DER of two names. */
function diffOctets(field: 'subject' | 'issuer', before: string, after: string): readonly FieldChange[] {
  if (before === after) return [];
  const [one, other] = [nameText(before), nameText(after)];
  return one === other
    ? differs(field, nameText(before, true), nameText(after, true))
    : differs(field, one, other);
}

function attributeText({ type, value }: NameAttribute): string {
  return `${type}=${value}`;
}

/** An extension made by another tool is right if its rule accepts it, and is otherwise explained field by field. */
export function diffExtension(
  facts: CertificateFacts,
  { rule, wanted }: WantedExtension,
): readonly FieldChange[] {
  const found = findExtension(facts, rule);
  if (isRight(rule, found, wanted)) return [];
  const asked = wanted.presence === 'none' ? undefined : wanted;
  const isEmphasised = asked?.accepts === 'same';
  return rule.fields.flatMap((field) =>
    differs(field, fieldText(rule, field, found, isEmphasised), fieldText(rule, field, asked, isEmphasised)),
  );
}

function isRight(rule: AnyExtension, found: Found<unknown> | undefined, wanted: Wanted<unknown>): boolean {
  if (found === undefined) return wanted.presence !== 'required';
  if (wanted.presence === 'none') return false;
  if (wanted.accepts === 'same' && found.critical !== wanted.critical) return false;
  if (rule.matches !== undefined && wanted.exactly !== true)
    return rule.matches(found.value, wanted.value, wanted.presence);
  return rule.fields.every((field) =>
    sameSet(rule.items(found.value, field), rule.items(wanted.value, field)),
  );
}

const NONE = 'none';

/** One field of an extension. Criticality is reported for the extension as a whole, and only where it decides. */
export function fieldText(
  rule: AnyExtension,
  field: ExtensionField,
  extension: Found<unknown> | undefined,
  isEmphasised: boolean,
): string {
  if (extension === undefined) return NONE;
  const isWhole = field === rule.fields[0];
  const isAlone = isWhole && rule.fields.length === 1;
  const text = listText(rule.items(extension.value, field), isAlone ? 'empty' : NONE);
  return isWhole && isEmphasised && extension.critical ? `critical, ${text}` : text;
}

/** Different sets give different texts: a name that reads like two is quoted. */
function listText(items: readonly string[], none: string): string {
  const texts = items.map((item) => (/, |^"/.test(item) ? JSON.stringify(item) : item));
  return texts.length === 0 ? none : texts.join(', ');
}

/**
 * Whether a certificate names this issuer: verifiers find it by name; Go and others by its very bytes (RFC 5280 §6.1.3
 * (a)(4)).
 */
export function namesIssuer(facts: CertificateFacts, issuer: IssuerIdentity): boolean {
  return facts.issuerDer === issuer.subjectDer;
}

/** One of an authority's certificates: hex of the DER of who issued it, and its serial number. */
type CertificateName = Pick<IssuerIdentity, 'issuerDer' | 'serial'>;

/**
 * Where the AKI names one certificate of the issuer by that one's issuer and serial number (RFC 5280 §4.2.1.1), as
 * easy-rsa writes it, OpenSSL accepts no other, even for the same key. A certificate not issued yet cannot be named.
 */
export function namesCertificate({ extensions }: CertificateFacts, certificate: CertificateName): boolean {
  return isNamedCertificate(extensions.authorityKeyIdentifier?.value ?? {}, certificate);
}

/** The same of what an AKI says, that of a revocation list among them. */
export function isNamedCertificate(
  { issuer = null, serial = null }: Partial<Pick<AuthorityKeyIdentifier, 'issuer' | 'serial'>>,
  certificate: CertificateName,
): boolean {
  const named = issuer === null ? null : directoryNameIn(issuer);
  const { issuerDer } = certificate;
  const isNamed = named === null || (issuerDer !== null && isSameName(named, issuerDer));
  return isNamed && [null, certificate.serial].includes(serial);
}

/** An AKI that names a certificate other than the current one. */
export function wrongCertificate(
  facts: CertificateFacts,
  certificate: CertificateName,
): readonly FieldChange[] {
  if (namesCertificate(facts, certificate)) return [];
  const { keyId = null, serial = null } = facts.extensions.authorityKeyIdentifier?.value ?? {};
  const before = `${keyId === null ? '' : `${keyId}, `}certificate ${serial ?? 'of another issuer'}`;
  return differs('authorityKeyIdentifier', before, keyId ?? PRESENT);
}

/**
 * MD5, SHA-1 and older: refused by security level 2, Go, GnuTLS and browsers, except on roots, which no verifier
 * checks.
 */
export function weakness({ signature }: CertificateFacts, { issuer }: WantedCertificate): readonly Reason[] {
  const isWeak = issuer !== null && /sha1|md[245]|ripemd/i.test(signature);
  return isWeak ? [{ kind: 'weak', what: `signature ${signature}` }] : [];
}

/** How the issuer signed, as far as the manifest states it. Of a root's own signature no verifier asks. */
export function diffSignature(
  { signature }: CertificateFacts,
  { issuer, signing }: WantedCertificate,
): readonly FieldChange[] {
  if (issuer === null || signing === undefined) return [];
  return differs('signature', signature, signatureUnder(signing, signature));
}

/** A key of another kind than asked for. @param before its kind as facts have it (`rsa-3072`). */
export function diffKeySpec(before: string, { key }: Pick<Entity, 'key'>): readonly FieldChange[] {
  return differs('key', before, keySpecText(key));
}

/** Another key than the one that was given; of two of a kind, the beginnings of their ids tell them apart. */
export function diffGivenKey(
  { keyId, keySpec }: Pick<CertificateFacts, 'keyId' | 'keySpec'>,
  given: Pick<KeyFacts, 'keyId' | 'spec'>,
): readonly FieldChange[] {
  return differs('key', keyText(keySpec, keyId), keyText(given.spec, given.keyId));
}

function keyText(spec: string, keyId: KeyId): string {
  return `${spec} ${keyId.slice(0, 16)}`;
}
