/** Protocols that begin without TLS, by the names that `openssl s_client -starttls` has for them. */
export const PROTOCOLS = ['smtp', 'imap', 'pop3', 'postgres', 'mysql', 'ldap'] as const;

/** One of them. */
export type Starttls = (typeof PROTOCOLS)[number];
