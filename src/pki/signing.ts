/** How an authority signs, as far as that does not follow from its key. */

/** The digests that we sign with. */
export const SIGNING_DIGESTS = ['sha256', 'sha384', 'sha512'] as const;
/** One of them. */
export type Digest = (typeof SIGNING_DIGESTS)[number];

/** What RSA keys do with a digest: RSASSA-PKCS1-v1_5 or RSASSA-PSS (RFC 8017 §8). */
export const PADDINGS = ['pkcs1', 'rsa-pss'] as const;
/** One of them. */
export type Padding = (typeof PADDINGS)[number];

/** `null`: what is usual for the key. */
export interface SigningTerms {
  readonly digest: Digest | null;
  readonly padding: Padding | null;
}
