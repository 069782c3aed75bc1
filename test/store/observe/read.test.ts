/** Whatever may lie where a file should: it is said what, nothing is followed, nothing waits. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Blockage } from '../../../src/plan/blockage.ts';
import { readBytes } from '../../../src/store/observe/read.ts';
import { temporaryFolder } from '../../helpers/folders.ts';
import { asUser } from '../../helpers/users.ts';

const folder = temporaryFolder();
const path = (name: string): string => join(folder, name);

it('a plain file: its bytes and its mode', () => {
  writeFileSync(path('plain'), Buffer.from([0, 255, 10]));
  chmodSync(path('plain'), 0o640);
  expect(readBytes(path('plain'))).toEqual({
    state: 'present',
    facts: Buffer.from([0, 255, 10]),
    mode: 0o640,
    owner: { uid: process.geteuid?.(), gid: process.getegid?.() },
  });
});

it('an empty file is a file', () => {
  writeFileSync(path('empty'), '', { mode: 0o600 });
  expect(readBytes(path('empty'))).toMatchObject({ state: 'present', facts: Buffer.alloc(0) });
});

it('nothing', () => expect(readBytes(path('nothing'))).toEqual({ state: 'missing' }));

it('nothing, in a folder that is not there', () =>
  expect(readBytes(path('no/such'))).toEqual({ state: 'missing' }));

it.each<readonly [string, () => string, Blockage]>([
  [
    'a folder',
    () => {
      mkdirSync(path('folder'));
      return path('folder');
    },
    { kind: 'directory' },
  ],
  [
    'a link to a file',
    () => {
      writeFileSync(path('target'), 'x');
      symlinkSync('target', path('link'));
      return path('link');
    },
    { kind: 'link' },
  ],
  [
    'a link to nothing',
    () => {
      symlinkSync('nowhere', path('dangling'));
      return path('dangling');
    },
    { kind: 'link' },
  ],
  [
    'a link to itself',
    () => {
      symlinkSync('loop', path('loop'));
      return path('loop');
    },
    { kind: 'link' },
  ],
  [
    'a FIFO that nobody writes to',
    () => {
      execFileSync('mkfifo', [path('fifo')]);
      return path('fifo');
    },
    { kind: 'not-a-file' },
  ],
  ['a device', () => '/dev/zero', { kind: 'not-a-file' }],
  [
    'something below a file',
    () => {
      writeFileSync(path('file'), 'x');
      return path('file/key.pem');
    },
    { kind: 'not-a-folder' },
  ],
  ['a name too long', () => path('x'.repeat(300)), { kind: 'unreadable', code: 'ENAMETOOLONG' }],
])('%s', (_, make, cause) => {
  expect(readBytes(make())).toEqual({ state: 'blocked', cause });
});

it('a file too large to be one of ours is not read', () => {
  writeFileSync(path('large'), '');
  truncateSync(path('large'), 4 * 1024 * 1024 + 1);
  expect(readBytes(path('large'))).toEqual({
    state: 'blocked',
    cause: { kind: 'too-large', size: 4194305 },
  });
  truncateSync(path('large'), 4 * 1024 * 1024);
  expect(readBytes(path('large')).state).toBe('present');
});

it('a file that its mode keeps from us', () => {
  writeFileSync(path('secret'), 'x');
  chmodSync(path('secret'), 0o000);
  chmodSync(folder, 0o755);
  expect(asUser(() => readBytes(path('secret')))).toEqual({
    state: 'blocked',
    cause: { kind: 'unreadable', code: 'EACCES' },
  });
});

it('a folder that its mode keeps from us', () => {
  mkdirSync(path('closed'));
  writeFileSync(path('closed/key.pem'), 'x');
  chmodSync(path('closed'), 0o000);
  try {
    expect(asUser(() => readBytes(path('closed/key.pem')))).toEqual({
      state: 'blocked',
      cause: { kind: 'unreadable', code: 'EACCES' },
    });
  } finally {
    chmodSync(path('closed'), 0o700);
  }
});
