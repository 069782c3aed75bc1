/**
 * The last judge before anything is published: what openssl made against what was asked, to the last octet. It exits 0
 * on a full disk, on a request with a broken signature and on a truncated output, so its word counts for nothing. Pure.
 */
import type { Entity } from '../pki/entity.ts';
import type { CertificateFacts, KeyFacts, KeyId, RequestFacts } from '../x509/facts.ts';
import { issuedName } from '../x509/name.ts';
import { EXTENSION } from '../x509/oids.ts';
import type { Issuance } from './change.ts';
import { diffCertificate, diffKeySpec, diffRequest } from './diff.ts';
import type { Reason } from './reason.ts';
import { isoTime } from './validity.ts';

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
  const { entity, issuance } = asked;
  const forRequest = [
    ...diffKeySpec(made.key.spec, entity).map(({ before, after }) => `the key is ${before}, not ${after}`),
    ...unless(made.csr.keyId === made.key.keyId, 'the request is for another key'),
    ...unless(made.csr.signatureFits, 'the signature of the request does not fit its key'),
    ...diffRequest(made.csr, entity).map((reason) => `the request differs, ${differenceText(reason)}`),
  ];
  if (made.cert === null || issuance === null) return forRequest;
  return [...forRequest, ...certificateObjections(made.cert, made, asked, issuance)];
}

function certificateObjections(
  cert: CertificateFacts,
  made: Pick<Made, 'key' | 'signedBy'>,
  { entity, issuer }: Asked,
  issuance: Issuance,
): readonly string[] {
  const issuerDer = issuer?.subjectDer ?? issuedName(entity, issuance.name);
  return [
    ...diffCertificate(cert, entity).map((reason) => `the certificate differs, ${differenceText(reason)}`),
    ...unless(cert.keyId === made.key.keyId, 'the certificate is for another key'),
    ...unless(
      made.signedBy === (issuer?.keyId ?? made.key.keyId),
      'the certificate is not signed by its issuer',
    ),
    ...unless(cert.issuerDer === issuerDer, 'the certificate names another issuer'),
    ...unless(
      cert.subjectDer === issuedName(entity, issuance.name),
      'the subject is encoded in another way than asked',
    ),
    ...unless(
      issuer === null || cert.authorityKeyId === issuer.subjectKeyId,
      'the AKI is not the issuer’s SKI',
    ),
    ...unless(cert.notBefore === issuance.notBefore, `notBefore is ${isoTime(cert.notBefore)}`),
    ...unless(cert.notAfter === issuance.notAfter, `notAfter is ${isoTime(cert.notAfter)}`),
    ...serialObjections(cert.serial),
    ...extensionObjections(cert, entity),
  ];
}

/** The same for a cross-certificate: its issuer is a root's earlier certificate. */
export function crossObjections(
  made: { readonly cert: CertificateFacts; readonly key: KeyFacts; readonly signedBy: KeyId | null },
  asked: { readonly entity: Entity; readonly issuance: Issuance; readonly issuer: CertificateFacts },
): readonly string[] {
  // As if the root had an issuer, which is what it had itself before.
  const entity = { ...asked.entity, issuer: asked.entity.id };
  return certificateObjections(made.cert, made, { ...asked, entity }, asked.issuance);
}

function differenceText(reason: Reason): string {
  if (reason.kind === 'differs') return `${reason.field} is ${reason.before}, not ${reason.after}`;
  return reason.kind === 'weak' ? reason.what : reason.kind;
}

function unless(holds: boolean, objection: string): readonly string[] {
  return holds ? [] : [objection];
}

/** Positive, at most 20 octets (RFC 5280 §4.1.2.2), and too long to be anything but random. */
function serialObjections(serial: string): readonly string[] {
  const octets = serial.length / 2;
  const negative = Number.parseInt(serial.slice(0, 2), 16) > 0x7f && octets === 20;
  return unless(
    octets >= 12 && octets <= 20 && !negative,
    `the serial number ${serial} is not 12 to 20 random octets`,
  );
}

/** Exactly what was asked: an extension too many can be a usage too many. */
function extensionObjections(cert: CertificateFacts, entity: Entity): readonly string[] {
  const wanted = [
    EXTENSION.basicConstraints,
    EXTENSION.keyUsage,
    EXTENSION.subjectKeyIdentifier,
    ...(entity.kind === 'authority' ? [] : [EXTENSION.extendedKeyUsage]),
    ...(entity.san.length === 0 ? [] : [EXTENSION.subjectAltName]),
    ...(entity.issuer === null ? [] : [EXTENSION.authorityKeyIdentifier]),
  ];
  const found = cert.oids.filter((oid) => oid !== EXTENSION.authorityKeyIdentifier || entity.issuer !== null);
  const critical = [
    EXTENSION.basicConstraints,
    EXTENSION.keyUsage,
    ...(entity.san.length > 0 && entity.subject.length === 0 ? [EXTENSION.subjectAltName] : []),
  ];
  return [
    ...unless(sameSet(found, wanted), `the extensions are ${cert.oids.join(', ')}, not ${wanted.join(', ')}`),
    ...unless(
      sameSet(cert.criticalOids, critical),
      `the critical extensions are ${cert.criticalOids.join(', ')}, not ${critical.join(', ')}`,
    ),
  ];
}

function sameSet(found: readonly string[], wanted: readonly string[]): boolean {
  return [...found].sort().join() === [...wanted].sort().join();
}
