// Hooks by the sources themselves: what they are given, when they run again, and what is kept of what they print.
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { folderWith, typed } from '../commands/typed.ts';

/** Leaves a line for each call, and its environment; fails while `broken` is there. */
const SCRIPT = `[ -e broken ] && { echo no >&2; exit 3; }
echo "$PKI_ENTITY" >>ran
env >environment
printf '%s\\n' "$PKI_CHANGED" >changed
head -c "$(cat size 2>/dev/null || echo 0)" /dev/zero | tr '\\0' x
echo end
`;
const HOOK = 'onChange: { run: [sh, script.sh] }';
const MANIFEST = `version: 1
authorities: { root: { commonName: Root, ${HOOK} } }
servers:
  api: { commonName: api.test, passphrase: "env:API_PASS", ${HOOK} }
  web: { commonName: web.test, ${HOOK} }
clients: { app: { commonName: app } }
`;
const ENV = { API_PASS: 'hush-hush-0e7c', OTHER: 'not-passed-on', LANG: 'C' };

let folder: string;
const apply = (...args: readonly string[]) =>
  typed(folder, ['apply', '--skip-verify', '--engine', 'node', ...args], ENV);
const text = (name: string) =>
  existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '';
const ran = () => text('ran').split('\n').slice(0, -1);
const ALL = ['authorities/root', 'servers/api', 'servers/web'];

beforeAll(() => {
  folder = folderWith({ 'pki.yaml': MANIFEST, 'script.sh': SCRIPT });
});

it('a hook that was never run here waits for consent, and the files are in place', async () => {
  const first = await apply();
  expect(first).toMatchObject({ code: 1, stdout: expect.stringContaining('applied: 4 created') });
  expect(first.stderr.match(/was never run here, and needs consent\n/g)).toHaveLength(3);
  expect(ran()).toEqual([]);
  expect(existsSync(join(folder, 'pki/servers/api/cert.pem'))).toBe(true);
});

it('one that is left for later stays due', async () => {
  expect(await apply('--skip-hooks', '--allow', 'run')).toMatchObject({ code: 0 });
  expect(ran()).toEqual([]);
  const plan = await typed(folder, ['plan', '--detailed-exitcode'], ENV);
  expect(plan).toMatchObject({
    code: 2,
    stdout: expect.stringContaining(`did not succeed: ${ALL.join(', ')}\n`),
  });
});

it('one that fails says how, and is run by every apply until it succeeds', async () => {
  writeFileSync(join(folder, 'broken'), '');
  for (const flags of [['--allow', 'run'], []]) {
    const failed = await apply(...flags);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(/pki: error: the hook of servers\/web \(sh script\.sh\) exited with 3\n/);
    expect(failed.stderr).toContain('no\n');
    expect(ran()).toEqual([]);
  }
  rmSync(join(folder, 'broken'));
  expect(await apply()).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('pki: hook of servers/api: end\n'),
  });
  expect(ran()).toEqual(ALL);
  const record = () => {
    const { ino, ctimeNs } = statSync(join(folder, 'pki/.pki/hooks.json'), { bigint: true });
    return { ino, ctimeNs };
  };
  const before = record();
  expect(await apply('--quiet')).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(ran()).toEqual(ALL);
  expect(record()).toEqual(before);
});

it('one runs where its entity has changed, and is given what of it', async () => {
  const rotated = await typed(
    folder,
    ['rotate', 'servers/web', '--skip-verify', '--engine', 'node', '--json'],
    ENV,
  );
  expect(JSON.parse(rotated.stdout)).toMatchObject({
    hooks: [{ entity: 'servers/web', output: 'end\n', fault: null }],
  });
  expect(ran()).toEqual([...ALL, 'servers/web']);
  const web = join(folder, 'pki/servers/web');
  expect(text('changed').split('\n')).toEqual(expect.arrayContaining([`${web}/key.pem`, `${web}/cert.pem`]));
  const environment = text('environment');
  expect(environment).toContain(`PKI_FOLDER=${web}\n`);
  expect(environment).toMatch(/^PKI_SERIAL=[0-9a-f]{30,}$/m);
  expect(environment).toMatch(/^PATH=/m);
  expect(environment).toMatch(/^LANG=C$/m);
  expect(environment).not.toMatch(/API_PASS|hush|OTHER/);
});

it('of what one prints the last 8 KiB are kept, and no file of it', async () => {
  writeFileSync(join(folder, 'size'), '200000');
  const rotated = await typed(
    folder,
    ['rotate', 'servers/web', '--skip-verify', '--engine', 'node', '--json'],
    ENV,
  );
  const [hook] = JSON.parse(rotated.stdout).hooks;
  expect(hook.output).toBe(`${'x'.repeat(8192 - 4)}end\n`);
  expect(existsSync(join(folder, 'pki/.pki/hook.log'))).toBe(false);
});
