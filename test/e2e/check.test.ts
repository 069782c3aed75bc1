// `pki check` against servers that run: Node's, and nginx, which refuses above TLS.
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer as createPlain } from 'node:net';
import { createServer, type Server, TLSSocket, type TlsOptions } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '../helpers/cli.ts';
import { runPki } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { selfSigned } from '../helpers/openssl.ts';
import { startNginx, stopAll } from './daemon.ts';
import { itNeeds, Project } from './project.ts';

const MANIFEST = `version: 1
authorities:
  root: { commonName: Check Root }
  sub: { commonName: Check Sub, issuer: root }
  other: { commonName: Other Root }
servers:
  api: { commonName: api.check.test, san: [api.check.test, 127.0.0.1], issuer: sub }
  web: { commonName: web.check.test, issuer: sub }
  alien: { commonName: alien.check.test, san: [alien.check.test, 127.0.0.1], issuer: other }
clients:
  app: { commonName: app, issuer: sub }
  outsider: { commonName: outsider, issuer: other, trust: [root] }
`;
const project = new Project(MANIFEST);
beforeAll(async () => {
  await project.apply();
});

const pem = (id: string, artifact: string): string =>
  readFileSync(project.path(id, `${artifact}.pem`), 'utf8');

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) server.close();
  await stopAll();
});

