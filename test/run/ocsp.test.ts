// OCSP by the sources themselves: files for a web server, and a responder in this process.
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OcspServer, openProject, serveOcsp } from '../../src/index.ts';
import { writeResponses } from '../../src/run/ocsp-write.ts';
import { writeExport } from '../../src/store/export-folder.ts';
import { certificateFacts, certificateSpki } from '../../src/x509/certificate.ts';
import { encodeCertId, encodeOcspRequest } from '../../src/x509/ocsp-request.ts';
import { certificateDer } from '../../src/x509/parse.ts';
import { folderWith, typed } from '../commands/typed.ts';
import { runProgram } from '../helpers/cli.ts';
import { anAuthority, anInventory, NOW } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';
import { openssl } from '../helpers/openssl.ts';

const MANIFEST = `version: 1
authorities:
  root: { commonName: Root, ocsp: { url: "http://ocsp.example.test/root/" } }
  issuing: { commonName: Issuing, issuer: root, crl: true, ocsp: true }
  silent: { commonName: Silent, issuer: root }
servers:
  api: { commonName: api.example.test, issuer: issuing }
clients:
  alice: { issuer: issuing }
certificates:
  responder: { commonName: Responder, profile: ocsp-responder, issuer: issuing, validity: 30d }
`;

let folder: string;
const run = (...args: readonly string[]) => typed(folder, args);
const file = (...parts: readonly string[]) => join(folder, 'pki', ...parts);
const authority = (name: string) => file('authorities', name, 'cert.pem');
beforeAll(async () => {
  folder = folderWith({ 'pki.yaml': MANIFEST });
  await run('apply', '--skip-verify', '--engine', 'node');
});

/** What openssl says of a response or a responder, dates left out. */
async function verdict(...args: readonly string[]): Promise<string> {
  const trust = ['-CAfile', authority('root'), '-verify_other', authority('issuing')];
  const { stdout, stderr } = await runProgram('openssl', ['ocsp', ...args, ...trust]);
  return `${stderr}${stdout}`.replace(/\t(?:This|Next) Update.*\n/g, '').trim();
}

async function serialOf(id: string): Promise<string> {
  const text = await openssl(['x509', '-in', file(id, 'cert.pem'), '-noout', '-serial']);
  return text.trim().replace('serial=', '').toLowerCase();
}

describe('files for a web server', () => {
  const ofSerial = (path: string, serial: string) =>
    verdict('-respin', path, '-no_nonce', '-issuer', authority('issuing'), '-serial', `0x${serial}`);
  const inFile = async (path: string, id: string) => ofSerial(path, await serialOf(id));

  it('are written once, and then as they are due', async () => {
    const first = await run('ocsp');
    expect(first.code, first.stderr).toBe(0);
    expect(first.stdout).toMatch(/^pki\/ocsp\b/m);
    const api = await serialOf('servers/api');
    expect(await inFile(file('ocsp/servers/api.der'), 'servers/api')).toMatch(
      /^Response verify OK\n.*: good$/s,
    );
    expect(await inFile(file(`ocsp/authorities/issuing/${api}.der`), 'servers/api')).toMatch(/: good$/);
    expect(readdirSync(file('ocsp')).sort()).toEqual(
      ['.pki-export.json', 'authorities', 'certificates', 'clients', 'requests.map', 'servers'].sort(),
    );
    // By that name, files of earlier versions are known to be ours.
    expect(JSON.parse(readFileSync(file('ocsp/.pki-export.json'), 'utf8'))).toMatchObject({ target: 'ocsp' });
    const before = readFileSync(file('ocsp/servers/api.der'));
    const again = JSON.parse((await run('ocsp', '--json')).stdout);
    expect(again).toMatchObject({ format: 'pki-ocsp', version: 1 });
    expect(readFileSync(file('ocsp/servers/api.der'))).toEqual(before);
    expect((await run('status')).stdout).toMatch(
      /^OCSP responses.*\n(?:authorities.*\n)*authorities\/issuing +3 +0 /m,
    );
  });

  it('stay as they are where no key signs others, and the others are made', async () => {
    const held = () => readdirSync(file('ocsp'), { recursive: true }).sort();
    const [before, key] = [held(), file('certificates/responder/key.pem')];
    renameSync(key, `${key}.away`);
    const failed = await run('ocsp', '--json');
    renameSync(`${key}.away`, key);
    expect(failed.code).toBe(1);
    expect(JSON.parse(failed.stdout).authorities).toHaveLength(1);
    expect(failed.stderr).toMatch(/^pki: error: "certificates\/responder" has no private key here/);
    expect(held()).toEqual(before);
  });

  it('go into another folder where one is named', async () => {
    expect(await run('ocsp', '--to', 'elsewhere')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^elsewhere\b/m),
    });
    expect(await inFile(join(folder, 'elsewhere/servers/api.der'), 'servers/api')).toMatch(/: good$/);
  });

  it('are in the status of the folder that is named; what another export has there are none', async () => {
    const state = async (to: string) => /^OCSP responses/m.test((await run('status', '--ocsp', to)).stdout);
    await writeExport(join(folder, 'web'), 'web', [{ path: 'x', text: 'x', mode: 0o644 }]);
    expect([await state('elsewhere'), await state('web'), await state('none')]).toEqual([true, false, false]);
  });

  it('say of what is revoked that it is, and no staple of it stays', async () => {
    const alice = await serialOf('clients/alice');
    writeFileSync(
      join(folder, 'pki.yaml'),
      MANIFEST.replace('alice: {', 'alice: { revoked: { reason: keyCompromise, at: 2026-01-02 },'),
    );
    await run('apply', '--skip-verify', '--allow', 'revoke');
    expect(await run('ocsp')).toMatchObject({ code: 0 });
    const path = file(`ocsp/authorities/issuing/${alice}.der`);
    const said = await ofSerial(path, alice);
    expect(said).toMatch(
      /: revoked\n\tReason: keyCompromise\n\tRevocation Time: Jan {2}2 00:00:00 2026 GMT$/,
    );
    expect(readdirSync(file('ocsp'))).not.toContain('clients');
  });
});

