/** OCSP responses (RFC 6960 §4.2): bytes → facts, and whether a key signed one. */
import type { CertificateStatus } from '../pki/certificate-status.ts';
import { CRL_REASONS } from '../pki/revocation.ts';
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
  TAG,
  timeSeconds,
} from './der.ts';
import { encode } from './der-write.ts';
import type { Fingerprint } from './facts.ts';
import { sha256 } from './public-key.ts';
import { signatureName, signedBy } from './signature.ts';
import type { VerificationKey } from './verification-key.ts';

/** What a response says of one certificate, and until when. */
export interface OcspFacts {
  /** Hex of the DER of what names the certificate. */
  readonly certId: string;
  readonly status: CertificateStatus;
  /** Seconds since 1970. */
  readonly thisUpdate: number;
  /** `null`: newer information is always to be had. */
  readonly nextUpdate: number | null;
  /** Certificates that come along, by which clients check it. */
  readonly certificates: readonly Fingerprint[];
  /** Name of the signature algorithm, or its OID. */
  readonly signature: string;
}

/** The one type of response that there is. */
const BASIC = '1.3.6.1.5.5.7.48.1.1';

/** OCSPResponseStatus of an answer. */
const SUCCESSFUL = 0;

/** @throws DerError where it is no response, an error, or one about several certificates. */
export function ocspFacts(der: Uint8Array): OcspFacts {
  const { data, algorithm, certificates } = basicParts(der);
  const parts = children(data).filter(({ tag }) => tag !== context(0));
  const [responder, produced, responses] = parts;
  if (responder?.tag !== context(1) && responder?.tag !== context(2))
    throw new DerError('names no responder');
  timeSeconds(expectTag(produced, TAG.generalizedTime));
  const [single, ...more] = children(expectTag(responses, TAG.sequence));
  if (more.length > 0) throw new DerError('is about several certificates');
  const facts = singleFacts(expectTag(single, TAG.sequence));
  return { ...facts, certificates, signature: signatureName(algorithm) };
}

/** Errors, which no one signs (RFC 6960 §2.3). */
const ERRORS = { malformedRequest: 1, internalError: 2, tryLater: 3, unauthorized: 6 } as const;

/** Why there is no answer. */
export type OcspError = keyof typeof ERRORS;

/** Says so, in DER. */
export function ocspError(error: OcspError): Buffer {
  return encode(TAG.sequence, encode(TAG.enumerated, Buffer.of(ERRORS[error])));
}

/** Whether the key made the signature; never by an algorithm that cannot be checked. */
export function isOcspSignedBy(der: Uint8Array, key: VerificationKey): boolean {
  const { data, algorithm, signature } = basicParts(der);
  return signedBy(encode(TAG.sequence, data.bytes, algorithm.bytes, signature.bytes), key);
}

/** BasicOCSPResponse by position. */
function basicParts(der: Uint8Array) {
  const [status, wrapper] = children(expectTag(readAll(der), TAG.sequence));
  const code = expectTag(status, TAG.enumerated).body[0];
  if (code !== SUCCESSFUL || wrapper === undefined) throw new DerError(`is an error (${code})`);
  const [inner] = children(expectTag(wrapper, context(0)));
  const [type, octets] = children(expectTag(inner, TAG.sequence));
  if (oidText(type) !== BASIC) throw new DerError('is of a type that no one else knows');
  const [data, algorithm, signature, certs] = children(readAll(expectTag(octets, TAG.octetString).body));
  bitStringBytes(signature);
  return {
    data: expectTag(data, TAG.sequence),
    algorithm: expectTag(algorithm, TAG.sequence),
    signature: expectTag(signature, TAG.bitString),
    certificates: certificatesIn(certs),
  };
}

function certificatesIn(certs: Der | undefined): readonly Fingerprint[] {
  if (certs === undefined) return [];
  const [list] = children(expectTag(certs, context(0)));
  return children(expectTag(list, TAG.sequence)).map(({ bytes }) => sha256(bytes));
}

function singleFacts(single: Der): Omit<OcspFacts, 'certificates' | 'signature'> {
  const [certId, status, thisUpdate, ...rest] = children(single);
  const next = rest.find(({ tag }) => tag === context(0));
  return {
    certId: hex(expectTag(certId, TAG.sequence).bytes),
    status: readStatus(status),
    thisUpdate: timeSeconds(expectTag(thisUpdate, TAG.generalizedTime)),
    nextUpdate: next === undefined ? null : timeSeconds(children(next)[0]),
  };
}

/** Implicit tags: `[0]` and `[2]` are NULLs, `[1]` a SEQUENCE. */
function readStatus(der: Der | undefined): CertificateStatus {
  switch (der?.tag) {
    case 0x80:
      return { kind: 'good' };
    case 0x82:
      return { kind: 'unknown' };
    case context(1): {
      const [date, reason] = children(der);
      return { kind: 'revoked', date: timeSeconds(date), reason: readReason(reason) };
    }
    default:
      throw new DerError('unexpected status');
  }
}

function readReason(wrapper: Der | undefined) {
  if (wrapper === undefined) return null;
  const [value] = children(expectTag(wrapper, context(0)));
  const reason = CRL_REASONS[expectTag(value, TAG.enumerated).body[0] ?? -1];
  if (reason === undefined) throw new DerError('no such reason');
  return reason;
}
