/**
 * ML-DSA (FIPS 204), as far as files are read: the public half of a private key, and whether a signature fits. Node knows
 * it from version 24 on, and every plan has to know whose key lies where. Nothing is signed here.
 */
import type { MlDsa } from '../pki/key-spec.ts';
import {
  at,
  expandedMatrix,
  type Polynomial,
  packed,
  polynomial,
  Q,
  restored,
  scalarProduct,
  shake,
  transformed,
  unpacked,
  useHint,
} from './ml-dsa-ring.ts';

/** FIPS 204 table 1, in its letters. */
interface Parameters {
  readonly k: number;
  readonly l: number;
  readonly eta: number;
  readonly tau: number;
  readonly gamma1Bits: number;
  readonly gamma2: number;
  readonly omega: number;
  /** Octets of the commitment hash. */
  readonly hash: number;
}

const PARAMETERS: Readonly<Record<MlDsa, Parameters>> = {
  'ml-dsa-44': { k: 4, l: 4, eta: 2, tau: 39, gamma1Bits: 17, gamma2: (Q - 1) / 88, omega: 80, hash: 32 },
  'ml-dsa-65': { k: 6, l: 5, eta: 4, tau: 49, gamma1Bits: 19, gamma2: (Q - 1) / 32, omega: 55, hash: 48 },
  'ml-dsa-87': { k: 8, l: 7, eta: 2, tau: 60, gamma1Bits: 19, gamma2: (Q - 1) / 32, omega: 75, hash: 64 },
};

/** Bits that Power2Round drops. */
const D = 13;
const SEED = 32;

/** What a private key is made of. */
interface Secrets {
  readonly rho: Uint8Array;
  readonly s1: readonly Polynomial[];
  readonly s2: readonly Polynomial[];
}

/** The public key that a seed stands for (algorithm 6); `undefined` where it is no seed. */
export function publicKeyOfSeed(kind: MlDsa, seed: Uint8Array): Uint8Array | undefined {
  if (seed.length !== SEED) return undefined;
  const parameters = PARAMETERS[kind];
  const { k, l, eta } = parameters;
  const expanded = shake('shake256', 128, seed, Uint8Array.of(k, l));
  const secret = (r: number): Polynomial => bounded(expanded.subarray(32, 96), r, eta);
  const s1 = Array.from({ length: l }, (_, r) => secret(r));
  const s2 = Array.from({ length: k }, (_, r) => secret(l + r));
  return publicKeyOf({ rho: expanded.subarray(0, 32), s1, s2 }, parameters).key;
}

/** The same of a private key in the long form (algorithm 25); `undefined` where its parts do not belong together. */
export function publicKeyOfExpanded(kind: MlDsa, octets: Uint8Array): Uint8Array | undefined {
  const parameters = PARAMETERS[kind];
  const { k, l, eta } = parameters;
  const bits = eta === 2 ? 3 : 4;
  const size = 32 * bits;
  const end = 128 + size * (l + k);
  if (octets.length !== end + 32 * D * k) return undefined;
  const all = chunks(octets.subarray(128, end), size).map((part) => unpacked(part, bits));
  if (all.flat().some((value) => value > 2 * eta)) return undefined;
  const secrets = all.map((values) => polynomial((place) => eta - (values[place] ?? 0)));
  const { key, low } = publicKeyOf(
    { rho: octets.subarray(0, 32), s1: secrets.slice(0, l), s2: secrets.slice(l) },
    parameters,
  );
  // The long form repeats what follows from the rest: a hash of the public key, and the bits that this lacks.
  const isWhole =
    Buffer.from(shake('shake256', 64, key)).equals(octets.subarray(64, 128)) &&
    Buffer.from(low).equals(octets.subarray(end));
  return isWhole ? key : undefined;
}

function publicKeyOf({ rho, s1, s2 }: Secrets, { k, l }: Parameters) {
  const turned = s1.map(transformed);
  const t = expandedMatrix(rho, k, l).map((row, i) => {
    const [product, error] = [restored(scalarProduct(row, turned)), s2[i] ?? new Int32Array(256)];
    return polynomial((place) => at(product, place) + at(error, place));
  });
  // Algorithm 35: t = t1 · 2^13 + t0, with t0 above −2^12.
  const high = t.flatMap((one) => [...one].map((value) => (value + 2 ** (D - 1) - 1) >> D));
  const low = t
    .flatMap((one) => [...one])
    .map((value, i) => 2 ** (D - 1) - (value - (high[i] ?? 0) * 2 ** D));
  return { key: Buffer.concat([rho, packed(high, 10)]), low: packed(low, D) };
}

