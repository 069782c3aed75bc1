/** Folders that are gone when they are no longer needed, at the latest when the process ends. */
import { existsSync, mkdirSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../src/store/temporary.ts';

/** What is to be called when the process ends and was not before. */
const before = process.listeners('exit');
const added = () => process.listeners('exit').filter((one) => !before.includes(one));

it('a folder is for its owner alone, and goes with all that is in it, as often as it is asked to', async () => {
  const { path, remove } = await temporaryFolder('pki-temporary-');
  expect(dirname(path)).toBe(realpathSync(tmpdir()));
  expect(basename(path)).toMatch(/^pki-temporary-.{6}$/);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  mkdirSync(join(path, 'a'));
  writeFileSync(join(path, 'a/b'), '');
  await remove();
  expect(existsSync(path)).toBe(false);
  await remove();
  expect(added()).toEqual([]);
});

it('those that are left go when the process ends, and one listener waits for that however many there are', async () => {
  const one = await temporaryFolder('pki-temporary-');
  const other = await temporaryFolder('pki-temporary-');
  const third = await temporaryFolder('pki-temporary-');
  for (const { path } of [one, other, third]) writeFileSync(join(path, 'file'), '');
  expect(added()).toHaveLength(1);
  await third.remove();
  expect(added()).toHaveLength(1);
  await other.remove();
  mkdirSync(other.path);
  added()[0]?.(0);
  expect([one.path, other.path].map((path) => existsSync(path))).toEqual([false, true]);
  await one.remove();
  mkdirSync(one.path);
  expect(added()).toEqual([]);
  const last = await temporaryFolder('pki-temporary-');
  expect(added()).toHaveLength(1);
  for (const { remove } of [one, other, last]) await remove();
  expect([one.path, other.path, last.path].some((path) => existsSync(path))).toBe(false);
});
