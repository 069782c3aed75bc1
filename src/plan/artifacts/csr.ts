/** `csr.pem`: the certification request (RFC 2986), for another authority to sign. */
import { sanText } from '../../pki/san.ts';
import type { RequestFacts } from '../../x509/facts.ts';
import { parseRequest } from '../../x509/parse.ts';
import { diffRequest } from '../diff.ts';
import { statedNames } from '../stated-names.ts';
import type { CallRule } from './rule.ts';

/** It asks for what was issued, with the key that is there; without a key it cannot be compared. Names as in certificates. */
export const csr: CallRule<RequestFacts> = {
  by: 'call',
  read: parseRequest,
  isStale(facts, { entity, key }) {
    if (key === null) return false;
    const isOfKey = facts.keyId === key.keyId && facts.signatureFits;
    const san = statedNames(facts.san, entity) === null ? facts.san : entity.san.map(sanText);
    return !isOfKey || diffRequest({ ...facts, san }, entity).length > 0;
  },
  make({ id }, key) {
    if (key.kind === 'given') throw new Error(`Internal error: a request of ${id} takes its private key`);
    return { op: 'request', of: id, key };
  },
};
