/** `public.pem`: the public key alone, for signatures other than certificates. */
import type { KeyId } from '../../x509/facts.ts';
import { parsePublicKey } from '../../x509/parse.ts';
import type { CallRule } from './rule.ts';

/** The public half of the private key that is there. */
export const publicKey: CallRule<KeyId> = {
  by: 'call',
  read: parsePublicKey,
  isStale: (facts, { key }) => key !== null && facts !== key.keyId,
  make: ({ id }, key) => ({ op: 'public', of: id, key }),
};
