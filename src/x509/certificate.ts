/** X.509 certificates (RFC 5280 §4.1): bytes → facts, and who signed them. */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import {
  bitStringBytes,
  children,
  context,
  type Der,
  DerError,
  expectTag,
  hex,
  oidText,
  readAll,
  serialText,
  smallInteger,
  TAG,
  timeSeconds,
} from './der.ts';
import { extensionFacts } from './extensions.ts';
import type { CertificateFacts, NameAttribute } from './facts.ts';
import { ATTRIBUTE_NAMES, SIGNATURES } from './oids.ts';
import { publicKeyFacts, sha256 } from './public-key.ts';

/** The fields of TBSCertificate by position, with the optional version in front taken away. */
interface Tbs {
  readonly version: number;
  readonly serial: Der;
  readonly issuer: Der;
  readonly validity: Der;
  readonly subject: Der;
  readonly spki: Der;
  readonly all: readonly Der[];
}

/** @throws DerError where `der` is not one well-formed certificate. */
export function certificateFacts(der: Uint8Array): CertificateFacts {
  const { tbsDer, algorithm } = signedParts(der);
  const tbs = readTbs(tbsDer);
  const [notBefore, notAfter] = children(tbs.validity).map(timeSeconds);
  if (notBefore === undefined || notAfter === undefined) throw new DerError('validity is missing');
  const key = publicKeyFacts(tbs.spki.bytes);
  return {
    fingerprint: sha256(der),
    serial: serialText(tbs.serial),
    version: tbs.version,
    subject: nameAttributes(tbs.subject),
    issuer: nameAttributes(tbs.issuer),
    subjectDer: hex(tbs.subject.bytes),
    issuerDer: hex(tbs.issuer.bytes),
    notBefore,
    notAfter,
    keyId: key.keyId,
    keySpec: key.spec,
    signature: SIGNATURES[algorithm]?.name ?? algorithm,
    ...extensionFacts(extensionsOf(tbs)),
  };
}

/** The SubjectPublicKeyInfo inside a certificate. */
export function certificateSpki(der: Uint8Array): Uint8Array {
  return readTbs(signedParts(der).tbsDer).spki.bytes;
}

function readTbs(tbsDer: Der): Tbs {
  const all = children(tbsDer);
  const hasVersion = all[0]?.tag === context(0);
  const version = hasVersion && all[0] ? smallInteger(children(all[0])[0]) + 1 : 1;
  const [serial, , issuer, validity, subject, spki] = hasVersion ? all.slice(1) : all;
  return {
    version,
    serial: expectTag(serial, TAG.integer),
    issuer: expectTag(issuer, TAG.sequence),
    validity: expectTag(validity, TAG.sequence),
    subject: expectTag(subject, TAG.sequence),
    spki: expectTag(spki, TAG.sequence),
    all,
  };
}

/** The extensions of a v3 certificate are under `[3]`; earlier optional fields may be missing. */
function extensionsOf({ all }: Tbs): Der | undefined {
  const wrapper = all.find(({ tag }) => tag === context(3));
  return wrapper === undefined ? undefined : children(wrapper)[0];
}

/** Name → attributes in order; a multi-valued RDN gives several. UTF-8 whatever the string type (T61 is long dead). */
export function nameAttributes(name: Der): readonly NameAttribute[] {
  return children(name).flatMap((rdn) =>
    children(rdn).map((attribute) => {
      const [oid, value] = children(attribute);
      const dotted = oidText(oid);
      return { type: ATTRIBUTE_NAMES[dotted] ?? dotted, value: attributeText(value) };
    }),
  );
}

/** BMPString (tag 30) is UTF-16; every other string type that is seen in names is read as UTF-8. */
function attributeText(value: Der | undefined): string {
  if (value === undefined) throw new DerError('an attribute has no value');
  if (value.tag === 0x1e) return Buffer.from(value.body).swap16().toString('utf16le');
  return Buffer.from(value.body).toString('utf8');
}

interface SignedParts {
  readonly tbsDer: Der;
  readonly algorithm: string;
  readonly signature: Uint8Array;
}

/** The SIGNED{} wrapper that certificates, requests and CRLs share. */
export function signedParts(der: Uint8Array): SignedParts {
  const [tbs, algorithm, signature] = children(expectTag(readAll(der), TAG.sequence));
  const oid = oidText(children(expectTag(algorithm, TAG.sequence))[0]);
  return { tbsDer: expectTag(tbs, TAG.sequence), algorithm: oid, signature: bitStringBytes(signature) };
}

/** Whether the key really made the signature on this certificate, request or CRL. Unknown algorithms: no. */
export function signedBy(der: Uint8Array, key: KeyObject): boolean {
  const { tbsDer, algorithm, signature } = signedParts(der);
  const known = SIGNATURES[algorithm];
  if (known === undefined) return false;
  try {
    return verify(known.digest, tbsDer.bytes, key, signature);
  } catch {
    // node throws where the key's type and the algorithm do not go together: then that key did not sign it.
    return false;
  }
}

/**
 * Loads a SubjectPublicKeyInfo in DER, to verify signatures with.
 * @throws node's own Error where it is no usable key, such as a point that is on no curve.
 */
export function publicKeyObject(spki: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
}
