/** Certificates put together octet by octet, so that any part of them can be what no tool would write. */
import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { context, TAG } from '../../src/x509/der.ts';
import { encode, encodeInteger, encodeOid, TRUE } from '../../src/x509/der-write.ts';
import { keyIdentifier } from '../../src/x509/public-key.ts';

/** A private key with what certificates say of it. */
export interface TestKey {
  readonly key: KeyObject;
  readonly spki: Buffer;
  /** Hex. */
  readonly ski: string;
}

/** @param pem a private key that openssl made. */
export function testKey(pem: string | Buffer): TestKey {
  const key = createPrivateKey(pem);
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return { key, spki, ski: keyIdentifier(spki) };
}

export const oid = encodeOid;
export const sequence = (...parts: readonly Uint8Array[]): Buffer => encode(TAG.sequence, ...parts);
export const octets = (body: Uint8Array): Buffer => encode(TAG.octetString, body);
export const bits = (body: Uint8Array, unused = 0): Buffer => encode(TAG.bitString, Buffer.of(unused), body);
export const integer = (hexContent: string): Buffer => encode(TAG.integer, Buffer.from(hexContent, 'hex'));
export const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

const text = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(/[-:T]|\.\d+/g, '');
export const utcTime = (seconds: number): Buffer => encode(TAG.utcTime, Buffer.from(text(seconds).slice(2)));

export const SHA256_ECDSA = sequence(oid('1.2.840.10045.4.3.2'));

/** One extension; its value is DER, or whatever it shall be. */
export function extension(dotted: string, value: Uint8Array, isCritical = false): Buffer {
  return sequence(oid(dotted), ...(isCritical ? [TRUE] : []), octets(value));
}

/** Attributes that are UTF8Strings, one to an RDN. */
export function name(...attributes: readonly (readonly [dotted: string, value: string])[]): Buffer {
  const rdns = attributes.map(([dotted, value]) =>
    encode(TAG.set, sequence(oid(dotted), encode(0x0c, Buffer.from(value)))),
  );
  return sequence(...rdns);
}

export const CN = '2.5.4.3';

/** The parts of a TBSCertificate in order, each DER. */
export interface Parts {
  readonly version: Buffer;
  readonly serial: Buffer;
  readonly algorithm: Buffer;
  readonly issuer: Buffer;
  readonly validity: Buffer;
  readonly subject: Buffer;
  readonly spki: Buffer;
  /** Unique identifiers. */
  readonly between: Buffer;
  readonly extensions: readonly Buffer[];
}

export const VERSION_3 = encode(context(0), encodeInteger(2));

/** @param outer the algorithm beside the signature, where that is another than the one that was signed. */
export function certificate(
  parts: Parts,
  signer: TestKey,
  outer = parts.algorithm,
  digest: string | null = 'sha256',
): Buffer {
  const { version, serial, algorithm, issuer, validity, subject, spki, between, extensions } = parts;
  const list = extensions.length === 0 ? Buffer.of() : encode(context(3), sequence(...extensions));
  const tbs = sequence(version, serial, algorithm, issuer, validity, subject, spki, between, list);
  return signed(tbs, signer, outer, digest);
}

/** SIGNED{}: whatever it is that is signed. */
export function signed(
  tbs: Buffer,
  signer: TestKey,
  algorithm = SHA256_ECDSA,
  digest: string | null = 'sha256',
): Buffer {
  return sequence(tbs, algorithm, bits(sign(digest, tbs, signer.key)));
}

export function pemOf(der: Uint8Array, label = 'CERTIFICATE'): string {
  const body = Buffer.from(der)
    .toString('base64')
    .replace(/.{1,64}/g, '$&\n');
  return `-----BEGIN ${label}-----\n${body}-----END ${label}-----\n`;
}
