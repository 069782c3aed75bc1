/**
 * Make → what is to be signed, and how: to the octet what openssl signs for the same make (openssl/make-command.ts), given
 * the same key, serial number and issuer.
 */
import type { Entity } from '../pki/entity.ts';
import { keySpecText } from '../pki/key-spec.ts';
import { encodeRequestInfo, encodeTbsCertificate } from '../x509/certificate-write.ts';
import { type CertificateFacts, keyIdentifierOf } from '../x509/facts.ts';
import { type EncodedName, encodedName, encodedNameDer } from '../x509/name.ts';
import { privateExtension } from '../x509/private-extension.ts';
import { keyIdentifier } from '../x509/public-key.ts';
import { requestSpki, requestSubject } from '../x509/request.ts';
import {
  type SignatureAlgorithm,
  type Signing,
  signatureAlgorithm,
  signingBy,
} from '../x509/signature-write.ts';
import type { Issuance } from './change.ts';
import type { SigningRequest } from './signing-request.ts';
import { certificateSpec, issuedBy, requestedExtensions, writtenExtensions } from './wanted.ts';

/** Waits for a signature. */
export interface Unsigned {
  readonly der: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
}

/** CertificationRequestInfo. @param spki the key that signs, as the request shows it. */
export function unsignedRequest(entity: Entity, name: EncodedName | undefined, spki: Uint8Array): Unsigned {
  const subject = derOf(encodedName(entity, name));
  // openssl req is given -sha256 for every kind of key.
  const algorithm = algorithmOf({ ...signingBy(keySpecText(entity.key)), digest: 'sha256' });
  return { der: encodeRequestInfo({ subject, spki, extensions: requestedExtensions(entity) }), algorithm };
}

/** All that a certificate takes beside its entity. */
export interface CertificateInputs {
  readonly issuance: Issuance;
  /** The signer's certificate; `null`: it signs itself. */
  readonly issuer: CertificateFacts | null;
  /** Kind of the key that signs (`ecdsa-p384`). */
  readonly signedWith: string;
  /** The key that it is for. */
  readonly spki: Uint8Array;
  /** Octets of a non-negative number. */
  readonly serial: Uint8Array;
}

/** TBSCertificate. @throws Error where the issuer's certificate does not say which key it is for. */
export function unsignedCertificate(entity: Entity, inputs: CertificateInputs): Unsigned {
  const { issuance, issuer, signedWith, spki, serial } = inputs;
  if (issuer !== null && keyIdentifierOf(issuer) === null)
    throw new Error('Internal error: the certificate of the issuer has no subject key identifier');
  const spec = certificateSpec(entity, issuer && issuedBy(issuer), issuance, keyIdentifier(spki));
  const subject = derOf(spec.name);
  const algorithm = algorithmOf(signingBy(signedWith, entity.signing));
  const der = encodeTbsCertificate({
    serial,
    algorithm,
    issuer: issuer === null ? subject : Buffer.from(issuer.subjectDer, 'hex'),
    notBefore: spec.notBefore,
    notAfter: spec.notAfter,
    subject,
    spki,
    extensions: writtenExtensions(spec),
  });
  return { der, algorithm };
}

/** The same of what another machine asks for. @param request the PKCS#10 request, in DER. @throws Error as above. */
export function unsignedAnswer(
  asked: SigningRequest,
  request: Uint8Array,
  issuer: CertificateFacts,
  serial: Uint8Array,
): Unsigned {
  const { notBefore, notAfter, digest, padding } = asked;
  const algorithm = algorithmOf(signingBy(issuer.keySpec, { digest, padding }));
  const extensions = asked.extensions.map(({ oid, critical, value }) => {
    return { rule: privateExtension(oid), critical, value };
  });
  const der = encodeTbsCertificate({
    serial,
    algorithm,
    issuer: Buffer.from(issuer.subjectDer, 'hex'),
    notBefore,
    notAfter,
    subject: asked.subject === undefined ? requestSubject(request) : Buffer.from(asked.subject, 'hex'),
    spki: requestSpki(request),
    extensions,
  });
  return { der, algorithm };
}

/** Whether keys of that kind (`ecdsa-p384`) sign in a way that can be written here. */
export function canSign(key: string): boolean {
  return signatureAlgorithm(signingBy(key)) !== undefined;
}

function derOf(name: EncodedName): Uint8Array {
  return Buffer.from(encodedNameDer(name), 'hex');
}

/** @throws Error where this program does not sign so. */
export function algorithmOf(signing: Signing): SignatureAlgorithm {
  const algorithm = signatureAlgorithm(signing);
  if (algorithm === undefined)
    throw new Error(`Internal error: no signature is known that a key of kind ${signing.key} makes`);
  return algorithm;
}
