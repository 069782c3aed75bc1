/** The client of a CA that no server knows, by the openssl of a run. */
import { opensslIn } from '../engine/openssl-call.ts';
import type { Credentials } from '../handshake/credentials.ts';
import { makeForeign } from '../handshake/foreign.ts';
import { userErrorOf } from './verify-certificates.ts';

/** @throws UserError where openssl cannot even make that. */
export async function foreignClient(binary: string, signal: AbortSignal | undefined): Promise<Credentials> {
  return makeForeign(async ({ args, input, cwd }) => ({
    stdout: await opensslIn(cwd, binary, { signal }).run({ args, input }),
  })).catch((error: unknown) => {
    throw userErrorOf(error);
  });
}
