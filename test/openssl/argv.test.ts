/** Small calls of openssl, to the letter: keys that take another form, what opens a key, and how a response is judged. */
import { describe, expect, it } from 'vitest';
import { judgeCommand, STAPLE_FILES } from '../../src/openssl/ocsp.ts';
import { keyPass, passArgs, relockArgs } from '../../src/openssl/pass.ts';
import { aServer } from '../helpers/entities.ts';

const env = (name: string) => ({ kind: 'env', name }) as const;
const HOW = ['-v2', 'aes-256-cbc', '-v2prf', 'hmacWithSHA256', '-iter', '600000'];

describe('a key that stays', () => {
  it.each<[name: string, given: object, expected: readonly string[]]>([
    ['is written as it was', {}, ['pkey', '-in', 'a', '-out', 'b']],
    [
      'is opened',
      { previousPassphrase: env('OLD') },
      ['pkey', '-in', 'a', '-passin', 'env:OLD', '-out', 'b'],
    ],
    [
      'is closed',
      { passphrase: env('NEW') },
      ['pkcs8', '-topk8', '-in', 'a', ...HOW, '-passout', 'env:NEW', '-out', 'b'],
    ],
    [
      'is opened by one passphrase, and closed by another',
      { passphrase: env('NEW'), previousPassphrase: env('OLD') },
      ['pkcs8', '-topk8', '-in', 'a', '-passin', 'env:OLD', ...HOW, '-passout', 'env:NEW', '-out', 'b'],
    ],
  ])('%s', (_, given, expected) => {
    expect(relockArgs(aServer({ ...given }), 'pki', 'a', 'b')).toEqual(expected);
  });
});

describe('what opens a key', () => {
  const token = { token: { uri: 'pkcs11:token=t', pin: env('PIN') } };
  const by = (driver: 'engine' | 'provider') => ({ output: 'pki', driver });
  it.each<[name: string, found: readonly string[], expected: readonly string[]]>([
    ['nothing', keyPass(aServer(), by('engine')), []],
    ['a passphrase', keyPass(aServer({ passphrase: env('A') }), by('engine')), ['-passin', 'env:A']],
    [
      'the engine, with the PIN',
      keyPass(aServer({ ...token }), by('engine')),
      ['-engine', 'pkcs11', '-keyform', 'engine', '-passin', 'env:PIN'],
    ],
    [
      'the engine, for another option',
      keyPass(aServer({ ...token }), by('engine'), '-inform'),
      ['-engine', 'pkcs11', '-inform', 'engine', '-passin', 'env:PIN'],
    ],
    [
      'the provider, by the PIN alone',
      keyPass(aServer({ ...token }), by('provider')),
      ['-passin', 'env:PIN'],
    ],
  ])('%s', (_, found, expected) => {
    expect(found).toEqual(expected);
  });
});

it('a response is judged with the root alone as what is trusted, by files of four names', () => {
  expect(judgeCommand('0a')).toEqual({
    args: [
      ...['ocsp', '-respin', 'response.der', '-no_nonce', '-issuer', 'issuer.pem', '-serial', '0x0a'],
      ...['-CAfile', 'root.pem', '-verify_other', 'between.pem'],
    ],
    input: null,
  });
  expect(new Set(Object.values(STAPLE_FILES)).size).toBe(4);
});

it.each<[source: Parameters<typeof passArgs>[1], output: string | undefined, expected: readonly string[]]>([
  [undefined, 'pki', []],
  [env('A'), undefined, []],
  [env('A'), 'pki', ['-passin', 'env:A']],
  [{ kind: 'file', path: 'pin' }, 'pki', ['-passin', 'file:../pin']],
  [{ kind: 'file', path: 'a/pin' }, './build//pki/', ['-passin', 'file:../../a/pin']],
  [{ kind: 'file', path: '/run/pin' }, 'pki', ['-passin', 'file:/run/pin']],
  [{ kind: 'prompt', label: null }, 'pki', []],
])('%j is read from %s by %j', (source, output, expected) => {
  expect(passArgs('-passin', source, output)).toEqual(expected);
});
