/** One call of an engine: what is sent, what is made of each answer, and to whom nothing goes. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ApiCall, callApi } from '../../src/live/api.ts';

let server: Server;
let base: string;
let received: { method: string | undefined; url: string | undefined; headers: object; text: string }[] = [];

/** What each path answers. */
const ANSWERS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/json': (response) => response.writeHead(201).end('{"data":{"a":1}}'),
  '/text': (response) => response.writeHead(503).end('not now, {'),
  '/empty': (response) => response.writeHead(204).end(),
  '/pieces': (response) => {
    // A character of two octets is cut in its middle.
    response.write(Buffer.from([0x22, 0xc3]));
    setImmediate(() => response.end(Buffer.from([0xa9, 0x22])));
  },
  '/elsewhere': (response) => response.writeHead(302, { Location: '/json' }).end('"moved"'),
  '/most': (response) => response.end(`"${'x'.repeat(4 * 1024 * 1024 - 2)}"`),
  '/more': (response) => response.end('x'.repeat(4 * 1024 * 1024 + 1)),
  '/cut': (response) => {
    response.writeHead(200, { 'Content-Length': 100 });
    response.write('{');
    setImmediate(() => response.destroy());
  },
  '/silent': () => undefined,
};

beforeAll(async () => {
  server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, headers } = request;
      received.push({ method, url, headers, text: Buffer.concat(chunks).toString() });
      ANSWERS[url ?? '']?.(response);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const call = (path: string, given: Partial<ApiCall> = {}) => {
  received = [];
  return callApi({ url: new URL(path, base), roots: [], ...given });
};

describe('what is sent', () => {
  it('is JSON where there is something to say', async () => {
    await call('/json', { body: { csr: 'x' }, headers: { 'X-Vault-Token': 't' } });
    expect(received).toEqual([
      {
        method: 'POST',
        url: '/json',
        headers: expect.objectContaining({ 'x-vault-token': 't', 'content-type': 'application/json' }),
        text: '{"csr":"x"}',
      },
    ]);
  });

  it('is nothing but the question otherwise', async () => {
    await call('/json', { headers: { 'X-Vault-Token': 't' } });
    expect(received).toEqual([
      { method: 'GET', url: '/json', headers: expect.objectContaining({ 'x-vault-token': 't' }), text: '' },
    ]);
    expect(received[0]?.headers).not.toHaveProperty('content-type');
  });
});

describe('an answer', () => {
  it.each<[path: string, status: number, body: unknown]>([
    ['/json', 201, { data: { a: 1 } }],
    ['/text', 503, 'not now, {'],
    ['/empty', 204, ''],
    ['/pieces', 200, 'é'],
    ['/elsewhere', 302, 'moved'],
  ])('%s is what came, whatever it says', async (path, status, body) => {
    expect(await call(path)).toEqual({ ok: true, status, body });
    expect(received.map(({ url }) => url)).toEqual([path]);
  });

  it('is as long as it may be, and no longer', async () => {
    expect(await call('/most')).toMatchObject({ ok: true, status: 200 });
    expect(await call('/more')).toEqual({ ok: false, detail: 'it answers without end' });
  });

  it('that breaks off is none', async () => {
    expect(await call('/cut')).toEqual({ ok: false, detail: 'ECONNRESET' });
  });

  it('is not waited for once it is given up', async () => {
    vi.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(AbortSignal.abort());
    expect(await call('/silent')).toEqual({ ok: false, detail: 'no answer within 20 s' });
    expect(AbortSignal.timeout).toHaveBeenCalledWith(20_000);
    vi.restoreAllMocks();
    const gone = AbortSignal.abort();
    expect(await call('/silent', { signal: gone })).toMatchObject({ ok: false });
    expect(received).toEqual([]);
    const later = new AbortController();
    const answer = call('/silent', { signal: later.signal });
    later.abort();
    expect(await answer).toMatchObject({ ok: false });
  });
});

describe('nothing is sent', () => {
  it('by HTTP, but to this machine itself', async () => {
    const detail = 'a token goes by HTTPS alone, but to this machine itself';
    for (const url of ['http://vault.example.test/', 'http://127.0.0.2:8200/', 'ftp://localhost.test/'])
      expect(await callApi({ url: new URL(url), roots: [] })).toEqual({ ok: false, detail });
    const { port } = new URL(base);
    expect(await callApi({ url: new URL(`http://localhost:${port}/json`), roots: [] })).toMatchObject({
      ok: true,
    });
  });

  it('where nothing listens, or no TLS is spoken', async () => {
    for (const url of ['http://127.0.0.1:1/', 'http://[::1]:1/'])
      expect(await callApi({ url: new URL(url), roots: [] })).toEqual({
        ok: false,
        detail: expect.stringMatching(/^nothing listens there \(ECONNREFUSED\)$|^EADDRNOTAVAIL$/),
      });
    const secure = new URL(base.replace('http:', 'https:'));
    expect(await callApi({ url: secure, roots: [] })).toEqual({
      ok: false,
      detail: 'it does not speak TLS there (EPROTO)',
    });
  });
});
