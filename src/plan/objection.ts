/** Objections to something that was made, as values (words: words/objection.ts). */
import type { Reason } from './reason.ts';

/** An extension as it is written: `value` is hex of the DER. */
export interface EncodedExtension {
  readonly name: string;
  readonly critical: boolean;
  readonly value: string;
}

/** One reason not to publish it. Points in time are seconds since 1970. */
export type Objection =
  /** The key is of another kind. */
  | { readonly kind: 'key'; readonly before: string; readonly after: string }
  | { readonly kind: 'request-key' }
  | { readonly kind: 'request-signature' }
  | { readonly kind: 'request'; readonly reason: Reason }
  | { readonly kind: 'certificate'; readonly reason: Reason }
  | { readonly kind: 'certificate-key' }
  | { readonly kind: 'certificate-signature' }
  | { readonly kind: 'issuer-name' }
  /** The right subject, in other octets. */
  | { readonly kind: 'subject-octets' }
  | { readonly kind: 'not-before'; readonly found: number }
  | { readonly kind: 'not-after'; readonly found: number }
  | { readonly kind: 'serial'; readonly serial: string }
  | {
      readonly kind: 'extensions';
      readonly surplus: readonly EncodedExtension[];
      readonly missing: readonly EncodedExtension[];
    };
