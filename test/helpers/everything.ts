/** How much is run of the work that finds rare faults: some of it, more where CI=true, all of it with PKI_TEST_ALL=1. */

const { CI, PKI_TEST_ALL } = process.env;

/** Runs everything that other runs take samples of. */
export const EVERYTHING = PKI_TEST_ALL === '1';

/** Runs what takes longer than it is worth after each change: judges of the same kind, the same crash in more places. */
export const LONGER = EVERYTHING || CI === 'true';

/** Files of which only longer runs have anything, below test/; vitest.config.ts leaves them out. */
export const LONGER_FILES: readonly string[] = [
  // What other tests do with the openssl engine, by the other one.
  'e2e/crash-node.test.ts',
  'e2e/judges-node.test.ts',
  'run/crash-node.test.ts',
  'run/power-cut-node.test.ts',
  // Programs of others for each case.
  'e2e/api-server.test.ts',
  'e2e/export-step-ca.test.ts',
  'e2e/java-readers.test.ts',
  'e2e/matrix.test.ts',
  'e2e/nodes.test.ts',
  'e2e/readers.test.ts',
  'e2e/revocation-readers.test.ts',
  'e2e/revocation-servers.test.ts',
  'e2e/rollover-judges.test.ts',
];

/** In usual runs one of so many of a kind is tried. */
export const THINNER = LONGER ? 1 : 3;

/** Of operations, counted from 1, the first, the last, and every so-many-th between them; all with PKI_TEST_ALL=1. */
export function sampleOf(count: number, stride: number, thinner = THINNER): readonly number[] {
  const all = Array.from({ length: count }, (_, i) => i + 1);
  const step = stride * thinner;
  return EVERYTHING ? all : all.filter((n) => n === count || n % step === 1);
}

/** Of a number of tries a third, or in longer runs all. */
export const fewer = (tries: number): number => Math.ceil(tries / THINNER);

/** Every third row of a table, always the same ones; longer runs take all of it. */
export function someOf<T>(rows: readonly T[]): readonly T[] {
  return rows.filter((_, i) => i % THINNER === 0);
}
