/**
 * The client's end of the proof. It reads its own verdict (`rejectUnauthorized: false`) and then ends properly, so
 * that its last handshake message gets through and the server has a verdict too: one case, two verdicts, always.
 */
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import {
  checkServerIdentity,
  connect,
  type PeerCertificate,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import { errorCode } from '../pki/errors.ts';
import { certificateFacts } from '../x509/certificate.ts';
import { sanOf } from '../x509/facts.ts';
import { isUri } from './names.ts';

import { CLOSED_EARLY, type Verdict } from './outcome.ts';
import { type ProbeServer, reversed, type ServerSide } from './probe-server.ts';

/** One handshake for the client to try: with whom, as whom, and asking for what. */
export interface ClientRequest {
  readonly server: ProbeServer;
  readonly context: SecureContext;
  /** The DNS name, IP address or URI that the certificate has to carry; `null`: any certificate that is trusted will do. */
  readonly serverName: string | null;
  /** Random bytes, NONCE_LENGTH of them, for the server to answer. */
  readonly nonce: Buffer;
  /** Ends the attempt at once. */
  readonly signal: AbortSignal;
}

/** The client's side of one connection, complete once the connection is closed. */
export interface ClientSide {
  readonly verdict: Verdict;
  readonly protocol: string | null;
  readonly resumed: boolean;
  readonly answered: boolean;
  /** What the server saw; `null` when there was no connection. */
  readonly server: Promise<ServerSide> | null;
}

type Progress = { -readonly [Key in keyof ClientSide]: ClientSide[Key] };

const CLOSED: Verdict = { kind: 'broken', code: CLOSED_EARLY };

/** Tries one handshake and waits until the connection is closed. Never rejects: trouble is a verdict. */
export function tryHandshake(request: ClientRequest): Promise<ClientSide> {
  const progress: Progress = {
    verdict: CLOSED,
    protocol: null,
    resumed: false,
    answered: false,
    server: null,
  };
  const socket = open(request);
  const stop = () => socket.destroy();
  request.signal.addEventListener('abort', stop, { once: true });
  socket.on('connect', () => {
    if (socket.localPort !== undefined) progress.server = request.server.meet(socket.localPort);
  });
  socket.on('secureConnect', () => met(socket, progress, request.nonce));
  socket.on('error', (error) => {
    if (progress.protocol === null) progress.verdict = { kind: 'broken', code: errorCode(error) };
  });
  listenForAnswer(socket, progress, request.nonce);
  return new Promise((resolve) => {
    socket.on('close', () => {
      request.signal.removeEventListener('abort', stop);
      resolve(progress);
    });
  });
}

/** No `session`: a resumed one would skip the verification. An IP address, or a URI, is no SNI name (RFC 6066 §3). */
function open({ server, context, serverName }: ClientRequest): TLSSocket {
  return connect({
    host: '127.0.0.1',
    port: server.port,
    secureContext: context,
    servername: serverName === null || isIP(serverName) !== 0 || isUri(serverName) ? '' : serverName,
    rejectUnauthorized: false,
    checkServerIdentity: (_host, certificate) => nameProblem(serverName, certificate),
  });
}

function met(socket: TLSSocket, progress: Progress, nonce: Buffer): void {
  progress.protocol = socket.getProtocol();
  progress.resumed = socket.isSessionReused();
  if (socket.authorized) {
    progress.verdict = { kind: 'accepted' };
    socket.write(nonce);
    return;
  }
  // Typed as an Error, but it is the code itself.
  progress.verdict = { kind: 'refused', code: String(socket.authorizationError) };
  socket.end();
}

function listenForAnswer(socket: TLSSocket, progress: Progress, nonce: Buffer): void {
  let answer = Buffer.alloc(0);
  socket.on('data', (bytes: Buffer) => {
    answer = Buffer.concat([answer, bytes]);
    if (answer.length < nonce.length) return;
    progress.answered = answer.equals(reversed(nonce));
    socket.destroy();
  });
}

/**
 * Node's own check, but for IP addresses: Node 22.23 and 24.17 find no IPv6 address in any certificate
 * (nodejs/node#64144), while OpenSSL's X509_check_ip behind `checkIP` compares the bytes in every version.
 */
function nameProblem(name: string | null, certificate: PeerCertificate): Error | undefined {
  if (name === null) return undefined;
  if (isIP(name) === 0 && !isUri(name)) return checkServerIdentity(name, certificate);
  if (isUri(name) ? hasUri(name, certificate) : hasAddress(name, certificate)) return undefined;
  return Object.assign(new Error(`no such name: ${name}`), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
}

function hasAddress(name: string, { raw }: PeerCertificate): boolean {
  return new X509Certificate(raw).checkIP(name) !== undefined;
}

/** Node knows no way to ask for a URI; its text of the names is not safe to take apart (CVE-2021-44532). */
function hasUri(name: string, { raw }: PeerCertificate): boolean {
  return sanOf(certificateFacts(raw)).includes(`uri:${name}`);
}
