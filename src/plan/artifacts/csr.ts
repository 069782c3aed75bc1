/** `csr.pem`: the certification request (RFC 2986), for another authority to sign. */
import type { RequestFacts } from '../../x509/facts.ts';
import { parseRequest } from '../../x509/parse.ts';
import { diffRequest } from '../diff.ts';
import type { CallRule } from './rule.ts';

/** It asks for what was issued, with the key that is there; without a key it cannot be compared. */
export const csr: CallRule<RequestFacts> = {
  by: 'call',
  read: parseRequest,
  isStale(facts, { entity, key }) {
    if (key === null) return false;
    const isOfKey = facts.keyId === key.keyId && facts.signatureFits;
    return !isOfKey || diffRequest(facts, entity).length > 0;
  },
  make({ id }, key) {
    if (key.kind === 'given') throw new Error(`Internal error: a request of ${id} takes its private key`);
    return { op: 'request', of: id, key };
  },
};
