/** Distinguished names as lists: RDNs, their text, and which texts they may have. */
import { describe, expect, it } from 'vitest';
import { FORBIDDEN, isStatable, textFault } from '../../src/pki/attribute-text.ts';
import { commonName, relativeParts, type Subject, subjectText } from '../../src/pki/subject.ts';

const C = { type: 'C', value: 'SE' } as const;
const O = { type: 'O', value: 'Example, Org' } as const;
const CN = { type: 'CN', value: 'api' } as const;
const OU = { type: 'OU', value: 'dev', joined: true } as const;

describe('a name', () => {
  it.each<[string, Subject, readonly Subject[], string | undefined]>([
    ['', [], [], undefined],
    ['CN=api', [CN], [[CN]], 'api'],
    ['C=SE, O=Example, Org, CN=api', [C, O, CN], [[C], [O], [CN]], 'api'],
    ['C=SE, CN=api+OU=dev', [C, CN, OU], [[C], [CN, OU]], 'api'],
    ['CN=api+OU=dev, C=SE', [CN, OU, C], [[CN, OU], [C]], 'api'],
    ['O=Example, Org', [O], [[O]], undefined],
    [
      'CN=a, CN=b',
      [
        { ...CN, value: 'a' },
        { ...CN, value: 'b' },
      ],
      [[{ ...CN, value: 'a' }], [{ ...CN, value: 'b' }]],
      'a',
    ],
  ])('%s', (text, subject, parts, cn) => {
    expect([subjectText(subject), relativeParts(subject), commonName(subject)]).toEqual([text, parts, cn]);
  });
});

describe('a text of a name', () => {
  it.each([
    ['a', 1, null],
    ['ab', 1, 'long'],
    // Characters count, not their halves.
    ['😀', 1, null],
    ['', 9, 'empty'],
    ['  ', 9, 'empty'],
    [' a', 9, 'spaced'],
    ['a ', 9, 'spaced'],
    ['a b', 9, null],
    ['a\nb', 9, 'forbidden'],
    ['\n', 9, 'forbidden'],
    ['a\u202eb', 1, 'forbidden'],
    ['é', 9, null],
  ])('%j of at most %i', (text, limit, fault) => expect(textFault(text, limit)).toBe(fault));

  it.each([
    0x00, 0x7f, 0x9f, 0xad, 0x61c, 0x200b, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2060, 0x2066,
    0xfeff, 0xfffd, 0xe0041,
  ])('has no character %i', (code) => expect(FORBIDDEN.test(`a${String.fromCodePoint(code)}b`)).toBe(true));

  // Joiners belong to words of Persian and of Indian languages.
  it.each([0x20, 0xa0, 0xe9, 0x200c, 0x200d, 0x65e5, 0x1f600])('may have the character %i', (code) =>
    expect(FORBIDDEN.test(`a${String.fromCodePoint(code)}b`)).toBe(false),
  );

  it('is bounded by its type', () => {
    const stated = (type: string, length: number): boolean => isStatable({ type, value: 'a'.repeat(length) });
    expect([stated('C', 2), stated('C', 3), stated('CN', 64), stated('CN', 65), stated('1.2.3', 65)]).toEqual(
      [true, false, true, false, true],
    );
    expect([isStatable({ type: 'CN', value: '' }), isStatable({ type: 'CN', value: ' a' })]).toEqual([
      false,
      false,
    ]);
  });
});
