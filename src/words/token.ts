/** Why the key of a token cannot be used, and what to do. */
import { shellWords } from '../openssl/shell.ts';
import { visible } from '../pki/printable.ts';
import { attributeOf, type TokenFault, type TokenKey } from '../pki/token.ts';
import type { Advice } from './advice.ts';
import { type Words, worded } from './table.ts';

const WORDS: Words<TokenFault> = {
  'no-driver': ({ version }) =>
    `${version} has no way to tokens: neither the engine of libp11 nor pkcs11-provider`,
  'no-ed25519': ({ version }) =>
    `${version} reaches tokens through the engine of libp11, which knows no Ed25519 keys`,
  'no-module': ({ module }) =>
    `the PKCS#11 module ${module === null ? '' : `"${visible(module)}" `}cannot be loaded`,
  'no-key': () => 'no such token is there, or no such key is on it',
  'no-key-or-pin': () =>
    'no such token is there (perhaps for want of its module), no such key is on it, or it does not accept the PIN',
  pin: () => 'the token does not accept the PIN',
  locked: () => 'the PIN is locked after too many wrong ones',
  failed: ({ how, words }) => `the HSM failed: ${how}${words === '' ? '' : `, saying "${words}"`}`,
};

/** The whole sentence without the entity. */
export function tokenFaultText(fault: TokenFault): string {
  return worded(WORDS, fault);
}

const HINTS: Readonly<Record<Exclude<TokenFault['kind'], 'no-key' | 'no-key-or-pin'>, string>> = {
  'no-driver':
    'install one of them: "apt install libengine-pkcs11-openssl" for OpenSSL 3.0, "apt install pkcs11-provider" for OpenSSL 3.2 or later',
  'no-ed25519':
    'name OpenSSL 3.2 or later with pkcs11-provider in PKI_OPENSSL, or use a key of another kind, such as ecdsa-p256',
  'no-module':
    'name the module of the token in PKCS11_MODULE_PATH, such as /usr/lib/softhsm/libsofthsm2.so, or register it with p11-kit',
  pin: 'check the PIN by hand before you run again: after a few wrong ones a token locks itself',
  locked: 'unlock it with the PIN of the security officer: "pkcs11-tool --init-pin"',
  failed:
    'nothing was changed: see whether the token answers ("pkcs11-tool --list-objects --login"), and run again',
};

/** For a refusal that names the entity, and where the manifest names its key. */
export function tokenText({
  entity,
  token,
  wanted,
  fault,
  at,
}: {
  readonly entity: string;
  readonly token: TokenKey;
  /** The kind of key that the manifest states. */
  readonly wanted: string;
  readonly fault: TokenFault;
  readonly at: string;
}): Advice {
  return {
    problem: `${at}: the key of ${entity} is not to be had: ${tokenFaultText(fault)}`,
    hint:
      fault.kind === 'no-key' || fault.kind === 'no-key-or-pin' ? keyHint(token, wanted) : HINTS[fault.kind],
  };
}

/** How pkcs11-tool names curves; RSA keys are `rsa:3072`. */
const KEY_TYPES: Readonly<Record<string, string>> = {
  'ecdsa-p256': 'EC:secp256r1',
  'ecdsa-p384': 'EC:secp384r1',
  'ecdsa-p521': 'EC:secp521r1',
  ed25519: 'EC:edwards25519',
};

/** Keys are not made here: a command that makes one asks for the PIN, and shows what it does. */
function keyHint(token: TokenKey, wanted: string): string {
  const [label, object, id] = ['token', 'object', 'id'].map((name) => attributeOf(token, name));
  const words = [
    ...[
      'pkcs11-tool',
      '--keypairgen',
      '--key-type',
      KEY_TYPES[wanted] ?? wanted.replace('-', ':'),
      '--login',
    ],
    ...(label === undefined ? [] : ['--token-label', visible(label.toString())]),
    ...(object === undefined ? [] : ['--label', visible(object.toString())]),
    ...['--id', id?.toString('hex') ?? '01'],
  ];
  return `make the key, if that is intended: ${shellWords(words)} (it takes --module, too)`;
}
