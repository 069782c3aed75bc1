/** X.509 certificates (RFC 5280 §4.1): bytes → facts. */
import { HANDSHAKE_LIMIT } from '../pki/handshake.ts';
import {
  children,
  context,
  type Der,
  DerError,
  expectTag,
  hex,
  partsOf,
  serialText,
  smallInteger,
  TAG,
  timeSeconds,
} from './der.ts';
import { extensionFacts } from './extensions.ts';
import type { CertificateFacts, CertificateFlaw } from './facts.ts';
import { isOpensslName, nameAttributes } from './name-read.ts';
import { publicKeyFacts, sha256 } from './public-key.ts';
import { isSupported, signatureName, signedParts } from './signature.ts';

/** The fields of TBSCertificate by position, with the optional version in front taken away. */
interface Tbs {
  readonly version: number;
  readonly serial: Der;
  readonly algorithm: Der;
  readonly issuer: Der;
  readonly validity: Der;
  readonly subject: Der;
  readonly spki: Der;
  /** How many unique identifiers there are. */
  readonly uniqueIds: number;
  readonly extensions: Der | undefined;
}

/** @throws DerError where `der` is not one well-formed certificate. */
export function certificateFacts(der: Uint8Array): CertificateFacts {
  const { tbsDer, algorithm } = signedParts(der);
  const tbs = readTbs(tbsDer);
  const [notBefore, notAfter] = partsOf(tbs.validity, 2).map(timeSeconds);
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
    flaws: flawsOf(tbs, algorithm, der.length),
    ...extensionFacts(tbs.extensions),
  };
}

function flawsOf(tbs: Tbs, algorithm: Der, size: number): readonly CertificateFlaw[] {
  return [
    ...(isSupported(algorithm) ? [] : (['unsupported-signature'] as const)),
    // RFC 5280 §4.1.1.2: the same algorithm is inside what is signed, so that it cannot be swapped.
    ...(hex(tbs.algorithm.bytes) === hex(algorithm.bytes) ? [] : (['two-signature-algorithms'] as const)),
    ...(tbs.uniqueIds === 0 ? [] : (['unique-identifier'] as const)),
    ...(children(tbs.validity).some(isEarlyGeneralizedTime) ? (['late-dates'] as const) : []),
    ...(isOpensslName(tbs.subject) ? [] : (['unreadable-name'] as const)),
    ...(size > HANDSHAKE_LIMIT ? (['oversized'] as const) : []),
  ];
}

/** The years of UTCTime; earlier and later ones can only be written with four digits. */
const FROM_1950 = Date.UTC(1950, 0) / 1000;
const FROM_2050 = Date.UTC(2050, 0) / 1000;

function isEarlyGeneralizedTime(time: Der): boolean {
  const seconds = timeSeconds(time);
  return time.tag === TAG.generalizedTime && seconds >= FROM_1950 && seconds < FROM_2050;
}

/** The SubjectPublicKeyInfo inside a certificate. */
export function certificateSpki(der: Uint8Array): Uint8Array {
  return readTbs(signedParts(der).tbsDer).spki.bytes;
}

function readTbs(tbsDer: Der): Tbs {
  const all = children(tbsDer);
  const version = all[0]?.tag === context(0) ? versionIn(all[0]) : 1;
  const [serial, algorithm, issuer, validity, subject, spki, ...rest] = version === 1 ? all : all.slice(1);
  return {
    version,
    serial: expectTag(serial, TAG.integer),
    algorithm: expectTag(algorithm, TAG.sequence),
    issuer: expectTag(issuer, TAG.sequence),
    validity: expectTag(validity, TAG.sequence),
    subject: expectTag(subject, TAG.sequence),
    spki: expectTag(spki, TAG.sequence),
    ...optionalParts(rest),
  };
}

/** v1 is the default, which DER leaves out (X.690 §11.5). */
function versionIn(wrapper: Der): number {
  const version = smallInteger(onlyChild(wrapper)) + 1;
  if (version === 1) throw new DerError('version 1 is spelled out, which is not DER');
  return version;
}

/** What may follow the key, each once and in this order: both unique identifiers (X.509 version 2), and the extensions. */
const OPTIONAL: readonly number[] = [0x81, 0x82, context(3)];

function optionalParts(parts: readonly Der[]): Pick<Tbs, 'uniqueIds' | 'extensions'> {
  const places = parts.map(({ tag }) => OPTIONAL.indexOf(tag));
  if (places.some((place, i) => place <= (places[i - 1] ?? -1)))
    throw new DerError('the certificate has unknown parts');
  const wrapper = parts.find(({ tag }) => tag === context(3));
  return {
    uniqueIds: parts.length - (wrapper === undefined ? 0 : 1),
    extensions: wrapper && onlyChild(wrapper),
  };
}

function onlyChild(wrapper: Der): Der | undefined {
  const [child, ...more] = children(wrapper);
  if (more.length > 0) throw new DerError('a value stands where there is room for one');
  return child;
}
