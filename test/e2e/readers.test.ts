// Who refuses which certificates of servers, by handshakes of the libraries themselves: by name, by purpose, and by the kinds of
// keys of which `REFUSED_BY` and the profiles say so.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { refusesKey } from '../../src/resolve/key-support.ts';
import { runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { ERLANG, PYTHON, pageOf } from '../helpers/readers.ts';
import { itNeeds, itWhen, Project, put } from './project.ts';

const OPENSSL = 'OpenSSL, by Python with VERIFY_X509_STRICT';
const ERLANG_25 = 'Erlang/OTP 25';
const KEYS = ['ecdsa-p384', 'ecdsa-p521', 'ed25519', 'ed448', 'rsa-pss-2048'];
const OF_LEAVES = KEYS.map((key) => `  ${key}: { commonName: ${key}.example.test, key: ${key} }\n`);
const AUTHORITIES = KEYS.map((key) => `  ${key}: { commonName: ${key}, key: ${key} }\n`);
const BELOW = KEYS.map((key) => `  by-${key}: { commonName: by-${key}.example.test, issuer: ${key} }\n`);
const project = new Project(`version: 1
engine: node
defaults: { issuer: issuing }
authorities:
  root: { commonName: Root, key: rsa-3072 }
  issuing: { commonName: Issuing, issuer: root, pathLength: 0 }
${AUTHORITIES.join('')}servers:
  browser: { commonName: browser.example.test, profile: browser, san: [browser.example.test, '*.wild.example.test'] }
  uri: { commonName: localhost, san: ['uri:spiffe://example.test/uri'] }
${OF_LEAVES.join('')}${BELOW.join('')}clients:
  app: { commonName: app, san: [app.example.test] }
`);

const ANSWER = 'HTTP/1.0 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 2\r\n\r\nhi';

interface Row {
  readonly id: string;
  readonly root: string;
  readonly name: string;
  /** Whether it is refused by a library. */
  readonly isRefused: (library: string) => boolean;
}

const ROWS: readonly Row[] = [
  row('servers/browser', 'browser.example.test', () => false),
  row('servers/browser', 'any.wild.example.test', () => false),
  row('servers/browser', 'other.example.test', () => true),
  // By a common name that is no SAN: OpenSSL alone reads it, where there is no DNS name.
  row('servers/uri', 'localhost', (library) => library !== OPENSSL),
  // For another purpose.
  row('clients/app', 'app.example.test', () => true),
  ...KEYS.map((key) => row(`servers/${key}`, `${key}.example.test`, (who) => refusesKey(who, key, 'leaf'))),
  ...KEYS.map((key) => ({
    ...row(`servers/by-${key}`, `by-${key}.example.test`, (who) => refusesKey(who, key, 'authority')),
    root: key,
  })),
];

function row(id: string, name: string, isRefused: Row['isRefused']): Row {
  return { id, root: 'root', name, isRefused };
}

/** What is refused by one of these names of a library. */
const expected = (...libraries: readonly string[]): readonly string[] =>
  ROWS.map(({ id, name, isRefused }) => `${id} ${name} ${libraries.some(isRefused) ? 'refused' : 'ok'}`);
const verdicts = (said: readonly string[]): readonly string[] =>
  ROWS.map(({ id, name }, i) => `${id} ${name} ${said[i]}`);

const servers: Server[] = [];
const ports = new Map<string, number>();
const portOf = ({ id }: Row): number => ports.get(id) ?? 0;
const asked = (): readonly string[] =>
  ROWS.flatMap((one) => [project.path(`authorities/${one.root}/cert.pem`), String(portOf(one)), one.name]);

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  await project.apply();
  for (const id of new Set(ROWS.map((one) => one.id))) {
    const file = (name: string): Buffer => readFileSync(project.path(id, `${name}.pem`));
    const server = createServer({ key: file('key'), cert: file('fullchain') }, (socket) => {
      socket.on('error', () => undefined); // closed by the other side
      // Only a browser asks for something.
      socket.once('data', () => socket.end(ANSWER));
    });
    ports.set(id, await listen(server));
  }
});
afterAll(() => {
  for (const server of servers) server.close();
});

describe('Python', () => {
  const python = process.env['PKI_PYTHON'] ?? 'python3';
  const source = join(temporaryFolder(), 'reader.py');
  put(source, PYTHON);
  const readers = [
    [OPENSSL, 'ssl'],
    ['rustls', 'rtls'],
    ['mbed TLS 2.28', 'mbedtls'],
  ] as const;
  for (const [library, module] of readers) {
    const has = spawnSync(python, ['-c', `import ${module}`]).status === 0;
    itWhen(has, `no module ${module} in Python`, library, async () => {
      const run = await runProgram(python, [source, module, ...asked()]);
      expect(run.code, run.stderr).toBe(0);
      expect(verdicts(run.stdout.trim().split('\n')), run.stderr).toEqual(expected(library));
    });
  }
});

describe('Erlang', () => {
  const source = join(temporaryFolder(), 'reader.escript');
  put(source, ERLANG);
  for (const [versions, ...libraries] of [
    ['tlsv1.3,tlsv1.2', ERLANG_25],
    ['tlsv1.2', ERLANG_25, `${ERLANG_25} by TLS 1.2`],
  ] as const) {
    itNeeds(['escript'], `${ERLANG_25}, with ${versions}`, async () => {
      const run = await runProgram('escript', [source, versions, ...asked()]);
      expect(run.code, run.stderr).toBe(0);
      const [release, ...said] = run.stdout.trim().split('\n');
      // Of keys, others may take more.
      const count = release === '25' ? ROWS.length : ROWS.length - 2 * KEYS.length;
      expect(verdicts(said).slice(0, count), run.stderr).toEqual(expected(...libraries).slice(0, count));
    });
  }
});

itNeeds(['chromium', 'certutil'], 'Chromium', async () => {
  const home = temporaryFolder();
  const database = join(home, '.pki/nssdb');
  put(join(database, 'empty'), '');
  const nss = (...args: readonly string[]) => runProgram('certutil', ['-d', `sql:${database}`, ...args]);
  await nss('-N', '--empty-password');
  // Those that NSS does not take either are as little trusted by a user who would add them.
  for (const root of new Set(ROWS.map((one) => one.root)))
    await nss('-A', '-n', root, '-t', 'C,,', '-i', project.path(`authorities/${root}/cert.pem`));
  const urls = ROWS.map((one) => `https://${one.name}:${portOf(one)}/`);
  const page = createHttp((_, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end(pageOf(urls));
  });
  const flags = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--host-resolver-rules=MAP * 127.0.0.1',
  ];
  const place = [
    `--user-data-dir=${join(home, 'data')}`,
    '--dump-dom',
    `http://localhost:${await listen(page)}/`,
  ];
  const run = await runProgram('chromium', [...flags, ...place], { env: { HOME: home } });
  const [, said = ''] = /<pre>([^<]*)<\/pre>/.exec(run.stdout) ?? [];
  const why = run.stderr.split('\n').filter((line) => line.includes('net_error'));
  expect(verdicts(said.split('\n')), why.join('\n')).toEqual(expected('BoringSSL (gRPC, Envoy, Chromium)'));
});
