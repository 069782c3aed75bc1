/**
 * Calls of openssl with a key on a token: through libp11's engine, or through pkcs11-provider. Each reads the PIN from its
 * standard input (`-passin stdin`), so that it is in no argument, no environment and no file.
 */
import { privateUri, type TokenDriver, type TokenFault, type TokenKey } from '../pki/token.ts';
import type { SignatureAlgorithm } from '../x509/signature-write.ts';
import { configText } from './config.ts';
import { signingOptions } from './signature.ts';

/** In the order in which they are tried: OpenSSL deprecates engines, and version 4 has none; 3.0 has bugs with providers. */
export function driversFor(version: string): readonly [TokenDriver, TokenDriver] {
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(version) ?? [];
  const isModern = Number(major) > 3 || Number(minor) >= 2;
  return isModern ? ['provider', 'engine'] : ['engine', 'provider'];
}

/** Arguments of a call that shows whether a driver is there, and what it then prints. */
export function probeOf(driver: TokenDriver): { readonly args: readonly string[]; readonly prints: RegExp } {
  return driver === 'engine'
    ? { args: ['engine', 'pkcs11'], prints: /pkcs11/ }
    : { args: ['list', '-providers'], prints: /pkcs11/i };
}

/**
 * The configuration that loads the provider. Without `no-deinit`, version 1.0 ends in SIGSEGV after its work is done; and
 * given as `-provider`, it hangs where the module is linked with OpenSSL itself, as SoftHSM is.
 */
export const PROVIDER_CONFIG = `openssl_conf = init\n${configText([
  { name: 'init', entries: [['providers', 'providers']] },
  {
    name: 'providers',
    entries: [
      ['default', 'default_provider'],
      ['pkcs11', 'token_provider'],
    ],
  },
  { name: 'default_provider', entries: [['activate', '1']] },
  {
    name: 'token_provider',
    entries: [
      ['pkcs11-module-quirks', 'no-deinit'],
      ['activate', '1'],
    ],
  },
])}`;

const PIN = ['-passin', 'stdin'];

/** `openssl pkey`: the public half, to standard output. */
export function showArgs(token: TokenKey, driver: TokenDriver): readonly string[] {
  const form = driver === 'engine' ? ['-engine', 'pkcs11', '-inform', 'engine'] : [];
  return ['pkey', ...form, '-in', privateUri(token), ...PIN, '-pubout'];
}

/** `openssl pkeyutl`: the signature of what is in a file. */
export function signArgs(
  token: TokenKey,
  driver: TokenDriver,
  algorithm: Pick<SignatureAlgorithm, 'digest' | 'isPss'>,
  { from, to }: { readonly from: string; readonly to: string },
): readonly string[] {
  const form = driver === 'engine' ? ['-engine', 'pkcs11', '-keyform', 'engine'] : [];
  const files = ['-in', from, '-out', to];
  return [
    ...['pkeyutl', '-sign', '-rawin', ...signingOptions(algorithm)],
    ...[...form, '-inkey', privateUri(token), ...PIN, ...files],
  ];
}

const SAYINGS: readonly (readonly [RegExp, TokenFault['kind'] & ('pin' | 'locked' | 'no-key')])[] = [
  [/PIN locked|CKR_PIN_LOCKED/i, 'locked'],
  [/PIN incorrect|CKR_PIN_INCORRECT|PIN invalid/i, 'pin'],
  [/object not found|No matching token|slot .*not found/i, 'no-key'],
];

/**
 * What a call that failed says of the token. After a wrong PIN or a missing key, the engine ends in SIGSEGV: what it said
 * before counts. @param how it ended, in words. @param module where it is named.
 */
export function tokenFaultIn(
  stderr: string,
  {
    how,
    lastWords,
    module,
  }: { readonly how: string; readonly lastWords: string; readonly module: string | null },
): TokenFault {
  const said = SAYINGS.find(([pattern]) => pattern.test(stderr))?.[1];
  if (said !== undefined) return { kind: said };
  if (/load PKCS#11 module|no module|Failed to initialize PKCS11/i.test(stderr))
    return { kind: 'no-module', module };
  // All that the provider says, whichever of the three is wrong.
  if (/Could not (find|open|read) .*private key/i.test(stderr)) return { kind: 'no-key-or-pin' };
  return { kind: 'failed', how, words: lastWords };
}
