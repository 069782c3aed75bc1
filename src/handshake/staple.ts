/** A server that staples, and a client that asks for it (RFC 6066 §8): what arrives. */
import { connect, createServer, type TLSSocket } from 'node:tls';
import { errorCode } from '../pki/errors.ts';
import type { TlsVersion } from './case.ts';
import { attempt, type Credentials } from './credentials.ts';
import { CLOSED_EARLY, TIMED_OUT } from './outcome.ts';

/** The response that the client was shown; `null` where the server showed none. */
export type Shown =
  | { readonly ok: true; readonly response: Buffer | null }
  | { readonly ok: false; readonly code: string };

/** Only so that what hangs ends. */
const TIMEOUT = 30_000;

/** One handshake on loopback; the certificate is judged elsewhere (verify-certificates.ts). Never rejects. */
export function showStaple(
  { key, fullchain }: Credentials,
  staple: Buffer,
  version: TlsVersion,
  signal: AbortSignal | undefined,
): Promise<Shown> {
  const versions = { minVersion: version, maxVersion: version } as const;
  const made = attempt('unloadable', () => createServer({ key, cert: fullchain, ...versions }));
  if (!made.ok) return Promise.resolve({ ok: false, code: made.problem.code });
  const server = made.value;
  server.on('OCSPRequest', (_certificate, _issuer, answer) => answer(null, staple));
  return new Promise((resolve) => {
    let socket: TLSSocket | undefined;
    const end = (shown: Shown): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      socket?.destroy();
      server.close();
      resolve(shown);
    };
    const stop = (): void => end({ ok: false, code: CLOSED_EARLY });
    const timer = setTimeout(() => end({ ok: false, code: TIMED_OUT }), TIMEOUT);
    signal?.addEventListener('abort', stop, { once: true });
    const broken = (error: unknown): void => end({ ok: false, code: errorCode(error) });
    server.on('error', broken);
    server.on('secureConnection', (accepted) => accepted.on('error', () => accepted.destroy()));
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      const address = server.address();
      const port = address === null || typeof address === 'string' ? 0 : address.port;
      socket = askFor(port, versions, end, broken);
    });
  });
}

function askFor(
  port: number,
  versions: { readonly minVersion: TlsVersion; readonly maxVersion: TlsVersion },
  end: (shown: Shown) => void,
  broken: (error: unknown) => void,
): TLSSocket {
  let response: Buffer | null = null;
  const options = { host: '127.0.0.1', port, requestOCSP: true, rejectUnauthorized: false, ...versions };
  const socket = connect(options);
  socket.on('OCSPResponse', (bytes: Buffer | null) => {
    response = bytes;
  });
  socket.on('secureConnect', () => end({ ok: true, response }));
  socket.on('error', broken);
  return socket;
}
