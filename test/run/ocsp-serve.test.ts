/** What a responder does with questions before anything is signed: how many wait, how long one may be, and who gets none. */
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { OcspDesk } from '../../src/run/ocsp-desk.ts';
import { type OcspServer, serveAnswers } from '../../src/run/ocsp-serve.ts';
import { anAuthority, anInventory, NOW, OCSP } from '../helpers/entities.ts';

const ROOT = anAuthority({ name: 'root', ocsp: { ...OCSP, url: ['http://ocsp.test/root/'] } });
const LISTEN = { host: '127.0.0.1', port: 0 };
const INTERNAL_ERROR = '30030a0102';

let [server, asked, closed]: [OcspServer, string[], number] = [{} as OcspServer, [], 0];
/** What answers; each question waits for this. */
let answer: (question: Uint8Array) => Promise<Buffer>;
const desk = {
  answers: [{ authority: ROOT, unlisted: ['05'], signer: {}, answers: [] }],
  answer: (question: Uint8Array) => {
    asked.push(Buffer.from(question).toString('hex'));
    return answer(question);
  },
  close: async () => void closed++,
};

async function served(listen = LISTEN, opened: unknown = { ok: true, desk }) {
  vi.spyOn(OcspDesk, 'open').mockResolvedValueOnce(opened as never);
  const options = { root: '/none', binary: 'none', clock: () => NOW, onFault: () => {}, processes: 1 };
  return serveAnswers(anInventory(ROOT), { ...options, listen } as never);
}

const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
beforeEach(async () => {
  [asked, closed] = [[], 0];
  answer = async () => Buffer.of(7);
  const started = await served();
  if (!started.ok) throw new Error('not opened');
  server = started.server;
});
afterEach(async () => {
  agent.destroy();
  await server.close();
  vi.restoreAllMocks();
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Hex, where it is a response. */
function ask(body: Buffer, method = 'POST', path = '/'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request({ ...LISTEN, port: server.port, path, method, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const body = response.statusCode === 200 ? bytes.toString('hex') : bytes.toString();
        resolve({ status: response.statusCode, headers: response.headers, body });
      });
    });
    call.on('error', reject);
    call.end(body);
  });
}

it('says where it listens, who answers, and why none does', async () => {
  expect(server.port).toBeGreaterThan(0);
  expect(server.answers).toEqual([{ authority: ROOT.id, unlisted: ['05'] }]);
  const faults = [{ kind: 'missing', signer: ROOT.id, file: 'key' }];
  expect(await served(LISTEN, { ok: false, faults })).toEqual({ ok: false, faults });
});

it('lets go of its keys where it cannot listen', async () => {
  const port = server.port;
  await expect(served({ ...LISTEN, port })).rejects.toMatchObject({
    name: 'UserError',
    cause: { kind: 'cannot-listen', host: LISTEN.host, port, code: 'EADDRINUSE' },
  });
  expect(closed).toBe(1);
});

it('answers with what the desk says, to be kept by no one', async () => {
  const { status, headers, body } = await ask(Buffer.from('question'));
  expect([status, body, asked]).toEqual([200, '07', [Buffer.from('question').toString('hex')]]);
  expect(headers).toMatchObject({
    'content-type': 'application/ocsp-response',
    'content-length': '1',
    'cache-control': 'no-cache',
  });
});

it('takes by GET what stands behind the longest path that certificates name', async () => {
  for (const path of [
    '/root/AQI=',
    '/root/AQI%3D?x=/AA',
    '/root//AQI=',
    '/AQI=',
    '/AQI=#/AA',
    '/rootAQI=',
    '/%',
  ])
    await ask(Buffer.of(), 'GET', path);
  const other = Buffer.from('rootAQI=', 'base64').toString('hex');
  expect(asked).toEqual(['0102', '0102', '0102', '0102', '0102', other, '']);
});

