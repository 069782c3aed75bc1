// Signatures of ML-DSA as OpenSSL 3.5 makes them: `pkeyutl -sign -rawin`; and those that only look like one (FIPS 204 §6.3).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ML_DSA } from '../../src/pki/key-spec.ts';
import { mlDsaFits } from '../../src/x509/ml-dsa.ts';
import {
  expandedMatrix,
  packed,
  polynomial,
  Q,
  restored,
  scalarProduct,
  shake,
  transformed,
  useHint,
} from '../../src/x509/ml-dsa-ring.ts';
import { publicKeyWithin } from '../../src/x509/private-key.ts';
import { isMlDsaKey, publicKeyObject } from '../../src/x509/verification-key.ts';

const file = (name: string): Buffer => readFileSync(join(import.meta.dirname, 'ml-dsa', name));
const MESSAGE = Buffer.from('hello\n');
/** Rows, and how many places have hints at most. */
const HINTS = { 'ml-dsa-44': [4, 80], 'ml-dsa-65': [6, 55], 'ml-dsa-87': [8, 75] } as const;

describe.each(ML_DSA)('%s', (kind) => {
  const level = kind.slice(-2);
  const pkcs8 = Buffer.from(
    file(`key-${level}.pem`)
      .toString()
      .replaceAll(/-----.*-----|\n/g, ''),
    'base64',
  );
  const loaded = publicKeyObject(publicKeyWithin(pkcs8, () => undefined) ?? Buffer.of());
  if (!isMlDsaKey(loaded)) throw new Error('it is another kind of key');
  const signature = file(`${level}.sig`);
  const fits = (one: Buffer, message = MESSAGE, key = loaded.octets): boolean =>
    mlDsaFits(kind, key, message, one);

  it('fits its message and its key, whole', () => {
    expect(loaded.kind).toBe(kind);
    expect(fits(signature)).toBe(true);
    expect(fits(signature, Buffer.from('hello'))).toBe(false);
    expect(fits(signature.subarray(1))).toBe(false);
    expect(fits(Buffer.concat([signature, Buffer.alloc(1)]))).toBe(false);
    expect(fits(signature, MESSAGE, loaded.octets.subarray(1))).toBe(false);
    expect(fits(signature, MESSAGE, Buffer.concat([loaded.octets, Buffer.alloc(1)]))).toBe(false);
    const other = Buffer.from(loaded.octets);
    other.writeUInt8(other.readUInt8(40) ^ 1, 40);
    expect(fits(signature, MESSAGE, other)).toBe(false);
  });

  it('fits with each of its octets', () => {
    for (let place = 0; place < signature.length; place += 97) {
      const other = Buffer.from(signature);
      other.writeUInt8(other.readUInt8(place) ^ 4, place);
      expect(fits(other), `octet ${place}`).toBe(false);
    }
  });

  describe('states its hints in one way (algorithm 21)', () => {
    const [k, omega] = HINTS[kind];
    const from = signature.length - omega - k;
    const ends = [...signature.subarray(from + omega)];
    const last = ends.at(-1) ?? 0;
    const changed = (change: (hints: Buffer) => void): boolean => {
      const other = Buffer.from(signature);
      change(other.subarray(from));
      return fits(other);
    };
    const row = ends.findIndex((end, i) => end - (ends[i - 1] ?? 0) > 1);
    const start = ends[row - 1] ?? 0;

    it('each row in rising order', () => {
      expect(row).toBeGreaterThan(-1);
      expect(changed(() => {})).toBe(true);
      expect(
        changed((hints) => {
          const [first, second] = [hints.readUInt8(start), hints.readUInt8(start + 1)];
          hints.writeUInt8(second, start);
          hints.writeUInt8(first, start + 1);
        }),
      ).toBe(false);
    });

    it('no place twice', () => {
      expect(last).toBeLessThan(omega);
      expect(
        changed((hints) => {
          hints.copyWithin(start + 1, start, omega - 1);
          for (let i = row; i < k; i++) hints.writeUInt8((ends[i] ?? 0) + 1, omega + i);
        }),
      ).toBe(false);
    });

    it('nothing behind them', () => {
      for (const place of [last, omega - 1])
        expect(changed((hints) => hints.writeUInt8(1, place))).toBe(false);
    });

    it('ends that rise, and lie within', () => {
      const end = (i: number, value: number): boolean =>
        changed((hints) => hints.writeUInt8(value, omega + i));
      expect([end(0, last), end(k - 1, 0), end(k - 1, omega + 1), end(k - 1, 255)]).toEqual([
        false,
        false,
        false,
        false,
      ]);
    });
  });
});

/** Of FIPS 204 table 1: k, l, octets of the challenge, bits of γ1, β = τ·η, γ2, ω. */
const SIZES = {
  'ml-dsa-44': [4, 4, 32, 17, 78, (Q - 1) / 88, 80],
  'ml-dsa-65': [6, 5, 48, 19, 196, (Q - 1) / 32, 55],
  'ml-dsa-87': [8, 7, 64, 19, 120, (Q - 1) / 32, 75],
} as const;

/**
 * A signature that needs no secret, under a key whose t1 is 0: w1 follows from z alone. All that is left to refuse it by is
 * how long z is.
 */
function signedWithoutSecret(kind: keyof typeof SIZES, first: number) {
  const [k, l, hash, bits, , gamma2, omega] = SIZES[kind];
  const key = Buffer.alloc(32 + k * 320);
  const z = Array.from({ length: l }, (_, i) => polynomial((place) => (i + place === 0 ? first : 0)));
  const turned = z.map(transformed);
  const commitment = expandedMatrix(key.subarray(0, 32), k, l).map((row) =>
    packed(
      [...restored(scalarProduct(row, turned))].map((value) => useHint(value, false, gamma2)),
      k === 4 ? 6 : 4,
    ),
  );
  const mu = shake('shake256', 64, shake('shake256', 64, key), Buffer.alloc(2), MESSAGE);
  const written = Array.from({ length: l * 256 }, (_, i) => 2 ** bits - (i === 0 ? first : 0));
  const signature = [shake('shake256', hash, mu, ...commitment), packed(written, bits + 1)];
  return mlDsaFits(kind, key, MESSAGE, Buffer.concat([...signature, Buffer.alloc(omega + k)]));
}

it.each(ML_DSA)('%s is refused from a certain length on (algorithm 8, step 13)', (kind) => {
  const [, , , bits, beta] = SIZES[kind];
  const limit = 2 ** bits - beta;
  expect([0, limit - 1, 1 - limit].map((first) => signedWithoutSecret(kind, first))).toEqual([
    true,
    true,
    true,
  ]);
  expect([limit, -limit, 2 ** bits].map((first) => signedWithoutSecret(kind, first))).toEqual([
    false,
    false,
    false,
  ]);
});
