/** Why a key under a passphrase stays closed. */
import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import type { SecretSource } from '../../src/pki/secret-source.ts';
import { Keyring, type Locked } from '../../src/store/keyring.ts';
import type { Secrets } from '../../src/store/secrets.ts';

const pem = (cipher?: { readonly cipher: string; readonly passphrase: string }): Buffer => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem', ...cipher }));
};
const CLOSED = pem({ cipher: 'aes-256-cbc', passphrase: 'right' });
const env = (name: string): SecretSource => ({ kind: 'env', name });
/** Passphrases by the names of variables. */
const SECRETS = {
  read: (source: SecretSource) => {
    const value = source.kind === 'env' ? { RIGHT: 'right', WRONG: 'wrong' }[source.name] : undefined;
    return value === undefined ? { ok: false, fault: { kind: 'waits' } } : { ok: true, value };
  },
} as unknown as Secrets;

it.each<[string, Locked, unknown]>([
  ['nothing is stated', {}, { state: 'closed', why: { kind: 'unstated' } }],
  ['another one is stated', { passphrase: env('WRONG') }, { state: 'closed', why: { kind: 'other' } }],
  [
    'another one was stated before',
    { previousPassphrase: env('WRONG') },
    { state: 'closed', why: { kind: 'other' } },
  ],
  [
    'the first of two is not to be had',
    { passphrase: env('LATER'), previousPassphrase: env('WRONG') },
    { state: 'closed', why: { kind: 'no-secret', source: env('LATER') } },
  ],
  ['it is opened by what is stated', { passphrase: env('RIGHT') }, { state: 'opened', by: 'stated' }],
  [
    'it is opened by what was stated before',
    { passphrase: env('WRONG'), previousPassphrase: env('RIGHT') },
    { state: 'opened', by: 'previous' },
  ],
])('%s', (_, of, expected) => {
  expect(new Keyring(SECRETS).open(of, CLOSED)).toMatchObject(expected as object);
});

it('a key that is under none is plain, whatever is stated', () => {
  const bytes = pem();
  expect(new Keyring(SECRETS).open({ passphrase: env('WRONG') }, bytes)).toEqual({
    state: 'plain',
    pem: bytes,
  });
});
