/** Kinds of keys that a manifest cannot have: each is refused for its own reason. */
import { expect, it } from 'vitest';
import { KEY_NAMES, parseCurve, parseKeyName } from '../../src/manifest/key.ts';
import { ML_DSA } from '../../src/pki/key-spec.ts';

const why = (text: string): string => {
  const result = parseKeyName(text);
  return result.ok ? 'fine' : result.problem.message;
};

it.each([
  ['ML-DSA-87', 'ml-dsa-87'],
  ['mldsa65', 'ml-dsa-65'],
  ['ml_dsa_44', 'ml-dsa-44'],
  ['ml-dsa', 'ml-dsa-65'],
  ['dilithium3', 'ml-dsa-65'],
])('%s is %s', (text, name) => {
  const result = parseKeyName(text);
  expect(result.ok ? '' : result.problem.hint).toBe(`write "${name}"`);
});

it.each(ML_DSA)('%s is one', (text) => {
  expect(parseKeyName(text)).toEqual({ ok: true, value: { algorithm: text } });
});

it.each(['slh-dsa-sha2-128s', 'sphincs'])('%s is too large', (text) => {
  expect(why(text)).toContain('certificates for hash-based signatures are too large');
});

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
  for (const text of [
    'slh-dsa-sha2-128s',
    'dsa',
    'x25519',
    'rsa-pss',
    'brainpoolP256r1',
    'secp256k1',
    'falcon512',
  ]) {
    const result = parseKeyName(text);
    expect(result.ok ? '' : (result.problem.hint ?? '')).toMatch(new RegExp(KEY_NAMES.join('|')));
  }
  expect(parseCurve('slh-dsa-sha2-128s')).toMatchObject({
    problem: { message: expect.stringMatching(/too large/) },
  });
});
