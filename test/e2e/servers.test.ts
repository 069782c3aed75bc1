// Real servers load the files as they are, ask for client certificates, and judge them.
import { afterEach, beforeAll, describe, expect } from 'vitest';
import { type Run, runProgram } from '../helpers/cli.ts';
import { start, startNginx, stopAll } from './daemon.ts';
import { freePort, itNeeds, Project } from './project.ts';

const project = new Project(`
version: 1
authorities:
  root: { commonName: Root }
  sub: { commonName: Sub, issuer: root, pathLength: 0 }
  foreign: { commonName: Foreign root }
servers:
  web: { commonName: web.example.test, issuer: sub }
  rsa: { commonName: web.example.test, issuer: sub, key: rsa-2048 }
clients:
  good: { commonName: good, issuer: sub }
  rsa: { commonName: rsa, issuer: root, key: rsa-2048 }
  foreign: { commonName: foreign, issuer: foreign, trust: [root] }
`);
const file = (id: string, artifact: string): string => project.path(id, `${artifact}.pem`);

beforeAll(async () => {
  await project.apply();
});

afterEach(stopAll);

function curl(port: number, ...args: readonly string[]): Promise<Run> {
  const url = `https://web.example.test:${port}/`;
  const resolve = ['--resolve', `web.example.test:${port}:127.0.0.1`];
  return runProgram('curl', ['-sS', '-w', ' %{http_code}', ...resolve, ...args, url]);
}

function identity(client: string): readonly string[] {
  return ['--cert', file(client, 'fullchain'), '--key', file(client, 'key'), '--cacert', file(client, 'ca')];
}

describe('nginx', () => {
  for (const server of ['servers/web', 'servers/rsa']) {
    itNeeds(['nginx', 'curl'], `${server}: lets in clients of its root, and nobody else`, async () => {
      const port = await startNginx(project, server);
      for (const version of ['1.2', '1.3']) {
        const tls = [`--tlsv${version}`, '--tls-max', version];
        expect(await curl(port, ...tls, ...identity('clients/good'))).toMatchObject({
          code: 0,
          stdout: 'hello CN=good 200',
        });
        expect(await curl(port, ...tls, ...identity('clients/rsa'))).toMatchObject({
          code: 0,
          stdout: 'hello CN=rsa 200',
        });
        const without = await curl(port, ...tls, '--cacert', file('clients/good', 'ca'));
        expect(without.stdout).toMatch(/No required SSL certificate was sent[\s\S]* 400$/);
        const foreign = await curl(port, ...tls, ...identity('clients/foreign'));
        expect(foreign.stdout).toMatch(/The SSL certificate error[\s\S]* 400$/);
      }
    });
  }

  itNeeds(
    ['nginx', 'curl'],
    'is refused by a client that trusts another root, or asks for another name',
    async () => {
      const port = await startNginx(project, 'servers/web');
      const wrongRoot = await curl(
        port,
        ...identity('clients/good'),
        '--cacert',
        file('authorities/foreign', 'cert'),
      );
      expect(wrongRoot).toMatchObject({ code: 60 });
      const wrongName = await runProgram('curl', [
        '-sS',
        ...identity('clients/good'),
        `https://127.0.0.1:${port}/`,
      ]);
      expect(wrongName).toMatchObject({ code: 60 });
    },
  );
});

describe('GnuTLS', () => {
  itNeeds(
    ['gnutls-serv', 'gnutls-cli'],
    'gnutls-serv lets in clients of its root, and nobody else',
    async () => {
      const port = await freePort();
      const files = [
        '--x509keyfile',
        file('servers/web', 'key'),
        '--x509certfile',
        file('servers/web', 'fullchain'),
      ];
      const asks = [
        '--x509cafile',
        file('servers/web', 'ca'),
        '--require-client-cert',
        '--verify-client-cert',
      ];
      await start('gnutls-serv', ['--echo', '--quiet', `--port=${port}`, ...files, ...asks], port);
      const ask = (client: string | undefined, root: string) =>
        runProgram(
          'gnutls-cli',
          [
            ...[
              '--port',
              String(port),
              '--x509cafile',
              file(root, 'cert'),
              '--verify-hostname=web.example.test',
            ],
            ...(client === undefined
              ? []
              : ['--x509certfile', file(client, 'fullchain'), '--x509keyfile', file(client, 'key')]),
            '127.0.0.1',
          ],
          { input: 'hello\n' },
        );
      const good = await ask('clients/good', 'authorities/root');
      expect(good.stdout).toContain('- Status: The certificate is trusted.');
      expect(good.stdout).toMatch(/\nhello\n/);
      for (const client of [undefined, 'clients/foreign']) {
        expect((await ask(client, 'authorities/root')).stdout).not.toMatch(/\nhello\n/);
      }
      expect(await ask('clients/good', 'authorities/foreign')).toMatchObject({ code: 1 });
    },
  );
});
