/** Codes of the TLS library and of the proof, in plain words. */
import { CLOSED_EARLY, NO_CERTIFICATE, TIMED_OUT } from '../handshake/outcome.ts';

/** A code of the TLS library in plain words. */
export interface CodeWords {
  /** Completes "the client's certificate …" or, when `whole`, stands by itself. */
  readonly says: string;
  readonly hint?: string;
  readonly whole?: true;
}

/** For chains and bundles, where the file can be named where it is known who is at fault. */
export const CHAIN_HINT =
  "the chain must lead to a root in the other side's ca.pem, and fullchain.pem must hold every intermediate";
const CLOCK_HINT =
  'compare the clock of this machine with the certificate\'s dates; "pki apply" renews what is due';
const LIST_HINT = '"pki apply" makes the lists that are due, and crls.pem of them';
const USAGE_HINT = 'a server needs extended key usage serverAuth, a client clientAuth, a peer both';
const FIT_HINT = 'run "pki plan": it finds the file that was changed';

/** What is not here has no words but the code itself. */
export const CODES: Readonly<Record<string, CodeWords>> = {
  [NO_CERTIFICATE]: { says: 'the client sent no certificate', whole: true },
  [CLOSED_EARLY]: { says: 'the connection was closed before the handshake was done', whole: true },
  [TIMED_OUT]: { says: 'timed out', whole: true },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: { says: 'does not lead to a trusted CA', hint: CHAIN_HINT },
  UNABLE_TO_GET_ISSUER_CERT: { says: 'does not lead to a trusted CA', hint: CHAIN_HINT },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: { says: 'does not lead to a trusted CA', hint: CHAIN_HINT },
  SELF_SIGNED_CERT_IN_CHAIN: { says: 'leads to a root that is not trusted', hint: CHAIN_HINT },
  DEPTH_ZERO_SELF_SIGNED_CERT: { says: 'is self-signed and not trusted', hint: CHAIN_HINT },
  CERT_SIGNATURE_FAILURE: { says: 'was not signed by the CA key that it names', hint: CHAIN_HINT },
  CERT_HAS_EXPIRED: { says: 'or one of its issuers has expired', hint: CLOCK_HINT },
  CERT_NOT_YET_VALID: { says: 'or one of its issuers is not valid yet', hint: CLOCK_HINT },
  CERT_REVOKED: { says: 'has been revoked', hint: 'issue a new one' },
  CRL_HAS_EXPIRED: { says: 'was checked with a revocation list that has ended', hint: LIST_HINT },
  CRL_NOT_YET_VALID: { says: 'was checked with a revocation list of the future', hint: CLOCK_HINT },
  UNABLE_TO_GET_CRL: { says: 'has no revocation list to be checked with', hint: LIST_HINT },
  CRL_SIGNATURE_FAILURE: { says: 'was checked with a revocation list of another key', hint: LIST_HINT },
  INVALID_PURPOSE: { says: 'or one of its issuers may not be used in this role', hint: USAGE_HINT },
  INVALID_CA: {
    says: 'was issued by a certificate that is no CA',
    hint: 'the issuer needs basic constraints CA:TRUE',
  },
  PATH_LENGTH_EXCEEDED: { says: 'has more CAs above it than a path length allows' },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    says: 'does not carry the name that was asked for',
    hint: 'clients match a wildcard for one label only, and never directly below a top-level domain',
  },
  UNSPECIFIED: {
    says: 'was refused for a reason that Node does not name',
    hint: 'ask "openssl verify -x509_strict": name constraints, weak keys and SHA-1 signatures end up here',
  },
  KEY_VALUES_MISMATCH: { says: 'key and certificate do not match', hint: FIT_HINT, whole: true },
  ERR_SSL_EE_KEY_TOO_SMALL: { says: 'the key is too weak for TLS (security level 2)', whole: true },
  ERR_SSL_CA_KEY_TOO_SMALL: { says: 'the key of a CA is too weak for TLS (security level 2)', whole: true },
  ERR_SSL_CA_MD_TOO_WEAK: { says: 'a signature with SHA-1 or MD5 is too weak for TLS', whole: true },
  ERR_SSL_NO_SHARED_CIPHER: { says: 'the two sides have no cipher in common', whole: true },
  ERR_SSL_UNSUPPORTED_PROTOCOL: { says: 'the two sides have no TLS version in common', whole: true },
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: { says: 'the two sides have no TLS version in common', whole: true },
  ECONNRESET: { says: 'the other side broke the connection off', whole: true },
  ECONNREFUSED: {
    says: 'nothing listens on the port',
    hint: 'is loopback (127.0.0.1) usable here?',
    whole: true,
  },
};
