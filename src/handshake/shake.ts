/**
 * Tries the cases with real TLS on loopback, one server entity after the other and a few handshakes at a time: one
 * process does all the cryptography on one core, so more at once would only hold more sockets open.
 */
import { randomBytes } from 'node:crypto';
import type { EntityId } from '../pki/entity.ts';
import { groupBy } from '../pki/group.ts';
import { assess, untried } from './assess.ts';
import { type HandshakeCase, readsLists } from './case.ts';
import { Contexts } from './contexts.ts';
import type { Credentials, Prepared } from './credentials.ts';
import { CLOSED_EARLY, type Outcome, type PartyProblem, type Transcript } from './outcome.ts';
import { eachAtMost } from './pool.ts';
import { type ClientSide, tryHandshake } from './probe-client.ts';
import {
  type Behaviour,
  NONCE_LENGTH,
  openProbeServer,
  type ProbeServer,
  type ServerSide,
  STRICT,
} from './probe-server.ts';

/** How the cases are tried, where progress is reported, and what aborts it. */
export interface ShakeOptions {
  /** Stops early: sockets and listeners are closed, then the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called for each case as it is decided; within a server the order is not that of the cases. */
  readonly onOutcome?: ((outcome: Outcome) => void) | undefined;
  /** Handshakes at a time; 8 by default. */
  readonly concurrency?: number;
  /** How long one handshake may take, in milliseconds; 30 s by default. */
  readonly timeout?: number;
  /** How the servers behave; only for tests of the proof itself. */
  readonly behaviour?: Behaviour;
}

/**
 * The outcome of every case, in the order of the cases. `credentials` are the PEM texts of each entity, `foreign`
 * those of a client whose CA no entity trusts. Unusable files are failed outcomes; only an abort rejects.
 */
export async function shake(
  cases: readonly HandshakeCase[],
  credentials: ReadonlyMap<EntityId, Credentials>,
  foreign: Credentials,
  options: ShakeOptions = {},
): Promise<readonly Outcome[]> {
  const contexts = new Contexts(credentials, foreign);
  const outcomes = new Map<HandshakeCase, Outcome>();
  // A server with lists that reads none is another one.
  const readsOwn = (tried: HandshakeCase): boolean => readsLists(tried) || !contexts.hasLists(tried.server);
  for (const group of groupBy(cases, (tried) => `${tried.server} ${readsOwn(tried)}`).values()) {
    await shakeServer(group, contexts, options, (outcome) => {
      outcomes.set(outcome.case, outcome);
      options.onOutcome?.(outcome);
    });
  }
  return cases.flatMap((tried) => outcomes.get(tried) ?? []);
}

/** @param cases all of one server, with lists or without. */
async function shakeServer(
  cases: readonly HandshakeCase[],
  contexts: Contexts,
  options: ShakeOptions,
  decided: (outcome: Outcome) => void,
): Promise<void> {
  options.signal?.throwIfAborted();
  const [first] = cases;
  if (first === undefined) return;
  const server = await openServer(first, contexts, options.behaviour ?? STRICT);
  try {
    await eachAtMost(options.concurrency ?? 8, cases, async (tried) => {
      const outcome = await shakeOne(tried, server, contexts, options);
      // A handshake that the abort itself cut short says nothing about the certificates.
      options.signal?.throwIfAborted();
      decided(outcome);
    });
  } finally {
    if (server.ok) server.value.close();
  }
}

async function openServer(
  tried: HandshakeCase,
  contexts: Contexts,
  behaviour: Behaviour,
): Promise<Prepared<ProbeServer, PartyProblem>> {
  const id = tried.server;
  const settings = contexts.server(id, readsLists(tried));
  if (!settings.ok) return settings;
  const server = await openProbeServer(settings.value, behaviour);
  return server.ok ? server : { ok: false, problem: { party: id, ...server.problem } };
}

async function shakeOne(
  tried: HandshakeCase,
  server: Prepared<ProbeServer, PartyProblem>,
  contexts: Contexts,
  options: ShakeOptions,
): Promise<Outcome> {
  if (!server.ok) return untried(tried, server.problem);
  const context = contexts.client(tried);
  if (!context.ok) return untried(tried, context.problem);
  const nonce = randomBytes(NONCE_LENGTH);
  const started = performance.now();
  const { serverName } = tried;
  const attempt = await withLimit(options, async (signal) => {
    const request = { server: server.value, context: context.value, serverName, nonce, signal };
    const client = await tryHandshake(request);
    return { client, server: await unlessAborted(client.server, signal) };
  });
  return assess(tried, transcribe(attempt, nonce), performance.now() - started);
}

/** Only so that what hangs ends: a machine may be twenty times as busy as idle, and then takes a second. */
const TIMEOUT = 30_000;

/** Runs one attempt under a signal of its own, which the time limit and the caller's signal both trip. */
async function withLimit(
  { signal, timeout = TIMEOUT }: ShakeOptions,
  attempt: (signal: AbortSignal) => Promise<BothSides>,
): Promise<BothSides & { readonly timedOut: boolean }> {
  const limit = new AbortController();
  const abort = () => limit.abort();
  const timer = setTimeout(abort, timeout);
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  try {
    const sides = await attempt(limit.signal);
    return { ...sides, timedOut: limit.signal.aborted };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

interface BothSides {
  readonly client: ClientSide;
  readonly server: ServerSide | null;
}

/**
 * The server's side is complete soon after the client's: its connection closes because the client's did. But one that
 * the system took back (libuv closes what it accepts without a descriptor to spare) never gets to the server.
 */
function unlessAborted(
  server: Promise<ServerSide> | null,
  signal: AbortSignal,
): Promise<ServerSide | null> | null {
  if (server === null || signal.aborted) return null;
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(null), { once: true });
    void server.then(resolve);
  });
}

function transcribe(
  { client, server, timedOut }: BothSides & { readonly timedOut: boolean },
  nonce: Buffer,
): Transcript {
  const { verdict, protocol, resumed, answered } = client;
  return {
    server: server?.verdict ?? { kind: 'broken', code: CLOSED_EARLY },
    client: verdict,
    protocol,
    resumed,
    received: server?.received.equals(nonce) ?? false,
    answered,
    timedOut,
  };
}
