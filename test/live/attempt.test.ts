/** One connection to servers that do one thing each: what is made of it, and that nothing of it stays open. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTls, type TlsOptions } from 'node:tls';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { attemptTls, type Target, type Trial } from '../../src/live/attempt.ts';
import { PATIENCE } from '../helpers/patience.ts';
import { keyPem, smallCertificate } from '../helpers/small-certificates.ts';

const CA = smallCertificate('ca');
const LEAF = smallCertificate('api', { issuer: CA, isAuthority: false });
const FILES = { key: keyPem(LEAF.key), cert: LEAF.pem + CA.pem };

const servers: Server[] = [];
const sockets: Socket[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.on('connection', (socket: Socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const plain = (on: (socket: Socket) => void) => listening(createServer(on));
const tls = (
  options: TlsOptions = {},
  on: (socket: Socket) => void = (socket) => void socket.write('hello'),
) => {
  const server = createTls({ ...FILES, ...options }, (socket) => {
    socket.on('error', () => undefined);
    on(socket);
  });
  server.on('tlsClientError', () => undefined);
  return listening(server);
};

const ONE_THREE = { min: 'TLSv1.3', max: 'TLSv1.3' } as const;
const ONE_TWO = { min: 'TLSv1.2', max: 'TLSv1.2' } as const;

function attempt(port: number, trial: Partial<Trial> = {}, target: Partial<Target> = {}) {
  const { signal } = new AbortController();
  const usual = {
    endpoint: { host: '127.0.0.1', port },
    starttls: null,
    serverName: 'api.test',
    timeout: PATIENCE,
    signal,
  };
  return attemptTls({ ...usual, ...target }, { ...ONE_THREE, presented: null, ...trial });
}

/** The time of the next attempt is over when this is called, however long the machine takes to come there. */
function timeLimit(): () => void {
  const limit = new AbortController();
  vi.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(limit.signal);
  return () => limit.abort();
}

const CHAIN = [LEAF.der, CA.der];
const served = (protocol: string, asks: boolean | null) => ({ protocol, chain: CHAIN, asks });

describe('a server that speaks TLS', () => {
  it('shows its chain, and in the older version whether it asks for a certificate', async () => {
    expect(await attempt(await tls())).toEqual({ kind: 'let-in', served: served('TLSv1.3', null) });
    expect(await attempt(await tls(), ONE_TWO)).toEqual({ kind: 'let-in', served: served('TLSv1.2', false) });
    const asking = { requestCert: true, rejectUnauthorized: false };
    expect(await attempt(await tls(asking), ONE_TWO)).toEqual({
      kind: 'let-in',
      served: served('TLSv1.2', true),
    });
  });

  it('is asked for a name, but for no address', async () => {
    const names: unknown[] = [];
    const named = () => tls({ SNICallback: (name, done) => done(null, void names.push(name) as never) });
    await attempt(await named());
    await attempt(await named(), {}, { serverName: '127.0.0.1' });
    expect(names).toEqual(['api.test']);
  });

  it('of another version refuses before it has shown anything', async () => {
    expect(await attempt(await tls({ minVersion: 'TLSv1.3' }), ONE_TWO)).toEqual({
      kind: 'refused',
      code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
      served: null,
    });
  });

  it('refuses who has no certificate', async () => {
    const strict = { requestCert: true, rejectUnauthorized: true, ca: CA.pem };
    expect(await attempt(await tls(strict), ONE_TWO)).toMatchObject({
      kind: 'refused',
      served: { protocol: 'TLSv1.2', chain: CHAIN, asks: true },
    });
    expect(await attempt(await tls(strict))).toMatchObject({
      kind: 'refused',
      served: served('TLSv1.3', null),
    });
    const presented = { key: FILES.key, cert: LEAF.pem };
    expect(await attempt(await tls({ ...strict, rejectUnauthorized: false }), { presented })).toMatchObject({
      kind: 'let-in',
    });
  });
});

