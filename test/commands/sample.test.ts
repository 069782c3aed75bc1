// `pki verify --sample -`, `--against`: what is read where, and which source a command line names.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineServer, engineServer } from '../run/sample/engine-server.ts';
import { folderWith, typed } from './typed.ts';

const MANIFEST = `version: 1
authorities: { root: { commonName: Root }, engine: { certificate: engine.pem } }
servers:
  api: { commonName: api.test, issuer: root }
  web: { commonName: web.test, issuer: root }
`;

let folder: string;
let engine: EngineServer;
beforeAll(async () => {
  engine = await engineServer();
  engine.answer(403, { errors: ['no'] });
  folder = folderWith({ 'pki.yaml': MANIFEST, 'engine.pem': engine.root });
  const made = await typed(folder, ['apply', '--skip-verify', '--engine', 'node']);
  expect(made.code, made.stderr).toBe(0);
});
afterAll(() => engine.close());

const pem = (id: string) => readFileSync(join(folder, 'pki', id, 'cert.pem'));
const verify = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  typed(folder, ['verify', ...args], env);

/** The same with something on standard input, in these pieces. */
async function fed(pieces: readonly Buffer[], args: readonly string[]) {
  const before = process.stdin;
  Object.defineProperty(process, 'stdin', { configurable: true, value: Readable.from(pieces) });
  try {
    return await verify(args);
  } finally {
    Object.defineProperty(process, 'stdin', { configurable: true, value: before });
  }
}

describe('standard input', () => {
  it('is read to its end, however it comes', async () => {
    const api = pem('servers/api');
    const run = await fed([api.subarray(0, 99), api.subarray(99)], ['--sample', '-', '--json']);
    expect(run.code, run.stderr).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({
      ok: true,
      certificates: [{ from: 'standard input', entity: 'servers/api', ok: true }],
      unsampled: ['servers/web'],
    });
  });

  it('that holds nothing is no sample', async () => {
    const run = await fed([], ['--sample', '-']);
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toMatch(/^pki: error: .*standard input.*\npki: hint: /);
  });
});

describe('what is said of a sample', () => {
  it('is said in full where that is asked for, and decides the exit code', async () => {
    const path = 'pki/servers/api/cert.pem';
    const [short, long] = [await verify(['--sample', path]), await verify(['--sample', path, '--verbose'])];
    expect([short.code, long.code]).toEqual([0, 0]);
    expect(long.stdout.length).toBeGreaterThan(short.stdout.length);
    const other = await verify(['--sample', path, '--only', 'web']);
    expect(other).toMatchObject({ code: 1, stdout: expect.stringContaining('servers/web') });
  });
});

describe('an engine', () => {
  const place = () => engine.url.href;
  /** The path and the token of each question. */
  const asked = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    engine.taken();
    const run = await verify(['--against', ...args], env);
    return { run, questions: engine.taken().map(({ path, token }) => [path, token]) };
  };

  it.each<[what: string, args: readonly string[], env: Readonly<Record<string, string>>]>([
    ['a variable that is named', ['--token', 'env:MINE'], { MINE: 't', BAO_TOKEN: 'x', VAULT_TOKEN: 'y' }],
    ['that of OpenBao', [], { BAO_TOKEN: 't', VAULT_TOKEN: 'y' }],
    ['that of Vault', [], { VAULT_TOKEN: 't' }],
  ])('whose token is in %s', async (_, args, env) => {
    const { run, questions } = await asked(['vault', '--at', place(), ...args], env);
    expect(questions).toEqual([
      ['/v1/pki-root/sign/servers-api', 't'],
      ['/v1/pki-root/sign/servers-web', 't'],
    ]);
    expect([run.code, run.stdout.match(/^ *bad .*it answers with 403: no$/gm)?.length]).toEqual([1, 2]);
  });

  it('without a token is not asked', async () => {
    const { run } = await asked(['vault', '--at', place()]);
    expect(run.stderr).toContain('"env:VAULT_TOKEN" is not set');
    const named = await asked(['vault', '--at', place(), '--token', 'secret'], { VAULT_TOKEN: 't' });
    expect(named.run).toMatchObject({ code: 1, stdout: '' });
    expect(named.run.stderr).not.toContain('secret');
  });

  it('of step-ca needs an address, and keys that are here', async () => {
    expect((await asked(['step-ca'])).run.stderr).toContain('nothing says where "step-ca" is');
    expect((await asked(['step-ca', '--at', 'x'])).run.stderr).toContain('"x" is no address');
    const { run } = await asked(['step-ca', '--at', place(), '--keys', 'mine', '--json']);
    const details = JSON.parse(run.stdout).missing.map((one: { detail: string }) => one.detail);
    expect(details).toEqual(Array(2).fill('the key of its provisioner is not in "mine/servers.key"'));
  });
});
