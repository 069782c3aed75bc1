/**
 * What files *say*, read from their bytes and nothing else: the left side of every comparison (design §1).
 * Facts hold no private material, so they may be cached, printed and compared freely.
 */
import type { Attribute } from '../pki/subject.ts';
import type { ExtensionFacts } from './extensions.ts';
import { plainName } from './general-name.ts';

/** SHA-256 of a public key's SubjectPublicKeyInfo, hex: the one identity that key, request and certificate share. */
export type KeyId = string;

/** SHA-256 of a certificate's DER, hex. */
export type Fingerprint = string;

/** One attribute of a name. */
export type NameAttribute = Attribute;

/** A private key. `spec` is the manifest's short form (`rsa-3072`), or an algorithm's OID where it has none. */
export interface KeyFacts {
  readonly keyId: KeyId;
  readonly spec: string;
  /** SHA-1 of the public key's bits, hex: the SKI that a certificate for this key gets (RFC 5280 §4.2.1.2). */
  readonly keyIdentifier: string;
}

/** An X.509 certificate (RFC 5280 §4.1), of any issuer. */
export interface CertificateFacts extends ExtensionFacts {
  readonly fingerprint: Fingerprint;
  /** Hex, without leading zeros beyond one whole octet. */
  readonly serial: string;
  readonly version: number;
  readonly subject: readonly NameAttribute[];
  readonly issuer: readonly NameAttribute[];
  /** Hex of the DER of both names: names chain when their bytes agree (RFC 5280 §7.1, the strict reading). */
  readonly subjectDer: string;
  readonly issuerDer: string;
  /** Seconds since 1970, both inclusive. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly keyId: KeyId;
  readonly keySpec: string;
  /** Name of the signature algorithm, or its OID. */
  readonly signature: string;
  /** What is wrong with it apart from its fields and extensions. */
  readonly flaws: readonly CertificateFlaw[];
}

/** What no field of a certificate says, and verifiers refuse. */
export type CertificateFlaw =
  /** openssl cannot check the algorithm; perhaps this version cannot, either. */
  | 'unsupported-signature'
  /** What is signed names another algorithm than the one beside the signature. */
  | 'two-signature-algorithms'
  /** Issuer or subject has a unique identifier, which RFC 5280 §4.1.2.8 forbids. */
  | 'unique-identifier'
  /** A GeneralizedTime stands for a date before 2050, which RFC 5280 §4.1.2.5 forbids. */
  | 'late-dates'
  /** OpenSSL reads no certificate with a subject of such strings. */
  | 'unreadable-name'
  /** More than OpenSSL takes in a handshake. */
  | 'oversized';

/** In the order of the certificates, which is part of what a bundle is. */
export function fingerprintsOf(certificates: readonly CertificateFacts[]): readonly Fingerprint[] {
  return certificates.map(({ fingerprint }) => fingerprint);
}

/** Subject alternative names, as `sanText` writes them; what no manifest can have by its octets: `x400Address:#<hex>`. */
export function sanOf({ extensions }: Pick<ExtensionFacts, 'extensions'>): readonly string[] {
  return (extensions.subjectAltName?.value ?? []).map(plainName);
}

/** A certificate's identifier of its own key: its SKI, in hex. */
export function keyIdentifierOf({ extensions }: CertificateFacts): string | null {
  return extensions.subjectKeyIdentifier?.value ?? null;
}

/** A certificate's identifier of the key that signed it: its AKI, in hex. */
export function signerIdentifierOf({ extensions }: CertificateFacts): string | null {
  return extensions.authorityKeyIdentifier?.value.keyId ?? null;
}

/** Whether basic constraints say CA:TRUE (RFC 5280 §4.2.1.9). */
export function isAuthority({ extensions }: CertificateFacts): boolean {
  return extensions.basicConstraints?.value.ca === true;
}

/** How many CAs may follow; `null` for no limit, and where nothing is said. */
export function pathLengthOf({ extensions }: CertificateFacts): number | null {
  return extensions.basicConstraints?.value.pathLength ?? null;
}

/** A PKCS#10 request (RFC 2986): the key it is for, and the names it asks for. */
export interface RequestFacts {
  readonly keyId: KeyId;
  readonly subject: readonly NameAttribute[];
  /** As in certificates; empty where it asks for none. */
  readonly san: readonly string[];
  /** Whether the request's signature matches the key inside it (openssl exits 0 where it does not: openssl quirk). */
  readonly signatureFits: boolean;
}
