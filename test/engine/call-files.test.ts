/** What openssl reads and prints in a worker: each call has its own input, and an error shows the output of its own call. */
import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CallFiles } from '../../src/engine/call-files.ts';
import { openedSince, openNow } from '../helpers/descriptors.ts';
import { memoryFolder } from '../helpers/folders.ts';

const KEPT = 16 * 1024;
const FULL = 1024 * 1024;
const LEFT_OUT = '(what it printed before this is left out)\n';

let stem: string;
let files: CallFiles;
beforeEach(() => {
  stem = join(memoryFolder(), 'worker-1');
  files = new CallFiles(stem, 0);
});
afterEach(() => files.close());

const input = () => readFileSync(`${stem}.in-0`, 'utf8');
const print = (text: string) => appendFileSync(`${stem}.log-0`, text);

it('only the owner can read what a call is given, and what it prints', () => {
  const modes = ['in', 'log'].map((name) => statSync(`${stem}.${name}-0`).mode & 0o777);
  expect(modes).toEqual([0o600, 0o600]);
});

describe('the input', () => {
  it('of a call takes the place of the last one, with empty lines up to the longest', () => {
    files.open('long text\n');
    expect(input()).toBe('long text\n');
    files.open('ü\n');
    expect(input()).toBe('ü\n\n\n\n\n\n\n\n');
    files.open('as long ü\n');
    expect(input()).toBe('as long ü\n');
  });

  it('stays as it is for a call that reads none', () => {
    files.open('text\n');
    files.open(null);
    expect(input()).toBe('text\n');
  });
});

describe('the output', () => {
  it('of a call is what was printed since it began', () => {
    print('before\n');
    const first = files.open(null);
    print('one\n');
    expect(files.words(first)).toBe('one\n');
    const second = files.open('text');
    expect(files.words(second)).toBe('');
    print('two\n');
    expect(files.words(second)).toBe('two\n');
  });

  it.each([
    [KEPT, ''],
    [KEPT + 1, LEFT_OUT],
  ])('of %i octets is whole, or its end, which is said', (size, note) => {
    print('before\n');
    const before = files.open(null);
    print(`${'x'.repeat(size - 5)}last\n`);
    expect(files.words(before)).toBe(`${note}${'x'.repeat(KEPT - 5)}last\n`);
  });

  it.each([
    [FULL - 1, FULL - 1],
    [FULL, 0],
  ])('comes after %i octets of others, or the file begins again', (size, before) => {
    print('x'.repeat(size));
    expect(files.open(null)).toBe(before);
    expect(statSync(`${stem}.log-0`).size).toBe(before);
    print('words');
    expect(files.words(before)).toBe('words');
  });
});

describe('files that are there already', () => {
  it.each(['in', 'log'])('are not touched, and none stays open: worker-2.%s-1', (name) => {
    const other = join(dirname(stem), 'worker-2');
    writeFileSync(`${other}.${name}-1`, 'another');
    const before = openNow();
    expect(() => new CallFiles(other, 1)).toThrow('EEXIST');
    expect(openedSince(before)).toEqual([]);
    expect(readFileSync(`${other}.${name}-1`, 'utf8')).toBe('another');
  });

  it('are those of another turn, or of another worker', () => {
    const next = new CallFiles(stem, 1);
    next.close();
    expect(existsSync(`${stem}.in-1`)).toBe(true);
  });
});
