/** The content of a folder, file by file, before anything is put together. */
import type { Blockage } from '../plan/blockage.ts';
import type { CertificateFacts, KeyFacts, KeyId, RequestFacts } from '../x509/facts.ts';

/** A certificate with its bytes, whose signature is yet to be checked. */
export interface FoundCertificate {
  readonly facts: CertificateFacts;
  readonly der: Uint8Array;
}

/** Why a file, or the key in it, cannot be read; `detail` is the message of its reader. */
export type ReadFault =
  | { readonly kind: 'blocked'; readonly cause: Blockage }
  | { readonly kind: 'gone' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'no-pem' }
  /** Programs differ in which of them they take. */
  | { readonly kind: 'several-keys' }
  | { readonly kind: 'bad-certificate'; readonly detail: string }
  | { readonly kind: 'unusable'; readonly detail: string };

/** One private key. */
export type FoundKey =
  | { readonly state: 'readable'; readonly facts: KeyFacts }
  | { readonly state: 'encrypted' }
  | { readonly state: 'unreadable'; readonly fault: ReadFault };

/** One PEM file; everything in the order of the file. */
export interface FoundFile {
  /** Below the folder, with `/` on every system. */
  readonly path: string;
  readonly certificates: readonly FoundCertificate[];
  readonly keys: readonly FoundKey[];
  readonly requests: readonly RequestFacts[];
  readonly publicKeys: readonly KeyId[];
  /** Labels of PEM blocks that are none of these, such as `X509 CRL`. */
  readonly others: readonly string[];
}

/** A file that belongs to a PKI by its content or name, and that a manifest cannot describe. */
export interface Unusable {
  readonly path: string;
  readonly why: UnusableWhy;
}

/** Why a file or folder was not read; `too-…` are the limits of store/observe/scan.ts. */
export type UnusableWhy =
  | { readonly kind: 'unreadable'; readonly fault: ReadFault }
  | { readonly kind: 'link' }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'too-deep' }
  | { readonly kind: 'too-many' }
  /** `pkcs12`, `DER` and so on. */
  | { readonly kind: 'format'; readonly format: string };

/** A folder and everything below it, except `.pki` and `.git`; paths are relative to it. */
export interface Scan {
  /** By path. */
  readonly files: readonly FoundFile[];
  readonly unusable: readonly Unusable[];
  /** Unrelated files. */
  readonly ignored: readonly string[];
}
