/** Asks the installed openssl what it is, once per run. */
import { resolve } from 'node:path';
import { type Capability, capabilityOf, missingOpenssl } from '../openssl/capabilities.ts';
import { opensslIn } from './openssl.ts';

/** The program to run: `PKI_OPENSSL` names another than the first in `PATH`. */
export function opensslBinary(environment: Readonly<Record<string, string | undefined>>): string {
  const named = environment['PKI_OPENSSL'] || 'openssl';
  // A path is meant from where the user is; openssl itself runs in the output folder.
  return named.includes('/') ? resolve(named) : named;
}

export async function probeOpenssl(binary: string, signal?: AbortSignal): Promise<Capability> {
  try {
    return capabilityOf(await opensslIn('.', binary, signal).run({ args: ['version'], input: null }));
  } catch (error) {
    if (signal?.aborted) throw error;
    return missingOpenssl(binary);
  }
}
