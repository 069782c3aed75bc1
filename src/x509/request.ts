/** PKCS#10 certification requests (RFC 2986): bytes → facts. */
import { publicKeyObject } from './certificate.ts';
import { children, context, type Der, DerError, expectTag, oidText, TAG } from './der.ts';
import { extensionFacts } from './extensions.ts';
import { type RequestFacts, sanOf } from './facts.ts';
import { nameAttributes } from './name-read.ts';
import { EXTENSION_REQUEST } from './oids.ts';
import { publicKeyFacts } from './public-key.ts';
import { signedBy, signedParts } from './signature.ts';

/** @throws DerError where `der` is not one well-formed request. */
export function requestFacts(der: Uint8Array): RequestFacts {
  const [, subject, spki, attributes] = children(signedParts(der).tbsDer);
  if (subject === undefined || spki === undefined) throw new DerError('request is incomplete');
  return {
    keyId: publicKeyFacts(spki.bytes).keyId,
    subject: nameAttributes(subject),
    san: sanOf(extensionFacts(requestedExtensions(attributes))),
    signatureFits: signedBy(der, publicKeyObject(spki.bytes)),
  };
}

/** The SubjectPublicKeyInfo inside a request. @throws DerError where it is not one well-formed request. */
export function requestSpki(der: Uint8Array): Uint8Array {
  return expectTag(children(signedParts(der).tbsDer)[2], TAG.sequence).bytes;
}

/** The subject of a request, in DER. @throws DerError as above. */
export function requestSubject(der: Uint8Array): Uint8Array {
  return expectTag(children(signedParts(der).tbsDer)[1], TAG.sequence).bytes;
}

function requestedExtensions(attributes: Der | undefined): Der | undefined {
  if (attributes?.tag !== context(0)) return undefined;
  for (const attribute of children(attributes)) {
    const [oid, values] = children(attribute);
    if (oidText(oid) === EXTENSION_REQUEST && values) return children(values)[0];
  }
  return undefined;
}
