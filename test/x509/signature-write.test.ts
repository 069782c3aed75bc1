/** How keys sign: by their kind, and by terms that ask for another digest or padding. */
import { describe, expect, it } from 'vitest';
import type { SigningTerms } from '../../src/pki/signing.ts';
import { digestFor, signatureBy, signatureUnder, signingBy } from '../../src/x509/signature-write.ts';

const NO_TERMS: SigningTerms = { digest: null, padding: null };
const RSA = 'sha256WithRSAEncryption';

it.each([
  ['rsa-2048', 'sha256'],
  ['rsa-pss-4096', 'sha256'],
  ['ecdsa-p256', 'sha256'],
  ['ecdsa-p384', 'sha384'],
  ['ecdsa-p521', 'sha512'],
  ['ed25519', 'sha256'],
])('a key of kind %s signs with %s', (key, digest) => expect(digestFor(key)).toBe(digest));

describe('a signature', () => {
  it.each<[string, SigningTerms | undefined, string]>([
    ['rsa-2048', undefined, RSA],
    ['rsa-2048', { digest: 'sha512', padding: null }, 'sha512WithRSAEncryption'],
    ['rsa-2048', { digest: null, padding: 'rsa-pss' }, 'rsassaPss-sha256'],
    ['rsa-pss-2048', undefined, 'rsassaPss-sha256'],
    ['ecdsa-p384', undefined, 'ecdsa-with-SHA384'],
    ['ecdsa-p384', { digest: 'sha256', padding: 'rsa-pss' }, 'ecdsa-with-SHA256'],
    ['ed25519', { digest: 'sha512', padding: 'rsa-pss' }, 'ED25519'],
  ])('of %s under %j is %s', (key, terms, name) => expect(signatureBy(signingBy(key, terms))).toBe(name));
});

describe('in place of', () => {
  it.each<[string, SigningTerms, string]>([
    [RSA, NO_TERMS, RSA],
    [RSA, { digest: 'sha384', padding: null }, 'sha384WithRSAEncryption'],
    [RSA, { digest: null, padding: 'rsa-pss' }, 'rsassaPss-sha256'],
    ['sha512WithRSAEncryption', { digest: null, padding: 'rsa-pss' }, 'rsassaPss-sha512'],
    ['sha1WithRSAEncryption', NO_TERMS, RSA],
    ['rsassaPss-sha384', NO_TERMS, 'rsassaPss-sha384'],
    ['rsassaPss-sha384', { digest: 'sha512', padding: null }, 'rsassaPss-sha512'],
    ['ecdsa-with-SHA384', NO_TERMS, 'ecdsa-with-SHA384'],
    ['ecdsa-with-SHA384', { digest: 'sha256', padding: 'rsa-pss' }, 'ecdsa-with-SHA256'],
    ['ecdsa-with-SHA1', NO_TERMS, 'ecdsa-with-SHA256'],
    ['ED25519', { digest: 'sha512', padding: 'rsa-pss' }, 'ED25519'],
    ['ML-DSA-65', { digest: 'sha512', padding: null }, 'ML-DSA-65'],
  ])('%s, %j asks for %s', (found, terms, expected) => {
    expect(signatureUnder(terms, found)).toBe(expected);
  });
});
