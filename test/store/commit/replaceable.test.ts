/** What is asked before the first file of a set is replaced: whether all of them can be. */
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkReplaceable } from '../../../src/store/commit/replaceable.ts';
import { SIZE_LIMIT } from '../../../src/store/observe/read.ts';
import { OutputFolder } from '../../../src/store/output-folder.ts';
import { StepError } from '../../../src/store/step-error.ts';
import { memoryFolder } from '../../helpers/folders.ts';

/** An output folder with all that can be in the way, and what is not. */
function prepared(): string {
  const root = memoryFolder();
  chmodSync(root, 0o755);
  const at = (path: string): string => join(root, path);
  mkdirSync(at('a/folder'), { recursive: true });
  writeFileSync(at('a/plain'), '');
  writeFileSync(at('a/closed'), '', { mode: 0o000 });
  symlinkSync('plain', at('a/link'));
  symlinkSync('folder', at('a/to-folder'));
  symlinkSync('nothing', at('a/dangling'));
  execFileSync('mkfifo', [at('a/fifo')]);
  for (const [name, size] of Object.entries({ large: SIZE_LIMIT, larger: SIZE_LIMIT + 1 })) {
    writeFileSync(at(`a/${name}`), '');
    truncateSync(at(`a/${name}`), size);
  }
  mkdirSync(at('b'));
  symlinkSync('x', at('b/x'));
  return root;
}

function faultOf(check: () => void): unknown {
  try {
    check();
    return undefined;
  } catch (error) {
    return error instanceof StepError ? error.cause : error;
  }
}

it.each<[path: string, why: unknown]>([
  ['a/plain', undefined],
  ['a/missing', undefined],
  ['c/d/missing', undefined],
  // What is not there yet has nothing from the folder above it.
  ['a/new/folder', undefined],
  ['new/a', undefined],
  ['missing', undefined],
  // Another may replace what only its mode protects.
  ['a/closed', undefined],
  ['a/link', undefined],
  ['a/to-folder', undefined],
  ['a/dangling', undefined],
  ['a/large', undefined],
  ['a/larger', { kind: 'too-large', size: SIZE_LIMIT + 1 }],
  ['a/folder', { kind: 'folder' }],
  ['a/fifo', { kind: 'not-a-file' }],
  ['a', { kind: 'folder' }],
])('%s: %j', async (path, why) => {
  using output = await OutputFolder.open(prepared());
  const fault = why === undefined ? undefined : { kind: 'fixed-file', path, why };
  expect(faultOf(() => checkReplaceable(output, ['a/plain', path]))).toEqual(fault);
});

it('names the first of several, in the order of their folders', async () => {
  using output = await OutputFolder.open(prepared());
  const all = ['b/y', 'a/plain', 'a/fifo', 'a', 'a/folder'];
  expect(faultOf(() => checkReplaceable(output, all))).toMatchObject({ path: 'a/fifo' });
  expect(faultOf(() => checkReplaceable(output, ['a', ...all]))).toMatchObject({ path: 'a' });
  expect(faultOf(() => checkReplaceable(output, []))).toBeUndefined();
});

it('a file on the way, or a link, is no folder', async () => {
  using output = await OutputFolder.open(prepared());
  expect(() => checkReplaceable(output, ['a/plain/x'])).toThrow('plain');
  expect(() => checkReplaceable(output, ['a/to-folder/x'])).toThrow('to-folder');
});

it('a folder is on the mount of ".pki" and on its device, for files are renamed from there', async () => {
  using output = await OutputFolder.open(prepared());
  const { root, own } = output;
  const { mount, path, stat } = own;
  const enter = output.enter.bind(output);
  const tried = (there: { mount?: string; dev?: number }, paths: readonly string[]): unknown =>
    faultOf(() =>
      checkReplaceable(
        { root, enter, own: { path, mount: there.mount ?? mount, stat: { dev: there.dev ?? stat.dev } } },
        paths,
      ),
    );
  const fault = (folder: string): unknown => ({
    kind: 'other-mount',
    path: join(root.path, folder),
    own: path,
  });
  expect(tried({}, ['a/plain'])).toBeUndefined();
  expect(tried({ mount: 'other' }, ['a/plain'])).toEqual(fault('a'));
  expect(tried({ dev: stat.dev + 1 }, ['a/plain'])).toEqual(fault('a'));
  // What is not there yet will be in the folder that is.
  expect(tried({ dev: stat.dev + 1 }, ['a/new/newer/x'])).toEqual(fault('a'));
  expect(tried({ mount: 'other' }, ['new/x'])).toEqual(fault('.'));
});

describe.skipIf(process.geteuid?.() !== 0)('for a user who is not root (needs root)', () => {
  const [ME, OTHER] = [65_534, 65_533];

  function asUser<T>(action: () => T): T {
    process.seteuid?.(ME);
    try {
      return action();
    } finally {
      process.seteuid?.(0);
    }
  }

  it.each<[mode: number, folder: number, file: number, sticky: boolean]>([
    [0o1777, 0, OTHER, true],
    [0o1777, 0, 0, true],
    [0o1777, OTHER, OTHER, true],
    [0o1777, ME, OTHER, false],
    [0o1777, OTHER, ME, false],
    [0o0777, 0, OTHER, false],
  ])('in a folder of mode %o of %d a file of %d has to stay: %j', async (mode, folder, file, sticky) => {
    const root = prepared();
    chownSync(join(root, 'a/plain'), file, 0);
    chownSync(join(root, 'a'), folder, 0);
    chmodSync(join(root, 'a'), mode);
    using output = await OutputFolder.open(root);
    const fault = { kind: 'fixed-file', path: 'a/plain', why: { kind: 'sticky' } };
    const check = () => faultOf(() => checkReplaceable(output, ['a/plain']));
    expect(asUser(check)).toEqual(sticky ? fault : undefined);
    expect(check()).toBeUndefined();
  });

  it('a folder that is closed is named with all that was asked for', async () => {
    const root = prepared();
    chmodSync(join(root, 'a'), 0o700);
    using output = await OutputFolder.open(root);
    for (const path of ['a/plain', 'a/new/x'])
      expect(asUser(() => faultOf(() => checkReplaceable(output, [path])))).toEqual({
        kind: 'closed-folder',
        path: join(root, path.slice(0, path.lastIndexOf('/'))),
        code: 'EACCES',
      });
  });
});
