/** What an authority answers when it is asked about one certificate (RFC 6960 §2.2). */
import type { CrlReason, ListTerms } from './revocation.ts';

/** What an authority says of answers about what it signed. */
export interface OcspSettings {
  /** Where they are, for what it signs; empty: certificates do not say. */
  readonly url: readonly string[];
  readonly terms: ListTerms;
}

/** `unknown`: it is no certificate of that authority. */
export type CertificateStatus =
  | { readonly kind: 'good' }
  | { readonly kind: 'unknown' }
  | {
      readonly kind: 'revoked';
      /** Seconds since 1970. */
      readonly date: number;
      /** `null`: none is given. */
      readonly reason: CrlReason | null;
    };

/** One text for one status: two that are equal say the same. */
export function statusText(status: CertificateStatus): string {
  return status.kind === 'revoked' ? `revoked ${status.date} ${status.reason ?? ''}` : status.kind;
}
