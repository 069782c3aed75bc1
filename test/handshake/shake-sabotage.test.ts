/** Servers that do not do their duty: the proof has to notice each of them. And: it always ends, and ends clean. */
import { connect, createServer, Socket } from 'node:net';
import { Server } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { handshakeCases } from '../../src/handshake/cases.ts';
import type { Credentials } from '../../src/handshake/credentials.ts';
import type { Outcome } from '../../src/handshake/outcome.ts';
import { type Behaviour, STRICT } from '../../src/handshake/probe-server.ts';
import { type ShakeOptions, shake } from '../../src/handshake/shake.ts';
import { outcomeText } from '../../src/report/handshakes-words.ts';
import { authorityEntity, dns, leafEntity, Pki } from './pki.ts';

let pki: Pki;
let files: ReadonlyMap<string, Credentials>;

const { cases: CASES } = handshakeCases([
  authorityEntity('root'),
  authorityEntity('other'),
  leafEntity('server', 's', 'root', { san: [dns('s.test')] }),
  leafEntity('client', 'c', 'root'),
  leafEntity('client', 'x', 'other'),
]);

beforeAll(async () => {
  pki = await Pki.open();
  const root = await pki.authority('root');
  const other = await pki.authority('other');
  files = new Map([
    ['servers/s', await pki.credentials({ name: 's', issuer: root, san: [dns('s.test')] })],
    ['clients/c', await pki.credentials({ name: 'c', issuer: root })],
    ['clients/x', await pki.credentials({ name: 'x', issuer: other, trust: [other, root] })],
  ]);
});
afterAll(() => pki.remove());

const prove = (options: ShakeOptions) => shake(CASES, files, pki.foreign, options);
const behaving = (behaviour: Partial<Behaviour>) => prove({ behaviour: { ...STRICT, ...behaviour } });

/** What only the server can refuse: the pair is that of a client whose root it does not trust. */
const SERVERS_OWN = ['pair', 'no-client-certificate', 'foreign-client'];

/** The checks that went wrong, without repetition. */
function caught(outcomes: readonly Outcome[]): readonly string[] {
  return [...new Set(outcomes.filter(({ ok }) => !ok).map((outcome) => outcome.case.check))];
}

describe('a server that', () => {
  test("accepts everybody is caught by every refusal that is the server's", async () => {
    const outcomes = await behaving({ judge: () => ({ kind: 'accepted' }) });
    expect(caught(outcomes)).toEqual(SERVERS_OWN);
    expect(outcomes.filter(({ ok }) => !ok).map(({ connected, code }) => [connected, code])).toEqual(
      Array.from({ length: 6 }, () => [true, 'NOT_REFUSED']),
    );
  });

  test('does not even ask for a certificate, and accepts everybody', async () => {
    const outcomes = await behaving({ requestCert: false, judge: () => ({ kind: 'accepted' }) });
    expect(caught(outcomes)).toEqual(SERVERS_OWN);
  });

  test('does not ask, and so knows nobody', async () => {
    expect(caught(await behaving({ requestCert: false }))).toContain('pair');
  });

  test('refuses everybody', async () => {
    const outcomes = await behaving({ judge: () => ({ kind: 'refused', code: 'CERT_REJECTED' }) });
    expect(outcomes.filter(({ ok }) => ok)).toEqual([]);
  });

  test('refuses for a reason that is not the one meant', async () => {
    const expired: Behaviour['judge'] = (socket) => {
      const verdict = STRICT.judge(socket);
      return verdict.kind === 'accepted' ? verdict : { kind: 'refused', code: 'CERT_HAS_EXPIRED' };
    };
    expect(caught(await behaving({ judge: expired }))).toEqual(SERVERS_OWN);
  });

  test('answers with something else', async () => {
    const outcomes = await behaving({ answer: (bytes) => bytes });
    expect(caught(outcomes)).toEqual(['pair']);
    expect(outcomes[0]).toMatchObject({
      connected: false,
      finding: { kind: 'data-lost', side: 'client' },
    });
  });

  test('answers in pieces is no less honest', async () => {
    const judge: Behaviour['judge'] = (socket) => {
      const write = socket.write.bind(socket) as (bytes: Buffer) => boolean;
      const inPieces = (bytes: Buffer): boolean => {
        setImmediate(() => write(bytes.subarray(1)));
        return write(bytes.subarray(0, 1));
      };
      Object.assign(socket, { write: inPieces });
      return STRICT.judge(socket);
    };
    expect(caught(await behaving({ judge }))).toEqual([]);
  });

  test('never answers: the time limit ends it, with an outcome', async () => {
    const pairs = CASES.filter(({ expect: expected }) => expected === 'accept');
    const behaviour = { ...STRICT, answer: () => null };
    const outcomes = await shake(pairs, files, pki.foreign, { timeout: 100, behaviour });
    expect(outcomes.map((outcome) => [outcome.ok, outcome.connected, outcomeText(outcome)])).toEqual(
      pairs.map(() => [false, false, 'timed out (TIMED_OUT)']),
    );
  });
});

