/** An open folder: what is done through it is done in it, wherever its name leads by then; with /proc and without. */
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { descend, ensure } from '../../src/store/descend.ts';
import { entitiesAtOnce, mountOf, type Reach, usualReach } from '../../src/store/descriptor.ts';
import { Folder } from '../../src/store/folder.ts';
import { OutputFolder } from '../../src/store/output-folder.ts';
import { StepError } from '../../src/store/step-error.ts';
import { UserError } from '../../src/words/user-error.ts';
import { openedSince, openNow, SEES_OPEN } from '../helpers/descriptors.ts';
import { memoryFolder } from '../helpers/folders.ts';

const work = memoryFolder();
let made = 0;

function newRoot(): string {
  const root = join(work, `${++made}`);
  for (const folder of ['a/b', 'other']) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'a/b/file'), 'mine');
  writeFileSync(join(root, 'other/file'), 'theirs');
  return root;
}

/** Another folder has the name by now, and the open one another name. */
function swap(root: string): void {
  renameSync(join(root, 'a/b'), join(root, 'a/moved'));
  symlinkSync('../other', join(root, 'a/b'));
}

it('descriptors have paths on Linux', () => {
  expect(usualReach()).toBe(SEES_OPEN ? 'descriptor' : 'path');
});

describe.each<Reach>(['descriptor', 'path'])('reached by %s', (reach) => {
  it.skipIf(reach === 'descriptor' && usualReach() === 'path')('does what it is asked for', async () => {
    const root = newRoot();
    using folder = Folder.open(root, reach);
    using inside = descend(folder, 'a/b');
    expect(inside.path).toBe(join(root, 'a/b'));
    expect(inside.read('file')).toMatchObject({ state: 'present', facts: Buffer.from('mine') });
    inside.writeNew('one', '1', 0o640);
    await inside.writeSynced('two', '2', 0o604);
    await inside.link('one', folder, 'linked');
    await inside.rename('two', folder, 'renamed');
    await inside.symlink('nowhere', 'dangling');
    await inside.makeFolder('new', 0o700);
    expect([...inside.list()].sort()).toEqual(['dangling', 'file', 'new', 'one']);
    expect(inside.linkText('dangling')).toBe('nowhere');
    expect(inside.linkText('file')).toBeNull();
    expect(inside.lookAt('nothing')).toBeUndefined();
    expect(inside.lookAt('dangling')?.isSymbolicLink()).toBe(true);
    await inside.unlink('dangling');
    await inside.rmdir('new');
    await Promise.all([inside.sync(), inside.syncFile('one')]);
    inside.setMode(0o711);
    expect(readFileSync(join(root, 'linked'), 'utf8')).toBe('1');
    expect(statSync(join(root, 'linked')).mode & 0o777).toBe(0o640);
    expect(statSync(join(root, 'renamed')).mode & 0o777).toBe(0o604);
    expect(statSync(join(root, 'a/b')).mode & 0o777).toBe(0o711);
    inside.removeTree('one');
    expect(readdirSync(join(root, 'a/b'))).toEqual(['file']);
  });

  it('follows no link on the way, and says which it is', () => {
    const root = newRoot();
    symlinkSync('a', join(root, 'link'));
    using folder = Folder.open(root, reach);
    for (const [path, name, words] of [
      ['link/b', 'link', 'is a symbolic link'],
      ['a/b/file', 'a/b/file', 'is not a folder'],
    ] as const)
      expect(() => descend(folder, path)).toThrow(`"${join(root, name)}" ${words}`);
    expect(folder.enterIfFolder('link')).toBeUndefined();
    expect(() => descend(folder, 'a/nothing')).toThrow(/ENOENT/);
  });

  it('makes what is missing, also where two do so at once', async () => {
    const root = newRoot();
    using folder = Folder.open(root, reach);
    const both = await Promise.all([ensure(folder, 'x/y/z', 0o700), ensure(folder, 'x/y/z', 0o700)]);
    for (const one of both) one[Symbol.dispose]();
    expect(statSync(join(root, 'x/y/z')).mode & 0o777).toBe(0o700);
  });

  it('reads plain files alone, of a size that files of ours have', () => {
    const root = newRoot();
    symlinkSync('file', join(root, 'a/b/link'));
    writeFileSync(join(root, 'a/b/large'), '');
    truncateSync(join(root, 'a/b/large'), 3 * 1024 ** 3);
    using inside = descend(Folder.open(root, reach), 'a/b');
    expect(inside.read('link')).toEqual({ state: 'blocked', cause: { kind: 'link' } });
    expect(inside.read('large')).toEqual({
      state: 'blocked',
      cause: { kind: 'too-large', size: 3 * 1024 ** 3 },
    });
    expect(inside.read('file', 3)).toEqual({ state: 'blocked', cause: { kind: 'too-large', size: 4 } });
    expect(() => inside.openFile('link')).toThrow(UserError);
    using large = inside.openFile('large');
    expect(() => large.read()).toThrow(/holds 3221225472 bytes/);
  });

  it.each(['', '.', '..', 'a/b', '../x', '/etc', 'a\0b'])('takes no path for a name: %j', async (name) => {
    using folder = Folder.open(newRoot(), reach);
    expect(() => folder.lookAt(name)).toThrow('Internal error');
    await expect(folder.unlink(name)).rejects.toThrow('Internal error');
    expect(() => folder.enter(name)).toThrow('Internal error');
  });

  it('names the path in errors that a reader knows', async () => {
    const root = newRoot();
    using inside = descend(Folder.open(root, reach), 'a/b');
    using other = descend(Folder.open(root, reach), 'other');
    const missing = join(root, 'a/b/missing');
    await expect(inside.unlink('missing')).rejects.toMatchObject({
      code: 'ENOENT',
      path: missing,
      message: expect.stringContaining(`'${missing}'`),
    });
    await expect(inside.rename('missing', other, 'x')).rejects.toMatchObject({
      path: missing,
      dest: join(root, 'other/x'),
      message: expect.not.stringContaining('/proc/'),
    });
  });
});

