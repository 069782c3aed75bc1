import { describe, expect, it } from 'vitest';
import { choice, didYouMean, listed, nearest } from '../../src/manifest/suggest.ts';

describe('nearest', () => {
  it.each([
    ['rot', ['root', 'services'], 'root'],
    ['isuer', ['issuer', 'key'], 'issuer'],
    ['issuer', ['issuer'], 'issuer'],
    ['COMMON_NAME', ['commonName', 'country'], 'commonName'],
    ['org', ['organization', 'output'], 'organization'],
    ['sevrers', ['servers', 'peers'], 'servers'],
    ['ab', ['xy'], undefined],
    ['xyzzy', ['root', 'services'], undefined],
    ['', ['a'], 'a'],
    ['root2', ['root1', 'root'], 'root1'],
    // Three letters that a word begins with are enough, two are not.
    ['abc', ['abcdefgh'], 'abcdefgh'],
    ['abcdefgh', ['abc'], 'abc'],
    ['ab', ['abcdefgh'], undefined],
    ['abcdefgh', ['ab'], undefined],
    // Two slips in words of four letters, one in those of three.
    ['abcd', ['abxy'], 'abxy'],
    ['abc', ['axy'], undefined],
    ['abcd', ['xyabcd'], 'xyabcd'],
    ['abcd', ['xyzabcd'], undefined],
    // Of two that are as near the first one.
    ['abcd', ['abxy', 'xycd'], 'abxy'],
    ['abcd', ['abxd', 'xbcd'], 'abxd'],
    ['abcd', ['abxy', 'abcx'], 'abcx'],
    // Neighbours change places, and nothing else does.
    ['ab', ['ba'], 'ba'],
    ['ab', ['bc'], undefined],
    ['ab', ['ca'], undefined],
  ])('%s among %j is %s', (word, candidates, expected) => {
    expect(nearest(word, candidates)).toBe(expected);
  });

  it('looks at two thousand words', () => {
    const far = (count: number): readonly string[] => Array.from({ length: count }, () => 'zzzzzzzzzz');
    expect([nearest('root', [...far(1999), 'root']), nearest('root', [...far(2000), 'root'])]).toEqual([
      'root',
      undefined,
    ]);
  });

  it('does not take long over long words', () => {
    expect(nearest('a'.repeat(1_000_000), ['b'.repeat(1_000_000)])).toBeUndefined();
  });
});

describe('wording', () => {
  it('asks', () => expect(didYouMean('rot', ['root'])).toBe('did you mean "root"?'));
  it('stays silent', () => expect(didYouMean('xyzzy', ['root'])).toBeUndefined());
  it.each([
    [['a'], '"a"'],
    [['a', 'b'], '"a" or "b"'],
    [['a', 'b', 'c'], '"a", "b" or "c"'],
    [['a', 'b', 'c', 'd', 'e', 'f'], '"a", "b", "c", "d", "e" or "f"'],
    [['a', 'b', 'c', 'd', 'e', 'f', 'g'], '"a", "b", "c", "d", "e", "f" … (7 in all)'],
  ])('lists %j', (words, expected) => expect(listed(words)).toBe(expected));
  it.each([
    [[], undefined],
    [['a'], 'the only root is "a"'],
    [['a', 'b'], 'the roots are "a" and "b"'],
  ])('offers %j', (words, expected) => expect(choice('root', 'roots', words)).toBe(expected));
});
