/** Arithmetic of ML-DSA (FIPS 204 §2.4, §7.5): polynomials of 256 coefficients modulo q, and octets that they are read from. */
import { createHash } from 'node:crypto';

/** Coefficients, each from 0 to q − 1. */
export type Polynomial = Int32Array;

/** The modulus. */
export const Q = 8_380_417;
const N = 256;
/** A root of unity of order 512, and the inverse of 256, modulo q. */
const ROOT = 1753;
const INVERSE_OF_N = 8_347_681;

/** Of a number above −q · 2^22; products of two coefficients are exact, being below 2^46. */
function reduced(value: number): number {
  const rest = value % Q;
  return rest < 0 ? rest + Q : rest;
}

/** FIPS 204 appendix B: powers of the root in the order of reversed bits. */
const ZETAS = powersInReversedOrder();

/** Each from the one before: this is done at every start of the command. */
function powersInReversedOrder(): Int32Array {
  const powers = new Int32Array(N);
  for (let exponent = 0, power = 1; exponent < N; exponent++, power = reduced(power * ROOT)) {
    let place = 0;
    for (let bit = 0; bit < 8; bit++) place |= ((exponent >> bit) & 1) << (7 - bit);
    powers[place] = power;
  }
  return powers;
}

/** Of numbers that may be negative. */
export function polynomial(coefficient: (place: number) => number): Polynomial {
  return Int32Array.from({ length: N }, (_, place) => reduced(coefficient(place)));
}

/** A coefficient; there are always 256. */
export function at(values: Int32Array | Uint8Array, place: number): number {
  return values[place] ?? 0;
}

/** Algorithm 41: what is multiplied one by one. */
export function transformed(poly: Polynomial): Polynomial {
  const w = poly.slice();
  let m = 0;
  for (let length = 128; length >= 1; length >>= 1) {
    for (let start = 0; start < N; start += 2 * length) {
      const zeta = at(ZETAS, ++m);
      for (let j = start; j < start + length; j++) {
        const t = reduced(zeta * at(w, j + length));
        w[j + length] = reduced(at(w, j) - t);
        w[j] = reduced(at(w, j) + t);
      }
    }
  }
  return w;
}

/** Algorithm 42: and back. */
export function restored(poly: Polynomial): Polynomial {
  const w = poly.slice();
  let m = N;
  for (let length = 1; length < N; length *= 2) {
    for (let start = 0; start < N; start += 2 * length) {
      const zeta = Q - at(ZETAS, --m);
      for (let j = start; j < start + length; j++) {
        const t = at(w, j);
        w[j] = reduced(t + at(w, j + length));
        w[j + length] = reduced(zeta * reduced(t - at(w, j + length)));
      }
    }
  }
  return w.map((value) => reduced(value * INVERSE_OF_N));
}

/** One by one. */
function product(a: Polynomial, b: Polynomial): Polynomial {
  return polynomial((place) => at(a, place) * at(b, place));
}

/** The sum of a row of products. */
export function scalarProduct(a: readonly Polynomial[], b: readonly Polynomial[]): Polynomial {
  const products = a.map((one, i) => product(one, b[i] ?? new Int32Array(N)));
  return polynomial((place) => products.reduce((sum, one) => sum + at(one, place), 0));
}

/** The first octets of an output without end. */
export function shake(
  name: 'shake128' | 'shake256',
  length: number,
  ...input: readonly Uint8Array[]
): Uint8Array {
  const hash = createHash(name, { outputLength: length });
  for (const part of input) hash.update(part);
  return hash.digest();
}

/** Numbers of so many bits each, the lowest first (algorithms 18 and 19). */
export function unpacked(octets: Uint8Array, bits: number): readonly number[] {
  const count = Math.floor((octets.length * 8) / bits);
  return Array.from({ length: count }, (_, i) => {
    let value = 0;
    for (let bit = 0; bit < bits; bit++) {
      const place = i * bits + bit;
      value += ((at(octets, place >> 3) >> (place & 7)) & 1) * 2 ** bit;
    }
    return value;
  });
}

/** And back (algorithm 16). */
export function packed(values: readonly number[], bits: number): Uint8Array {
  const octets = new Uint8Array((values.length * bits) / 8);
  for (const [i, value] of values.entries())
    for (let bit = 0; bit < bits; bit++) {
      const place = i * bits + bit;
      octets[place >> 3] = at(octets, place >> 3) | (((value >> bit) & 1) << (place & 7));
    }
  return octets;
}

/** Algorithm 32: the public matrix, transformed, row by row. */
export function expandedMatrix(rho: Uint8Array, rows: number, columns: number): readonly Polynomial[][] {
  return Array.from({ length: rows }, (_, r) =>
    Array.from({ length: columns }, (__, s) => uniform(rho, Uint8Array.of(s, r))),
  );
}

/** Algorithm 30: numbers of 23 bits that are below q. */
function uniform(rho: Uint8Array, place: Uint8Array): Polynomial {
  // Six in a thousand need more than the first; all lengths are those of whole numbers.
  for (let length = 5 * 168; ; length *= 2) {
    const octets = shake('shake128', length, rho, place);
    const found: number[] = [];
    for (let i = 0; i < length && found.length < N; i += 3) {
      const value = at(octets, i) + at(octets, i + 1) * 2 ** 8 + (at(octets, i + 2) & 0x7f) * 2 ** 16;
      if (value < Q) found.push(value);
    }
    if (found.length === N) return Int32Array.from(found);
  }
}

/** Algorithms 36 and 40: the high part of a number, or the one beside it. Of the low part only the sign counts. */
export function useHint(value: number, isHinted: boolean, gamma2: number): number {
  const count = (Q - 1) / (2 * gamma2);
  const rest = value % (2 * gamma2);
  const low = rest > gamma2 ? rest - 2 * gamma2 : rest;
  // What is rounded up to q − 1 belongs to 0, and the low part is one less, so that its sign stays.
  const high = ((value - low) / (2 * gamma2)) % count;
  if (!isHinted) return high;
  return (low > 0 ? high + 1 : high - 1 + count) % count;
}
