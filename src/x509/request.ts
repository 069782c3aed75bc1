/** PKCS#10 certification requests (RFC 2986): bytes → facts. */
import type { GivenKey } from '../pki/key-place.ts';
import { children, context, type Der, expectTag, hex, oidText, TAG } from './der.ts';
import { type ExtensionFacts, extensionFacts } from './extensions.ts';
import { type RequestFacts, sanOf } from './facts.ts';
import { nameAttributes } from './name-read.ts';
import { EXTENSION_REQUEST } from './oids.ts';
import { keyIdentifier, publicKeyFacts } from './public-key.ts';
import { isCheckable, signatureName, signedBy, signedParts } from './signature.ts';
import { publicKeyObject } from './verification-key.ts';

/** @throws DerError where `der` is not one well-formed request. */
export function requestFacts(der: Uint8Array): RequestFacts {
  const [, subject, , attributes] = children(signedParts(der).tbsDer);
  const spki = requestSpki(der);
  return {
    keyId: publicKeyFacts(spki).keyId,
    subject: nameAttributes(expectTag(subject, TAG.sequence)),
    san: sanOf(extensionFacts(requestedExtensions(attributes))),
    signatureFits: signedBy(der, publicKeyObject(spki)),
  };
}

/** All that a request asks for, for those who issue by it. */
export interface RequestContent extends Pick<RequestFacts, 'subject' | 'signatureFits'> {
  readonly key: GivenKey;
  /** Its kind, as facts have it (`rsa-3072`). */
  readonly spec: string;
  readonly extensions: ExtensionFacts;
  /** Of its signature. */
  readonly signature: { readonly name: string; readonly isCheckable: boolean };
}

/** @throws DerError where `der` is not one well-formed request; Error where its key is none. */
export function requestContent(der: Uint8Array): RequestContent {
  const { tbsDer, algorithm } = signedParts(der);
  const [, subject, , attributes] = children(tbsDer);
  const spki = requestSpki(der);
  const { keyId, spec } = publicKeyFacts(spki);
  return {
    key: { keyId, keyIdentifier: keyIdentifier(spki), spki: hex(spki) },
    spec,
    subject: nameAttributes(expectTag(subject, TAG.sequence)),
    extensions: extensionFacts(requestedExtensions(attributes)),
    signature: { name: signatureName(algorithm), isCheckable: isCheckable(der) },
    signatureFits: signedBy(der, publicKeyObject(spki)),
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
