/**
 * The last judge before anything is published: what openssl made against what was asked, to the last octet. It exits 0
 * on a full disk, on a request with a broken signature and on a truncated output, so its word counts for nothing. Pure.
 */
import type { Entity } from '../pki/entity.ts';
import { hex } from '../x509/der.ts';
import { type AnyExtension, EXTENSIONS, type Found, findExtension } from '../x509/extensions.ts';
import type { CertificateFacts, KeyFacts, KeyId, RequestFacts } from '../x509/facts.ts';
import { encodedNameDer } from '../x509/name.ts';
import type { Issuance } from './change.ts';
import { diffCertificate, diffKeySpec, diffRequest, namesCertificate, namesIssuer } from './diff.ts';
import type { Reason } from './reason.ts';
import { isoTime } from './validity.ts';
import { type CertificateSpec, certificateSpec, issuedBy, writtenExtensions } from './wanted.ts';

/** What an entity has now: its key, be it new or kept, and what was staged, as facts of the files. */
export interface Made {
  readonly key: KeyFacts;
  readonly csr: RequestFacts;
  /** `null` where only the request was made anew. */
  readonly cert: CertificateFacts | null;
  /** The key that made the certificate's signature, or `null` where it was not the issuer's. */
  readonly signedBy: KeyId | null;
}

/** What it should have; `issuance` is `null` where only a request was asked for. */
export interface Asked {
  readonly entity: Entity;
  readonly issuance: Issuance | null;
  /** The issuer's certificate on disk, `null` for a root. */
  readonly issuer: CertificateFacts | null;
}

/** Everything that is wrong, in plain words; nothing means that it may be published. */
export function objections(made: Made, asked: Asked): readonly string[] {
  const { entity, issuance, issuer } = asked;
  const forRequest = [
    ...diffKeySpec(made.key.spec, entity).map(({ before, after }) => `the key is ${before}, not ${after}`),
    ...unless(made.csr.keyId === made.key.keyId, 'the request is for another key'),
    ...unless(made.csr.signatureFits, 'the signature of the request does not fit its key'),
    ...diffRequest(made.csr, entity).map((reason) => `the request differs, ${differenceText(reason)}`),
  ];
  if (made.cert === null || issuance === null) return forRequest;
  const by = issuer === null ? null : issuedBy(issuer);
  const spec = certificateSpec(entity, by, issuance, made.key.keyIdentifier);
  const signer = issuer?.keyId ?? made.key.keyId;
  return [...forRequest, ...certificateObjections({ ...made, cert: made.cert }, spec, signer)];
}

/** A certificate that was made, with the key that it shall be for and the one that signed it. */
interface MadeCertificate {
  readonly cert: CertificateFacts;
  readonly key: KeyFacts;
  readonly signedBy: KeyId | null;
}

/** The same for a cross-certificate: its issuer is a root's earlier certificate. */
export function crossObjections(
  made: MadeCertificate,
  asked: { readonly entity: Entity; readonly issuance: Issuance; readonly issuer: CertificateFacts },
): readonly string[] {
  const { entity, issuance, issuer } = asked;
  const spec = certificateSpec(entity, issuedBy(issuer), issuance, made.key.keyIdentifier);
  return certificateObjections(made, spec, issuer.keyId);
}

function certificateObjections(
  { cert, key, signedBy }: MadeCertificate,
  spec: CertificateSpec,
  signer: KeyId,
): readonly string[] {
  const name = encodedNameDer(spec.name);
  const isNamed =
    spec.issuer === null
      ? cert.issuerDer === name
      : namesIssuer(cert, spec.issuer) && namesCertificate(cert, spec.issuer);
  return [
    ...diffCertificate(cert, spec).map((reason) => `the certificate differs, ${differenceText(reason)}`),
    ...unless(cert.keyId === key.keyId, 'the certificate is for another key'),
    ...unless(signedBy === signer, 'the certificate is not signed by its issuer'),
    ...unless(isNamed, 'the certificate names another issuer'),
    ...unless(cert.subjectDer === name, 'the subject is encoded in another way than asked'),
    ...unless(cert.notBefore === spec.notBefore, `notBefore is ${isoTime(cert.notBefore)}`),
    ...unless(cert.notAfter === spec.notAfter, `notAfter is ${isoTime(cert.notAfter)}`),
    ...serialObjections(cert.serial),
    ...extensionObjections(cert, spec),
  ];
}

function differenceText(reason: Reason): string {
  if (reason.kind === 'defect')
    return [reason.defect, ...(reason.what === null ? [] : [reason.what])].join(' ');
  if (reason.kind === 'differs') return `${reason.field} is ${reason.before}, not ${reason.after}`;
  return reason.kind === 'weak' ? reason.what : reason.kind;
}

function unless(holds: boolean, objection: string): readonly string[] {
  return holds ? [] : [objection];
}

/** With its sign at most 20 octets (RFC 5280 §4.1.2.2), and too long to be anything but random. */
function serialObjections(serial: string): readonly string[] {
  const octets = serial.length / 2;
  const isTooLarge = octets === 20 && serial >= '8';
  return unless(
    octets >= 12 && octets <= 20 && !isTooLarge,
    `the serial number ${serial} is not 12 to 20 random octets`,
  );
}

/** Exactly what was asked: the plan is content with what other tools made, but an extension too many can be a usage too many. */
function extensionObjections(cert: CertificateFacts, spec: CertificateSpec): readonly string[] {
  const wanted = writtenExtensions(spec).map(({ rule, critical, value }) =>
    encoded(rule, { critical, value }),
  );
  const found = [
    ...judgedExtensions(spec).flatMap((rule) => {
      const extension = findExtension(cert, rule);
      return extension === undefined ? [] : [encoded(rule, extension)];
    }),
    ...cert.unknown.map(({ oid, critical, hex: value }) => labelText(oid, critical, value)),
  ];
  const departures = [
    ...found.filter((one) => !wanted.includes(one)).map((one) => `${one} was not asked for`),
    ...wanted.filter((one) => !found.includes(one)).map((one) => `${one} is missing`),
  ];
  return unless(departures.length === 0, `the extensions are not as asked: ${departures.join(', ')}`);
}

/** All but those that openssl may leave out or add as it likes. */
function judgedExtensions({ extensions }: CertificateSpec): readonly AnyExtension[] {
  const allowed = extensions.flatMap(({ rule, wanted }) => (wanted.presence === 'allowed' ? [rule] : []));
  return EXTENSIONS.filter((rule) => !allowed.includes(rule));
}

function encoded(rule: AnyExtension, { critical, value }: Found<unknown>): string {
  return labelText(rule.name, critical, hex(rule.write(value)));
}

/** `critical keyUsage 03020780`. */
function labelText(name: string, critical: boolean, value: string): string {
  return `${critical ? 'critical ' : ''}${name} ${value}`;
}
