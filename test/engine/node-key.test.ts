/** Keys of this process: their SubjectPublicKeyInfo is what OpenSSL itself writes. */
import { createECDH, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { keyText, makeKey, readKey } from '../../src/engine/node-key.ts';
import { CURVES, type KeySpec } from '../../src/pki/key-spec.ts';

const SPECS: readonly KeySpec[] = [
  ...CURVES.map((curve) => ({ algorithm: 'ecdsa', curve }) as const),
  { algorithm: 'ed25519' },
  { algorithm: 'ed448' },
];

it.each(SPECS)('writes the public key of a new key, %j, as OpenSSL does', async (spec) => {
  const made = await makeKey(spec);
  const pem = keyText(made);
  expect(Buffer.from(made.spki)).toStrictEqual(publicHalf(pem));
  expect(readKey(Buffer.from(pem)).spki).toStrictEqual(made.spki);
});

it.each([
  ['P-256', 'prime256v1', 32],
  ['P-384', 'secp384r1', 48],
  ['P-521', 'secp521r1', 66],
] as const)('keeps the zeros with which a coordinate on %s may begin', (crv, curve, size) => {
  const { scalar, point } = shortPoint(curve, size);
  const coordinates = { x: text(point.subarray(1, 1 + size)), y: text(point.subarray(1 + size)) };
  const key = createPrivateKey({ format: 'jwk', key: { kty: 'EC', crv, d: text(scalar), ...coordinates } });
  const pem = key.export({ format: 'pem', type: 'pkcs8' });
  expect(Buffer.from(readKey(Buffer.from(pem)).spki)).toStrictEqual(publicHalf(pem));
});

it.each(['secp256k1', 'brainpoolP256r1'])('writes the public key of the curve %s', (namedCurve) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  const { spki } = readKey(Buffer.from(privateKey.export({ format: 'pem', type: 'pkcs8' })));
  expect(Buffer.from(spki)).toStrictEqual(publicKey.export({ format: 'der', type: 'spki' }));
});

function text(octets: Buffer): string {
  return octets.toString('base64url');
}

function publicHalf(pem: string | Buffer): Buffer {
  return createPublicKey(createPrivateKey(pem)).export({ format: 'der', type: 'spki' });
}

/** The first multiple of the base point with a coordinate that is shorter than the field: for P-521, by a whole octet. */
function shortPoint(curve: string, size: number): { readonly scalar: Buffer; readonly point: Buffer } {
  const ecdh = createECDH(curve);
  for (let k = 2; ; k++) {
    const scalar = Buffer.alloc(size);
    scalar.writeUInt32BE(k, size - 4);
    ecdh.setPrivateKey(scalar);
    const point = ecdh.getPublicKey();
    if (point[1] === 0 || point[1 + size] === 0) return { scalar, point };
  }
}
