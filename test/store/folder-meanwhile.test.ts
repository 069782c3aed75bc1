/** A folder that is reached by its path, and replaced while something is done in it that takes its time. */
import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { Folder } from '../../src/store/folder.ts';
import { memoryFolder } from '../helpers/folders.ts';

/** What happens between the operation and its end. */
const meanwhile = vi.hoisted(() => ({ act: () => {} }));

vi.mock('../../src/store/disk.ts', async (original) => {
  const disk = await original<typeof import('../../src/store/disk.ts')>();
  return {
    ...disk,
    unlink: async (path: string) => {
      await disk.unlink(path);
      meanwhile.act();
    },
  };
});

it('is noticed before the operation counts as done', async () => {
  const root = memoryFolder();
  mkdirSync(join(root, 'a'));
  for (const file of ['one', 'two']) writeFileSync(join(root, 'a', file), file);
  using folder = Folder.open(join(root, 'a'), 'path');
  await folder.unlink('one');
  meanwhile.act = () => {
    renameSync(join(root, 'a'), join(root, 'moved'));
    mkdirSync(join(root, 'a'));
  };
  await expect(folder.unlink('two')).rejects.toMatchObject({
    cause: { kind: 'other-folder', path: join(root, 'a') },
  });
  expect(readdirSync(join(root, 'moved'))).toEqual([]);
});
