/**
 * Two settings of V8 while hundreds of processes are started. Starting one copies this process's page tables, so its
 * cost grows with our memory; left alone, the garbage of process handling takes the heap from 65 to 105 MB, and the
 * optimizing compiler competes with openssl for the cores. bench/apply.ts: a sixth of the time of 200 leaves.
 * Only the command does this, never the library: it is the whole process that is concerned.
 */
import { setFlagsFromString } from 'node:v8';

/** V8's own default for the second setting. */
const OPTIMIZED_BYTECODE = 60 * 1024;

/** Call the result when the processes are done: handshakes want the compiler back. */
export function tuneForProcesses(): () => void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--max-optimized-bytecode-size=0');
  return () => setFlagsFromString(`--max-optimized-bytecode-size=${OPTIMIZED_BYTECODE}`);
}
