/** What is wrong with a folder by which requests go to another machine and come back, in words. */
import type { SecretFault } from '../pki/secret-source.ts';
import type { TokenFault } from '../pki/token.ts';
import type { Blockage } from '../plan/blockage.ts';
import type { SigningFault } from '../plan/signing-request.ts';
import { isoTime } from '../plan/validity.ts';
import type { Advice } from './advice.ts';
import { blockageText } from './blockage.ts';
import { secretFaultText } from './secret.ts';
import { type Words, worded } from './table.ts';
import { tokenFaultText } from './token.ts';

/** `path` is the folder, or the file that it is about. */
export type ExchangeFault =
  | { readonly kind: 'missing' }
  | { readonly kind: 'not-empty' }
  | { readonly kind: 'blocked'; readonly cause: Blockage }
  /** Not what its name says; `why` is the reader's words. */
  | { readonly kind: 'garbage'; readonly why: string }
  | { readonly kind: 'no-key' }
  /** A private key under a passphrase that is not to be had; `source` is where it was to come from, if it was said. */
  | {
      readonly kind: 'closed-key';
      readonly lacks: { readonly source: string; readonly fault: SecretFault } | null;
    }
  | { readonly kind: 'other-passphrase' }
  /** The path is a URI; `why`: what it is not. */
  | { readonly kind: 'no-token-uri'; readonly why: string }
  | { readonly kind: 'token'; readonly fault: TokenFault }
  | { readonly kind: 'other-key' }
  | { readonly kind: 'other-pair' }
  | { readonly kind: 'no-answers' }
  | { readonly kind: 'unsignable'; readonly faults: readonly SigningFault[] };

const FAULTS: Words<SigningFault> = {
  'no-authority': () => 'the certificate of the key may sign no others',
  unidentified: () => 'the certificate of the key has no subject key identifier to refer to',
  outlives: ({ notAfter }) => `it would outlive the authority, which ends on ${isoTime(notAfter)}`,
  'path-length': () => 'the path length of the authority is 0, and this would be an authority below it',
  'other-signer': () => 'it names another key as its signer',
  'request-signature': () => 'the signature of the request does not match its key',
};

const PROBLEMS: Words<ExchangeFault> = {
  missing: () => 'is not there',
  'not-empty': () => 'holds other files than requests',
  blocked: ({ cause }) => `${blockageText(cause)}`,
  garbage: ({ why }) => `cannot be used: ${why}`,
  'no-key': () => 'holds no private key that can be read',
  'closed-key': ({ lacks }) =>
    lacks === null
      ? 'is encrypted, and there is no terminal to ask at for its passphrase'
      : `is encrypted, and its passphrase is not to be had: ${secretFaultText(lacks.source, lacks.fault)}`,
  'other-passphrase': () => 'is encrypted, and the passphrase does not open it',
  'no-token-uri': ({ why }) => `names no key on a token: ${why}`,
  token: ({ fault }) => `is not to be had: ${tokenFaultText(fault)}`,
  'other-key': () => 'is the key of no authority that is asked',
  'other-pair': () => 'is the certificate of another key',
  'no-answers': () => 'holds no certificate that was asked for',
  unsignable: ({ faults }) => `is not signed: ${faults.map((one) => worded(FAULTS, one)).join('; ')}`,
};

const HINTS: Readonly<Record<ExchangeFault['kind'], string>> = {
  missing: 'name the folder that "pki request" wrote',
  'not-empty': 'name a new folder, or one that an earlier "pki request" wrote',
  blocked: 'make it a plain file, and run again',
  garbage: 'take the folder as "pki request" wrote it',
  'no-key': 'name the private key in PEM',
  'closed-key': 'sign at a terminal, or pass "--passphrase env:NAME" with a variable that is set',
  'other-passphrase': 'try again; openssl says the same: "openssl pkey -in KEY -noout"',
  'no-token-uri':
    'write it like "pkcs11:token=pki;object=root"; the PIN comes by "--passphrase", or is asked for',
  token:
    'see whether the token answers: "pkcs11-tool --list-objects --login"; after a few wrong PINs it locks itself',
  'other-key': 'name the key of the authority that the requests are for',
  'other-pair': 'name the certificate of the authority whose key signs',
  'no-answers': 'sign it first: "pki sign FOLDER --key KEY", or "sh sign.sh KEY" in it',
  unsignable: 'fix the manifest where it comes from, and run "pki request" again',
};

/** Both lines of the error. */
export function exchangeText(path: string, fault: ExchangeFault): Advice {
  return { problem: `"${path}" ${worded(PROBLEMS, fault)}`, hint: HINTS[fault.kind] };
}
