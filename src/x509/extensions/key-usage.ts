/** Key usage (RFC 5280 §4.2.1.3): what the key may do, as a set of bits. */
import type { Entity } from '../../pki/entity.ts';
import { expectTag, TAG } from '../der.ts';
import { encodeBits } from '../der-write.ts';
import type { ExtensionRule } from '../extension-rule.ts';
import { KEY_USAGES, type KeyUsage } from '../oids.ts';

/** Exactly the usages of the kind and, for an end entity, of the algorithm of its key. */
export const keyUsage = {
  name: 'keyUsage',
  oid: '2.5.29.15',
  fields: ['keyUsage'],
  inRequest: true,
  read(der): readonly KeyUsage[] {
    const [, ...octets] = expectTag(der, TAG.bitString).body;
    return KEY_USAGES.filter((_, bit) => ((octets[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0);
  },
  write: (usages) => encodeBits(usages.map((usage) => KEY_USAGES.indexOf(usage))),
  items: (usages) => usages,
  config: (usages) => ({ value: usages.join(',') }),
  // RFC 5280: SHOULD be critical; every verifier that was tried takes both.
  wanted: ({ entity }) => ({
    presence: 'required',
    value: usagesOf(entity),
    critical: true,
    accepts: 'either',
  }),
} as const satisfies ExtensionRule<readonly KeyUsage[]>;

/**
 * Every TLS 1.3 handshake signs. RSA keys also encipher in TLS 1.2's RSA key exchange; for other keys
 * keyEncipherment is wrong, and NSS and Java refuse it (RFC 8813 §3, RFC 8410 §5).
 */
function usagesOf({ kind, key }: Entity): readonly KeyUsage[] {
  if (kind === 'authority') return ['keyCertSign', 'cRLSign'];
  return key.algorithm === 'rsa' ? ['digitalSignature', 'keyEncipherment'] : ['digitalSignature'];
}
