/** What fits into a TLS handshake. */

/**
 * Octets of all certificates that one side sends: SSL_MAX_CERT_LIST_DEFAULT of OpenSSL; BoringSSL has the same, Go takes 256
 * KiB.
 */
export const HANDSHAKE_LIMIT = 100 * 1024;
