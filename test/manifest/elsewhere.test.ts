/** Keys of other tools: none of them is one of ours, in any map, or its hint would keep a slip from being seen. */
import { describe, expect, it } from 'vitest';
import { absentHint } from '../../src/manifest/elsewhere.ts';
import {
  ARCHIVE_KEYS,
  ATTRIBUTE_KEYS,
  AUTHORITY_KEYS,
  FILE_KEYS,
  LEAF_KEYS,
  SETTING_KEYS,
  TOP_KEYS,
} from '../../src/manifest/schema.ts';

const OURS = [
  ...ARCHIVE_KEYS,
  ...ATTRIBUTE_KEYS,
  ...AUTHORITY_KEYS,
  ...FILE_KEYS,
  ...LEAF_KEYS,
  ...SETTING_KEYS,
  ...TOP_KEYS,
];

describe('absentHint', () => {
  it('has nothing to say about keys of ours, but for some that are no key of the manifest itself', () => {
    const found = new Set(OURS.filter((key) => absentHint(key) !== undefined));
    expect([...found].sort()).toEqual(['ca', 'certificate', 'issuer']);
    expect(TOP_KEYS.filter((key) => found.has(key))).toEqual([]);
  });

  it.each(['basicConstraints', 'basic_constraints', 'BASIC-CONSTRAINTS', 'basicconstraints'])(
    'takes %s for one word',
    (key) => {
      expect(absentHint(key)).toContain('follows from where the entry stands');
    },
  );

  it.each(['constructor', '__proto__', 'toString', ''])('knows nothing of %j', (key) => {
    expect(absentHint(key)).toBeUndefined();
  });
});