/** What a mutual TLS server of the manifest loads, with whatever a test changes. */
async function serve(id: string, changes: TlsOptions = {}): Promise<string> {
  const server = createServer({
    key: pem(id, 'key'),
    cert: pem(id, 'fullchain'),
    ca: pem(id, 'ca'),
    requestCert: true,
    minVersion: 'TLSv1.2',
    ...changes,
  });
  server.on('tlsClientError', () => undefined);
  server.on('secureConnection', (socket) => socket.on('error', () => undefined));
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const check = (...args: readonly string[]): Promise<Run> => project.pki(['check', ...args]);

interface CheckJson {
  readonly ok: boolean;
  readonly endpoints: readonly {
    readonly server: string | null;
    readonly name: string;
    readonly versions: readonly string[];
    readonly problems: readonly { readonly kind: string; readonly text: string; readonly hint: string }[];
    readonly remarks: readonly { readonly kind: string }[];
    readonly chain: { readonly end: string; readonly certificates: readonly { subject: string }[] };
    readonly clients: Readonly<Record<string, unknown>>;
  }[];
}

/** The kinds of what is wrong, and the whole. */
async function problems(...args: readonly string[]): Promise<readonly [readonly string[], CheckJson, Run]> {
  const run = await check(...args, '--json');
  const json = JSON.parse(run.stdout) as CheckJson;
  expect(run.code).toBe(json.ok ? 0 : 1);
  return [json.endpoints.flatMap((one) => one.problems.map(({ kind }) => kind)), json, run];
}

describe('a server as it should be', () => {
  it('is found to be that of the manifest, by name', async () => {
    const run = await check(await serve('servers/api'), '--with', 'clients/app');
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(/^ok {2}127\.0\.0\.1:\d+, servers\/api\n/);
    expect(run.stdout).toMatch(/chain +CN=api\.check\.test ← CN=Check Sub ← CN=Check Root \(one of/);
    expect(run.stdout).toMatch(/versions +TLS 1\.3, TLS 1\.2\n/);
    expect(run.stdout).toMatch(/no certificate +refused: /);
    expect(run.stdout).toMatch(/clients\/app +let in\n/);
    expect(run.stdout).toMatch(/stranger's +refused: /);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('that speaks %s alone', async (version) => {
    const place = await serve('servers/api', { minVersion: version, maxVersion: version });
    const [kinds, { endpoints }] = await problems(place, '--with', 'clients/app');
    expect(kinds).toEqual([]);
    expect(endpoints[0]).toMatchObject({
      server: 'servers/api',
      versions: [version.replace('v', ' ')],
      chain: { end: 'trusted' },
      clients: { known: { kind: 'let-in' }, anonymous: { kind: 'refused' }, foreign: { kind: 'refused' } },
    });
  });

  it('is asked for its name where it is reached by an address of its own', async () => {
    const place = await serve('servers/web');
    const [kinds, { endpoints }] = await problems(place, '--as', 'web');
    expect(kinds).toEqual([]);
    expect(endpoints[0]?.name).toBe('web.check.test');
  });

  itNeeds(['nginx'], 'nginx, which lets all into TLS and answers 400', async () => {
    const port = await startNginx(project, 'servers/api');
    const [kinds, { endpoints }] = await problems(`127.0.0.1:${port}`, '--with', 'app');
    expect(kinds).toEqual([]);
    expect(endpoints[0]?.clients).toMatchObject({
      asks: true,
      known: { kind: 'let-in' },
      anonymous: { kind: 'refused', code: 'HTTP_400' },
      foreign: { kind: 'refused', code: 'HTTP_400' },
    });
  });
});

describe('one cause, one paragraph:', () => {
  const faults: readonly (readonly [
    string,
    TlsOptions | (() => TlsOptions),
    readonly string[],
    readonly string[],
  ])[] = [
    ['no intermediate', () => ({ cert: pem('servers/api', 'cert') }), [], ['missing-issuer']],
    [
      'the files of another server',
      () => ({ key: pem('servers/web', 'key'), cert: pem('servers/web', 'fullchain') }),
      [],
      ['other-certificate', 'wrong-name'],
    ],
    [
      'clients without a certificate are let in',
      { rejectUnauthorized: false },
      ['--with', 'app'],
      ['anyone-let-in'],
    ],
    ['certificates are not asked for', { requestCert: false }, ['--with', 'app'], ['anyone-let-in']],
    ['a client that should be let in is not', {}, ['--with', 'outsider'], ['client-refused', 'unknown-root']],
  ];
  it.each(faults)('%s', async (_, changes, args, expected) => {
    const place = await serve('servers/api', typeof changes === 'function' ? changes() : changes);
    const [kinds] = await problems(place, '--as', 'servers/api', ...args);
    expect([...kinds].sort()).toEqual([...expected].filter((kind) => kind !== 'unknown-root').sort());
  });

  it('a certificate that was replaced, and not read again', async () => {
    const renewed = new Project(MANIFEST);
    await renewed.apply();
    const place = await serve('servers/api', {
      key: readFileSync(renewed.path('servers/api/key.pem')),
      cert: readFileSync(renewed.path('servers/api/fullchain.pem')),
    });
    const before = await renewed.pki(['check', place]);
    expect(before.code).toBe(0);
    await renewed.pki(['rotate', 'servers/api', '--skip-verify']);
    const after = await renewed.pki(['check', place]);
    expect(after.code).toBe(1);
    expect(after.stdout.match(/^ +bad /gm)).toHaveLength(1);
    expect(after.stdout).toMatch(/does not serve the certificate of servers\/api on disk/);
    expect(after.stdout).toMatch(/hint: let the server read its files again/);
  });

  it('another PKI, for those who have none in common with it', async () => {
    const [kinds] = await problems(await serve('servers/alien'), '--as', 'servers/alien');
    expect(kinds).toEqual([]);
    const elsewhere = temporaryFolder();
    const place = await serve('servers/alien');
    const run = await runPki(['check', place, '--json'], { cwd: elsewhere });
    const json = JSON.parse(run.stdout) as CheckJson;
    expect(json.endpoints[0]?.problems.map(({ kind }) => kind)).toEqual(['unknown-root']);
    expect(json.endpoints[0]?.problems[0]?.text).toContain('Other Root');
  });

  it('a root that another hand left among those from before, and that no one has agreed to', async () => {
    const planted = new Project(MANIFEST);
    await planted.apply();
    const { key, cert } = selfSigned('/CN=Check Root');
    writeFileSync(planted.path('authorities/root/previous.pem'), cert);
    const run = await planted.pki(['check', await serve('servers/api', { key, cert }), '--json']);
    const json = JSON.parse(run.stdout) as CheckJson;
    expect(json.endpoints[0]?.problems.map(({ kind }) => kind)).toContain('unknown-root');
    expect(json.endpoints[0]?.chain.end).toBe('unknown-root');
  });

  it('nothing listens', async () => {
    const place = await serve('servers/api');
    for (const server of servers.splice(0)) await new Promise((done) => server.close(done));
    const [kinds, , run] = await problems(place);
    expect(kinds).toEqual(['unreachable']);
    expect(run.stderr).toBe('');
  });
});

describe('what is worth a line', () => {
  it('a root that is sent along, and a stranger in the chain', async () => {
    const cert = `${pem('servers/api', 'fullchain')}${pem('authorities/root', 'cert')}${pem('authorities/other', 'cert')}`;
    const [kinds, { endpoints }] = await problems(await serve('servers/api', { cert }));
    expect(kinds).toEqual([]);
    expect(endpoints[0]?.remarks.map(({ kind }) => kind)).toEqual(['root-sent', 'surplus']);
  });

  it('old versions of TLS', async () => {
    const place = await serve('servers/api', { minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' });
    const [kinds, { endpoints }] = await problems(place);
    expect(kinds).toEqual([]);
    expect(endpoints[0]?.versions).toEqual(['TLS 1.3', 'TLS 1.2', 'TLS 1.0 or 1.1']);
    expect(endpoints[0]?.remarks.map(({ kind }) => kind)).toEqual(['old-versions']);
  });
});

describe('a database', () => {
  it('asks for a certificate, and requires it above TLS: that is no problem of TLS', async () => {
    const files = { key: pem('servers/api', 'key'), cert: pem('servers/api', 'fullchain') };
    const asks = { ca: pem('servers/api', 'ca'), requestCert: true, rejectUnauthorized: false };
    // As PostgreSQL begins: eight bytes, one letter, then TLS.
    const server = createPlain((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        socket.pause();
        socket.write('S');
        new TLSSocket(socket, { isServer: true, ...files, ...asks }).on('error', () => undefined).resume();
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const place = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const [kinds, { endpoints }] = await problems(place, '--starttls', 'postgres', '--with', 'app');
    server.close();
    expect(kinds).toEqual(['foreign-let-in']);
    expect(endpoints[0]?.remarks.map(({ kind }) => kind)).toEqual(['decided-above']);
  });
});

describe('--all', () => {
  const addressed = (changes: Readonly<Record<string, string>>): string => {
    const manifest = Object.entries(changes).reduce(
      (text, [name, address]) => text.replace(`  ${name}: {`, `  ${name}: { address: ${address},`),
      MANIFEST.replace('clients:', '  ghost: { commonName: ghost.check.test, issuer: sub }\nclients:'),
    );
    const file = `${project.folder}/all.yaml`;
    writeFileSync(file, manifest);
    return file;
  };
  const closed = async (): Promise<string> => {
    const place = await serve('servers/api');
    for (const server of servers.splice(-1)) await new Promise((done) => server.close(done));
    return place;
  };

  it('asks each entry that says where it listens, and compares it with that entry', async () => {
    const [api, none] = [await serve('servers/api'), await closed()];
    const file = addressed({ api, web: api, alien: none, ghost: `{ endpoint: "${api}" }` });
    const run = await check('--all', '--with', 'app', '--manifest', file, '--json');
    const { ok, endpoints } = JSON.parse(run.stdout) as {
      ok: boolean;
      endpoints: { server: string; client: string; problems: { kind: string }[] }[];
    };
    expect([run.code, ok]).toEqual([1, false]);
    const found = endpoints.map(({ server, problems: all }) => [server, ...all.map(({ kind }) => kind)]);
    expect(found).toEqual([
      ['servers/api'],
      ['servers/web', 'other-certificate', 'wrong-name'],
      ['servers/alien', 'unreachable'],
      ['servers/ghost', 'no-files', 'wrong-name'],
    ]);
    const text = await check('--all', '--manifest', file);
    expect(text.stdout).toContain('servers/ghost has no certificate here to compare with');
    expect(text.stdout.match(/ bad /g)).toHaveLength(5);
  });

  it('is fine where all of them are', async () => {
    const file = addressed({ api: await serve('servers/api') });
    expect(await check('--all', '--manifest', file)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^ok .*servers\/api/),
    });
  });

  it('takes no server beside it, and at least one that has an address', async () => {
    const file = addressed({});
    for (const [args, said] of [
      [['--all', 'localhost:1'], /one was named as well/],
      [['--all', '--as', 'api'], /one was named as well/],
      [[], /no server was named/],
      [['--all', '--manifest', file], /no server or peer of the manifest has an address/],
    ] as const)
      expect(await check(...args)).toMatchObject({ code: 1, stderr: expect.stringMatching(said) });
  });
});

describe('a command line that cannot be meant', () => {
  it.each([
    [['localhost'], /write it as api\.example\.test:8443/],
    [['localhost:1', '--as', 'nobody'], /nothing in the manifest is called "nobody"/],
    [['localhost:1', '--as', 'authorities/root'], /authorities\/root/],
    [['localhost:1', '--starttls', 'gopher'], /smtp/],
    [['localhost:1', '--manifest', 'none.yaml'], /none\.yaml/],
  ])('%j', async (args, expected) => {
    const run = await check(...args);
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toMatch(expected);
    expect(run.stderr).not.toMatch(/ {4}at /);
  });
});
