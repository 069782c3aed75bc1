// Something of others is in the way of one server: what each command says of it, and what is done beside it.
import { existsSync, lstatSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { folderWith, typed } from './typed.ts';

const MANIFEST = `version: 1
authorities:
  root: { commonName: Root CA }
servers:
  api: { commonName: api, san: [localhost], issuer: root }
`;
let folder: string;
beforeAll(async () => {
  folder = folderWith({ 'pki.yaml': MANIFEST });
  await typed(folder, ['apply', '--skip-verify', '--engine', 'node']);
  const key = join(folder, 'pki/servers/api/key.pem');
  renameSync(key, join(folder, 'key.pem'));
  symlinkSync('../../../key.pem', key);
});

const REFUSED = /^! servers\/api +refuse +"servers\/api\/key\.pem" is a symbolic link$/m;
const ERROR = /^pki: error: "servers\/api\/key\.pem" is a symbolic link$/m;

it.each<[line: string, stdout: RegExp, stderr: RegExp, code: number]>([
  ['plan', REFUSED, /^$/, 1],
  ['plan --detailed-exitcode', REFUSED, /^$/, 1],
  ['plan --json', /"refuse": 1\b/, /^$/, 1],
  ['plan --commands', /^#!\/bin\/sh/, ERROR, 1],
  ['apply', /^$/, ERROR, 1],
  ['apply --json', /"result": "refused"/, ERROR, 1],
  ['status', /symbolic link/, /^$/, 2],
])('"pki %s" says why, and changes nothing', async (line, stdout, stderr, code) => {
  const run = await typed(folder, line.split(' '));
  expect(run.stdout).toMatch(stdout);
  expect(run.stderr).toMatch(stderr);
  expect(run.code).toBe(code);
  expect(lstatSync(join(folder, 'pki/servers/api/key.pem')).isSymbolicLink()).toBe(true);
});

it('what it is not in the way of is done, and the run has failed all the same', async () => {
  const more = `${MANIFEST}  web: { commonName: web, san: [localhost], issuer: root }\n`;
  writeFileSync(join(folder, 'pki.yaml'), more);
  const run = await typed(folder, ['apply', '--skip-verify', '--engine', 'node']);
  expect(run.stderr).toMatch(ERROR);
  expect([run.code, existsSync(join(folder, 'pki/servers/web/key.pem'))]).toEqual([1, true]);
});
