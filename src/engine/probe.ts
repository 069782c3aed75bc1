/** Asks the installed openssl what it is, once per run. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import { type Capability, capabilityOf } from '../openssl/capabilities.ts';
import { errorCode } from '../pki/errors.ts';
import { OpensslError, opensslIn } from './openssl-call.ts';

/** The program to run: `PKI_OPENSSL` names another than the first in `PATH`. A name that is nowhere stays one. */
export function opensslBinary(environment: Readonly<Record<string, string | undefined>>): string {
  const named = environment['PKI_OPENSSL'] || 'openssl';
  // A path is meant from where the user is; openssl itself runs in the output folder.
  if (named.includes('/')) return resolve(named);
  // Found once for all calls: each would search every folder of PATH again, at a copy of this process's memory.
  const places = (environment['PATH'] ?? '').split(delimiter).map((folder) => resolve(folder, named));
  return places.find(isProgram) ?? named;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Not there or not for us: as for a shell, the next folder may have one.
    return false;
  }
}

/** What the program says of itself; one that cannot be run, or fails, is a result. Rejects only where it is aborted. */
export async function probeOpenssl(binary: string, signal?: AbortSignal): Promise<Capability> {
  try {
    const printed = await opensslIn('.', binary, { signal }).run({ args: ['version'], input: null });
    return capabilityOf(printed, binary);
  } catch (error) {
    // Without descriptors nothing can be run, whatever is there.
    if (signal?.aborted || ['EMFILE', 'ENFILE'].includes(errorCode(error))) throw error;
    if (!(error instanceof OpensslError) || error.end === 'not-begun')
      return { ok: false, fault: { kind: 'missing', binary } };
    const { message: problem, lastWords: words } = error;
    return { ok: false, fault: { kind: 'broken', binary, problem, words } };
  }
}
