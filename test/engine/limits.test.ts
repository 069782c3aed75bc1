/** How long calls may take: by the key that they make, or as the user says. */
import { expect, it } from 'vitest';
import { limitFor } from '../../src/engine/limits.ts';
import type { KeySpec } from '../../src/pki/key-spec.ts';

const rsa = (size: number): KeySpec => ({ algorithm: 'rsa', size });

it.each<readonly [string, KeySpec | undefined, number]>([
  ['no key', undefined, 120],
  ['a key on a curve', { algorithm: 'ecdsa', curve: 'P-521' }, 120],
  ['Ed25519', { algorithm: 'ed25519' }, 120],
  ['the smallest RSA key', rsa(2048), 600],
  ['one between the rows', rsa(2056), 1200],
  ['RSA with 3072 bits', rsa(3072), 1200],
  ['RSA with more', rsa(3073), 2400],
  ['RSA with 4096 bits', rsa(4096), 2400],
  ['RSA with more than that', rsa(4097), 14_400],
  ['RSA with 8192 bits', rsa(8192), 14_400],
  ['the first beyond the rows', rsa(8193), 86_400],
  ['RSA with 16384 bits', rsa(16384), 86_400],
])('a call that makes %s', (_, key, seconds) => {
  expect(limitFor(key, {})).toBe(seconds);
});

it.each([
  ['30', 30],
  ['1', 1],
  ['1000000000', 86_400],
  ['0', 120],
  ['-5', 120],
  ['1.5', 120],
  ['soon', 120],
  ['', 120],
])('PKI_OPENSSL_TIMEOUT=%j', (text, seconds) => {
  expect(limitFor(undefined, { PKI_OPENSSL_TIMEOUT: text })).toBe(seconds);
});
