/** `key.pem`: the private key (plan/key-decision.ts decides about it). */
import type { KeyFacts } from '../../x509/facts.ts';
import { parseKey } from '../../x509/parse-key.ts';
import type { IssuedRule } from './rule.ts';

/** Made together with the request of a new certificate. */
export const key: IssuedRule<KeyFacts> = { by: 'issue', read: parseKey };
