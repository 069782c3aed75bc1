/** The content of a folder, file by file, before anything is put together. */
import type { Blockage } from '../plan/blockage.ts';
import type { CrlFacts } from '../x509/crl.ts';
import type { CertificateFacts, KeyFacts, KeyId, RequestFacts } from '../x509/facts.ts';
import type { KeyFormat } from '../x509/key-format.ts';
import type { PemFlaw } from '../x509/pem.ts';
import type { DatabaseRecord } from './ca-database.ts';

/** A certificate with its bytes, whose signature is yet to be checked. */
export interface FoundCertificate {
  readonly facts: CertificateFacts;
  readonly der: Uint8Array;
}

/** A revocation list with its bytes, whose signature is yet to be checked. */
export interface FoundCrl {
  readonly facts: CrlFacts;
  readonly der: Uint8Array;
  /** How the file has it. */
  readonly form: 'pem' | 'der';
}

/** Why a file, or the key in it, cannot be read; `detail` is the message of its reader. */
export type ReadFault =
  | { readonly kind: 'blocked'; readonly cause: Blockage }
  | { readonly kind: 'gone' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'no-pem' }
  | { readonly kind: 'flawed-pem'; readonly flaw: PemFlaw }
  | { readonly kind: 'utf16' }
  /** Programs differ in which of them they take. */
  | { readonly kind: 'several-keys' }
  /** A key of another program, or in another form. */
  | { readonly kind: 'foreign-key'; readonly format: KeyFormat }
  /** A certificate under a label that only OpenSSL reads. */
  | { readonly kind: 'rare-label'; readonly label: string }
  | { readonly kind: 'unusable'; readonly detail: string };

/** One private key. */
export type FoundKey =
  | { readonly state: 'readable'; readonly facts: KeyFacts }
  | { readonly state: 'encrypted' }
  /** `keyId`: of its public half, which can be read. Absent: nothing of it can. */
  | { readonly state: 'unreadable'; readonly fault: ReadFault; readonly keyId?: KeyId };

/** One file; everything in its order. */
export interface FoundFile {
  /** Below the folder, with `/` on every system. */
  readonly path: string;
  readonly certificates: readonly FoundCertificate[];
  readonly keys: readonly FoundKey[];
  readonly requests: readonly RequestFacts[];
  readonly publicKeys: readonly KeyId[];
  readonly crls: readonly FoundCrl[];
  /** Revoked certificates in the database of `openssl ca`. */
  readonly revoked: readonly DatabaseRecord[];
  /** Labels of PEM blocks that are none of these, such as `PKCS7`. */
  readonly others: readonly string[];
}

/** A file of a PKI, by its content or name, that a manifest cannot describe. */
export interface Unusable {
  readonly path: string;
  readonly why: UnusableWhy;
}

/** Why a file or folder was not read; `too-…` are the limits of store/observe/scan.ts. */
export type UnusableWhy =
  | { readonly kind: 'unreadable'; readonly fault: ReadFault }
  | { readonly kind: 'link' }
  | { readonly kind: 'too-large' }
  /** The name is not UTF-8, so no manifest can have it. */
  | { readonly kind: 'name' }
  | { readonly kind: 'too-deep' }
  | { readonly kind: 'too-many' }
  /** `PKCS#12`, `a certificate in DER` and so on. */
  | { readonly kind: 'format'; readonly format: string };

/** A folder and everything below it, except `.pki` and `.git`; paths are relative to it. */
export interface Scan {
  /** By path. */
  readonly files: readonly FoundFile[];
  readonly unusable: readonly Unusable[];
  /** Unrelated files. */
  readonly ignored: readonly string[];
}

/** Whether a file holds certificates and nothing else. */
export function isBundle({ certificates, keys, requests, others }: FoundFile): boolean {
  return certificates.length > 0 && keys.length + requests.length + others.length === 0;
}
