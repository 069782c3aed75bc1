/** KeyUsage bits in order (RFC 5280 §4.2.1.3), by the names that openssl has for them. */
export const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;
/** One of them. */
export type KeyUsage = (typeof KEY_USAGES)[number];