describe('a server that speaks HTTP', () => {
  const http = (status: string) =>
    tls({ ALPNProtocols: ['http/1.1'] }, (socket) =>
      socket.once('data', (bytes: Buffer) => {
        expect(String(bytes)).toMatch(/^HEAD \/ HTTP\/1\.1\r\nHost: .*\r\nConnection: close\r\n\r\n$/s);
        socket.end(`HTTP/1.1 ${status} x\r\n\r\n`);
      }),
    );

  it.each(['400', '401', '403', '421', '495', '496'])('refuses by %s', async (status) => {
    expect(await attempt(await http(status), { ...ONE_TWO, http: true })).toEqual({
      kind: 'refused',
      code: `HTTP_${status}`,
      served: served('TLSv1.2', false),
    });
  });

  it.each(['200', '404', '500', '302'])('does not by %s', async (status) => {
    expect(await attempt(await http(status), { ...ONE_TWO, http: true })).toMatchObject({ kind: 'let-in' });
  });

  it('is not asked where it does not say that it does', async () => {
    const heard: Buffer[] = [];
    const port = await tls({}, (socket) => void socket.on('data', (bytes: Buffer) => heard.push(bytes)));
    expect(await attempt(port, { ...ONE_TWO, http: true })).toMatchObject({ kind: 'let-in' });
    expect(heard).toEqual([]);
  });
});

describe('no TLS', () => {
  it('is there where nothing listens', async () => {
    expect(await attempt(1)).toEqual({ kind: 'unreachable', code: 'ECONNREFUSED' });
  });

  it('is spoken by a server that closes, or says something else', async () => {
    const closing = await plain((socket) => void socket.end());
    expect(await attempt(closing)).toMatchObject({ kind: 'refused', served: null });
    const talking = await plain((socket) => void socket.end('220 mail.example.test ESMTP\r\n'));
    expect(await attempt(talking)).toEqual({
      kind: 'refused',
      code: 'ERR_SSL_WRONG_VERSION_NUMBER',
      served: null,
    });
  });

  it('is begun where STARTTLS is not offered', async () => {
    const port = await plain((socket) => void socket.write('500 no\r\n'));
    expect(await attempt(port, {}, { starttls: 'smtp' })).toEqual({ kind: 'no-starttls', said: '500 no' });
  });
});

describe('a server that keeps silent', () => {
  it('is given up after its time, or when the check is', async () => {
    const port = await plain(() => undefined);
    expect(await attempt(port, {}, { timeout: 50 })).toMatchObject({ kind: 'timed-out' });
    const given = new AbortController();
    const answer = attempt(port, {}, { signal: given.signal });
    given.abort();
    expect(await answer).toMatchObject({ kind: 'timed-out' });
  });

  it('is not connected to once the check was given up, as no other is', async () => {
    const signal = AbortSignal.abort();
    for (const port of [await plain(() => undefined), await tls()])
      expect(await attempt(port, {}, { signal })).toEqual({ kind: 'timed-out', connected: false });
  });

  it.each([
    ['TLS', null, ''],
    ['STARTTLS', 'smtp', '220 mail.test\r\n'],
  ] as const)('in %s had been connected to', async (_, starttls, greeting) => {
    const end = timeLimit();
    // By what it sends, the client knows that it is connected.
    const port = await plain((socket) => void socket.once('data', end).write(greeting));
    expect(await attempt(port, {}, { starttls })).toEqual({ kind: 'timed-out', connected: true });
    expect(AbortSignal.timeout).toHaveBeenCalledWith(PATIENCE);
  });
});

it('no connection stays open, whatever came of it', async () => {
  const closed: Promise<unknown>[] = [];
  const watched = (server: Promise<number>) => {
    servers.at(-1)?.on('connection', (socket: Socket) => closed.push(once(socket, 'close')));
    return server;
  };
  await attempt(await watched(tls()));
  await attempt(await watched(tls({ minVersion: 'TLSv1.3' })), ONE_TWO);
  const end = timeLimit();
  await attempt(await watched(plain((socket) => void socket.resume().once('data', end))));
  await attempt(
    await watched(plain((socket) => void socket.resume().write('500 no\r\n'))),
    {},
    { starttls: 'smtp' },
  );
  await Promise.all(closed);
  expect(closed).toHaveLength(4);
});