describe('by path alone, another folder that takes the name', () => {
  /** Also of what throws at once. */
  const fault = (act: () => unknown): Promise<unknown> =>
    new Promise((resolve) => resolve(act())).then(
      () => 'none',
      (error: unknown) => (error instanceof StepError ? error.cause.kind : error),
    );

  it('is noticed before anything is done in it', async () => {
    const root = newRoot();
    using inside = descend(Folder.open(root, 'path'), 'a/b');
    swap(root);
    expect(await fault(() => inside.writeNew('new', '', 0o600))).toBe('other-folder');
    expect(await fault(() => inside.unlink('file'))).toBe('other-folder');
    expect(readdirSync(join(root, 'other'))).toEqual(['file']);
  });

  it('is noticed when it did so meanwhile', async () => {
    const root = newRoot();
    using outside = descend(Folder.open(root, 'path'), 'a');
    const moved = join(root, 'moved');
    // The guard is asked in the midst of it.
    const enter = () =>
      outside.enter('b', () => {
        renameSync(join(root, 'a'), moved);
        mkdirSync(join(root, 'a'));
      });
    expect(await fault(enter)).toBe('other-folder');
  });
});

it.skipIf(usualReach() === 'path')(
  'stays in the folder that was opened, wherever its name leads by then',
  async () => {
    const root = newRoot();
    using inside = descend(Folder.open(root), 'a/b');
    swap(root);
    expect(inside.read('file')).toMatchObject({ facts: Buffer.from('mine') });
    inside.writeNew('new', '', 0o600);
    await inside.unlink('file');
    using file = inside.openFile('new');
    file.setMode(0o644);
    expect(readdirSync(join(root, 'a/moved'))).toEqual(['new']);
    expect(readdirSync(join(root, 'other'))).toEqual(['file']);
    expect(readFileSync(join(root, 'other/file'), 'utf8')).toBe('theirs');
  },
);

it('by path, is left once its name leads elsewhere', async () => {
  const root = newRoot();
  using inside = descend(Folder.open(root, 'path'), 'a/b');
  swap(root);
  expect(() => inside.read('file')).toThrow('is not the folder any more that it was');
  await expect(inside.unlink('file')).rejects.toThrow('is not the folder any more that it was');
  expect(readdirSync(join(root, 'other'))).toEqual(['file']);
});

it('a file stays the one that was opened', () => {
  const root = newRoot();
  using inside = descend(Folder.open(root), 'a/b');
  using file = inside.openFile('file');
  renameSync(join(root, 'a/b/file'), join(root, 'a/b/moved'));
  symlinkSync('../../other/file', join(root, 'a/b/file'));
  file.setMode(0o600);
  expect(file.read().toString()).toBe('mine');
  expect(statSync(join(root, 'a/b/moved')).mode & 0o777).toBe(0o600);
  expect(statSync(join(root, 'other/file')).mode & 0o777).toBe(0o644);
});

