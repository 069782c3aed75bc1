/** Order of texts, and lists that hold the same. */
import { expect, it } from 'vitest';
import { compare, sameSet } from '../../src/pki/compare.ts';

it('texts are in the order of their code units, in every locale', () => {
  expect([compare('a', 'b'), compare('b', 'a'), compare('a', 'a'), compare('', 'a')]).toEqual([-1, 1, 0, -1]);
  expect(['ä', 'b', 'B', 'a', '', 'ab', '10', '9'].sort(compare)).toEqual([
    '',
    '10',
    '9',
    'B',
    'a',
    'ab',
    'b',
    'ä',
  ]);
});

it.each<[string[], string[], boolean]>([
  [[], [], true],
  [['a'], ['a'], true],
  [['a', 'b'], ['a', 'b'], true],
  [['a', 'b'], ['b', 'a'], true],
  [['b', 'a'], ['a', 'b'], true],
  [['c', 'a', 'b'], ['b', 'c', 'a'], true],
  [['a', 'a', 'b'], ['a', 'b', 'a'], true],
  [['a', 'a', 'b'], ['a', 'b', 'b'], false],
  [['a', 'b', 'b'], ['b', 'a', 'a'], false],
  [['a'], ['a', 'a'], false],
  [['a', 'a'], ['a'], false],
  [['a'], [], false],
  [[], ['a'], false],
  [['a', 'b'], ['a', 'c'], false],
  [['a'], ['A'], false],
])('%j and %j', (found, wanted, same) => {
  const [first, second] = [[...found], [...wanted]];
  expect(sameSet(found, wanted)).toBe(same);
  expect([found, wanted]).toEqual([first, second]);
});
