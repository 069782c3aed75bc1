/** An openssl call as data: nothing is run here. The output folder is the working directory of every call. */
export interface Command {
  /** Arguments after `openssl`; no secret and no value from a manifest is ever among them. */
  readonly args: readonly string[];
  /** Standard input: the call's own configuration, or nothing. */
  readonly input: string | null;
}

/**
 * The whole environment of every call. `OPENSSL_CONF` keeps the system's configuration out, the two `SSL_CERT_*` its
 * trust store, which `openssl x509` and `ca` would otherwise parse on every start (three times slower, and unneeded).
 */
export const ENVIRONMENT = {
  OPENSSL_CONF: '/dev/null',
  SSL_CERT_FILE: '/dev/null',
  SSL_CERT_DIR: '/dev/null',
  LC_ALL: 'C',
  TZ: 'UTC',
} as const;
