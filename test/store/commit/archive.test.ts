/** What is kept of a file that is replaced, under which name, and that nothing of it is lost on the way. */
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { ALL_ARTIFACTS, type Artifact } from '../../../src/pki/artifact.ts';
import {
  isPrecious,
  isSame,
  keep,
  mayBeKey,
  removeFile,
  secondName,
} from '../../../src/store/commit/archive.ts';
import { Folder } from '../../../src/store/folder.ts';
import { SIZE_LIMIT } from '../../../src/store/observe/read.ts';
import { OutputFolder } from '../../../src/store/output-folder.ts';
import { memoryFolder } from '../../helpers/folders.ts';

const KEY = '-----BEGIN EC PRIVATE KEY-----\n';
const ARCHIVE = '.pki/archive/servers/api/s';

it('a key and a certificate cannot be made again', () => {
  expect(ALL_ARTIFACTS.filter(isPrecious)).toEqual(['key', 'cert']);
});

it.each<[content: string | Buffer, isOne: boolean]>([
  ['', false],
  ['text', false],
  ['-----BEGIN CERTIFICATE-----', false],
  [KEY, true],
  ['x -----BEGIN PRIVATE KEY-----', true],
  ['-----BEGIN ENCRYPTED PRIVATE KEY-----', true],
  ['PRIVATE KEY', false],
  [Buffer.of(0x30), true],
  [Buffer.of(0x31, 0x30), false],
])('%j may be a key: %j', (content, isOne) => {
  expect(mayBeKey(Buffer.from(content as string))).toBe(isOne);
  const whole = Buffer.concat([Buffer.of(0x30), Buffer.from(content as string), Buffer.from(KEY)]);
  expect(mayBeKey(new Uint8Array(whole).subarray(1, whole.length - KEY.length))).toBe(isOne);
});

const shown = (path: string): string =>
  lstatSync(path).isDirectory() ? '(a folder)' : readFileSync(path, 'latin1');

