/** One connection to a server, from TCP to what it makes of the client's certificate. Never rejects: trouble is an answer. */

import type { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { connect as connectTls, DEFAULT_CIPHERS, type SecureVersion, type TLSSocket } from 'node:tls';
import type { Endpoint } from '../pki/endpoint.ts';
import { errorCode } from '../pki/errors.ts';
import type { Starttls } from '../pki/starttls.ts';
import { flightOf } from './flight.ts';
import { DIALOGUES } from './starttls.ts';
import { Tap } from './tap.ts';
import { Wire, WireFault } from './wire.ts';

/** Where to connect, how, and how long it may take. */
export interface Target {
  readonly endpoint: Endpoint;
  readonly starttls: Starttls | null;
  /** The DNS name to ask for (SNI), or an IP address, which is not sent (RFC 6066 §3). */
  readonly serverName: string;
  /** Milliseconds for each connection, all in all. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** PEM texts; absent for a client without a certificate. */
export interface Presented {
  readonly key: string;
  readonly cert: string;
}

/** What one connection tries. */
export interface Trial {
  readonly min: SecureVersion;
  readonly max: SecureVersion;
  readonly presented: Presented | null;
  /** Also asks an HTTP server for its answer: nginx lets everyone into TLS, and refuses with a status. */
  readonly http?: true;
}

/** What the server did with a connection. */
export type Answer =
  /** The handshake is complete, and the server has taken the client as it is. */
  | { readonly kind: 'let-in'; readonly served: Served }
  /** TLS 1.3 is complete for the client, but the server neither goes on nor refuses (RFC 8446 §4.4.4). */
  | { readonly kind: 'silent'; readonly served: Served }
  /** `code`: the alert, or what else ended it. `served`: its certificates, where it came to that. */
  | { readonly kind: 'refused'; readonly code: string; readonly served: Served | null }
  /** STARTTLS was not offered, or the server does not speak the protocol. */
  | { readonly kind: 'no-starttls'; readonly said: string }
  /** TCP failed. */
  | { readonly kind: 'unreachable'; readonly code: string }
  | { readonly kind: 'timed-out'; readonly connected: boolean };

/** What a server showed of itself. */
export interface Served {
  /** In Node's words: `TLSv1.3`. */
  readonly protocol: string;
  /** DER, in the order of the server: its own certificate first. */
  readonly chain: readonly Uint8Array[];
  /** It asks for a client's certificate; `null` where that is encrypted (TLS 1.3). */
  readonly asks: boolean | null;
}

/** Security level 0: what is offered is to be seen, and nothing secret is sent. */
const ANY_CIPHER = `${DEFAULT_CIPHERS}:ALL:@SECLEVEL=0`;

/** After TLS 1.3 a server that takes the client says nothing, unless it sends tickets: then silence has to do. */
const SILENCE = 1500;

/** By ALPN (RFC 7301). */
const HTTP = 'http/1.1';

/** The end of a connection without an alert. */
const CLOSED = 'CLOSED';

/** More than any server sends; a loop of issuers would have no end. */
const LONGEST_CHAIN = 100;

/** Opens one connection, and closes it. */
export async function attemptTls(target: Target, trial: Trial): Promise<Answer> {
  const limit = AbortSignal.any([target.signal, AbortSignal.timeout(target.timeout)]);
  const socket = connectTcp(target.endpoint);
  const stop = (): void => void socket.destroy(new Error('out of time'));
  limit.addEventListener('abort', stop, { once: true });
  // An error that comes between two steps would end the process; the next step finds the socket destroyed.
  socket.on('error', () => undefined);
  // What ended before has no event any more.
  if (limit.aborted) stop();
  try {
    return await answerOf(socket, target, trial, limit);
  } finally {
    limit.removeEventListener('abort', stop);
    socket.destroy();
  }
}

async function answerOf(socket: Socket, target: Target, trial: Trial, limit: AbortSignal): Promise<Answer> {
  try {
    await once(socket, 'connect');
  } catch (error) {
    return limit.aborted
      ? { kind: 'timed-out', connected: false }
      : { kind: 'unreachable', code: errorCode(error) };
  }
  const declined = await talked(socket, target.starttls);
  const answer = declined ?? (await shaken(socket, target, trial));
  return limit.aborted && answer.kind !== 'let-in' ? { kind: 'timed-out', connected: true } : answer;
}

/** `null` once TLS may begin. */
async function talked(socket: Socket, starttls: Starttls | null): Promise<Answer | null> {
  if (starttls === null) return null;
  try {
    await DIALOGUES[starttls](new Wire(socket));
    return null;
  } catch (error) {
    return { kind: 'no-starttls', said: error instanceof WireFault ? error.said : errorCode(error) };
  }
}

/** TLS on a connection. Verifies nothing: what is served is judged afterwards, whatever it is. */
async function shaken(socket: Socket, { serverName }: Target, trial: Trial): Promise<Answer> {
  const tap = new Tap(socket);
  const tls = connectTls({
    socket: tap,
    servername: isIP(serverName) === 0 ? serverName : '',
    minVersion: trial.min,
    maxVersion: trial.max,
    ciphers: ANY_CIPHER,
    rejectUnauthorized: false,
    ...(trial.http ? { ALPNProtocols: [HTTP] } : {}),
    ...trial.presented,
  });
  try {
    const answer = await verdictOf(tls, tap);
    return trial.http && 'served' in answer && tls.alpnProtocol === HTTP
      ? await httpAnswer(tls, answer)
      : answer;
  } finally {
    tls.destroy();
  }
}

/** Statuses by which servers say that it is the client's certificate that they do not take. */
const REFUSING: ReadonlySet<string> = new Set(['400', '401', '403', '421', '495', '496']);

async function httpAnswer(
  tls: TLSSocket,
  answer: Answer & { readonly served: Served | null },
): Promise<Answer> {
  if (answer.kind === 'refused') return answer;
  tls.write('HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  const [, status = ''] = /^HTTP\/1\.\d (\d{3})/.exec(await firstData(tls)) ?? [];
  return REFUSING.has(status) ? { kind: 'refused', code: `HTTP_${status}`, served: answer.served } : answer;
}

function firstData(tls: TLSSocket): Promise<string> {
  return new Promise((resolve) => {
    tls.once('data', (bytes: Buffer) => resolve(bytes.toString('latin1')));
    tls.once('close', () => resolve(''));
  });
}

async function verdictOf(tls: TLSSocket, tap: Tap): Promise<Answer> {
  const ended = new Promise<string>((resolve) => {
    tls.on('error', (error) => resolve(errorCode(error)));
    tls.once('close', () => resolve(CLOSED));
  });
  // A ticket, or the first words of the protocol, come from a server that has taken the client.
  const taken = new Promise<'let-in'>((resolve) => {
    for (const event of ['session', 'data']) tls.once(event, () => resolve('let-in'));
  });
  const met = once(tls, 'secureConnect').then(() => null, errorCode);
  const early = await Promise.race([met, ended]);
  if (early !== null) return { kind: 'refused', code: early, served: refusing(tap) };
  const served = shown(tls, tap);
  if (served.protocol !== 'TLSv1.3') return { kind: 'let-in', served };
  const quiet = new AbortController();
  const silence = setTimeout(SILENCE, 'silent' as const, { signal: quiet.signal }).catch(
    () => 'silent' as const,
  );
  const verdict = await Promise.race([taken, ended, silence]);
  quiet.abort();
  return verdict === 'let-in' || verdict === 'silent'
    ? { kind: verdict, served }
    : { kind: 'refused', code: verdict, served };
}

function shown(tls: TLSSocket, tap: Tap): Served {
  const protocol = tls.getProtocol() ?? '';
  if (protocol === 'TLSv1.3') return { protocol, chain: chainOf(tls.getPeerX509Certificate()), asks: null };
  return { protocol, ...flightOf(tap.received) };
}

/** Up to TLS 1.2 a server shows itself before it looks at the client. */
function refusing(tap: Tap): Served | null {
  const flight = flightOf(tap.received);
  return flight.chain.length === 0 ? null : { protocol: 'TLSv1.2', ...flight };
}

/** Node links each certificate to the one that was sent after it, whether that is its issuer or not. */
function chainOf(first: X509Certificate | undefined): readonly Uint8Array[] {
  const chain: Uint8Array[] = [];
  for (let one = first; one !== undefined && chain.length < LONGEST_CHAIN; one = one.issuerCertificate)
    chain.push(one.raw);
  return chain;
}
