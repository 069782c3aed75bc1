/** How much of the work that finds rare faults is done. */

/** Runs everything that the default run takes samples of. */
export const EVERYTHING = process.env['PKI_TEST_ALL'] === '1';

/** Of operations, counted from 1, the first, the last, and every so-many-th between them; all with PKI_TEST_ALL=1. */
export function sampleOf(count: number, stride: number): readonly number[] {
  const all = Array.from({ length: count }, (_, i) => i + 1);
  return EVERYTHING ? all : all.filter((n) => n === count || n % stride === 1);
}
