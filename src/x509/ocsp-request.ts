/** OCSP requests (RFC 6960 §4.1): written for one certificate, and read as far as it takes to find out whom they ask. */
import { hash } from 'node:crypto';
import {
  bitStringBytes,
  children,
  context,
  type Der,
  expectTag,
  hex,
  oidText,
  readAll,
  serialText,
  TAG,
} from './der.ts';
import { encode, encodeBigInteger, encodeOid } from './der-write.ts';
import { DIGESTS } from './oids.ts';

/** A certificate by its issuer and serial number (`CertID`). */
export interface CertificateId {
  /** Name of the digest, or its OID where there is no name for it. */
  readonly digest: string;
  /** Hex of the digests of the issuer's name and of the octets of its key. */
  readonly issuerName: string;
  readonly issuerKey: string;
  /** As in `CertificateFacts`. */
  readonly serial: string;
}

/** What is hashed to name an issuer. */
export interface NamedIssuer {
  /** Hex of the DER of its subject. */
  readonly subjectDer: string;
  /** Its SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
}

/** RFC 5019 §2.1.1 has no other, and so have nginx, HAProxy and OpenSSL; nothing is signed by it. */
const SHA1 = '1.3.14.3.2.26';

/** The name of a certificate as clients ask for it, in DER. */
export function encodeCertId(issuer: NamedIssuer, serial: string): Buffer {
  const { issuerName, issuerKey } = issuerHashes(issuer, 'sha1');
  return encode(
    TAG.sequence,
    encode(TAG.sequence, encodeOid(SHA1), encode(TAG.null)),
    encode(TAG.octetString, Buffer.from(issuerName, 'hex')),
    encode(TAG.octetString, Buffer.from(issuerKey, 'hex')),
    encodeBigInteger(serialNumber(serial)),
  );
}

/** A serial number as facts have it: hex, after a minus sign where it is negative. */
function serialNumber(serial: string): bigint {
  return serial.startsWith('-') ? -BigInt(`0x${serial.slice(1)}`) : BigInt(`0x${serial}`);
}

/** The request of a client that asks about this certificate alone and wants no fresh answer (RFC 5019 §2.1). */
export function encodeOcspRequest(certId: Uint8Array): Buffer {
  const request = encode(TAG.sequence, certId);
  return encode(TAG.sequence, encode(TAG.sequence, encode(TAG.sequence, request)));
}

/** Digests of the issuer, as a `CertificateId` has them. @param digest by the name that node has for it. */
function issuerHashes(
  { subjectDer, spki }: NamedIssuer,
  digest: string,
): Pick<CertificateId, 'issuerName' | 'issuerKey'> {
  const [, bits] = children(readAll(spki));
  return {
    issuerName: hash(digest, Buffer.from(subjectDer, 'hex'), 'hex'),
    issuerKey: hash(digest, Buffer.from(bitStringBytes(bits)), 'hex'),
  };
}

/** Whether it names a certificate of this issuer. */
export function isOfIssuer({ digest, issuerName, issuerKey }: CertificateId, issuer: NamedIssuer): boolean {
  if (!Object.values(DIGESTS).includes(digest)) return false;
  const own = issuerHashes(issuer, digest);
  return own.issuerName === issuerName && own.issuerKey === issuerKey;
}

/** @throws DerError where it is not one. */
function readCertId(der: Der | undefined): CertificateId {
  const [algorithm, name, key, serial] = children(expectTag(der, TAG.sequence));
  const dotted = oidText(children(expectTag(algorithm, TAG.sequence))[0]);
  return {
    digest: DIGESTS[dotted] ?? dotted,
    issuerName: hex(expectTag(name, TAG.octetString).body),
    issuerKey: hex(expectTag(key, TAG.octetString).body),
    serial: serialText(expectTag(serial, TAG.integer)),
  };
}

/** The certificates that a request asks about. @throws DerError where it is none. */
export function requestedIds(der: Uint8Array): readonly CertificateId[] {
  const [tbs] = children(expectTag(readAll(der), TAG.sequence));
  const parts = children(expectTag(tbs, TAG.sequence));
  const list = parts.find(({ tag }) => tag !== context(0) && tag !== context(1));
  return children(expectTag(list, TAG.sequence)).map((request) =>
    readCertId(children(expectTag(request, TAG.sequence))[0]),
  );
}
