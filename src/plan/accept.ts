/**
 * The last check before anything is published: what was made against what was asked, to the octet. openssl exits 0 on a
 * full disk, on a request with a broken signature and on truncated output, so its exit code proves nothing. Pure.
 */
import type { Entity } from '../pki/entity.ts';
import { hex } from '../x509/der.ts';
import { authorityKeyIdentifier } from '../x509/extensions/authority-key-identifier.ts';
import { type AnyExtension, EXTENSIONS, type Found, findExtension } from '../x509/extensions.ts';
import {
  type CertificateFacts,
  type KeyFacts,
  type KeyId,
  keyIdentifierOf,
  type RequestFacts,
} from '../x509/facts.ts';
import { encodedNameDer } from '../x509/name.ts';
import type { Issuance } from './change.ts';
import { breachesOf, SLACK } from './contract.ts';
import {
  diffCertificate,
  diffExtension,
  diffKeySpec,
  diffRequest,
  namesCertificate,
  namesIssuer,
} from './diff.ts';
import type { EncodedExtension, Objection } from './objection.ts';
import type { Reason } from './reason.ts';
import {
  type CertificateSpec,
  certificateSpec,
  issuedBy,
  type WantedCertificate,
  wantedCertificate,
  writtenExtensions,
} from './wanted.ts';

