/** Where an authority publishes what belongs to the certificates that it signs. */

/** URLs, several of them where the same is in several places. */
export interface Location {
  readonly url: readonly string[];
}

/** What certificates point to; an empty list where the authority says nothing. */
export interface Locations {
  /** Its revocation list (RFC 5280 §4.2.1.13). */
  readonly crl: readonly string[];
  /** Its OCSP responder, and its own certificate (RFC 5280 §4.2.2.1). */
  readonly ocsp: readonly string[];
  readonly caIssuers: readonly string[];
}
