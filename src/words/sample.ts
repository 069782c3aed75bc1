/** Why a sample of what another engine issues cannot be had, or not be judged. */
import type { SecretFault } from '../pki/secret-source.ts';
import type { Advice } from './advice.ts';
import { secretFaultText } from './secret.ts';
import { type Words, worded } from './table.ts';

/** What is missing. */
export type SampleFault =
  /** No certificate of a leaf is in a file or folder. */
  | { readonly kind: 'none'; readonly path: string }
  /** The certificate of an authority is not in the output folder, so that what it signed cannot be judged. */
  | { readonly kind: 'no-issuer'; readonly root: string; readonly issuer: string }
  /** What an engine is asked with. */
  | { readonly kind: 'no-token'; readonly source: string; readonly fault: SecretFault };

const WORDS: Words<SampleFault> = {
  none: ({ path }) => `no certificate of a server, client or peer is in "${path}"`,
  'no-issuer': ({ root, issuer }) => `the certificate of ${issuer} is not in "${root}"`,
  'no-token': ({ source, fault }) => secretFaultText(source, fault),
};

const HINTS: Readonly<Record<SampleFault['kind'], string>> = {
  none: 'name a file, or a folder with files, of certificates in PEM or DER; "-" reads standard input',
  'no-issuer': 'run "pki apply" first, or put its cert.pem there: what it signed is judged with it',
  'no-token':
    'name a variable, or a file below the working directory, with the token: --token env:NAME, --token file:PATH',
};

/** Both lines of the error. */
export function sampleFaultText(fault: SampleFault): Advice {
  return { problem: worded(WORDS, fault), hint: HINTS[fault.kind] };
}
