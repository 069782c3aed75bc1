/** `ca-chain.pem`: the trusted roots and the authorities between, for verifiers that build no chains (libvirt, Dovecot). */
import { chainParts, trustParts } from '../parts.ts';
import { bundle } from './bundle.ts';

/** The authorities first, from the issuer upwards: OpenSSL takes them in any order, GnuTLS and QEMU in this one. */
export const caChain = bundle((entity, byId) => [
  ...chainParts(entity, byId).filter(({ kind }) => kind === 'certificate'),
  ...trustParts(entity),
]);
