/** Whether a key signed, by both ways to find out. */
import { signedByMeanwhile } from '../../src/store/observe/signed-meanwhile.ts';
import { signedBy } from '../../src/x509/signature.ts';
import type { VerificationKey } from '../../src/x509/verification-key.ts';

/** What both ways say, at once and meanwhile; rejects where they disagree, or with the error that both throw. */
export async function signedBothWays(der: Uint8Array, key: VerificationKey): Promise<boolean> {
  const meanwhile = await signedByMeanwhile(der, key).catch((error: unknown) => ({ error }));
  if (typeof meanwhile !== 'boolean') {
    signedBy(der, key);
    throw new Error('only one of both ways fails');
  }
  const atOnce = signedBy(der, key);
  if (atOnce !== meanwhile) throw new Error(`at once ${atOnce}, meanwhile ${meanwhile}`);
  return atOnce;
}