describe('the mutual accept, for comparison', () => {
  test('an honest server passes', async () => {
    const outcomes = await prove({});
    expect(caught(outcomes)).toEqual([]);
    expect(outcomes.map(({ transcript }) => transcript?.resumed)).toEqual(CASES.map(() => false));
  });

  test('every outcome is reported once, as it is decided', async () => {
    const seen: Outcome[] = [];
    const outcomes = await prove({ concurrency: 3, onOutcome: (outcome) => seen.push(outcome) });
    expect(new Set(seen)).toEqual(new Set(outcomes));
    expect(seen).toHaveLength(CASES.length);
  });

  test('NODE_TLS_REJECT_UNAUTHORIZED=0 changes nothing', async () => {
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      expect(caught(await prove({}))).toEqual([]);
    } finally {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
    }
  });
});

test('a name that a server without clients does not have is caught by the stand-in', async () => {
  const { cases } = handshakeCases([
    authorityEntity('root'),
    leafEntity('server', 's', 'root', { san: [dns('s.test'), dns('t.test')] }),
  ]);
  const outcomes = await shake(cases, files, pki.foreign);
  expect(
    outcomes.filter(({ ok }) => !ok).map(({ case: { serverName }, code }) => [serverName, code]),
  ).toEqual([['t.test', 'ERR_TLS_CERT_ALTNAME_INVALID']]);
});

test('other programs at the port disturb nothing, and are disconnected at the end', async () => {
  const strangers = new Map<number, Promise<void>>();
  const judge: Behaviour['judge'] = (socket) => {
    const port = socket.localPort ?? 0;
    if (!strangers.has(port)) strangers.set(port, stranger(port));
    return STRICT.judge(socket);
  };
  expect(caught(await behaving({ judge }))).toEqual([]);
  expect(strangers.size).toBe(1);
  await Promise.all(strangers.values());
});

test('connections that never get to the server, as without descriptors to spare, are failures and not waited for', async () => {
  const servers: { emit(event: string, ...args: unknown[]): boolean } = Server.prototype;
  const { emit } = servers;
  const dropping = vi.spyOn(servers, 'emit').mockImplementation(function (this: Server, event, ...args) {
    const [socket] = args;
    if (event !== 'connection' || !(socket instanceof Socket)) return emit.call(this, event, ...args);
    socket.destroy();
    return true;
  });
  try {
    const outcomes = await prove({ timeout: 50 });
    expect(outcomes).toHaveLength(CASES.length);
    expect(new Set(outcomes.map(({ code }) => code))).toEqual(new Set(['TIMED_OUT']));
  } finally {
    dropping.mockRestore();
  }
});

describe('abort', () => {
  test('before the start', async () => {
    const reason = new Error('stop');
    await expect(prove({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test('in the middle: rejects with the reason, reports no case that it cut short, leaves nothing open', async () => {
    const controller = new AbortController();
    const reason = new Error('stop');
    const seen: Outcome[] = [];
    const ports = new Set<number>();
    const judge: Behaviour['judge'] = (socket) => {
      if (socket.localPort !== undefined) ports.add(socket.localPort);
      return STRICT.judge(socket);
    };
    const running = prove({
      signal: controller.signal,
      concurrency: 1,
      behaviour: { ...STRICT, judge },
      onOutcome: (outcome) => {
        seen.push(outcome);
        controller.abort(reason);
      },
    });
    await expect(running).rejects.toBe(reason);
    expect(seen).toHaveLength(1);
    expect(seen[0]?.ok).toBe(true);
    for (const port of ports) await expectFree(port);
  });

  test('while a server is silent', async () => {
    const controller = new AbortController();
    const answer = () => {
      controller.abort();
      return null;
    };
    await expect(prove({ signal: controller.signal, behaviour: { ...STRICT, answer } })).rejects.toThrow(
      /abort/i,
    );
  });
});

/** Connects, says nothing, and stays until it is thrown out. */
async function stranger(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  await new Promise((resolve) => socket.resume().on('close', resolve));
}

/** Whoever can listen at a port has it to himself. */
async function expectFree(port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  await new Promise((resolve) => server.close(resolve));
}
