/** What is signed of a certificate (RFC 5280 §4.1) and of a request (RFC 2986 §4.1): values → DER. */
import { context, TAG } from './der.ts';
import { encode, encodeInteger, encodeOid, encodeTime, TRUE } from './der-write.ts';
import type { ExtensionRule } from './extension-rule.ts';
import { EXTENSION_REQUEST } from './oids.ts';
import type { SignatureAlgorithm } from './signature-write.ts';

/** An extension that is written, by its rule. */
interface ExtensionValue {
  readonly rule: Pick<ExtensionRule<unknown>, 'oid' | 'write'>;
  readonly critical: boolean;
  readonly value: unknown;
}

/** What a request says; names and keys are DER already. */
export interface RequestContent {
  readonly subject: Uint8Array;
  readonly spki: Uint8Array;
  readonly extensions: readonly ExtensionValue[];
}

/** What a certificate says. */
export interface CertificateContent extends RequestContent {
  /** Octets of a non-negative number, leading zeros allowed. */
  readonly serial: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
  readonly issuer: Uint8Array;
  /** Seconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** TBSCertificate; version 3, because there always are extensions. */
export function encodeTbsCertificate(content: CertificateContent): Buffer {
  const { serial, algorithm, issuer, notBefore, notAfter, subject, spki, extensions } = content;
  return encode(
    TAG.sequence,
    encode(context(0), encodeInteger(2)),
    encodeUnsigned(serial),
    algorithm.identifier,
    issuer,
    encode(TAG.sequence, encodeTime(notBefore), encodeTime(notAfter)),
    subject,
    spki,
    encode(context(3), encodeExtensions(extensions)),
  );
}

/** CertificationRequestInfo, with one attribute: the extensions that it asks for (RFC 2985 §5.4.2). */
export function encodeRequestInfo({ subject, spki, extensions }: RequestContent): Buffer {
  const asked = encode(TAG.set, encodeExtensions(extensions));
  const attribute = encode(TAG.sequence, encodeOid(EXTENSION_REQUEST), asked);
  return encode(TAG.sequence, encodeInteger(0), subject, spki, encode(context(0), attribute));
}

function encodeExtensions(extensions: readonly ExtensionValue[]): Buffer {
  return encode(TAG.sequence, ...extensions.map(encodeExtension));
}

/** `critical` is FALSE by default, which DER leaves out (X.690 §11.5). */
function encodeExtension({ rule, critical, value }: ExtensionValue): Buffer {
  const octets = encode(TAG.octetString, rule.write(value));
  return encode(TAG.sequence, encodeOid(rule.oid), ...(critical ? [TRUE] : []), octets);
}

/** In as few octets as possible (X.690 §8.3.2), with the sign bit clear. */
function encodeUnsigned(octets: Uint8Array): Buffer {
  const start = octets.findIndex((octet) => octet !== 0);
  const digits = start === -1 ? Buffer.of(0) : octets.subarray(start);
  return encode(TAG.integer, ...((digits[0] ?? 0) > 0x7f ? [Buffer.of(0)] : []), digits);
}
