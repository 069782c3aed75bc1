/** How an authority signs, read from what it has signed. */
import type { EntryText } from '../manifest/write.ts';
import { compact } from '../pki/record.ts';
import { SIGNING_DIGESTS } from '../pki/signing.ts';
import { digestFor, signatureBy } from '../x509/signature-write.ts';
import type { PlacedPair } from './hierarchy.ts';

/** Nothing where it signs as is usual for its key, in several ways, or in one that a manifest does not have. */
export function signingTextOf(
  { key }: PlacedPair,
  signed: readonly PlacedPair[],
): Pick<EntryText, 'digest' | 'signature'> {
  const [name, ...others] = new Set(signed.map(({ cert }) => cert.facts.signature));
  if (name === undefined || others.length > 0) return {};
  for (const digest of SIGNING_DIGESTS)
    for (const isPss of [false, true])
      if (signatureBy({ key: key.spec, digest, isPss }) === name)
        return compact({
          digest: digest === digestFor(key.spec) || !/^(?:rsa|ecdsa)-/.test(key.spec) ? undefined : digest,
          signature: isPss && /^rsa-\d/.test(key.spec) ? ('rsa-pss' as const) : undefined,
        });
  return {};
}