describe('what is kept', () => {
  /** Names in the archive and what they hold, after one file or more were kept there. */
  async function kept(
    file: Artifact,
    contents: readonly (string | Buffer | ((path: string) => void))[],
    keepsAll?: boolean,
    prepare: (archive: string) => void = () => {},
  ): Promise<Readonly<Record<string, string>> | null> {
    const root = memoryFolder();
    mkdirSync(join(root, 'x'));
    using output = await OutputFolder.open(root);
    prepare(join(root, ARCHIVE));
    for (const [i, content] of contents.entries()) {
      const path = join(root, 'x', `f${i}`);
      if (typeof content === 'function') content(path);
      else writeFileSync(path, content);
      using folder = Folder.open(join(root, 'x'));
      await keep(output, file, { folder, name: `f${i}` }, ARCHIVE, keepsAll);
      if (lstatSync(path, { throwIfNoEntry: false })?.isFile() && typeof content !== 'function')
        expect(readFileSync(path)).toEqual(Buffer.from(content as string));
    }
    if (!existsSync(join(root, ARCHIVE))) return null;
    const names = readdirSync(join(root, ARCHIVE)).sort();
    return Object.fromEntries(names.map((name) => [name, shown(join(root, ARCHIVE, name))]));
  }

  it.each<[file: Artifact, content: string | Buffer, keepsAll: boolean | undefined, name: string | null]>([
    ['key', 'anything', undefined, 'key.pem'],
    ['cert', 'anything', undefined, 'cert.pem'],
    ['chain', 'anything', undefined, null],
    ['chain', 'anything', false, null],
    ['chain', 'anything', true, 'chain.pem'],
    ['chain', KEY, undefined, 'chain.pem'],
    ['combined', KEY, false, 'combined.pem'],
    ['der', Buffer.of(0x30, 0), false, 'cert.der'],
    ['der', 'x', false, null],
  ])('of a %s that holds %j (all: %j): %j', async (file, content, keepsAll, name) => {
    expect(await kept(file, [content], keepsAll)).toEqual(
      name === null ? null : { [name]: Buffer.from(content as string).toString('latin1') },
    );
  });

  it('is what is too large to look through, and no folder, link, or nothing', async () => {
    const large = (path: string): void => {
      writeFileSync(path, '');
      truncateSync(path, SIZE_LIMIT + 1);
    };
    expect(Object.keys((await kept('chain', [large])) ?? {})).toEqual(['chain.pem']);
    expect(await kept('key', [(path) => mkdirSync(path)])).toBeNull();
    expect(await kept('key', [(path) => symlinkSync('f', path)])).toBeNull();
    expect(await kept('key', [() => {}])).toBeNull();
  });

  it('has a number of its own where another of that name is there, and is there once', async () => {
    expect(await kept('key', ['a', 'b', 'a', 'c', 'b'])).toEqual({
      'key.pem': 'a',
      'key.2.pem': 'b',
      'key.3.pem': 'c',
    });
    const foreign = (archive: string): void => {
      mkdirSync(archive, { recursive: true });
      for (const folder of ['.pki', '.pki/archive'])
        chmodSync(join(archive, '../../../../..', folder), 0o700);
      mkdirSync(join(archive, 'key.pem'));
      writeFileSync(join(archive, 'key.2.pem.draft'), 'of a run that died');
    };
    expect(await kept('key', ['a'], undefined, foreign)).toEqual({
      'key.2.pem': 'a',
      'key.pem': '(a folder)',
    });
  });

  it('lasts, also where it was there before', async () => {
    const root = memoryFolder();
    writeFileSync(join(root, 'f'), 'a');
    using output = await OutputFolder.open(root);
    using folder = Folder.open(root);
    const synced = vi.spyOn(output, 'syncDown');
    for (let times = 1; times <= 2; times++) {
      await keep(output, 'key', { folder, name: 'f' }, ARCHIVE);
      expect(synced.mock.calls).toEqual(Array(times).fill([ARCHIVE]));
    }
    expect(lstatSync(join(root, ARCHIVE)).mode & 0o777).toBe(0o700);
    // A second name, not a copy.
    expect(lstatSync(join(root, ARCHIVE, 'key.pem')).ino).toBe(lstatSync(join(root, 'f')).ino);
  });

  it.skipIf(process.geteuid?.() !== 0)('of another user is a copy for us alone (needs root)', async () => {
    const root = memoryFolder();
    writeFileSync(join(root, 'f'), 'a');
    chmodSync(join(root, 'f'), 0o644);
    chownSync(join(root, 'f'), 7, 7);
    using output = await OutputFolder.open(root);
    using folder = Folder.open(root);
    await keep(output, 'key', { folder, name: 'f' }, ARCHIVE);
    const copy = lstatSync(join(root, ARCHIVE, 'key.pem'));
    expect([copy.uid, copy.mode & 0o777, copy.nlink]).toEqual([0, 0o600, 1]);
    expect(readdirSync(join(root, ARCHIVE))).toEqual(['key.pem']);
  });
});

describe('a second name', () => {
  it('is that of the same file, or of a copy where a link may not be', async () => {
    const root = memoryFolder();
    writeFileSync(join(root, 'a'), 'text');
    chmodSync(join(root, 'a'), 0o640);
    writeFileSync(join(root, 'b.draft'), 'of a run that died');
    using folder = Folder.open(root);
    const at = (name: string) => ({ folder, name });
    await secondName(at('a'), at('b'));
    await secondName(at('a'), at('c'), () => false);
    await secondName(at('a'), at('d'), () => false, 0o600);
    const looks = ['a', 'b', 'c', 'd'].map((name) => lstatSync(join(root, name)));
    const inode = looks[0]?.ino;
    expect(looks.map(({ ino }) => ino === inode)).toEqual([true, true, false, false]);
    expect(looks.map(({ mode }) => mode & 0o777)).toEqual([0o640, 0o640, 0o640, 0o600]);
    expect(readdirSync(root).sort()).toEqual(['a', 'b', 'c', 'd']);
    await expect(secondName(at('none'), at('e'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

it('only plain files are the same, and only plain files go', async () => {
  const root = memoryFolder();
  writeFileSync(join(root, 'a'), 'x');
  writeFileSync(join(root, 'b'), 'x');
  writeFileSync(join(root, 'c'), 'y');
  symlinkSync('a', join(root, 'link'));
  mkdirSync(join(root, 'folder'));
  using folder = Folder.open(root);
  const at = (name: string) => ({ folder, name });
  expect(['a', 'b', 'c', 'link', 'folder', 'none'].map((name) => isSame(at('a'), at(name)))).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
  expect(isSame(at('none'), at('none'))).toBe(false);
  for (const name of ['a', 'link', 'folder', 'none']) await removeFile(at(name));
  expect(readdirSync(root).sort()).toEqual(['b', 'c', 'folder', 'link']);
});
