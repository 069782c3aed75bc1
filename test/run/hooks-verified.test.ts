/**
 * Hooks that are verified: each has succeeded once its server shows the certificate that is in place, and not before. And
 * what any hook finds in its environment.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { PlannedHook } from '../../src/plan/hooks.ts';
import { type HookOutcome, runHooks } from '../../src/run/hooks.ts';
import { readHooks } from '../../src/store/hooks.ts';
import { OutputFolder } from '../../src/store/output-folder.ts';
import { anInventory, aServer, dns } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';
import { keyPem, smallCertificate } from '../helpers/small-certificates.ts';

const API = aServer({ name: 'api', san: [dns('api.test')] });
const CA = smallCertificate('ca');
const leaf = () => smallCertificate('api.test', { issuer: CA, isAuthority: false });
const [OURS, THEIRS] = [leaf(), leaf()];

const servers: Server[] = [];
beforeEach(() => {
  // Every look at the clock is a minute later: a server is asked once, however slow this machine is.
  let now = 0n;
  vi.spyOn(process.hrtime, 'bigint').mockImplementation(() => {
    now += 60_000_000_000n;
    return now;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  for (const server of servers.splice(0)) server.close();
});

/** Shows a certificate; the names that it was asked for. */
async function serving(shown: typeof OURS): Promise<{ readonly port: number; readonly names: string[] }> {
  const names: string[] = [];
  const server = createServer({
    key: keyPem(shown.key),
    cert: shown.pem,
    SNICallback: (name, done) => {
      names.push(name);
      done(null);
    },
  });
  server.on('tlsClientError', () => undefined);
  server.on('secureConnection', (socket) => socket.on('error', () => undefined));
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { port: (server.address() as AddressInfo).port, names };
}

/** What became of it, and what stays due. @param cert of the server's folder; `null`: there is none. */
async function ran(port: number, cert: string | null = OURS.pem, run: readonly string[] = ['true']) {
  const root = memoryFolder();
  mkdirSync(join(root, '.pki'), { mode: 0o700 });
  mkdirSync(join(root, API.id), { recursive: true });
  if (cert !== null) writeFileSync(join(root, API.id, 'cert.pem'), cert);
  using output = await OutputFolder.open(root);
  const verify = { endpoint: { host: '127.0.0.1', port }, starttls: null };
  const planned: PlannedHook = {
    ...{ entity: API.id, hook: { run, timeout: 60, verify } as never },
    ...{ why: 'changes', changed: [`${API.id}/cert.pem`], isNew: true },
  };
  const options = { root, output, folder: root, inventory: anInventory(API), consents: new Set(['run']) };
  const [outcome] = await runHooks([planned], new Map(), [API.id], options as never);
  return { ...(outcome as HookOutcome), due: [...readHooks(root).keys()] };
}

it('one whose server shows the certificate has succeeded', async () => {
  const { port, names } = await serving(OURS);
  expect(await ran(port)).toMatchObject({ fault: null, due: [] });
  expect(names).toEqual(['api.test']);
});

it('one whose server shows another has not, and stays due', async () => {
  const { port } = await serving(THEIRS);
  const fault = { kind: 'serves-other', endpoint: `127.0.0.1:${port}`, seconds: 60 };
  expect(await ran(port)).toMatchObject({ fault, due: [API.id] });
});

it('nor one whose server is not there', async () => {
  const { port } = await serving(OURS);
  const server = servers.pop();
  await new Promise<void>((done) => server?.close(() => done()));
  const where = { endpoint: `127.0.0.1:${port}`, seconds: 60 };
  const fault = { kind: 'serves-none', ...where, detail: 'ECONNREFUSED' };
  expect(await ran(port)).toMatchObject({ fault, due: [API.id] });
});

it('what failed itself is asked about at no server', async () => {
  const { port, names } = await serving(OURS);
  const failed = await ran(port, OURS.pem, ['sh', '-c', 'echo no; exit 4']);
  const fault = { kind: 'program', fault: { kind: 'exit', code: 4 } };
  expect(failed).toMatchObject({ output: 'no\n', fault, due: [API.id] });
  expect(names).toEqual([]);
});

it.each([
  ['none', null],
  ['one that cannot be read', 'x'],
])('where %s is in place there is nothing to ask for', async (_, cert) => {
  const { port, names } = await serving(OURS);
  const seen = await ran(port, cert, ['sh', '-c', 'printf "<%s>" "$PKI_SERIAL"']);
  expect(seen).toMatchObject({ output: '<>', fault: null, due: [] });
  expect(names).toEqual([]);
});

it('a hook finds its way by the environment, and sees nothing else of it but what is its business', async () => {
  const passed = ['HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'];
  const service = ['XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS'];
  for (const name of [...passed, ...service, 'OTHER', 'PKI_PASS']) vi.stubEnv(name, `of ${name}`);
  const print = 'for name in PATH PKI_FOLDER PKI_CHANGED "$@"; do eval "echo $name=\\$$name"; done';
  const names = [...passed, ...service, 'OTHER', 'PKI_PASS', 'PKI_ENTITY', 'PKI_SERIAL'];
  const { output } = await ran(1, null, ['/bin/sh', '-c', print, 'sh', ...names]);
  vi.unstubAllEnvs();
  const found = Object.fromEntries(output.split('\n').map((line) => line.split('=', 2)));
  const { PATH, PKI_FOLDER, PKI_CHANGED, ...others } = found;
  expect(others).toEqual({
    ...Object.fromEntries([...passed, ...service].map((name) => [name, `of ${name}`])),
    ...{ OTHER: '', PKI_PASS: '', PKI_ENTITY: API.id, PKI_SERIAL: '', '': undefined },
  });
  expect(PATH).toBe(process.env['PATH']);
  expect(PKI_FOLDER).toMatch(/^\/.*\/servers\/api$/);
  expect(PKI_CHANGED).toBe(`${PKI_FOLDER}/cert.pem`);
});