it.each([
  ['1024 1048576', 64, 64],
  ['256 256', 64, 16],
  ['256 256', 6, 6],
  ['64 64', 6, 1],
  ['40 40', 6, 1],
  ['24 24', 6, 1],
  ['unlimited unlimited', 6, 6],
])('with %s descriptors, of %d entities so many are put in place at once: %d', (limit, wanted, most) => {
  const limits = `Limit  Soft Limit  Hard Limit  Units\nMax open files            ${limit}    files\nMax locked memory 1 1 bytes`;
  expect(entitiesAtOnce(wanted, limits)).toBe(most);
  expect(entitiesAtOnce(wanted, '')).toBe(wanted);
});

it.skipIf(usualReach() === 'path')('leaves no descriptor open, whatever fails', async () => {
  const root = newRoot();
  symlinkSync('a', join(root, 'link'));
  const before = openNow();
  {
    using folder = Folder.open(root);
    for (const path of ['a/b/file', 'link', 'a/x/y']) expect(() => descend(folder, path)).toThrow();
    for (const name of ['link', 'a', 'nothing']) expect(() => folder.openFile(name)).toThrow();
    await expect(ensure(folder, 'a/b/file/x', 0o700)).rejects.toThrow();
    expect(() =>
      folder.enter('a', () => {
        throw new Error('no');
      }),
    ).toThrow('no');
  }
  expect(openedSince(before)).toEqual([]);
});

it.skipIf(usualReach() === 'path')(
  'leaves nothing open that turns out to be of another folder, by its path alone',
  () => {
    const root = newRoot();
    const before = openNow();
    {
      using folder = Folder.open(join(root, 'a'), 'path');
      const replace = (): void => {
        renameSync(join(root, 'a'), join(root, 'before'));
        symlinkSync('other', join(root, 'a'));
      };
      expect(() => folder.enter('b', replace)).toThrow(StepError);
    }
    expect(openedSince(before)).toEqual([]);
  },
);

it.skipIf(usualReach() === 'path')('knows what is mounted, by the mount and not by the device', () => {
  using proc = Folder.open('/proc');
  using root = Folder.open(work);
  using again = Folder.open(work);
  using inside = descend(root, newRoot().slice(work.length + 1));
  expect(root.mount).toMatch(/^mnt_id:\s*\d+$/);
  expect([again.mount, inside.mount]).toEqual([root.mount, root.mount]);
  expect(proc.mount).not.toBe(root.mount);
  expect(() => mountOf(-1)).toThrow();
});

describe('the output folder', () => {
  it('is made with those above it, and `.pki` is for us alone', async () => {
    const path = join(work, `${++made}/deep/down`);
    using output = await OutputFolder.open(path);
    expect(statSync(join(path, '.pki')).mode & 0o777).toBe(0o700);
    expect(output.own.path).toBe(join(path, '.pki'));
  });

  it('may be behind a link of the user’s, and what is below it may not', async () => {
    const [root, link] = [newRoot(), join(work, `${++made}`)];
    symlinkSync(root, link);
    using output = await OutputFolder.open(link);
    using inside = output.enter('a/b');
    expect(inside.list()).toEqual(['file']);
    symlinkSync('a', join(root, 'linked'));
    expect(() => output.enter('linked/b')).toThrow('is a symbolic link');
    expect(output.enterIfThere('nothing/there')).toBeUndefined();
  });

  it('reaches what is below `.pki` from the one that was checked', async () => {
    const root = newRoot();
    using output = await OutputFolder.open(root);
    renameSync(join(root, '.pki'), join(root, 'moved'));
    mkdirSync(join(root, '.pki/stage'), { recursive: true });
    (await output.ensure('.pki/stage/x', 0o700))[Symbol.dispose]();
    expect(readdirSync(join(root, 'moved/stage'))).toEqual(['x']);
    expect(readdirSync(join(root, '.pki/stage'))).toEqual([]);
  });

  it('is closed again where readers were let in, and refused where others can write', async () => {
    const root = newRoot();
    (await OutputFolder.open(root))[Symbol.dispose]();
    chmodSync(join(root, '.pki'), 0o755);
    (await OutputFolder.open(root))[Symbol.dispose]();
    expect(statSync(join(root, '.pki')).mode & 0o777).toBe(0o700);
    for (const mode of [0o770, 0o702, 0o1777]) {
      chmodSync(join(root, '.pki'), mode);
      await expect(OutputFolder.open(root)).rejects.toThrow(`is open to others (mode ${mode.toString(8)})`);
    }
  });
});
