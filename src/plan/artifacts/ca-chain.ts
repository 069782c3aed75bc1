/** `ca-chain.pem`: the trusted roots and the authorities between, for verifiers that build no chains (libvirt, Dovecot). */
import { issuersAbove } from '../../pki/issuers.ts';
import { type Part, trustParts } from '../parts.ts';
import { bundle } from './bundle.ts';

/** The authorities first, from the issuer upwards: OpenSSL takes them in any order, GnuTLS and QEMU in this one. */
export const caChain = bundle((entity, byId): readonly Part[] => [
  ...issuersAbove(entity, byId)
    .slice(0, -1)
    .map(({ id }) => ({ kind: 'certificate', of: id }) as const),
  ...trustParts(entity),
]);
