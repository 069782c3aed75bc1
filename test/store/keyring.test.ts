/** Why a key under a passphrase stays closed. */
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { SecretSource } from '../../src/pki/secret-source.ts';
import { Keyring, type Locked } from '../../src/store/keyring.ts';
import type { Secrets } from '../../src/store/secrets.ts';

const pem = (cipher?: { readonly cipher: string; readonly passphrase: string }): Buffer => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem', ...cipher }));
};
const CLOSED = pem({ cipher: 'aes-256-cbc', passphrase: 'right' });
const env = (name: string): SecretSource => ({ kind: 'env', name });
let asked = 0;
/** Passphrases by the names of variables. */
const SECRETS = {
  read: (source: SecretSource) => {
    asked++;
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
    { state: 'closed', why: { kind: 'no-secret', source: env('LATER'), fault: { kind: 'waits' } } },
  ],
  [
    'of two that are not to be had, the first is named',
    { passphrase: env('LATER'), previousPassphrase: env('NEVER') },
    { state: 'closed', why: { kind: 'no-secret', source: env('LATER'), fault: { kind: 'waits' } } },
  ],
  [
    'the first is not to be had, and the second opens it',
    { passphrase: env('LATER'), previousPassphrase: env('RIGHT') },
    { state: 'opened', by: 'previous' },
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

it('without secrets all that is closed stays so, as what waits for a passphrase', () => {
  const ring = new Keyring();
  const of = { passphrase: env('RIGHT') };
  const why = { kind: 'no-secret', source: env('RIGHT'), fault: { kind: 'waits' } };
  expect(ring.open(of, CLOSED)).toEqual({ state: 'closed', why });
  expect(ring.plain(of, CLOSED)).toBe(CLOSED);
  expect(() => ring.close(of, pem())).toThrow('Internal error: no passphrase was asked for');
});

describe('a key file as an entity is to have it', () => {
  const key = pem();

  it('is plain where no passphrase is stated, and no passphrase is then read', () => {
    asked = 0;
    expect(new Keyring(SECRETS).close({ previousPassphrase: env('RIGHT') }, key)).toBe(key.toString());
    expect(asked).toBe(0);
  });

  it('is under what is stated, and opened by that alone', () => {
    const ring = new Keyring(SECRETS);
    const of = { passphrase: env('RIGHT') };
    const closed = Buffer.from(ring.close(of, key));
    expect(closed.toString()).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----\n/);
    // What this closed it need not open: the very bytes are there already.
    expect(ring.open(of, closed)).toEqual({ state: 'opened', pem: key, by: 'stated' });
    expect(ring.plain(of, closed)).toBe(key);
    const opened = new Keyring(SECRETS).plain(of, closed);
    expect(createPrivateKey(opened).equals(createPrivateKey(key))).toBe(true);
  });

  it('cannot be where the passphrase is not to be had', () => {
    expect(() => new Keyring(SECRETS).close({ passphrase: env('LATER') }, key)).toThrow(
      'Internal error: no passphrase was asked for',
    );
  });
});
