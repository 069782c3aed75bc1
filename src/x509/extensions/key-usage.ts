/** Key usage (RFC 5280 §4.2.1.3): what the key may do, as a set of bits. */
import type { Entity } from '../../pki/entity.ts';
import { KEY_USAGES, type KeyUsage } from '../../pki/key-usage.ts';
import { expectTag, TAG } from '../der.ts';
import { encodeBits } from '../der-write.ts';
import type { ExtensionRule } from '../extension-rule.ts';

/** The usages that every key of the kind needs; others from other tools stay, unless they make a leaf a CA. */
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
  narrows: true,
  // RFC 5280: SHOULD be critical; every verifier that was tried takes both. Only authorities need it: a leaf of a tool
  // that writes none may do everything, and is refused by none.
  wanted: ({ entity }) => ({
    presence: entity.kind === 'authority' || entity.keyUsage !== undefined ? 'required' : 'expected',
    value: entity.keyUsage ?? usagesOf(entity),
    critical: true,
    accepts: 'either',
    ...(entity.keyUsage === undefined ? {} : { exactly: true }),
  }),
  matches(found, wanted) {
    const isAuthority = wanted.includes('keyCertSign');
    const needed = isAuthority ? AUTHORITY_NEEDS : wanted;
    const isHarmless = (usage: KeyUsage): boolean => isAuthority || HARMLESS.includes(usage);
    return needed.every((usage) => found.includes(usage)) && found.every(isHarmless);
  },
} as const satisfies ExtensionRule<readonly KeyUsage[]>;

/** mkcert's roots sign no CRLs, and those of k3s and kubeadm sign and encipher as well: every verifier accepts that. */
const AUTHORITY_NEEDS: readonly KeyUsage[] = ['keyCertSign'];

/** What RSA keys of clients used to have, and openssl's own configuration gives to every leaf. */
const HARMLESS: readonly KeyUsage[] = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
];

/**
 * Every TLS 1.3 handshake signs, and so does every client. RSA keys of servers also decipher in TLS 1.2's RSA key
 * exchange, and NSS requires the usage for it. For other keys keyEncipherment is wrong (RFC 8813 §3, RFC 8410 §5).
 */
function usagesOf(entity: Entity): readonly KeyUsage[] {
  const { kind, key } = entity;
  if (kind === 'authority') return ['keyCertSign', 'cRLSign'];
  if (kind === 'certificate') return ofPurposes(entity);
  return key.algorithm === 'rsa' && kind !== 'client'
    ? ['digitalSignature', 'keyEncipherment']
    : ['digitalSignature'];
}

/**
 * Mail is also enciphered to its receiver, by an RSA key or by one that agrees on a key (RFC 8550 §4.4.2). A time stamp is
 * refused where the key may do more than sign (openssl's purpose `timestampsign`).
 */
function ofPurposes({ key, extendedKeyUsage = [] }: Entity): readonly KeyUsage[] {
  const has = (purpose: string): boolean => extendedKeyUsage.includes(purpose);
  if (key.algorithm === 'rsa' && (has('emailProtection') || has('serverAuth')))
    return ['digitalSignature', 'keyEncipherment'];
  if (key.algorithm === 'ecdsa' && has('emailProtection')) return ['digitalSignature', 'keyAgreement'];
  return ['digitalSignature'];
}