describe('a responder', () => {
  let server: OcspServer;
  const temporary = memoryFolder();
  const before = process.env['TMPDIR'];
  beforeAll(async () => {
    process.env['TMPDIR'] = temporary;
    const opened = await openProject(join(folder, 'pki.yaml'));
    if (!opened.ok) throw new Error(JSON.stringify(opened));
    const served = await serveOcsp(opened.project, { listen: { host: '127.0.0.1', port: 0 } });
    if (!served.ok) throw new Error(JSON.stringify(served));
    server = served.server;
  });
  afterAll(() => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  });

  const url = (path = '/') => `http://127.0.0.1:${server.port}${path}`;
  const hex = async (answer: Response) => Buffer.from(await answer.arrayBuffer()).toString('hex');
  const MALFORMED = '30030a0101';
  const UNAUTHORIZED = '30030a0106';

  function requestFor(name: string): Buffer {
    const der = certificateDer(readFileSync(authority(name)));
    const issuer = { subjectDer: certificateFacts(der).subjectDer, spki: certificateSpki(der) };
    return encodeOcspRequest(encodeCertId(issuer, '05'));
  }

  it.each([
    ['servers/api', 'issuing'],
    ['authorities/issuing', 'root'],
  ])('says of %s that it is good, by either digest', async (id, issuer) => {
    const asked = ['-url', url(), '-issuer', authority(issuer)];
    const expected = `Response verify OK\n${file(id, 'cert.pem')}: good`;
    expect(await verdict(...asked, '-cert', file(id, 'cert.pem'))).toBe(expected);
    expect(await verdict(...asked, '-sha256', '-cert', file(id, 'cert.pem'))).toBe(expected);
  });

  it('answers for one authority, whatever else is asked in the same request', async () => {
    const api = file('servers/api', 'cert.pem');
    const asked = [
      '-issuer',
      authority('silent'),
      '-serial',
      '5',
      '-issuer',
      authority('issuing'),
      '-cert',
      api,
    ];
    const said = await verdict('-url', url(), ...asked);
    expect(said.endsWith(`\n5: unknown\n${api}: good`), said).toBe(true);
  });

  it('knows no other number, and answers for no other authority', async () => {
    expect(await verdict('-url', url(), '-issuer', authority('issuing'), '-serial', '0x5')).toBe(
      'Response verify OK\n0x5: unknown',
    );
    const silent = await fetch(url(), { method: 'POST', body: requestFor('silent') });
    expect({ status: silent.status, body: await hex(silent) }).toEqual({ status: 200, body: UNAUTHORIZED });
  });

  it.each(['/', '/root/', '/?x', '//'])('takes a request by GET behind %s', async (prefix) => {
    const text = requestFor('root').toString('base64');
    const path =
      prefix === '/?x' ? `/${encodeURIComponent(text)}?x=/y` : `${prefix}${encodeURIComponent(text)}`;
    const answer = await fetch(url(path));
    expect(answer.headers.get('content-type')).toBe('application/ocsp-response');
    expect(answer.headers.get('cache-control')).toBe('no-cache');
    expect(await hex(answer)).toMatch(/^3082....0a0100/);
  });

  it.each(['/', '/nonsense', '/%zz', '/other/MAA='])('calls %s malformed', async (path) => {
    expect(await hex(await fetch(url(path)))).toBe(MALFORMED);
  });

  it('takes neither another method nor what is too long', async () => {
    const put = await fetch(url(), { method: 'PUT', body: 'x' });
    expect([put.status, put.headers.get('allow'), await put.text()]).toEqual([
      405,
      'GET, POST',
      'GET or POST\n',
    ]);
    const long = await fetch(url(), { method: 'POST', body: Buffer.alloc(80_000) });
    expect([long.status, await long.text()]).toEqual([413, 'too large\n']);
    const empty = await fetch(url(), { method: 'POST', body: '' });
    expect([empty.status, await hex(empty)]).toEqual([200, MALFORMED]);
  });

  it('holds a copy of each key that signs until it is closed, and listens no longer', async () => {
    expect(readdirSync(temporary)).toHaveLength(2);
    await server.close();
    expect(readdirSync(temporary)).toEqual([]);
    await expect(fetch(url())).rejects.toThrow();
  });
});

it('without an authority that answers, there is nothing to write, and no folder for it', async () => {
  const place = join(memoryFolder(), 'ocsp');
  const options = { root: memoryFolder(), folder: place, now: NOW, processes: 1, binary: 'none' };
  expect(await writeResponses(anInventory(anAuthority()), options)).toEqual({
    authorities: [],
    failures: [],
    folder: place,
    written: 0,
    removed: 0,
  });
  expect(existsSync(place)).toBe(false);
});
