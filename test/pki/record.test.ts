import { describe, expect, it } from 'vitest';
import { compact, fromKeys, keysOf, mapRecord, pick } from '../../src/pki/record.ts';

describe('records with known keys', () => {
  it('lists keys in their order', () => {
    expect(keysOf({ b: 1, a: 2 })).toEqual(['b', 'a']);
  });

  it('makes a value for each key', () => {
    expect(fromKeys(['b', 'a'], (key) => `${key}!`)).toEqual({ b: 'b!', a: 'a!' });
  });

  it('maps values with their keys', () => {
    expect(mapRecord({ a: 1, b: 2 }, (value, key) => `${key}${value}`)).toEqual({ a: 'a1', b: 'b2' });
  });

  it('drops what is undefined, and nothing else', () => {
    const kept = compact({ a: undefined, b: null, c: 0, d: '', e: false });
    expect(Object.keys(kept)).toEqual(['b', 'c', 'd', 'e']);
    expect(kept).toEqual({ b: null, c: 0, d: '', e: false });
  });

  it('picks the keys that are there', () => {
    const record: { readonly a: number; readonly b?: number; readonly c: number } = { a: 1, c: 3 };
    expect(Object.keys(pick(record, ['b', 'c']))).toEqual(['c']);
  });
});
