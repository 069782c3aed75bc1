/**
 * What files *say*, read from their bytes and nothing else: the left side of every comparison (design §1).
 * Facts hold no private material, so they may be cached, printed and compared freely.
 */
import type { KeyUsage } from './oids.ts';

/** SHA-256 of a public key's SubjectPublicKeyInfo, hex: the one identity that key, request and certificate share. */
export type KeyId = string;

/** SHA-256 of a certificate's DER, hex. */
export type Fingerprint = string;

/** One attribute of a name; `type` is a short name (`CN`), or the dotted OID where oids.ts has none. */
export interface NameAttribute {
  readonly type: string;
  readonly value: string;
}

/** A private key. `spec` is the manifest's short form (`rsa-3072`), or an algorithm's OID where it has none. */
export interface KeyFacts {
  readonly keyId: KeyId;
  readonly spec: string;
  /** SHA-1 of the public key's bits, hex: the SKI that a certificate for this key gets (RFC 5280 §4.2.1.2). */
  readonly keyIdentifier: string;
}

/** Extensions that this engine knows, each `null` where absent, and the OIDs of all that are present. */
export interface ExtensionFacts {
  readonly basicConstraints: {
    readonly critical: boolean;
    readonly ca: boolean;
    readonly pathLength: number | null;
  } | null;
  readonly keyUsage: { readonly critical: boolean; readonly usages: readonly KeyUsage[] } | null;
  readonly extendedKeyUsage: readonly string[] | null;
  /** As `sanText` writes them: `dns:api.example.test`, `ip:127.0.0.1`; kinds unknown to the manifest as `tag4:<hex>`. */
  readonly san: { readonly critical: boolean; readonly names: readonly string[] } | null;
  readonly subjectKeyId: string | null;
  readonly authorityKeyId: string | null;
  /** Serial number of the issuer's certificate, where the AKI names that too (easy-rsa): as `serial` is written. */
  readonly authoritySerial: string | null;
  readonly oids: readonly string[];
  /** Those of them that are critical. */
  readonly criticalOids: readonly string[];
}

/** An X.509 certificate (RFC 5280 §4.1), whoever issued it. */
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
}

/** In the order of the certificates, which is part of what a bundle is. */
export function fingerprintsOf(certificates: readonly CertificateFacts[]): readonly Fingerprint[] {
  return certificates.map(({ fingerprint }) => fingerprint);
}

/** A PKCS#10 request (RFC 2986): whose key it is for, and which names it asks for. */
export interface RequestFacts {
  readonly keyId: KeyId;
  readonly subject: readonly NameAttribute[];
  /** As in certificates; empty where it asks for none. */
  readonly san: readonly string[];
  /** Whether the request's signature fits the key inside it (openssl exits 0 where it does not: openssl quirk). */
  readonly signatureFits: boolean;
}
