/** Files that are written leave no descriptor open, however the writing ends: a run writes thousands. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeNew } from '../../src/store/disk.ts';
import { openOf, SEES_OPEN } from '../helpers/descriptors.ts';
import { memoryFolder } from '../helpers/folders.ts';

function* failing(): Iterable<string> {
  yield 'a';
  throw new Error('no more');
}

it.skipIf(!SEES_OPEN)('a new file is closed, also where its content ends in an error (needs /proc)', () => {
  const folder = memoryFolder();
  const [whole, half] = [join(folder, 'whole'), join(folder, 'half')];
  writeNew(whole, 'text', 0o640);
  expect(() => writeNew(half, failing(), 0o600)).toThrow('no more');
  expect(openOf(folder)).toEqual([]);
});

it.each<[string, string | Uint8Array | Iterable<string>]>([
  ['text', 'abc'],
  ['octets', Buffer.from('abc')],
  ['pieces', ['a', '', 'b', 'c']],
])('%s is written with exactly the mode, and never over another file', (_, content) => {
  const path = join(memoryFolder(), 'file');
  writeNew(path, content, 0o666);
  expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['abc', 0o666]);
  expect(() => writeNew(path, 'other', 0o600)).toThrow('EEXIST');
  expect(readFileSync(path, 'utf8')).toBe('abc');
});

it('many pieces come in their order', () => {
  const path = join(memoryFolder(), 'file');
  const pieces = Array.from({ length: 300_000 }, (_, i) => `${i}\n`);
  writeNew(path, pieces, 0o600);
  expect(readFileSync(path, 'utf8') === pieces.join('')).toBe(true);
});
