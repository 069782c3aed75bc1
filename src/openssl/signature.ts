/** `openssl pkeyutl -sign -rawin`: the signature alone, on octets that are written elsewhere (openssl-pkeyutl(1)). */
import type { ById } from '../pki/issuers.ts';
import type { SigningKey } from '../plan/make.ts';
import type { SignatureAlgorithm } from '../x509/signature-write.ts';
import type { Command } from './command.ts';
import { keyPath } from './key-path.ts';

/** Files, relative to the output folder, and where keys are. */
interface Files {
  readonly from: string;
  readonly to: string;
  readonly byId: ById;
  readonly run: string;
}

const PSS = ['-pkeyopt', 'rsa_padding_mode:pss', '-pkeyopt', 'rsa_pss_saltlen:digest'];

/** How it is made. EdDSA brings its own digest, and then `-digest` is an error. */
export function signingOptions({
  digest,
  isPss,
}: Pick<SignatureAlgorithm, 'digest' | 'isPss'>): readonly string[] {
  return [...(digest === null ? [] : ['-digest', digest]), ...(isPss ? PSS : [])];
}

/** The signature by an authority's key, in a file. */
export function signatureCommand(
  { digest, isPss }: Pick<SignatureAlgorithm, 'digest' | 'isPss'>,
  key: SigningKey,
  { from, to, byId, run }: Files,
): Command {
  const options = signingOptions({ digest, isPss });
  const files = ['-inkey', keyPath(key, byId, run), '-in', from, '-out', to];
  return { args: ['pkeyutl', '-sign', '-rawin', ...options, ...files], input: null };
}
