/** Down a path folder by folder: none of it through a link, and what is made has the rights that it is to have. */
import { chmodSync, existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { descend, ensure, entered } from '../../src/store/descend.ts';
import { Folder } from '../../src/store/folder.ts';
import { memoryFolder } from '../helpers/folders.ts';
import { masks } from '../helpers/users.ts';

let root: string;
let folder: Folder;
let umask: number;
beforeEach(() => {
  umask = process.umask(0o022);
  root = memoryFolder();
  folder = Folder.open(root);
});
afterEach(() => {
  process.umask(umask);
  folder[Symbol.dispose]();
});
const mode = (path: string): string => (statSync(join(root, path)).mode & 0o7777).toString(8);

describe('going down', () => {
  it('ends in the last folder, or in the one where it began', () => {
    mkdirSync(join(root, 'a/b/c'), { recursive: true });
    for (const path of ['.', 'a', 'a/b', 'a/b/c']) {
      using found = descend(folder, path);
      expect([found.path, found.stat.ino]).toEqual([join(root, path), statSync(join(root, path)).ino]);
    }
  });

  it('goes through no link, and to nothing that is not there', () => {
    mkdirSync(join(root, 'a/b'), { recursive: true });
    symlinkSync('a', join(root, 'link'));
    for (const path of ['link', 'link/b']) expect(() => descend(folder, path)).toThrow();
    expect(() => descend(folder, 'a/none')).toThrow(/ENOENT/);
  });
});

describe('making what is missing', () => {
  it.each<[mask: number, wanted: number, made: string]>([
    [0o022, 0o755, '755'],
    [0o077, 0o755, '755'],
    ...masks([0o777]).map((mask): [number, number, string] => [mask, 0o755, '755']),
    [0o000, 0o700, '700'],
    [0o077, 0o700, '700'],
  ])('by umask %i and mode %i', async (mask, wanted, made) => {
    process.umask(mask);
    using deep = await ensure(folder, 'a/b/c', wanted);
    expect(deep.path).toBe(join(root, 'a/b/c'));
    for (const path of ['a', 'a/b', 'a/b/c']) expect(mode(path)).toBe(made);
  });

  it('a folder below one of a group is of that group, too', async () => {
    chmodSync(root, 0o2775);
    for (const mask of [0o022, 0o077]) {
      process.umask(mask);
      (await entered(folder, `made ${mask}`, 0o755))[Symbol.dispose]();
      expect(mode(`made ${mask}`)).toBe('2755');
    }
  });

  it('leaves what is there as it is, and the folder itself', async () => {
    mkdirSync(join(root, 'a'), { mode: 0o711 });
    const set = vi.spyOn(Folder.prototype, 'setMode');
    (await ensure(folder, 'a', 0o755))[Symbol.dispose]();
    (await ensure(folder, '.', 0o755))[Symbol.dispose]();
    // The umask takes nothing of this away.
    (await entered(folder, 'b', 0o755))[Symbol.dispose]();
    expect([mode('a'), mode('b'), set.mock.calls]).toEqual(['711', '755', []]);
    vi.restoreAllMocks();
  });

  it('takes a folder that another makes at that moment', async () => {
    const both = await Promise.all([ensure(folder, 'x/y', 0o755), ensure(folder, 'x/y', 0o755)]);
    for (const one of both) one[Symbol.dispose]();
    expect(existsSync(join(root, 'x/y'))).toBe(true);
  });

  it('is refused where something else has the name, or a guard objects', async () => {
    writeFileSync(join(root, 'file'), '');
    await expect(ensure(folder, 'file/x', 0o755)).rejects.toThrow();
    const guard = () => {
      throw new Error('not ours');
    };
    await expect(entered(folder, 'guarded', 0o755, guard)).rejects.toThrow('not ours');
  });
});
