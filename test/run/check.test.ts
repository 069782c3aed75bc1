// `pki check` by the sources themselves, against servers in this process.
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer, type Server, type TlsOptions } from 'node:tls';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { folderWith, typed } from '../commands/typed.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { selfSigned } from '../helpers/openssl.ts';

const MANIFEST = `version: 1
authorities:
  root: { commonName: Check Root }
  sub: { commonName: Check Sub, issuer: root }
  other: { commonName: Other Root }
servers:
  api: { commonName: api.check.test, san: [api.check.test, 127.0.0.1], issuer: sub }
  web: { commonName: web.check.test, issuer: sub }
clients:
  app: { commonName: app, issuer: sub }
  outsider: { commonName: outsider, issuer: other, trust: [root] }
`;

let folder: string;
beforeAll(async () => {
  folder = folderWith({ 'pki.yaml': MANIFEST });
  await typed(folder, ['apply', '--skip-verify', '--engine', 'node']);
});

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const pem = (id: string, artifact: string) =>
  readFileSync(join(folder, 'pki', id, `${artifact}.pem`), 'utf8');

/** A mutual TLS server with the files of an entity, and whatever a test changes; where it listens. */
async function serve(id: string, changes: TlsOptions = {}): Promise<string> {
  const files = { key: pem(id, 'key'), cert: pem(id, 'fullchain'), ca: pem(id, 'ca') };
  const server = createServer({ ...files, requestCert: true, minVersion: 'TLSv1.2', ...changes });
  server.on('tlsClientError', () => undefined);
  server.on('secureConnection', (socket) => socket.on('error', () => undefined));
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The kinds of what is wrong, and the endpoint as JSON has it. */
async function found(place: string, ...args: readonly string[]) {
  const { code, stdout } = await typed(folder, ['check', place, '--json', ...args]);
  const { ok, endpoints } = JSON.parse(stdout);
  expect(code).toBe(ok ? 0 : 1);
  const [endpoint] = endpoints;
  return { ...endpoint, kinds: endpoint.problems.map(({ kind }: { kind: string }) => kind) };
}

it('a server as it should be is found by its name', async () => {
  const run = await typed(folder, ['check', await serve('servers/api'), '--with', 'clients/app']);
  expect(run).toMatchObject({ code: 0, stderr: '' });
  expect(run.stdout).toMatch(/^ok {2}127\.0\.0\.1:\d+, servers\/api\n/);
  expect(run.stdout).toMatch(/chain +CN=api\.check\.test ← CN=Check Sub ← CN=Check Root \(one of/);
  expect(run.stdout).toMatch(/versions +TLS 1\.3, TLS 1\.2\n/);
  expect(run.stdout).toMatch(/no certificate +refused: /);
  expect(run.stdout).toMatch(/clients\/app +let in\n/);
});

it('one that is reached by an address of its own is asked for its name', async () => {
  const place = await serve('servers/web');
  expect(await found(place)).toMatchObject({ server: 'servers/web', kinds: ['wrong-name'] });
  expect(await found(place, '--as', 'web')).toMatchObject({
    name: 'web.check.test',
    kinds: [],
    trust: 'manifest',
  });
  expect(await found(place, '--name', 'web.check.test')).toMatchObject({ name: 'web.check.test', kinds: [] });
  expect((await found(place, '--as', 'api')).kinds).toContain('other-certificate');
});

it('without a manifest, the roots that come with Node count, and no server is known', async () => {
  const place = await serve('servers/api');
  const { code, stdout } = await typed(temporaryFolder(), ['check', place, '--json']);
  const [endpoint] = JSON.parse(stdout).endpoints;
  expect(endpoint).toMatchObject({ trust: 'public', server: null, client: null });
  expect(endpoint.problems.length).toBeGreaterThan(0);
  expect(code).toBe(1);
});

it('a certificate that no one issued is held against the one server of that name', async () => {
  const place = await serve('servers/api', selfSigned('/CN=stranger'));
  expect(await found(place)).toMatchObject({
    server: 'servers/api',
    kinds: expect.arrayContaining(['other-certificate']),
  });
  expect((await found(place, '--name', 'web.check.test')).server).toBe('servers/web');
  expect((await found(place, '--name', 'other.test')).server).toBeNull();
});

it('a chain without its intermediate is incomplete', async () => {
  const place = await serve('servers/api', { cert: pem('servers/api', 'cert') });
  expect((await found(place)).kinds).toEqual(['missing-issuer']);
});

it('one that asks for no certificate lets anyone in', async () => {
  const place = await serve('servers/api', { requestCert: false });
  expect((await found(place, '--with', 'clients/app')).kinds).toContain('anyone-let-in');
});

it('one that takes any certificate lets anyone in, which is all that has to be said', async () => {
  const place = await serve('servers/api', { rejectUnauthorized: false });
  expect((await found(place, '--with', 'clients/app')).kinds).toEqual(['anyone-let-in']);
});

it('a client of another authority is refused', async () => {
  const place = await serve('servers/api');
  expect((await found(place, '--with', 'clients/outsider')).kinds).toEqual(['client-refused']);
});

it.each(['TLSv1.2', 'TLSv1.3'] as const)('one that speaks %s alone is as good', async (version) => {
  const place = await serve('servers/api', { minVersion: version, maxVersion: version });
  expect(await found(place, '--with', 'clients/app')).toMatchObject({
    kinds: [],
    versions: [version.replace('v', ' ')],
    clients: { known: { kind: 'let-in' }, anonymous: { kind: 'refused' }, foreign: { kind: 'refused' } },
  });
});
