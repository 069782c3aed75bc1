// Servers of other people with our lists: each refuses the revoked and lets the others in, by the first list, by the next
// one, and by those of a former and a present key.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect } from 'vitest';
import { runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { start, startNginx, stopAll } from './daemon.ts';
import { copyOf, freePort, itNeeds, Project, pathOf, put, until } from './project.ts';

const MANIFEST = `version: 1
defaults: { key: ecdsa-p256 }
authorities:
  root: { commonName: Root, crl: true }
  issuing: { commonName: Issuing, issuer: root, crl: true }
servers:
  web: { commonName: web.example.test, issuer: issuing, outputs: [default, crls, combined] }
clients:
  alice: { issuer: issuing }
  bob: { issuer: issuing }
  carol: { issuer: issuing }
`;
const revoking = (...names: readonly string[]): string =>
  names.reduce((text, name) => text.replace(`${name}: {`, `${name}: { revoked: keyCompromise,`), MANIFEST);

/** As clients have them, whatever is revoked afterwards. */
let made: Project;
/** One after the other: what is revoked in each, and its files. */
const stages: { name: string; refused: readonly string[]; project: Project }[] = [];
beforeAll(async () => {
  made = new Project(MANIFEST);
  await made.apply();
  const first = copyOf(made);
  first.write(revoking('alice'));
  await first.applyByCommand('--allow', 'revoke');
  const next = copyOf(first);
  rmSync(next.path('authorities/issuing/crl.pem'));
  await next.apply();
  const rolled = copyOf(next);
  await rolled.pki(['rotate', 'issuing', '--allow', 'rekey-ca', '--skip-verify']);
  rolled.write(revoking('alice', 'carol'));
  await rolled.applyByCommand('--allow', 'revoke');
  stages.push(
    { name: 'first', refused: ['alice'], project: first },
    { name: 'next', refused: ['alice'], project: next },
    { name: 'rolled', refused: ['alice', 'carol'], project: rolled },
  );
});
afterEach(stopAll);

/** Who gets in, of all three. */
type Entrance = (port: number, client: string) => Promise<boolean>;

async function expectRight(serve: (project: Project) => Promise<number>, enters: Entrance): Promise<void> {
  for (const { name, refused, project } of stages) {
    const port = await serve(project);
    for (const client of ['alice', 'bob', 'carol'])
      expect([name, client, await enters(port, client)]).toEqual([name, client, !refused.includes(client)]);
    await stopAll();
  }
}

const identity = (client: string) => ({
  cert: made.path('clients', client, 'fullchain.pem'),
  key: made.path('clients', client, 'key.pem'),
  ca: made.path('clients', client, 'ca.pem'),
});

async function byCurl(port: number, client: string): Promise<boolean> {
  const { cert, key, ca } = identity(client);
  const resolve = ['--resolve', `web.example.test:${port}:127.0.0.1`];
  const files = ['--cert', cert, '--key', key, '--cacert', ca];
  const url = `https://web.example.test:${port}/`;
  const { stdout } = await runProgram('curl', ['-sS', '-w', ' %{http_code}', ...resolve, ...files, url]);
  return stdout.endsWith(' 200');
}

describe('refuses the revoked and lets the others in', () => {
  itNeeds(['nginx', 'curl'], 'nginx', () =>
    expectRight(
      (project) => startNginx(project, 'servers/web', `ssl_crl ${project.path('servers/web/crls.pem')};`),
      byCurl,
    ),
  );

  itNeeds(['haproxy', 'curl'], 'HAProxy', () =>
    expectRight(async (project) => {
      const port = await freePort();
      const file = (name: string): string => project.path('servers/web', name);
      const config = `${temporaryFolder()}/haproxy.cfg`;
      put(
        config,
        `defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 5s
frontend web
  bind 127.0.0.1:${port} ssl crt ${file('combined.pem')} ca-file ${file('ca.pem')} crl-file ${file('crls.pem')} verify required
  http-request return status 200
`,
      );
      await start('haproxy', ['-db', '-q', '-f', config], port);
      return port;
    }, byCurl),
  );

  itNeeds(['mosquitto', 'mosquitto_pub'], 'Mosquitto', () =>
    expectRight(
      async (project) => {
        const port = await freePort();
        const file = (name: string): string => project.path('servers/web', name);
        const config = `${temporaryFolder()}/mosquitto.conf`;
        put(
          config,
          `user ${process.getuid?.() === 0 ? 'root' : ''}
listener ${port} 127.0.0.1
cafile ${file('ca.pem')}
certfile ${file('fullchain.pem')}
keyfile ${file('key.pem')}
crlfile ${file('crls.pem')}
require_certificate true
use_identity_as_username true
allow_anonymous false
`.replace(/^user \n/, ''),
        );
        await start('mosquitto', ['-c', config], port);
        return port;
      },
      async (port, client) => {
        const { cert, key, ca } = identity(client);
        const { code } = await runProgram('mosquitto_pub', [
          ...['-h', '127.0.0.1', '-p', `${port}`, '--insecure', '--cafile', ca, '--cert', cert, '--key', key],
          ...['-q', '1', '-t', 'topic', '-m', 'hello'],
        ]);
        return code === 0;
      },
    ),
  );

  itNeeds(['gnutls-serv', 'gnutls-cli'], 'GnuTLS', () =>
    expectRight(
      async (project) => {
        const port = await freePort();
        const file = (name: string): string => project.path('servers/web', name);
        await start(
          'gnutls-serv',
          [
            ...['--echo', '--quiet', `--port=${port}`, '--require-client-cert', '--verify-client-cert'],
            ...['--x509keyfile', file('key.pem'), '--x509certfile', file('fullchain.pem')],
            ...['--x509cafile', file('ca.pem'), '--x509crlfile', file('crls.pem')],
          ],
          port,
        );
        return port;
      },
      async (port, client) => {
        const { cert, key, ca } = identity(client);
        const { stdout } = await runProgram(
          'gnutls-cli',
          [
            ...['--port', `${port}`, '--x509cafile', ca, '--verify-hostname=web.example.test'],
            ...['--x509certfile', cert, '--x509keyfile', key, '127.0.0.1'],
          ],
          { input: 'hello\n' },
        );
        return /\nhello\n/.test(stdout);
      },
    ),
  );

  itNeeds(['openvpn'], 'OpenVPN', async () => {
    for (const { name, refused, project } of stages)
      for (const client of ['alice', 'bob', 'carol'])
        expect([name, client, await byOpenvpn(project, client)]).toEqual([
          name,
          client,
          refused.includes(client) ? 'revoked' : 'connected',
        ]);
  });
});

/** Two ends without a tunnel between them. @returns what the server says of the client. */
async function byOpenvpn(project: Project, client: string): Promise<'connected' | 'revoked'> {
  const port = String(await freePort());
  const file = (name: string): string => project.path('servers/web', name);
  const { cert, key, ca } = identity(client);
  const common = ['--dev', 'null', '--ifconfig-noexec', '--proto', 'udp', '--verb', '3'];
  const ends = [
    [
      ...['--tls-server', '--local', '127.0.0.1', '--lport', port, '--dh', 'none'],
      ...['--ca', file('ca.pem'), '--cert', file('fullchain.pem'), '--key', file('key.pem')],
      ...['--crl-verify', file('crls.pem')],
    ],
    [
      ...['--tls-client', '--nobind', '--remote', '127.0.0.1', port, '--remote-cert-tls', 'server'],
      ...['--ca', ca, '--cert', cert, '--key', key],
    ],
  ].map((args) =>
    spawn(pathOf('openvpn') ?? 'openvpn', [...common, ...args], { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  let said = '';
  ends[0]?.stdout?.on('data', (text) => {
    said += String(text);
  });
  ends[1]?.stdout?.resume();
  const verdict = (): 'connected' | 'revoked' | undefined => {
    if (said.includes(`[${client}] Peer Connection Initiated`)) return 'connected';
    return new RegExp(`VERIFY ERROR: .*certificate revoked: CN=${client}`).test(said) ? 'revoked' : undefined;
  };
  try {
    await until(() => {
      if (ends[0]?.exitCode != null) throw new Error(`openvpn ended: ${said}`);
      return Promise.resolve(verdict() !== undefined);
    }, `openvpn says something of ${client}`);
  } finally {
    await Promise.all(
      ends.map((end) => {
        const gone = new Promise((done) => end.once('exit', done));
        return end.kill() ? gone : undefined;
      }),
    );
  }
  const found = verdict();
  if (found === undefined) throw new Error(`openvpn says nothing of ${client}: ${said}`);
  return found;
}
