/** Signatures that are checked beside whatever else is to be done, on the threads of node. */
import { verify } from 'node:crypto';
import { promisify } from 'node:util';
import { signatureCheck } from '../../x509/signature.ts';
import type { VerificationKey } from '../../x509/verification-key.ts';

const verifyMeanwhile = promisify(verify);

/**
 * As `signedBy`: one signature by P-384, the default of authorities, takes longer than all that is read for it. The
 * octets must stay as they are until then. Rejects with a DerError where they are not well-formed.
 */
export async function signedByMeanwhile(der: Uint8Array, key: VerificationKey): Promise<boolean> {
  const check = signatureCheck(der, key);
  if (typeof check === 'boolean') return check;
  try {
    return await verifyMeanwhile(check.digest, check.signed, check.key, check.signature);
  } catch {
    // Node throws where the algorithm is not one for this type of key: then that key did not sign.
    return false;
  }
}