/** What an entity has now: its key, be it new or kept, and what was staged, as facts of the files. */
export interface Made {
  readonly key: KeyFacts;
  /** `null` where its key is elsewhere, so that none was made. */
  readonly csr: RequestFacts | null;
  /** `null` where only the request was made again. */
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

/** Everything that is wrong; nothing means that it may be published. */
export function objections(made: Made, asked: Asked): readonly Objection[] {
  const { entity, issuance, issuer } = asked;
  const forRequest = keyObjections(made, entity);
  if (made.cert === null || issuance === null) return forRequest;
  const by = issuer === null ? null : issuedBy(issuer);
  const spec = certificateSpec(entity, by, issuance, made.key.keyIdentifier);
  const signer = issuer?.keyId ?? made.key.keyId;
  return [...forRequest, ...certificateObjections({ ...made, cert: made.cert }, spec, signer)];
}

function keyObjections({ key, csr }: Made, entity: Entity): readonly Objection[] {
  return [
    ...diffKeySpec(key.spec, entity).map(({ before, after }) => ({ kind: 'key', before, after }) as const),
    ...(csr === null ? [] : requestObjections(csr, key, entity)),
  ];
}

/**
 * The same of what came from another machine. Whatever signed there, it may have written names in its own way and have cut
 * the time short; but it lies within what was asked, and was signed by the key that was asked.
 */
export function answerObjections(made: Made, asked: Asked): readonly Objection[] {
  const { entity, issuance, issuer } = asked;
  const { cert, key, signedBy } = made;
  if (cert === null || issuance === null || issuer === null) return objections(made, asked);
  const { notBefore, notAfter } = issuance;
  const by = issuedBy(issuer);
  const wanted = wantedCertificate(entity, by, keyIdentifierOf(cert));
  return [
    ...keyObjections(made, entity),
    ...[
      ...breachesOf(cert, { wanted, keyId: null, longest: Number.POSITIVE_INFINITY }),
      ...issuerKeyChanges(cert, wanted),
    ].map((reason) => ({ kind: 'certificate', reason }) as const),
    ...unless(cert.keyId === key.keyId, { kind: 'certificate-key' }),
    ...unless(signedBy === issuer.keyId, { kind: 'certificate-signature' }),
    ...unless(namesIssuer(cert, by) && namesCertificate(cert, by), { kind: 'issuer-name' }),
    ...unless(cert.notBefore >= notBefore - SLACK, { kind: 'not-before', found: cert.notBefore }),
    ...unless(cert.notAfter <= notAfter, { kind: 'not-after', found: cert.notAfter }),
  ];
}

/**
 * How it names the key that signed, of which the contract says nothing: below our own authorities plan and proof want it
 * (RFC 5280 §4.2.1.1), and OpenSSL 4.0 writes it with `x509 -req` only where it is asked to.
 */
function issuerKeyChanges(cert: CertificateFacts, { extensions }: WantedCertificate): readonly Reason[] {
  return extensions
    .filter(({ rule }) => rule.name === authorityKeyIdentifier.name)
    .flatMap((one) => diffExtension(cert, one));
}

function requestObjections(csr: RequestFacts, key: KeyFacts, entity: Entity): readonly Objection[] {
  return [
    ...unless(csr.keyId === key.keyId, { kind: 'request-key' }),
    ...unless(csr.signatureFits, { kind: 'request-signature' }),
    ...diffRequest(csr, entity).map((reason) => ({ kind: 'request', reason }) as const),
  ];
}

/** A certificate that was made, with the key that it is meant for and the one that signed it. */
interface MadeCertificate {
  readonly cert: CertificateFacts;
  readonly key: KeyFacts;
  readonly signedBy: KeyId | null;
}

/** The same for a cross-certificate: its issuer is a root's earlier certificate. */
export function crossObjections(
  made: MadeCertificate,
  asked: { readonly entity: Entity; readonly issuance: Issuance; readonly issuer: CertificateFacts },
): readonly Objection[] {
  const { entity, issuance, issuer } = asked;
  const spec = certificateSpec(entity, issuedBy(issuer), issuance, made.key.keyIdentifier);
  return certificateObjections(made, spec, issuer.keyId);
}

function certificateObjections(
  { cert, key, signedBy }: MadeCertificate,
  spec: CertificateSpec,
  signer: KeyId,
): readonly Objection[] {
  const name = encodedNameDer(spec.name);
  const isNamed =
    spec.issuer === null
      ? cert.issuerDer === name
      : namesIssuer(cert, spec.issuer) && namesCertificate(cert, spec.issuer);
  return [
    ...diffCertificate(cert, spec).map((reason) => ({ kind: 'certificate', reason }) as const),
    ...unless(cert.keyId === key.keyId, { kind: 'certificate-key' }),
    ...unless(signedBy === signer, { kind: 'certificate-signature' }),
    ...unless(isNamed, { kind: 'issuer-name' }),
    ...unless(cert.subjectDer === name, { kind: 'subject-octets' }),
    ...unless(cert.notBefore === spec.notBefore, { kind: 'not-before', found: cert.notBefore }),
    ...unless(cert.notAfter === spec.notAfter, { kind: 'not-after', found: cert.notAfter }),
    ...serialObjections(cert.serial),
    ...extensionObjections(cert, spec),
  ];
}

function unless(holds: boolean, objection: Objection): readonly Objection[] {
  return holds ? [] : [objection];
}

/** At most 20 octets with the sign (RFC 5280 §4.1.2.2), and too long to be anything but random. */
function serialObjections(serial: string): readonly Objection[] {
  const octets = serial.length / 2;
  const isTooLarge = octets === 20 && serial >= '8';
  return unless(octets >= 12 && octets <= 20 && !isTooLarge, { kind: 'serial', serial });
}

/**
 * Exactly what was asked. The plan tolerates what other tools made; here a surplus extension could be a surplus usage.
 */
function extensionObjections(cert: CertificateFacts, spec: CertificateSpec): readonly Objection[] {
  const wanted = writtenExtensions(spec).map(({ rule, critical, value }) =>
    encoded(rule, { critical, value }),
  );
  const found = [
    ...judgedExtensions(spec).flatMap((rule) => {
      const extension = findExtension(cert, rule);
      return extension === undefined ? [] : [encoded(rule, extension)];
    }),
    ...cert.unknown.map(({ oid, critical, hex: value }) => ({ name: oid, critical, value })),
  ];
  const surplus = found.filter((one) => !wanted.some((other) => isSame(one, other)));
  const missing = wanted.filter((one) => !found.some((other) => isSame(one, other)));
  return unless(surplus.length + missing.length === 0, { kind: 'extensions', surplus, missing });
}

function isSame(a: EncodedExtension, b: EncodedExtension): boolean {
  return a.name === b.name && a.critical === b.critical && a.value === b.value;
}

/** All but those that openssl is free to add or leave out. */
function judgedExtensions({ extensions }: CertificateSpec): readonly AnyExtension[] {
  const allowed = extensions.flatMap(({ rule, wanted }) => (wanted.presence === 'allowed' ? [rule] : []));
  return EXTENSIONS.filter((rule) => !allowed.includes(rule));
}

function encoded(rule: AnyExtension, { critical, value }: Found<unknown>): EncodedExtension {
  return { name: rule.name, critical, value: hex(rule.write(value)) };
}
