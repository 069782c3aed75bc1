/** OCSP requests (RFC 6960 §4.1): written for one certificate, and read as far as it takes to find out whom they ask. */
import { hash } from 'node:crypto';
import { bitStringBytes, children, readAll, TAG } from './der.ts';
import { encode, encodeBigInteger, encodeOid } from './der-write.ts';

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

/** Digests of the issuer, as a `CertId` has them. @param digest by the name that node has for it. */
function issuerHashes({ subjectDer, spki }: NamedIssuer, digest: string) {
  const [, bits] = children(readAll(spki));
  return {
    issuerName: hash(digest, Buffer.from(subjectDer, 'hex'), 'hex'),
    issuerKey: hash(digest, Buffer.from(bitStringBytes(bits)), 'hex'),
  };
}