/** Algorithm 31: small numbers, of half octets. */
function bounded(seed: Uint8Array, r: number, eta: number): Polynomial {
  const limit = eta === 2 ? 15 : 9;
  for (let length = 2 * 136; ; length *= 2) {
    const halves = unpacked(shake('shake256', length, seed, Uint8Array.of(r, 0)), 4);
    const found = halves.filter((half) => half < limit).slice(0, 256);
    if (found.length === 256) {
      return polynomial((place) => {
        const half = found[place] ?? 0;
        return eta - (eta === 2 ? half % 5 : half);
      });
    }
  }
}

/** Whether a signature of ML-DSA with an empty context fits (algorithms 3 and 8), as certificates have it (RFC 9881 §3). */
export function mlDsaFits(kind: MlDsa, key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const parameters = PARAMETERS[kind];
  const { k, l, tau, eta, gamma1Bits, omega, hash } = parameters;
  const zSize = 32 * (gamma1Bits + 1);
  const zEnd = hash + l * zSize;
  if (key.length !== 32 + k * 320 || signature.length !== zEnd + omega + k) return false;
  const challenge = signature.subarray(0, hash);
  const z = chunks(signature.subarray(hash, zEnd), zSize).map((part) =>
    unpacked(part, gamma1Bits + 1).map((value) => 2 ** gamma1Bits - value),
  );
  const hints = hintsIn(signature.subarray(zEnd), k, omega);
  const isShort = z.flat().every((value) => Math.abs(value) < 2 ** gamma1Bits - tau * eta);
  if (hints === undefined || !isShort) return false;
  const commitment = commitmentOf({ key, challenge, z, hints }, parameters);
  const context = Uint8Array.of(0, 0);
  const mu = shake('shake256', 64, shake('shake256', 64, key), context, message);
  return Buffer.from(shake('shake256', hash, mu, commitment)).equals(challenge);
}

/** A signature, taken apart. */
interface Response {
  readonly key: Uint8Array;
  readonly challenge: Uint8Array;
  readonly z: readonly (readonly number[])[];
  readonly hints: readonly ReadonlySet<number>[];
}

/** What the signer has to have committed to. */
function commitmentOf({ key, challenge, z, hints }: Response, parameters: Parameters): Uint8Array {
  const { k, l, tau, gamma2 } = parameters;
  const turned = z.map((values) => transformed(polynomial((place) => values[place] ?? 0)));
  const c = transformed(inBall(challenge, tau));
  const t1 = chunks(key.subarray(32), 320).map((part) => unpacked(part, 10));
  const rows = expandedMatrix(key.subarray(0, 32), k, l);
  const bits = gamma2 === (Q - 1) / 88 ? 6 : 4;
  const parts = rows.map((row, i) => {
    const t = transformed(polynomial((place) => (t1[i]?.[place] ?? 0) * 2 ** D));
    const product = scalarProduct(row, turned);
    const w = restored(polynomial((place) => at(product, place) - at(c, place) * at(t, place)));
    const hinted = hints[i] ?? new Set<number>();
    return packed(
      [...w].map((value, place) => useHint(value, hinted.has(place), gamma2)),
      bits,
    );
  });
  return Buffer.concat(parts);
}

/** Algorithm 21: for each row the places that are hinted at, in rising order; `undefined` where they are not. */
function hintsIn(octets: Uint8Array, k: number, omega: number): readonly ReadonlySet<number>[] | undefined {
  const ends = [...octets.subarray(omega)];
  const rows = ends.map((end, i) => [...octets.subarray(ends[i - 1] ?? 0, end)]);
  const areEnds = ends.length === k && ends.every((end, i) => end >= (ends[i - 1] ?? 0) && end <= omega);
  const areRising = rows.every((row) => row.every((place, i) => i === 0 || place > (row[i - 1] ?? 0)));
  const isPadded = octets.subarray(ends.at(-1) ?? 0, omega).every((octet) => octet === 0);
  return areEnds && areRising && isPadded ? rows.map((row) => new Set(row)) : undefined;
}

/** Algorithm 29: so many coefficients are 1 or −1. */
function inBall(challenge: Uint8Array, tau: number): Polynomial {
  for (let length = 136; ; length *= 2) {
    const octets = shake('shake256', length, challenge);
    const signs = unpacked(octets.subarray(0, 8), 1);
    const c = new Int32Array(256);
    let next = 8;
    for (let i = 256 - tau; i < 256; i++) {
      // Behind the end there is nothing, which counts as 0.
      while (at(octets, next) > i) next++;
      const j = at(octets, next++);
      c[i] = at(c, j);
      c[j] = signs[i + tau - 256] === 1 ? -1 : 1;
    }
    if (next <= length) return polynomial((place) => at(c, place));
  }
}

function chunks(octets: Uint8Array, size: number): readonly Uint8Array[] {
  return Array.from({ length: octets.length / size }, (_, i) => octets.subarray(i * size, (i + 1) * size));
}
