/** OCSP: answers about the certificates of authorities, as files for a web server, or by a server of this program. */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { opensslBinary } from '../engine/binary.ts';
import type { Endpoint } from '../pki/endpoint.ts';
import { OCSP_FOLDER } from '../plan/ocsp-files.ts';
import type { OcspServed } from '../run/ocsp-serve.ts';
import type { OcspResult } from '../run/ocsp-write.ts';
import type { OcspFault } from '../words/ocsp.ts';
import { clock, type Project } from './project.ts';

/** Where responses go, and what ends signing them. */
export interface OcspFilesOptions {
  /** The folder for them; by default `ocsp` in the output folder. */
  readonly to?: string;
  readonly signal?: AbortSignal;
}

/**
 * Writes a signed response for every certificate of every authority with `ocsp`, where the one that is there is not good for
 * long enough any more, or says something else. Call `openssl` first: this assumes one that works.
 * @throws UserError where something else is in the place of a file.
 */
export async function writeOcsp(
  project: Project,
  { to, signal }: OcspFilesOptions = {},
): Promise<OcspResult> {
  const { writeResponses } = await import('../run/ocsp-write.ts');
  const { root, inventory } = project;
  return writeResponses(inventory, {
    root,
    folder: to === undefined ? resolve(root, OCSP_FOLDER) : resolve(to),
    binary: opensslBinary(process.env),
    processes: availableParallelism(),
    now: clock(),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Where a responder listens, and what is notified and ends it. */
export interface OcspServerOptions {
  /** Port 0: one that the system picks. */
  readonly listen: Endpoint;
  /** Called where a question stays without an answer. */
  readonly onFault?: (fault: OcspFault) => void;
  /** Ends signing; the server is to be closed nevertheless. */
  readonly signal?: AbortSignal;
}

/**
 * Answers OCSP requests over HTTP until it is closed, by what the output folder says at that moment: for tests and small networks.
 * @throws UserError where it cannot listen there.
 */
export async function serveOcsp(
  { root, inventory }: Project,
  { listen, onFault = () => {}, signal }: OcspServerOptions,
): Promise<OcspServed> {
  const { serveAnswers } = await import('../run/ocsp-serve.ts');
  return serveAnswers(inventory, {
    root,
    listen,
    onFault,
    binary: opensslBinary(process.env),
    processes: availableParallelism(),
    clock,
    limit: SECONDS,
    ...(signal === undefined ? {} : { signal }),
  });
}

/** For one answer: clients do not wait longer. */
const SECONDS = 15;
