// Servers of other people with our lists: each refuses the revoked and lets the others in, by the first list, by the next
// one, and by those of a former and a present key.
import { chmodSync, chownSync, mkdirSync, rmSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect } from 'vitest';
import { runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { start, startNginx, stopAll } from './daemon.ts';
import { meetOpenvpn } from './openvpn.ts';
import { Database, NOBODY } from './postgres.ts';
import { copyOf, freePort, has, itNeeds, itWhen, Project, put } from './project.ts';
import { meetRadius, startRadius } from './radius.ts';

const MANIFEST = `version: 1
defaults: { key: ecdsa-p256 }
authorities:
  root: { commonName: Root, crl: true }
  issuing: { commonName: Issuing, issuer: root, crl: true }
servers:
  web: { commonName: web.example.test, issuer: issuing, outputs: [default, crls, ca-crls, combined] }
clients:
  alice: { issuer: issuing }
  bob: { issuer: issuing }
  carol: { issuer: issuing }
`;
const revoking = (...names: readonly string[]): string =>
  names.reduce((text, name) => text.replace(`${name}: {`, `${name}: { revoked: keyCompromise,`), MANIFEST);

const isRoot = process.getuid?.() === 0;

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

  itNeeds(['postgres', 'initdb', 'psql'], 'PostgreSQL', async () => {
    const database = await Database.create({ user: 'postgres', map: '/^(.*)$ postgres' });
    return expectRight((project) => database.serve(project.path('servers/web'), { crls: true }), byPsql);
  });

  itWhen(has('dovecot') && has('curl') && isRoot, 'no dovecot or curl, or not root', 'Dovecot', () =>
    expectRight(startDovecot, byImap),
  );

  itNeeds(['freeradius', 'eapol_test'], 'FreeRADIUS', () => expectRight(serveRadius, byEap));

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

/** What the server says of the client. */
async function byOpenvpn(project: Project, client: string): Promise<'connected' | 'revoked'> {
  const file = (name: string): string => project.path('servers/web', name);
  const server = ['--ca', file('ca.pem'), '--cert', file('fullchain.pem'), '--key', file('key.pem')];
  const { cert, key, ca } = identity(client);
  const ends = {
    server: [...server, '--crl-verify', file('crls.pem')],
    client: ['--ca', ca, '--cert', cert, '--key', key],
  };
  return await meetOpenvpn(ends, (said) => {
    if (said.includes(`[${client}] Peer Connection Initiated`)) return 'connected';
    return new RegExp(`VERIFY ERROR: .*certificate revoked: CN=${client}`).test(said) ? 'revoked' : undefined;
  });
}

async function byPsql(port: number, client: string): Promise<boolean> {
  const { cert, key, ca } = identity(client);
  const where = `host=web.example.test hostaddr=127.0.0.1 port=${port} user=postgres dbname=postgres`;
  const tls = `sslmode=verify-full sslcert=${cert} sslkey=${key} sslrootcert=${ca}`;
  const { stdout, stderr } = await runProgram('psql', [`${where} ${tls}`, '-XAtc', 'select 6 * 7']);
  if (stdout !== '42\n') expect(stderr).toContain('certificate revoked');
  return stdout === '42\n';
}

async function startDovecot(project: Project): Promise<number> {
  const [port, folder] = [await freePort(), temporaryFolder()];
  const file = (name: string): string => project.path('servers/web', name);
  mkdirSync(`${folder}/mail`);
  chownSync(`${folder}/mail`, NOBODY, NOBODY);
  chmodSync(folder, 0o755);
  put(
    `${folder}/dovecot.conf`,
    `base_dir = ${folder}/run
state_dir = ${folder}/run
log_path = /dev/stderr
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <${file('fullchain.pem')}
ssl_key = <${file('key.pem')}
ssl_ca = <${file('ca-crls.pem')}
ssl_verify_client_cert = yes
ssl_require_crl = yes
auth_ssl_require_client_cert = yes
auth_failure_delay = 0
mail_location = maildir:${folder}/mail
passdb {
  driver = static
  args = nopassword=y
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=${folder}/mail
}
service imap-login {
  inet_listener imap {
    port = 0
  }
  inet_listener imaps {
    port = ${port}
    ssl = yes
  }
}
`,
  );
  await start('dovecot', ['-F', '-c', `${folder}/dovecot.conf`], port);
  return port;
}

/** The handshake of one that is revoked succeeds: what Dovecot refuses is the login. */
async function byImap(port: number, client: string): Promise<boolean> {
  const { cert, key, ca } = identity(client);
  const { code, stderr } = await runProgram('curl', [
    ...['-sS', '-v', '--resolve', `web.example.test:${port}:127.0.0.1`, '--user', `${client}:any`],
    ...['--cert', cert, '--key', key, '--cacert', ca, '-X', 'NOOP', `imaps://web.example.test:${port}/`],
  ]);
  if (code !== 0) expect(stderr).toContain("Client didn't present valid SSL certificate");
  return code === 0;
}

/**
 * FreeRADIUS trusts every authority in `ca_file` in its own right (`X509_V_FLAG_PARTIAL_CHAIN`), and so finds no list of the one
 * above it with `check_all_crl`: beside `ca-chain.pem` it can ask for that of the last certificate only.
 */
async function serveRadius(project: Project): Promise<number> {
  const file = (name: string): string => project.path('servers/web', name);
  const [port = 0] = await startRadius([
    { cert: file('fullchain.pem'), key: file('key.pem'), ca: file('ca-crls.pem'), more: 'check_crl = yes' },
  ]);
  return port;
}

async function byEap(port: number, client: string): Promise<boolean> {
  const said = await meetRadius(port, { identity: client, ...identity(client) });
  const ended = /EAP: Status notification: remote certificate verification \(param=success\)/.test(said);
  expect([client, ended]).toEqual([client, true]);
  return said.endsWith('SUCCESS\n');
}
