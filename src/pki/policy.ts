/** Certificate policies: under which rules a certificate is issued (RFC 5280 §4.2.1.4), and what an authority demands of them. */

/** What is said about a policy beside its OID; `other` is hex of a PolicyQualifierInfo that is neither of both. */
export type PolicyQualifier =
  /** Where the certification practice statement is. */
  | { readonly kind: 'cps'; readonly text: string }
  /** For people who use the certificate. */
  | { readonly kind: 'notice'; readonly text: string }
  | { readonly kind: 'other'; readonly text: string };

/** One policy. */
export interface Policy {
  readonly oid: string;
  readonly qualifiers: readonly PolicyQualifier[];
}

/** RFC 5280 §4.2.1.11: after how many further certificates it begins; `null` where it is not said. */
export interface PolicyConstraints {
  readonly requireExplicitPolicy: number | null;
  readonly inhibitPolicyMapping: number | null;
}

/** Stands for every policy, RFC 5280 §4.2.1.4. */
export const ANY_POLICY = '2.5.29.32.0';
