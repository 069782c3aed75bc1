/** What a crash cut short is no line of the ledger, however long it is. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { wholeLines } from '../../src/store/ledger.ts';
import { OpenFile } from '../../src/store/open-file.ts';
import { memoryFolder } from '../helpers/folders.ts';

const MIB = 1024 * 1024;

it.each<[what: string, text: string, whole: number]>([
  ['nothing', '', 0],
  ['a line that has no end', 'abc', 0],
  ['a line that is whole', 'abc\n', 4],
  ['one, and the beginning of another', 'abc\ndef', 4],
  ['an empty line', '\n', 1],
  ['one before a beginning of just as much as is looked at', `abc\n${'x'.repeat(MIB)}`, 4],
  ['one before a long beginning', `abc\n${'x'.repeat(2 * MIB + 5)}`, 4],
  ['a long beginning alone', 'x'.repeat(MIB + 1), 0],
])('of %s, so much is whole', (_, text, whole) => {
  const path = join(memoryFolder(), 'ledger');
  writeFileSync(path, text);
  using file = new OpenFile(path, path);
  expect(wholeLines(file)).toBe(whole);
});
