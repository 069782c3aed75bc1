// The public key inside a private key, judged by node: the same for every kind that is read, and nothing for all else.
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { children, readAll } from '../../src/x509/der.ts';
import { pointOf } from '../../src/x509/parse-key.ts';
import { DamagedKeyError, publicKeyWithin } from '../../src/x509/private-key.ts';
import { openssl } from '../helpers/openssl.ts';
import { holds } from '../helpers/property.ts';

const pkcs8 = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'pkcs8' });
const spki = (key: KeyObject): string =>
  createPublicKey(key).export({ format: 'der', type: 'spki' }).toString('hex');
const within = (der: Uint8Array): string | undefined => {
  const found = publicKeyWithin(der, pointOf);
  return found && Buffer.from(found).toString('hex');
};

const EC = ['prime256v1', 'secp384r1', 'secp521r1'].map(
  (namedCurve) => [namedCurve, generateKeyPairSync('ec', { namedCurve }).privateKey] as const,
);
const RSA = [2048, 2049, 3072].map(
  (modulusLength) =>
    [`RSA of ${modulusLength} bits`, generateKeyPairSync('rsa', { modulusLength }).privateKey] as const,
);

const PSS = ['RSA-PSS', generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey] as const;

describe('a private key brings its public key along', () => {
  it.each([...EC, ...RSA, PSS])('%s', (_, key) => {
    expect(within(pkcs8(key))).toBe(spki(key));
  });
});

describe('is left to node', () => {
  const ec = EC[0]?.[1] as KeyObject;
  const der = pkcs8(ec);

  it.each([
    ['Ed25519, which brings none', generateKeyPairSync('ed25519').privateKey],
    ['Ed448', generateKeyPairSync('ed448').privateKey],
  ])('%s', (_, key) => {
    expect(within(pkcs8(key))).toBeUndefined();
  });

  it('an EC key without its point, or with a compressed one', async () => {
    const pem = ec.export({ format: 'pem', type: 'pkcs8' }).toString();
    for (const flags of [['-no_public'], ['-conv_form', 'compressed']]) {
      const text = await openssl(['ec', ...flags], { input: pem });
      const body = await openssl(['pkcs8', '-topk8', '-nocrypt', '-outform', 'PEM'], { input: text });
      const bytes = Buffer.from(body.replace(/-----.*-----|\s/g, ''), 'base64');
      expect(within(bytes)).toBeUndefined();
    }
  });

  it('what is cut off, or followed by something', () => {
    for (let length = 0; length < der.length; length++)
      expect(within(der.subarray(0, length))).toBeUndefined();
    expect(within(Buffer.concat([der, Buffer.of(0)]))).toBeUndefined();
  });

  it('what has lost a bit, unless it says so: anything but the very key', () => {
    holds(fc.tuple(fc.nat(der.length - 1), fc.nat(7)), ([at, bit]) => {
      const bytes = Buffer.from(der);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
      try {
        expect(within(bytes)).toBeUndefined();
      } catch (error) {
        expect(error).toBeInstanceOf(DamagedKeyError);
      }
    });
  });
});

describe('a private key whose halves do not match is damaged', () => {
  const flipped = (key: KeyObject, part: number): Buffer => {
    const bytes = pkcs8(key);
    const parts = children(readAll(children(readAll(bytes))[2]?.body ?? Buffer.of()));
    const body = parts[part]?.body ?? Buffer.of();
    const at = body.byteOffset - bytes.byteOffset + (body.length >> 1);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return bytes;
  };

  it.each(EC)('%s: a bit of the scalar, or of the point', (_, key) => {
    for (const part of [1, 2]) {
      if (part === 2 && children(readAll(children(readAll(pkcs8(key)))[2]?.body ?? Buffer.of())).length < 3)
        continue;
      expect(() => publicKeyWithin(flipped(key, part), pointOf)).toThrow(DamagedKeyError);
    }
  });

  it.each(RSA)('%s: a bit of any of its numbers', (_, key) => {
    for (const part of [1, 3, 4, 5, 6, 7, 8])
      expect(() => publicKeyWithin(flipped(key, part), pointOf)).toThrow(DamagedKeyError);
  });
});
