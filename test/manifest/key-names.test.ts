/** Kinds of keys that a manifest cannot have: each is refused for its own reason. */
import { expect, it } from 'vitest';
import { KEY_NAMES, parseCurve, parseKeyName } from '../../src/manifest/key.ts';

const why = (text: string): string => {
  const result = parseKeyName(text);
  return result.ok ? 'fine' : result.problem.message;
};

it.each(['ml-dsa-44', 'ml-dsa-65', 'ML-DSA-87', 'mldsa65', 'ml_dsa_65', 'slh-dsa-sha2-128s', 'dilithium3'])(
  '%s is not supported yet, and what it takes is said',
  (text) => {
    expect(why(text)).toBe(
      `key "${text}" is refused: post-quantum signatures are not supported yet; they need OpenSSL 3.5 and Node.js 24`,
    );
  },
);

it.each(['dsa', 'DSA', 'dsa-2048', 'dsa2048', 'dsaWithSHA256'])('%s is DSA', (text) => {
  expect(why(text)).toMatch(/ is refused: TLS libraries no longer accept DSA$/);
});

it.each(['ecdsa', 'eddsa', 'EdDSA', 'ecdsa-p265', 'falcon512'])('%s is not', (text) => {
  expect(why(text)).toBe(`unknown kind of key "${text}"`);
});

it.each(['x25519', 'dh2048', 'ml-kem-768', 'kyber768'])('%s cannot sign', (text) => {
  expect(why(text)).toMatch(/ it is for key agreement and cannot sign$/);
});

it('every refusal says what to use', () => {
  for (const text of ['ml-dsa-65', 'dsa', 'x25519', 'rsa-pss', 'brainpoolP256r1', 'secp256k1', 'falcon512']) {
    const result = parseKeyName(text);
    expect(result.ok ? '' : (result.problem.hint ?? '')).toMatch(new RegExp(KEY_NAMES.join('|')));
  }
  expect(parseCurve('ml-dsa-65')).toMatchObject({
    problem: { message: expect.stringMatching(/not supported yet/) },
  });
});
