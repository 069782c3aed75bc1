/**
 * The server's end of the proof: a listener on loopback, on a port that the system picks. It asks for a certificate
 * and judges it itself (`rejectUnauthorized: false`), because with `true` Node reports to a server no more than
 * ECONNRESET. Clients that it refuses are disconnected before a byte of data is answered.
 */
import type { Socket } from 'node:net';
import { createServer, type SecureContextOptions, type Server, type TLSSocket } from 'node:tls';
import { errorCode } from '../pki/errors.ts';
import { attempt, type Prepared } from './credentials.ts';
import { CLOSED_EARLY, NO_CERTIFICATE, type Verdict } from './outcome.ts';

/** How the server behaves. Replaced only by tests, to prove that a server which does not verify is noticed. */
export interface Behaviour {
  readonly requestCert: boolean;
  readonly judge: (socket: TLSSocket) => Verdict;
  /** What the server answers to the client's bytes. */
  readonly answer: (bytes: Buffer) => Buffer | null;
}

/** The server's side of one connection, complete once the connection is closed. */
export interface ServerSide {
  readonly verdict: Verdict;
  readonly received: Buffer;
}

/** An open listener on 127.0.0.1. */
export interface ProbeServer {
  readonly port: number;
  /** The connection that came from this port of ours; other programs' connections match none. */
  readonly meet: (clientPort: number) => Promise<ServerSide>;
  /** Accepts no more connections, and closes those that are still open. */
  readonly close: () => void;
}

/** Bytes that a client sends, and an answer that only a server that has read them can give. */
export const NONCE_LENGTH = 16;

/** Asks for a certificate, and answers only those whose certificate verifies. */
export const STRICT: Behaviour = { requestCert: true, judge: judgeClient, answer: reversed };

/** The answer to a client's bytes: the same in reverse, so that an echo of the network is no answer. */
export function reversed(bytes: Buffer): Buffer {
  return Buffer.from(bytes).reverse();
}

/** Node reports a missing certificate as UNABLE_TO_GET_ISSUER_CERT, so it has to be looked for first. */
function judgeClient(socket: TLSSocket): Verdict {
  if (socket.authorized) return { kind: 'accepted' };
  if (socket.getPeerX509Certificate() === undefined) return { kind: 'refused', code: NO_CERTIFICATE };
  // Typed as an Error, but on a server it is the code itself.
  return { kind: 'refused', code: String(socket.authorizationError) };
}

/** Opens the listener; files that TLS does not take, or a machine without loopback, are a problem, not a throw. */
export async function openProbeServer(
  options: SecureContextOptions,
  behaviour: Behaviour = STRICT,
): Promise<Prepared<ProbeServer>> {
  const { requestCert } = behaviour;
  const server = attempt('unloadable', () =>
    createServer({ ...options, requestCert, rejectUnauthorized: false }),
  );
  return server.ok ? listen(server.value, behaviour) : server;
}

function listen(server: Server, behaviour: Behaviour): Promise<Prepared<ProbeServer>> {
  const connections = new Connections();
  receive(server, connections, behaviour);
  return new Promise((resolve) => {
    // It stays for the server's life: an accept that fails later (EMFILE) must not end the process.
    server.on('error', (error) =>
      resolve({ ok: false, problem: { fault: 'cannot-listen', code: errorCode(error) } }),
    );
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      const port = portOf(server);
      const close = () => {
        server.close();
        connections.clear();
      };
      resolve({ ok: true, value: { port, meet: (from) => connections.expect(from).done, close } });
    });
  });
}

/** A server that listens on an address has a port; one on a pipe has only a path. */
function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Internal error: a probe has no port');
  return address.port;
}

function receive(server: Server, connections: Connections, behaviour: Behaviour): void {
  server.on('connection', (raw: Socket) => connections.enter(raw));
  server.on('secureConnection', (socket) => {
    const meeting = connections.at(socket.remotePort);
    if (meeting === undefined) socket.destroy();
    else serve(socket, meeting, behaviour);
  });
  // Some errors come with a socket that has forgotten its port; the client's end shows what happened then.
  server.on('tlsClientError', (error, socket) => {
    const meeting = connections.at(socket.remotePort);
    if (meeting !== undefined) meeting.verdict ??= { kind: 'broken', code: errorCode(error) };
  });
}

/** `end`, not `destroy`, for the refused: in TLS 1.2 the server's last handshake message may still be under way. */
function serve(socket: TLSSocket, meeting: Meeting, behaviour: Behaviour): void {
  socket.on('error', () => socket.destroy());
  meeting.verdict = behaviour.judge(socket);
  if (meeting.verdict.kind !== 'accepted') {
    socket.resume().end();
    return;
  }
  socket.on('data', (bytes: Buffer) => {
    meeting.received = Buffer.concat([meeting.received, bytes]);
    const answer = meeting.received.length < NONCE_LENGTH ? null : behaviour.answer(meeting.received);
    if (answer !== null) socket.write(answer);
  });
}

/** One connection as the server sees it, while it lasts. */
interface Meeting {
  verdict: Verdict | null;
  received: Buffer;
  readonly done: Promise<ServerSide>;
  readonly finish: () => void;
}

/**
 * Brings the two ends of a connection together by the client's port, whichever end comes first. An entry lasts as
 * long as its connection, so that a port which the system hands out again finds nothing of its past.
 */
class Connections {
  readonly #meetings = new Map<number, Meeting>();
  readonly #sockets = new Set<Socket>();

  at(port: number | undefined): Meeting | undefined {
    return port === undefined ? undefined : this.#meetings.get(port);
  }

  expect(port: number): Meeting {
    const known = this.#meetings.get(port) ?? newMeeting();
    this.#meetings.set(port, known);
    return known;
  }

  enter(raw: Socket): void {
    const port = raw.remotePort ?? -1;
    const meeting = this.expect(port);
    this.#sockets.add(raw);
    raw.on('error', () => raw.destroy());
    raw.once('close', () => {
      this.#sockets.delete(raw);
      this.#meetings.delete(port);
      meeting.finish();
    });
  }

  clear(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

function newMeeting(): Meeting {
  let resolve: (side: ServerSide) => void;
  const done = new Promise<ServerSide>((settle) => {
    resolve = settle;
  });
  const meeting: Meeting = {
    verdict: null,
    received: Buffer.alloc(0),
    done,
    finish: () =>
      resolve({
        verdict: meeting.verdict ?? { kind: 'broken', code: CLOSED_EARLY },
        received: meeting.received,
      }),
  };
  return meeting;
}
