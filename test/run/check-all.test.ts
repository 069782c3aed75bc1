// `pki check --all`, and what `pki check` needs before it asks anyone, by the sources themselves.
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer as createPlain, type Server } from 'node:net';
import { join } from 'node:path';
import { createServer, type TlsOptions } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { folderWith, typed } from '../commands/typed.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const manifest = (addresses: Readonly<Record<string, string>>, more = '') => {
  const at = (name: string) => (addresses[name] === undefined ? '' : `, address: ${addresses[name]}`);
  return `version: 1
authorities: { root: { commonName: Check Root, crl: true } }
servers:
  late: { commonName: late.check.test${at('late')} }
  api: { commonName: api.check.test, san: [api.check.test, 127.0.0.1]${at('api')} }
  web: { commonName: web.check.test${at('web')}${more} }
clients: { app: { commonName: app } }
peers: { peer: { commonName: peer.check.test${at('peer')} } }
`;
};

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
});
const listening = async (server: Server): Promise<string> => {
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
};

let made: string;
let folder: string;
const pem = (id: string, file: string) => readFileSync(join(made, 'pki', id, `${file}.pem`), 'utf8');
const tls = (id: string, changes: TlsOptions = {}) => {
  const files = { key: pem(id, 'key'), cert: pem(id, 'fullchain'), ca: pem(id, 'ca') };
  const server = createServer({ ...files, requestCert: true, ...changes });
  server.on('tlsClientError', () => undefined);
  server.on('secureConnection', (socket) => socket.on('error', () => undefined));
  return listening(server);
};

/** Where nothing listens: a port that was another's, and is held by no one now. */
async function nowhere(): Promise<string> {
  const server = createPlain();
  const place = await listening(server);
  await new Promise<void>((done) => server.close(() => done()));
  servers.pop();
  return place;
}

beforeAll(async () => {
  made = folderWith({ 'pki.yaml': manifest({}) });
  const { code, stderr } = await typed(made, ['apply', '--skip-verify', '--engine', 'node']);
  expect(code, stderr).toBe(0);
});
beforeEach(() => {
  folder = temporaryFolder();
  cpSync(made, folder, { recursive: true });
});

const check = async (...args: readonly string[]) => {
  const { code, stdout, stderr } = await typed(folder, ['check', ...args]);
  const endpoints: readonly Endpoint[] = stdout.startsWith('{') ? JSON.parse(stdout).endpoints : [];
  const found = endpoints.map(({ server, name, client, problems }) => {
    return [server, name, client, ...problems.map(({ kind }) => kind)];
  });
  return { code, stderr, found, stdout };
};
interface Endpoint {
  readonly server: string;
  readonly name: string;
  readonly client: string | null;
  readonly problems: readonly { readonly kind: string }[];
}
const put = (text: string) => writeFileSync(join(folder, 'pki.yaml'), text);

describe('every server that has an address', () => {
  it('is asked as itself, in the order of the manifest, whatever comes of the others', async () => {
    const [api, peer] = [await tls('servers/api'), await tls('peers/peer')];
    put(manifest({ late: await nowhere(), api, web: api, peer }));
    const { code, found } = await check('--all', '--json', '--with', 'clients/app');
    expect(code).toBe(1);
    expect(found).toEqual([
      ['servers/late', 'late.check.test', 'clients/app', 'unreachable'],
      ['servers/api', '127.0.0.1', 'clients/app'],
      ['servers/web', 'web.check.test', 'clients/app', 'other-certificate', 'wrong-name'],
      ['peers/peer', 'peer.check.test', 'clients/app'],
    ]);
    put(manifest({ api, peer }));
    const both = await check('--all');
    expect(both).toMatchObject({ code: 0, stderr: '' });
    expect(both.stdout).toMatch(/^ok {2}127\.0\.0\.1:\d+, servers\/api\n(?:.*\n)*\nok {2}.*, peers\/peer\n/);
  });

  it('has files, or lacks them, which is what is wrong with it', async () => {
    const api = await tls('servers/api');
    put(manifest({ api }));
    rmSync(join(folder, 'pki/servers/api/cert.pem'));
    rmSync(join(folder, 'pki/servers/api/fullchain.pem'));
    expect(await check('--all', '--json')).toMatchObject({
      code: 1,
      found: [['servers/api', '127.0.0.1', null, 'no-files']],
    });
    const one = await check(api, '--as', 'servers/api', '--json');
    expect(one).toMatchObject({ code: 1, found: [], stderr: expect.stringMatching(/servers\/api/) });
  });

  it('and is not revoked', async () => {
    const api = await tls('servers/api');
    put(manifest({ api, web: await nowhere() }, ', revoked: true'));
    expect((await check('--all', '--json')).found).toEqual([['servers/api', '127.0.0.1', null]]);
  });

  it('may begin TLS behind a greeting', async () => {
    const silent = await listening(
      createPlain((socket) => socket.on('error', () => {}).end('* BYE closed\r\n')),
    );
    put(manifest({ api: `{ endpoint: "${silent}", starttls: imap }` }));
    expect((await check('--all', '--json')).found).toEqual([
      ['servers/api', '127.0.0.1', null, expect.stringMatching(/^no-starttls$|^no-tls$/)],
    ]);
  });

  it('in a manifest with none there is nothing to ask', async () => {
    const { code, stderr, stdout } = await check('--all');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^pki: error: .*address.*\npki: hint: .*\n$/);
  });
});

describe('one server', () => {
  it('is known by a certificate that it had before', async () => {
    const place = await tls('servers/web');
    const rotated = await typed(folder, ['rotate', 'servers/web', '--skip-verify', '--engine', 'node']);
    expect(rotated.code, rotated.stderr).toBe(0);
    const { found } = await check(place, '--json', '--name', 'late.check.test');
    expect(found).toEqual([['servers/web', 'late.check.test', null, 'other-certificate', 'wrong-name']]);
  });

  it('is held against files of a client that are there', async () => {
    rmSync(join(folder, 'pki/clients/app/key.pem'));
    const { code, stderr } = await check(await tls('servers/api'), '--with', 'clients/app');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^pki: error: .*clients\/app/);
  });

  it('is one of a manifest that is named, or of none', async () => {
    const place = await tls('servers/api');
    mkdirSync(join(folder, 'below'));
    copyFileSync(join(folder, 'pki.yaml'), join(folder, 'other.yaml'));
    rmSync(join(folder, 'pki.yaml'));
    expect((await check(place, '--json')).found[0]?.[0]).toBeNull();
    expect((await check(place, '--json', '--manifest', 'other.yaml')).found).toEqual([
      ['servers/api', '127.0.0.1', null],
    ]);
    for (const args of [
      ['--as', 'servers/api'],
      ['--with', 'clients/app'],
    ])
      expect(await check(place, ...args)).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/pki\.yaml/),
      });
  });

  it.each([
    [[], 'no server was named'],
    [['--all', '127.0.0.1:1'], '--all'],
    [['--all', '--as', 'api'], '--all'],
    [['--all', '--name', 'x.test'], '--all'],
    [['--all', '--starttls', 'smtp'], '--all'],
    [['nowhere'], '"nowhere"'],
    [['127.0.0.1:1', '--as', 'none'], '"none"'],
    [['127.0.0.1:1', '--with', 'none'], '"none"'],
    [['--all', '--with', 'none'], '"none"'],
    [['127.0.0.1:1', '--as', 'authorities/root'], 'authorities/root'],
  ])('is not asked by %j', async (args, words) => {
    const { code, stdout, stderr } = await check(...args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^pki: error: .*\n/);
    expect(stderr).toContain(words);
  });
});
