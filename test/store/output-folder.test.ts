/** A folder that is made, with those above it: for all to look into, and lasting. */
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Folder } from '../../src/store/folder.ts';
import { madeFolder } from '../../src/store/output-folder.ts';
import { memoryFolder } from '../helpers/folders.ts';
import { masks } from '../helpers/users.ts';

let root: string;
let umask: number;
beforeEach(() => {
  root = memoryFolder();
  umask = process.umask(0o022);
});
afterEach(() => {
  process.umask(umask);
  vi.restoreAllMocks();
});
const mode = (path: string): string => (statSync(join(root, path)).mode & 0o7777).toString(8);

it.each(masks([0o000, 0o022, 0o027, 0o077, 0o177]))('whatever the umask: %i', async (mask) => {
  chmodSync(root, 0o755);
  process.umask(mask);
  using made = await madeFolder(join(root, 'a/b/c'));
  expect(made.path).toBe(join(root, 'a/b/c'));
  expect(['a', 'a/b', 'a/b/c'].map(mode)).toEqual(['755', '755', '755']);
  expect((statSync(root).mode & 0o777).toString(8)).toBe('755');
});

it.each([0o022, 0o077])('below a folder of a group it is of that group: %i', async (mask) => {
  chmodSync(root, 0o2775);
  process.umask(mask);
  (await madeFolder(join(root, 'a/b')))[Symbol.dispose]();
  expect(['a', 'a/b'].map(mode)).toEqual(['2755', '2755']);
});

it('one that is there stays as it is, and only what is new is synced, from below', async () => {
  mkdirSync(join(root, 'a'), { mode: 0o711 });
  const synced: string[] = [];
  vi.spyOn(Folder.prototype, 'sync').mockImplementation(async function (this: Folder) {
    synced.push(this.path);
  });
  process.umask(0o077);
  (await madeFolder(join(root, 'a')))[Symbol.dispose]();
  expect([mode('a'), synced]).toEqual(['711', []]);
  (await madeFolder(join(root, 'a/b/c')))[Symbol.dispose]();
  expect(synced).toEqual([join(root, 'a/b'), join(root, 'a')]);
  expect(mode('a')).toBe('711');
});

it('is none where a file is', async () => {
  writeFileSync(join(root, 'file'), '');
  await expect(madeFolder(join(root, 'file'))).rejects.toThrow();
  await expect(madeFolder(join(root, 'file/below'))).rejects.toThrow();
});
