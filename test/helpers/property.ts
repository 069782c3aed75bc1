/** Property tests with the same cases on every run; `PKI_SEED` asks for others. */
import fc from 'fast-check';
import { fewer } from './everything.ts';

const seed = Number(process.env['PKI_SEED'] ?? 20261123);

/** Throws with the smallest case that breaks `property`. */
export function holds<T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => void, numRuns = 200): void {
  // A block, because fast-check takes a returned `false` for a failure, and assertions return what they like.
  const predicate = (value: T): void => {
    property(value);
  };
  fc.assert(fc.property(arbitrary, predicate), { seed, numRuns: fewer(numRuns) });
}
