/** X.509 certificates (RFC 5280 §4.1): bytes → facts. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import {
  children,
  context,
  type Der,
  DerError,
  expectTag,
  hex,
  oidText,
  serialText,
  smallInteger,
  TAG,
  timeSeconds,
} from './der.ts';
import { extensionFacts } from './extensions.ts';
import type { CertificateFacts, NameAttribute } from './facts.ts';
import { ATTRIBUTE_NAMES } from './oids.ts';
import { publicKeyFacts, sha256 } from './public-key.ts';
import { signatureName, signedParts } from './signature.ts';

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
    signature: signatureName(algorithm),
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

/** Name → attributes in order; a multi-valued RDN gives several. */
export function nameAttributes(name: Der): readonly NameAttribute[] {
  return children(name).flatMap((rdn) =>
    children(rdn).map((attribute) => {
      const [oid, value] = children(attribute);
      const dotted = oidText(oid);
      return { type: ATTRIBUTE_NAMES[dotted] ?? dotted, value: attributeText(value) };
    }),
  );
}

/** Tags of string types (X.680 §8.4) that are not UTF-8, or a part of it. */
const T61_STRING = 0x14;
const UNIVERSAL_STRING = 0x1c;
const BMP_STRING = 0x1e;

/** TeletexString is ISO 8859-1 to everyone who wrote it, and to OpenSSL, which reads it so. */
function attributeText(value: Der | undefined): string {
  if (value === undefined) throw new DerError('an attribute has no value');
  const bytes = Buffer.from(value.body);
  if (value.tag === T61_STRING) return bytes.toString('latin1');
  if (value.tag === UNIVERSAL_STRING) return utf32Text(bytes);
  if (value.tag !== BMP_STRING) return bytes.toString('utf8');
  if (bytes.length % 2 !== 0) throw new DerError('half a character in a BMPString');
  return bytes.swap16().toString('utf16le');
}

function utf32Text(bytes: Buffer): string {
  const characters = Array.from({ length: Math.floor(bytes.length / 4) }, (_, i) =>
    bytes.readUInt32BE(4 * i),
  );
  if (bytes.length % 4 !== 0 || characters.some((point) => point > 0x10ffff))
    throw new DerError('no characters in a UniversalString');
  return String.fromCodePoint(...characters);
}

/**
 * Loads a SubjectPublicKeyInfo in DER, to verify signatures with.
 * @throws node's own Error where it is no usable key, such as a point that is on no curve.
 */
export function publicKeyObject(spki: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
}
