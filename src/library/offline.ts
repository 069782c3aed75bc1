/** Certificates of authorities whose keys are on other machines: asking there, and signing there. */
import { availableParallelism } from 'node:os';
import { opensslBinary } from '../engine/binary.ts';
import type { RequestOptions, RequestResult } from '../run/request.ts';
import type { SignOptions, SignResult } from '../run/sign.ts';
import { clock, type Project } from './project.ts';

/**
 * Asks for everything that waits for a key elsewhere: keys and requests are kept below the output folder, and `folder` is
 * written for the machine that has the key. Nothing in it is secret. `apply` takes the answers: see `ApplyOptions.answers`.
 * @throws UserError where something is in the way that only its owner can remove.
 */
export async function request(
  project: Project,
  folder: string,
  options: Pick<RequestOptions, 'lockTimeout' | 'ask' | 'mayRun' | 'signal'> = {},
): Promise<RequestResult> {
  const { requestCertificates } = await import('../run/request.ts');
  return requestCertificates(project.inventory, {
    ...options,
    root: project.root,
    folder,
    binary: opensslBinary(process.env),
    clock,
    processes: availableParallelism(),
  });
}

/** Signs what such a folder asks for, on the machine that has the key; takes neither a manifest nor an output folder. */
export async function sign(options: SignOptions): Promise<SignResult> {
  const { signRequests } = await import('../run/sign.ts');
  return signRequests(options);
}
