/** What a certificate is for (RFC 5280 §4.2.1.12). */
import type { EntityKind } from './entity.ts';

/** Purposes of extended key usage (RFC 5280 §4.2.1.12), by the names that openssl has for them; others are OIDs. */
export const PURPOSES = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  OCSPSigning: '1.3.6.1.5.5.7.3.9',
  anyExtendedKeyUsage: '2.5.29.37.0',
} as const;

/** What each kind does in TLS, and so what its certificate is for unless the manifest says more; an authority: everything. */
export const PURPOSES_OF: Readonly<Record<EntityKind, readonly (keyof typeof PURPOSES)[]>> = {
  authority: [],
  server: ['serverAuth'],
  client: ['clientAuth'],
  peer: ['serverAuth', 'clientAuth'],
  certificate: [],
};
