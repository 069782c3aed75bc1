/** Asking a server that runs what it serves, and comparing that with the files. */
import { opensslBinary } from '../engine/binary.ts';
import type { Endpoint } from '../pki/endpoint.ts';
import type { CheckOptions, CheckResult } from '../run/check.ts';
import type { CommonOptions } from '../run/check-all.ts';
import { clock, type Project } from './project.ts';

/**
 * Makes a few TLS connections and compares what is served. Sends no data but a question to HTTP servers.
 * @param project without one, the server is judged as any client on the public internet would.
 * @throws UserError where an entity is not in the manifest or has no files.
 */
export async function check(
  endpoint: Endpoint,
  project: Project | null,
  options: CheckOptions = {},
): Promise<CheckResult> {
  const { checkServer } = await import('../run/check.ts');
  return checkServer(endpoint, project, { ...options, binary: opensslBinary(process.env), now: clock() });
}

/** The same of every server and peer of the project that has an `address`; none where none has one. */
export async function checkAll(
  project: Project,
  options: CommonOptions = {},
): Promise<readonly CheckResult[]> {
  const { checkAddressed } = await import('../run/check-all.ts');
  return checkAddressed(project, { ...options, binary: opensslBinary(process.env), now: clock() });
}
