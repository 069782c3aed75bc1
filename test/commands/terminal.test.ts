// At a terminal: what is asked before something in use is broken, and what becomes of each answer.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { folderWith, typed } from './typed.ts';

const ROOT = 'version: 1\nauthorities: { root: { commonName: Root CA } }\n';
const MANIFEST = `${ROOT}clients: { app: { commonName: app }, bob: { commonName: bob } }\n`;
/** No rows that are drawn again and again. */
const CALM = { CI: '1' };

let folder: string;
const apply = (answers: readonly (string | null)[], ...flags: readonly string[]) =>
  typed(folder, ['apply', '--skip-verify', '--engine', 'node', ...flags], CALM, answers);

/** The root has lost its key, and a client has left the manifest: two consents are needed. */
beforeEach(async () => {
  folder = folderWith({ 'pki.yaml': MANIFEST });
  await typed(folder, ['apply', '--skip-verify', '--engine', 'node']);
  writeFileSync(join(folder, 'pki.yaml'), `${ROOT}clients: { app: { commonName: app } }\n`);
  rmSync(join(folder, 'pki/authorities/root/key.pem'));
});

const hasKey = () => existsSync(join(folder, 'pki/authorities/root/key.pem'));
const hasBob = () => existsSync(join(folder, 'pki/clients/bob/cert.pem'));
const questions = (text: string) => text.split('pki: type "yes" to continue').length - 1;

it.each<[answers: readonly (string | null)[], asked: number, key: boolean, bob: boolean]>([
  [['yes', 'yes'], 2, true, false],
  [[' yes ', 'yes'], 2, true, false],
  [['yes', 'no'], 2, true, true],
  [['yes', null], 2, true, true],
  [['no'], 1, false, true],
  [['y'], 1, false, true],
  [['YES'], 1, false, true],
  [[''], 1, false, true],
  [[null], 1, false, true],
])('after %j nothing else is asked, and what was agreed to is done', async (answers, asked, key, bob) => {
  const { stderr } = await apply(answers);
  expect(questions(stderr)).toBe(asked);
  expect({ key: hasKey(), bob: hasBob() }).toEqual({ key, bob });
  // The plan comes first: the answer depends on it.
  expect(stderr.indexOf('plan: ')).toBeGreaterThan(0);
  expect(stderr.indexOf('plan: ')).toBeLessThan(stderr.indexOf('pki: type "yes"'));
});

it('what the command line agrees to is not asked for', async () => {
  const { stderr } = await apply(['yes'], '--allow', 'remove=bob');
  expect(questions(stderr)).toBe(1);
  expect({ key: hasKey(), bob: hasBob() }).toEqual({ key: true, bob: false });
});

it('nothing is asked, nor is the plan shown, where all is agreed to', async () => {
  const { code, stderr } = await apply([], '--allow', 'remove,rekey-ca');
  expect(questions(stderr)).toBe(0);
  expect(stderr).not.toContain('plan: ');
  expect({ code, key: hasKey(), bob: hasBob() }).toEqual({ code: 0, key: true, bob: false });
});

it('nothing is asked by a command that prints JSON', async () => {
  const { stdout, stderr } = await apply([], '--json');
  expect(questions(stderr)).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ format: 'pki-apply', published: [] });
  expect(hasKey()).toBe(false);
});
