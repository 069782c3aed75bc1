// What a proof is shown in: characters that the terminal has.
import { beforeAll, expect, it } from 'vitest';
import { folderWith, typed } from './typed.ts';

const MANIFEST = `version: 1
authorities: { root: { commonName: Root CA } }
servers: { api: { commonName: api.test } }
clients: { app: { commonName: app } }
`;

let folder: string;
beforeAll(async () => {
  folder = folderWith({ 'pki.yaml': MANIFEST });
  const { code, stderr } = await typed(folder, ['apply', '--skip-verify', '--engine', 'node']);
  expect(code, stderr).toBe(0);
});

it.each<[env: Readonly<Record<string, string>>, isWide: boolean]>([
  [{ LANG: '' }, true],
  [{ LANG: 'de_DE.UTF-8' }, true],
  [{ LANG: 'C.UTF-8' }, true],
  [{ LANG: 'C' }, false],
  [{ LANG: 'POSIX' }, false],
  [{ LC_CTYPE: 'C', LANG: 'de_DE.UTF-8' }, false],
  [{ LC_CTYPE: 'de_DE.UTF-8', LANG: 'C' }, true],
  [{ LC_ALL: '', LC_CTYPE: 'C' }, false],
  [{ LC_ALL: 'de_DE.UTF-8', LC_CTYPE: 'C', LANG: 'C' }, true],
  [{ LC_ALL: 'C', LC_CTYPE: 'de_DE.UTF-8', LANG: 'de_DE.UTF-8' }, false],
  [{ LANG: 'de_DE.UTF-8', TERM: 'linux' }, false],
])('the table has marks of more than ASCII, with %j: %j', async (env, isWide) => {
  const { code, stdout } = await typed(folder, ['verify'], { LC_ALL: '', LC_CTYPE: '', ...env });
  expect([code, stdout.includes('✓')]).toEqual([0, isWide]);
});
