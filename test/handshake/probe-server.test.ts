// The server's end of one connection, met by a client of node:tls.
import { readFileSync } from 'node:fs';
import { Server } from 'node:net';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openProbeServer, reversed } from '../../src/handshake/probe-server.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { opensslSync } from '../helpers/openssl.ts';

it('answers once, when all of the client’s bytes are there', async () => {
  const folder = temporaryFolder();
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', 'key.pem'];
  const cert = opensslSync(['req', '-x509', ...key, '-subj', '/CN=probe'], folder);
  const bytes = Buffer.from('0123456789abcdef');
  const asked: string[] = [];
  const opened = await openProbeServer(
    { key: readFileSync(join(folder, 'key.pem')), cert },
    {
      requestCert: false,
      judge: (socket) => {
        // The rest is sent when the first piece has come.
        socket.once('data', () => client.write(bytes.subarray(5)));
        return { kind: 'accepted' };
      },
      answer: (received) => {
        asked.push(received.toString());
        return reversed(received);
      },
    },
  );
  if (!opened.ok) throw new Error('the listener did not open');
  const { port, close } = opened.value;
  const client = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  await new Promise((resolve) => client.once('secureConnect', resolve));
  client.write(bytes.subarray(0, 5));
  const answer = await new Promise<Buffer>((resolve) => client.once('data', resolve));
  client.destroy();
  close();
  expect(asked).toEqual([bytes.toString()]);
  expect(answer.toString()).toBe('fedcba9876543210');
});

/** Opens a listener on a machine that refuses it, now or later. */
function refusedBy(fail: (server: Server) => void) {
  onTestFinished(() => void vi.restoreAllMocks());
  vi.spyOn(Server.prototype, 'listen').mockImplementation(function (this: Server) {
    queueMicrotask(() => fail(this));
    return this;
  });
  return openProbeServer({});
}

it('a machine that lets it listen nowhere is a problem with a code, and so are files that TLS does not take', async () => {
  const error = Object.assign(new Error('x'), { code: 'EADDRNOTAVAIL' });
  expect(await refusedBy((server) => server.emit('error', error))).toEqual({
    ok: false,
    problem: { fault: 'cannot-listen', code: 'EADDRNOTAVAIL' },
  });
  expect(await openProbeServer({ key: 'none', cert: 'none' })).toMatchObject({
    ok: false,
    problem: { fault: 'unloadable' },
  });
});
