/** Asks the installed openssl what it is, once per run. */
import { type Capability, capabilityOf } from '../openssl/capabilities.ts';
import { OpensslError, opensslIn } from './openssl-call.ts';

/**
 * The version that the program reports; one that cannot be run, or fails, is a result. Rejects only on abort.
 * @param open by which it is run.
 */
export async function probeOpenssl(
  binary: string,
  signal?: AbortSignal,
  open = opensslIn,
): Promise<Capability> {
  try {
    // Where this process runs may be a folder that is gone, or closed to it.
    const printed = await open('/', binary, { signal }).run({ args: ['version'], input: null });
    return capabilityOf(printed, binary);
  } catch (error) {
    // Without descriptors, or without /dev/null, nothing can be run, even if it is installed.
    if (signal?.aborted || !(error instanceof OpensslError)) throw error;
    if (error.end === 'not-begun') return { ok: false, fault: { kind: 'missing', binary } };
    const { message: problem, lastWords: words } = error;
    return { ok: false, fault: { kind: 'broken', binary, problem, words } };
  }
}
