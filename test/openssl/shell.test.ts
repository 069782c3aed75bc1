/** Words of a shell script, judged by a shell. */
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shellWord, shellWords, shownPath, shownWord } from '../../src/openssl/shell.ts';
import { holds } from '../helpers/property.ts';

it.each([
  ['a/b-c_d.e', 'a/b-c_d.e'],
  ['rsa_keygen_bits:2048', 'rsa_keygen_bits:2048'],
  ['', "''"],
  ['a b', "'a b'"],
  ["it's", "'it'\\''s'"],
  ['$HOME', "'$HOME'"],
  ['*', "'*'"],
  ['~', "'~'"],
  ['a\nb', "'a\nb'"],
])('%j is written %s', (word, written) => expect(shellWord(word)).toBe(written));

it.each([
  ['a b', "'a b'"],
  ['a\u202eb\u200b', `"$(printf %b 'a\\0342\\0200\\0256b\\0342\\0200\\0213')"`],
  ['\u001b1', `"$(printf %b '\\00331')"`],
])('%j is shown as %s, and a shell reads it back', (word, shown) => {
  expect(shownWord(word)).toBe(shown);
  expect(execFileSync('sh', ['-c', `printf %s ${shown}`], { encoding: 'utf8' })).toBe(word);
});

/** What a shell makes of the words: each is printed with a NUL behind it. */
function throughShell(words: readonly string[]): readonly string[] {
  const script = `printf '%s\\0' ${shellWords(words)}`;
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
}

it('a shell gives back every word as it was', () => {
  const special = fc.constantFrom(...'\'"\\$`!*?[]{}()<>|&;#~ \n\t=%'.split(''));
  const word = fc.array(fc.oneof(special, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 })), {
    maxLength: 12,
  });
  const clean = word.map((all) => all.join('')).filter((text) => !/[\0\p{Cs}]/u.test(text));
  holds(
    fc.array(clean, { minLength: 10, maxLength: 10 }),
    (words) => expect(throughShell(words)).toEqual(words),
    25,
  );
});

it.each([
  ['a/b.yaml', 'a/b.yaml'],
  ['-q.plan', './-q.plan'],
  ['- x', "'./- x'"],
  ['-\n', `"$(printf %b './-\\0012')"`],
])('a shown path is never taken for an option: %j', (path, shown) => {
  expect(shownPath(path)).toBe(shown);
});
