/**
 * A responder for tests and small networks: HTTP as RFC 6960 appendix A has it. openssl signs each answer in a process of its own;
 * `openssl ocsp -port` serves one client at a time, and one that says nothing keeps all others waiting.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Turns } from '../engine/turns.ts';
import type { Endpoint } from '../pki/endpoint.ts';
import type { EntityId, Inventory } from '../pki/entity.ts';
import { askedPrefixes } from '../plan/ocsp-files.ts';
import type { OcspFault } from '../words/ocsp.ts';
import { UserError } from '../words/user-error.ts';
import { ocspError } from '../x509/ocsp-response.ts';
import { type DeskOptions, OcspDesk } from './ocsp-desk.ts';

/** Where to listen, and with what to answer. */
export interface ResponderOptions extends DeskOptions {
  /** Port 0: one that the system picks. */
  readonly listen: Endpoint;
  /** How many answers are signed at once. */
  readonly processes: number;
}

/** A responder that listens, until it is closed. */
export interface OcspServer {
  readonly port: number;
  /** Who answers, and what the manifest revokes of it that no list has yet. */
  readonly answers: readonly { readonly authority: EntityId; readonly unlisted: readonly string[] }[];
  close(): Promise<void>;
}

/** A responder, or why some authority cannot answer. */
export type OcspServed =
  | { readonly ok: true; readonly server: OcspServer }
  | { readonly ok: false; readonly faults: readonly OcspFault[] };

/** Far more than a request about a chain has. */
const LARGEST = 64 * 1024;
/** Questions that wait for others: who comes then is asked to come again. */
const WAITING = 64;
const CONNECTIONS = 256;
/** Milliseconds for a client to say what it wants. */
const PATIENCE = 10_000;

/** @throws UserError where it cannot listen there. */
export async function serveAnswers(inventory: Inventory, options: ResponderOptions): Promise<OcspServed> {
  const opened = await OcspDesk.open(inventory, options);
  if (!opened.ok) return opened;
  const { desk } = opened;
  const turns = new Turns(options.processes);
  const prefixes = askedPrefixes(inventory.entities);
  const server = createServer(
    {
      requestTimeout: PATIENCE,
      headersTimeout: PATIENCE,
      keepAliveTimeout: PATIENCE / 2,
      connectionsCheckingInterval: 1000,
    },
    (request, response) => void answer({ desk, turns, prefixes }, request, response),
  );
  server.maxConnections = CONNECTIONS;
  server.setTimeout(3 * PATIENCE);
  try {
    const answers = desk.answers.map(({ authority: { id }, unlisted }) => ({ authority: id, unlisted }));
    const port = await listening(server, options.listen);
    return { ok: true, server: { port, answers, close: () => closed(server, desk) } };
  } catch (error) {
    await desk.close();
    throw error;
  }
}

function listening(server: Server, { host, port }: Endpoint): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new UserError({ kind: 'cannot-listen', host, port, code: error.code ?? error.message })),
    );
    server.listen({ host, port }, () => {
      // An accept that fails later (EMFILE) must not end the process.
      server.on('error', () => {});
      const address = server.address();
      resolve(address === null || typeof address === 'string' ? port : address.port);
    });
  });
}

async function closed(server: Server, desk: OcspDesk): Promise<void> {
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  await desk.close();
}

interface Counter {
  readonly desk: OcspDesk;
  readonly turns: Turns;
  readonly prefixes: readonly string[];
}

async function answer(
  { desk, turns, prefixes }: Counter,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const asked = await askedIn(request, prefixes);
    if (asked.status !== 200) return refuse(response, asked.status);
    if (turns.waiting >= WAITING) return refuse(response, 503);
    send(response, await turns.take(() => desk.answer(asked.der)));
  } catch {
    // The client is gone, or this program is about to be.
    if (response.headersSent) response.destroy();
    else send(response, ocspError('internalError'));
  }
}

type Asked = { readonly status: 200; readonly der: Buffer } | { readonly status: 405 | 413 };

/** By GET in the path, by POST in the body (RFC 6960 appendix A.1). */
async function askedIn(request: IncomingMessage, prefixes: readonly string[]): Promise<Asked> {
  if (request.method === 'GET') return { status: 200, der: inPath(request.url ?? '', prefixes) };
  if (request.method !== 'POST') return { status: 405 };
  const der = await bodyOf(request);
  return der === null ? { status: 413 } : { status: 200, der };
}

/** What is too long is read to its end, or the client would not read that it is; what goes on and on is not. */
const READ = 16 * LARGEST;

/** `null`: it is too long. Rejects where the client is gone. */
function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= LARGEST) chunks.push(chunk);
      else if (size > READ) request.destroy();
    });
    request.on('end', () => resolve(size > LARGEST ? null : Buffer.concat(chunks)));
    request.on('error', reject);
    request.on('close', () => reject(new Error('the client is gone')));
  });
}

/** Base64, percent-encoded or not, behind the path of a URL that certificates name. What is neither is an empty request. */
function inPath(url: string, prefixes: readonly string[]): Buffer {
  const path = decoded(url.replace(/[?#].*$/, ''));
  const prefix = prefixes.find((one) => path.startsWith(`${one}/`));
  return Buffer.from(prefix === undefined ? '' : path.slice(prefix.length).replace(/^\/+/, ''), 'base64');
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '';
  }
}

function send(response: ServerResponse, der: Buffer): void {
  response.writeHead(200, {
    'content-type': 'application/ocsp-response',
    'content-length': der.length,
    'cache-control': 'no-cache',
  });
  response.end(der);
}

const REFUSALS = { 405: 'GET or POST', 413: 'too large', 503: 'busy' } as const;

/** What is not read to its end cannot be followed by another request. */
function refuse(response: ServerResponse, status: keyof typeof REFUSALS): void {
  response.writeHead(status, {
    'content-type': 'text/plain',
    connection: 'close',
    ...(status === 405 ? { allow: 'GET, POST' } : {}),
    ...(status === 503 ? { 'retry-after': '1' } : {}),
  });
  response.end(`${REFUSALS[status]}\n`);
}
