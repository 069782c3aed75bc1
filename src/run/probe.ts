/** Asks the installed openssl what it is, once per run. */
import { type Capability, capabilityOf, missingOpenssl } from '../openssl/capabilities.ts';
import { opensslIn } from './openssl.ts';

/** The program to run: `PKI_OPENSSL` names another than the first in `PATH`. */
export function opensslBinary(environment: Readonly<Record<string, string | undefined>>): string {
  return environment['PKI_OPENSSL'] || 'openssl';
}

export async function probeOpenssl(binary: string, signal?: AbortSignal): Promise<Capability> {
  try {
    return capabilityOf(await opensslIn('.', binary, signal).run({ args: ['version'], input: null }));
  } catch {
    return missingOpenssl(binary);
  }
}