it('an error of its own is one of the protocol, and the next question is answered', async () => {
  answer = () => Promise.reject(new Error('ended'));
  expect(await ask(Buffer.of(1))).toMatchObject({ status: 200, body: INTERNAL_ERROR });
  answer = async () => Buffer.of(8);
  expect(await ask(Buffer.of(1))).toMatchObject({ body: '08' });
});

it('a question may have 64 KiB; of a longer one nothing is asked, but it is read', async () => {
  const most = Buffer.alloc(64 * 1024, 1);
  expect((await ask(most)).status).toBe(200);
  expect(asked).toEqual([most.toString('hex')]);
  for (const size of [most.length + 1, 1024 * 1024])
    expect(await ask(Buffer.alloc(size))).toMatchObject({
      status: 413,
      body: 'too large\n',
      headers: { connection: 'close', 'content-type': 'text/plain' },
    });
  await expect(ask(Buffer.alloc(1024 * 1024 + 1))).rejects.toThrow(/hang up|RESET|EPIPE/);
  expect(asked).toHaveLength(1);
});

it('another method is refused with those that it takes', async () => {
  const refused = await ask(Buffer.of(), 'DELETE');
  expect(refused).toMatchObject({ status: 405, body: 'GET or POST\n', headers: { allow: 'GET, POST' } });
  expect(refused.headers['retry-after']).toBeUndefined();
  expect(asked).toEqual([]);
});

it('one is answered and 64 wait; who comes then is to come again', async () => {
  let release = (): void => {};
  const released = new Promise<void>((done) => {
    release = done;
  });
  answer = async (question) => {
    await released;
    return Buffer.from(question);
  };
  const all = Array.from({ length: 66 }, (_, i) => ask(Buffer.of(i)));
  const { status, headers, body } = await Promise.race(all);
  expect([status, body, headers['retry-after'], headers.allow]).toEqual([503, 'busy\n', '1', undefined]);
  expect(asked).toHaveLength(1);
  release();
  const statuses = (await Promise.all(all)).map((one) => one.status);
  expect(statuses.filter((one) => one === 200)).toHaveLength(65);
  expect(asked).toHaveLength(65);
  expect(await ask(Buffer.of(9))).toMatchObject({ status: 200, body: '09' });
});

it('a client that goes in the middle of its question is none', async () => {
  const socket = connect({ ...LISTEN, port: server.port });
  await new Promise<void>((done) => socket.once('connect', done));
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf');
  await ask(Buffer.of(1));
  socket.destroy();
  expect(await ask(Buffer.of(2))).toMatchObject({ status: 200 });
  expect(asked).toEqual(['01', '02']);
});

it('256 may be connected at once', async () => {
  const sockets: Socket[] = [];
  const opened = async (): Promise<Socket> => {
    const socket = connect({ ...LISTEN, port: server.port });
    sockets.push(socket);
    await new Promise<void>((done) => socket.once('connect', done));
    return socket;
  };
  for (let i = 0; i < 256; i++) await opened();
  const more = await opened();
  await new Promise<void>((done) =>
    more
      .once('close', () => done())
      .on('error', () => {})
      .resume(),
  );
  const last = sockets[255] as Socket;
  last.write('DELETE / HTTP/1.1\r\nHost: x\r\n\r\n');
  const said = await new Promise<string>((done) => last.once('data', (bytes) => done(String(bytes))));
  expect(said).toMatch(/^HTTP\/1\.1 405 /);
  for (const socket of sockets) socket.destroy();
});

it('is closed with all that are connected, and lets go of its keys', async () => {
  const socket = connect({ ...LISTEN, port: server.port });
  await new Promise<void>((done) => socket.once('connect', done));
  const gone = new Promise<void>((done) => socket.once('close', () => done()));
  socket.resume();
  await server.close();
  await gone;
  expect(closed).toBe(1);
  await expect(ask(Buffer.of(1))).rejects.toThrow(/ECONNREFUSED/);
});
