// Dialogues before TLS, with small servers that openssl's own s_client takes for real ones.
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { attemptTls } from '../../src/live/attempt.ts';
import { PROTOCOLS, type Starttls } from '../../src/pki/starttls.ts';
import { runProgram } from '../helpers/cli.ts';
import { selfSigned } from '../helpers/openssl.ts';

const SELF = selfSigned('/CN=plain.test');

/** What a server says first, and what it answers to each thing that comes; `null` for the beginning of TLS. */
interface Script {
  readonly greeting: string | Buffer;
  answer(said: Buffer): string | Buffer | null;
}

const MYSQL_GREETING = (capabilities: number): Buffer => {
  const version = Buffer.from('8.0.36\0', 'latin1');
  const lower = Buffer.alloc(2);
  lower.writeUInt16LE(capabilities);
  const rest = Buffer.from(`21020008000a${'00'.repeat(10)}${'41'.repeat(12)}00`, 'hex');
  const body = Buffer.concat([
    Buffer.of(10),
    version,
    Buffer.from('01000000', 'hex'),
    Buffer.from('abcdefgh', 'latin1'),
    Buffer.of(0),
    lower,
    rest,
    Buffer.from('mysql_native_password\0', 'latin1'),
  ]);
  const head = Buffer.alloc(4);
  head.writeUIntLE(body.length, 0, 3);
  return Buffer.concat([head, body]);
};

const MYSQL_REQUEST = 36;

/** @param ready whether it offers TLS. */
const SCRIPTS: Readonly<Record<Starttls, (ready: boolean) => Script>> = {
  smtp: (ready) => ({
    greeting: '220-mail.test at\r\n220 your service\r\n',
    answer: (said) => {
      if (/^EHLO/.test(String(said)))
        return `250-mail.test\r\n250-SIZE 1\r\n250 ${ready ? 'STARTTLS' : 'HELP'}\r\n`;
      return ready ? null : '502 no such command\r\n';
    },
  }),
  imap: (ready) => ({
    greeting: '* OK ready\r\n',
    answer: (said) => {
      const [tag = '', verb = ''] = String(said).trim().split(' ');
      if (verb === 'CAPABILITY') return `* CAPABILITY IMAP4rev1 STARTTLS\r\n${tag} OK done\r\n`;
      return ready ? null : `* BAD luck\r\n${tag} NO not here\r\n`;
    },
  }),
  pop3: (ready) => ({ greeting: '+OK ready\r\n', answer: () => (ready ? null : '-ERR unknown\r\n') }),
  postgres: (ready) => ({ greeting: '', answer: () => (ready ? null : 'N') }),
  mysql: (ready) => ({ greeting: MYSQL_GREETING(ready ? 0xffff : 0xf7ff), answer: () => null }),
  ldap: (ready) => ({
    greeting: '',
    answer: () => (ready ? null : Buffer.from('300c02010178070a013504000400', 'hex')),
  }),
};

/** The last words before TLS. */
const READY: Readonly<Record<Starttls, (said: Buffer) => string | Buffer>> = {
  smtp: () => '220 go ahead\r\n',
  imap: (said) => `${String(said).split(' ')[0]} OK begin\r\n`,
  pop3: () => '+OK begin\r\n',
  postgres: () => 'S',
  mysql: () => '',
  // With its length in the long form, as Active Directory writes it.
  ldap: () => Buffer.from('30840000000c02010178070a01000400040 0'.replaceAll(' ', ''), 'hex'),
};

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function serving(protocol: Starttls, ready: boolean): Promise<number> {
  const server = createServer((socket) => talk(socket, protocol, SCRIPTS[protocol](ready)));
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function talk(socket: Socket, protocol: Starttls, script: Script): void {
  socket.on('error', () => undefined);
  socket.write(script.greeting);
  const listen = (said: Buffer): void => {
    const answer = script.answer(said);
    if (answer !== null) {
      socket.write(answer);
      return;
    }
    socket.off('data', listen);
    socket.pause();
    // MySQL's client goes on without an answer, so that its first words of TLS may have come along.
    if (protocol === 'mysql' && said.length > MYSQL_REQUEST) socket.unshift(said.subarray(MYSQL_REQUEST));
    socket.write(READY[protocol](said));
    new TLSSocket(socket, { isServer: true, ...SELF }).on('error', () => undefined).resume();
  };
  socket.on('data', listen);
}

const attempt = (port: number, starttls: Starttls | null) =>
  attemptTls(
    {
      endpoint: { host: '127.0.0.1', port },
      starttls,
      serverName: 'plain.test',
      timeout: 60_000,
      signal: new AbortController().signal,
    },
    { min: 'TLSv1.2', max: 'TLSv1.2', presented: null },
  );

describe.each(PROTOCOLS)('%s', (protocol) => {
  it('goes over to TLS', async () => {
    const port = await serving(protocol, true);
    const answer = await attempt(port, protocol);
    expect(answer).toMatchObject({ kind: 'let-in', served: { protocol: 'TLSv1.2', asks: false } });
  });

  it('is what openssl speaks, too', async () => {
    const port = await serving(protocol, true);
    const args = ['s_client', '-connect', `127.0.0.1:${port}`, '-starttls', protocol];
    const { stdout } = await runProgram('openssl', args, { input: '' });
    expect(stdout).toMatch(/CN ?= ?plain\.test/);
  });

  it('is declined in the words of the server', async () => {
    const port = await serving(protocol, false);
    const answer = await attempt(port, protocol);
    expect(answer.kind).toBe('no-starttls');
    expect('said' in answer ? answer.said : '').toMatch(
      {
        smtp: /^502 no such command$/,
        imap: /^\S+ NO not here$/,
        pop3: /^-ERR unknown$/,
        postgres: /^N$/,
        mysql: /CLIENT_SSL/,
        ldap: /^LDAP result 53$/,
      }[protocol],
    );
  });

  it('is not spoken by a server that closes at once', async () => {
    const server = createServer((socket) => socket.end());
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect(await attempt(port, protocol)).toMatchObject({ kind: 'no-starttls' });
  });
});

describe('a server that does not begin with TLS', () => {
  it.each(['smtp', 'imap', 'pop3', 'mysql'] as const)('%s without --starttls is no TLS', async (protocol) => {
    const port = await serving(protocol, true);
    expect(await attempt(port, null)).toMatchObject({ kind: 'refused', served: null });
  });
});
