/** Arithmetic of ML-DSA, against sums that are written out, and keys of seeds, against those of another implementation. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { MlDsa } from '../../src/pki/key-spec.ts';
import { publicKeyOfSeed } from '../../src/x509/ml-dsa.ts';
import {
  expandedMatrix,
  packed,
  polynomial,
  Q,
  restored,
  scalarProduct,
  shake,
  transformed,
  unpacked,
  useHint,
} from '../../src/x509/ml-dsa-ring.ts';

const sha256 = (...parts: readonly Uint8Array[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

it('coefficients are from 0 to below q', () => {
  expect(Q).toBe(2 ** 23 - 2 ** 13 + 1);
  const values = [0, 1, Q - 1, Q, Q + 1, -1, -Q, 2 * Q - 1];
  expect([...polynomial((place) => values[place] ?? 7).slice(0, 9)]).toEqual([
    0,
    1,
    Q - 1,
    0,
    1,
    Q - 1,
    0,
    Q - 1,
    7,
  ]);
});

describe('what is transformed', () => {
  const a = polynomial((place) => place * place * 31 + 5);
  const b = polynomial((place) => Q - 1 - place * 1009);
  /** Modulo X^256 + 1, term by term. */
  const product = (x: Int32Array, y: Int32Array): Int32Array => {
    const sums = Array<bigint>(256).fill(0n);
    for (const [i, one] of x.entries())
      for (const [j, other] of y.entries()) {
        const place = (i + j) % 256;
        const term = BigInt(one) * BigInt(other);
        sums[place] = (sums[place] ?? 0n) + (i + j < 256 ? term : -term);
      }
    return polynomial((place) => Number((((sums[place] ?? 0n) % BigInt(Q)) + BigInt(Q)) % BigInt(Q)));
  };

  it('comes back as it was', () => {
    expect(restored(transformed(a))).toEqual(a);
    expect(transformed(restored(b))).toEqual(b);
  });

  it('is multiplied one by one, and added', () => {
    const [x, y] = [transformed(a), transformed(b)];
    expect(restored(scalarProduct([x], [y]))).toEqual(product(a, b));
    const sum = polynomial((place) => (product(a, b)[place] ?? 0) + (product(b, b)[place] ?? 0));
    expect(restored(scalarProduct([x, y], [y, y]))).toEqual(sum);
  });
});

describe('numbers of some bits', () => {
  it.each<[bits: number, octets: string, values: readonly number[]]>([
    [1, '05', [1, 0, 1, 0, 0, 0, 0, 0]],
    [3, '88c6fa', [0, 1, 2, 3, 4, 5, 6, 7]],
    [4, '21f3', [1, 2, 3, 15]],
    [10, '01fc0fff03', [1, 0x3ff, 0x3f0, 0x00f]],
  ])('%i: %s', (bits, octets, values) => {
    expect(unpacked(Buffer.from(octets, 'hex'), bits)).toEqual(values);
    expect(Buffer.from(packed(values, bits)).toString('hex')).toBe(octets);
  });

  it('are read as long as there are whole ones', () => {
    expect(unpacked(Buffer.from('ffff', 'hex'), 10)).toEqual([0x3ff]);
    expect(unpacked(Buffer.from('ffffffff', 'hex'), 20)).toEqual([0xfffff]);
  });
});

describe('the high part of a number, without and with a hint (algorithm 40)', () => {
  const LOW = (Q - 1) / 88;
  const TOP = (Q - 1) / 32;
  it.each<[value: number, gamma2: number, plain: number, hinted: number]>([
    [0, LOW, 0, 43],
    [1, LOW, 0, 1],
    [LOW, LOW, 0, 1],
    [LOW + 1, LOW, 1, 0],
    [2 * LOW, LOW, 1, 0],
    [2 * LOW + 1, LOW, 1, 2],
    [Q - 1 - LOW, LOW, 43, 0],
    [Q - LOW, LOW, 0, 43],
    [Q - 2, LOW, 0, 43],
    [Q - 1, LOW, 0, 43],
    [0, TOP, 0, 15],
    [TOP, TOP, 0, 1],
    [TOP + 1, TOP, 1, 0],
    [5 * TOP, TOP, 2, 3],
    [Q - 1 - TOP, TOP, 15, 0],
    [Q - TOP, TOP, 0, 15],
    [Q - 1, TOP, 0, 15],
  ])('%i', (value, gamma2, plain, hinted) => {
    expect([useHint(value, false, gamma2), useHint(value, true, gamma2)]).toEqual([plain, hinted]);
  });
});

it('the public matrix is what is below q of the output of SHAKE128, by row and column', () => {
  const rho = Buffer.alloc(32, 7);
  const matrix = expandedMatrix(rho, 30, 9);
  expect([matrix.length, matrix[0]?.length]).toEqual([30, 9]);
  for (const [r, row] of matrix.entries())
    for (const [s, entry] of row.entries()) {
      const octets = shake('shake128', 3 * 400, rho, Uint8Array.of(s, r));
      const numbers = Array.from(
        { length: 400 },
        (_, i) => Buffer.from(octets).readUIntLE(3 * i, 3) & 0x7fffff,
      );
      expect([...entry]).toEqual(numbers.filter((one) => one < Q).slice(0, 256));
    }
});

describe('the public key of a seed is that of pyca/cryptography 48', () => {
  it.each<[MlDsa, count: number, digest: string]>([
    ['ml-dsa-44', 24, '0db230cf076881686bfefea54b6986b336e9bee79eee5504339da52c25588004'],
    ['ml-dsa-65', 8, 'a68cace865dd09a54df0af170d892e7a493711721b35daab5c30c0118078252a'],
    ['ml-dsa-87', 8, '21c478280ca2388aef05876cad6aa4350556d4d04d31daf00ee31b583eb93e3c'],
  ])('%s, of %i seeds', (kind, count, digest) => {
    const keys = Array.from({ length: count }, (_, i) => publicKeyOfSeed(kind, Buffer.alloc(32, i)));
    expect(sha256(...keys.flatMap((key) => key ?? []))).toBe(digest);
  });

  it('that needs more numbers than are drawn at first', () => {
    const seed = Buffer.alloc(32);
    seed.writeUInt32BE(20_843);
    expect(sha256(publicKeyOfSeed('ml-dsa-65', seed) ?? Buffer.of())).toBe(
      'e73774ed50f547546d7707b49148eca7afdf7a0dbef7b97ee6d16d2f6d3fe56d',
    );
  });
});
