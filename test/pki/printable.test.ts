/** Texts of others, made safe to show: what is not seen is written by its code, and columns stay what they were. */
import { describe, expect, it } from 'vitest';
import {
  codePointText,
  displayWidth,
  quote,
  spaceText,
  strangeSpace,
  visible,
  visibleJson,
  visibleLines,
} from '../../src/pki/printable.ts';

describe('a quoted value', () => {
  it.each([
    ['', '""'],
    ['a b', '"a b"'],
    ['a"b\\', '"a\\"b\\\\"'],
    ['a\nb\tc', '"a\\nb\\tc"'],
    ['\u001b[2J', '"\\u001b[2J"'],
    ['\u007f', '"\\u007f"'],
    ['\u009b', '"\\u009b"'],
    ['a\u202eb', '"a\\u202eb"'],
    ['a\u00a0b', '"a\\u00a0b"'],
    ['a\u3000b', '"a\\u3000b"'],
    ['\u2028\u2029', '"\\u2028\\u2029"'],
    ['\u00ad', '"\\u00ad"'],
    // Of a character beyond the first plane, both halves.
    ['\u{e0041}', '"\\udb40\\udc41"'],
    ['\ud800', '"\\ud800"'],
    ['日本', '"日本"'],
  ])('%j', (value, quoted) => {
    expect(quote(value)).toBe(quoted);
    expect(JSON.parse(quote(value))).toBe(value);
  });

  it.each([
    ['80 characters stay', 'a'.repeat(80), 'a'.repeat(80)],
    ['of 81, 79 and an ellipsis', 'a'.repeat(81), `${'a'.repeat(79)}…`],
    ['counted by characters, not by halves', '😀'.repeat(80), '😀'.repeat(80)],
    ['and none is cut in two', '😀'.repeat(81), `${'😀'.repeat(79)}…`],
    ['of many alike', 'ab'.repeat(1e5), `${'ab'.repeat(39)}a…`],
  ])('%s', (_, value, shown) => expect(quote(value)).toBe(`"${shown}"`));
});

describe('a character', () => {
  it.each([
    [' ', 'U+0020', 'a space', undefined],
    ['\u00a0', 'U+00A0', 'a no-break space (U+00A0)', 'a no-break space (U+00A0)'],
    ['\u2003', 'U+2003', 'an unusual space (U+2003)', 'an unusual space (U+2003)'],
    ['\u3000', 'U+3000', 'an unusual space (U+3000)', 'an unusual space (U+3000)'],
    ['\t', 'U+0009', 'the character U+0009', undefined],
    ['\u202e', 'U+202E', 'the character U+202E', undefined],
    ['a', 'U+0061', 'the character U+0061', undefined],
    ['😀', 'U+1F600', 'the character U+1F600', undefined],
  ])('%j', (character, code, text, strange) => {
    expect([codePointText(character), spaceText(character), strangeSpace(character)]).toEqual([
      code,
      text,
      strange,
    ]);
    expect(strangeSpace(`a ${character}b\u1680`)).toBe(strange ?? 'an unusual space (U+1680)');
  });
});

describe('a line', () => {
  it.each([
    ['a\tb', 'a b'],
    ['\u0000\u001b\u001f', '␀␛␟'],
    ['\u007f', '␡'],
    ['\u0080\u009b', '\ufffd\ufffd'],
    ['a\u00a0b\u3000', 'a␣b␣'],
    ['a\u202eb\u200b', 'a\ufffdb\ufffd'],
    ['\u{e0041}', '\ufffd\ufffd'],
    ['\ud800a\udc00', '\ufffda\ufffd'],
    ['a b é 日 😀', 'a b é 日 😀'],
  ])('%j is shown as %j', (line, shown) => {
    expect(visible(line)).toBe(shown);
    expect(shown).toHaveLength(line.length);
  });

  it('ends where it ends, and nothing else does', () => {
    expect(visibleLines('a\nb\r\n\u2028c\n')).toBe('a\nb␍\n\ufffdc\n');
    expect(visible('a\nb')).toBe('a␊b');
  });
});

it('JSON keeps its line breaks, and has codes for what is not seen', () => {
  expect(visibleJson('{\n "a": "\u202e\u{e0041}\u00a0"\n}')).toBe(
    '{\n "a": "\\u202e\\udb40\\udc41\\u00a0"\n}',
  );
});

it.each([
  ['', 0],
  ['abc', 3],
  ['é', 1],
  ['e\u0301', 1],
  ['a\u20dd', 1],
  ['日本', 4],
  ['한', 2],
  ['ｆ', 2],
  ['😀', 2],
  ['\u{20000}', 2],
  ['a日\u0301b', 4],
])('%j takes %i columns', (text, width) => expect(displayWidth(text)).toBe(width));
