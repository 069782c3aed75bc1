/** What a folder holds that another tool made: every PEM file by its content, before anyone knows what belongs together. */
import type { Blockage } from '../plan/blockage.ts';
import type { CertificateFacts, KeyFacts, KeyId, RequestFacts } from '../x509/facts.ts';

/** The bytes go along: whose signature they bear is yet to be found out. */
export interface FoundCertificate {
  readonly facts: CertificateFacts;
  readonly der: Uint8Array;
}

/** Why a file, or the key in it, tells nothing; `detail` is what the reader of its content says. */
export type ReadFault =
  | { readonly kind: 'blocked'; readonly cause: Blockage }
  | { readonly kind: 'gone' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'no-pem' }
  /** Which of them a program takes depends on the program. */
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

/** A file that holds, or is called as if it held, something of a PKI, and that a manifest cannot speak of. */
export interface Unusable {
  readonly path: string;
  readonly why: UnusableWhy;
}

/** Why nothing is known of a file or folder; `too-…` are the limits of store/observe/scan.ts. */
export type UnusableWhy =
  | { readonly kind: 'unreadable'; readonly fault: ReadFault }
  | { readonly kind: 'link' }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'too-deep' }
  | { readonly kind: 'too-many' }
  /** `pkcs12`, `DER` and so on. */
  | { readonly kind: 'format'; readonly format: string };

/** What is in a folder and below it, `.pki` and `.git` apart; paths are relative to it. */
export interface Scan {
  /** By path. */
  readonly files: readonly FoundFile[];
  readonly unusable: readonly Unusable[];
  /** Files that have nothing to do with a PKI, or nothing that can be seen. */
  readonly ignored: readonly string[];
}
