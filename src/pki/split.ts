/**
 * `split`: a file for each certificate, for programs that read only the first of a file. Their number follows from the
 * trust, and a file that is no longer needed has to go: so each has a fixed name, and is an artifact like any other.
 */
import type { Output } from './artifact.ts';

/** Of roots, in the order of `ca.pem`. */
export const ROOT_SLOTS = [
  'ca-1',
  'ca-2',
  'ca-3',
  'ca-4',
  'ca-5',
  'ca-6',
  'ca-7',
  'ca-8',
] as const satisfies readonly Output[];
/** Of authorities between, in the order of `chain.pem`. */
export const CHAIN_SLOTS = ['chain-1', 'chain-2', 'chain-3', 'chain-4'] as const satisfies readonly Output[];

/** A file with one certificate. */
export type Slot = (typeof ROOT_SLOTS)[number] | (typeof CHAIN_SLOTS)[number];

/** All of them. */
export const SLOTS: readonly Slot[] = [...ROOT_SLOTS, ...CHAIN_SLOTS];

/** Whether a file is one of them. */
export function isSlot(artifact: string): artifact is Slot {
  return SLOTS.some((slot) => slot === artifact);
}

/** Whether an entity has one file for each certificate. */
export function isSplit({ outputs }: { readonly outputs: readonly Output[] }): boolean {
  return outputs.some(isSlot);
}
