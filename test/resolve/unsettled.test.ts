/** A draft of an entry without what every entry has is a defect of this program, and is called one. */
import { expect, it } from 'vitest';
import { authorityDraft, leafDraft } from '../../src/resolve/draft.ts';

it('is made of no entry that lacks a setting', () => {
  const written = { name: 'a', heading: {}, layer: { values: {} } } as never;
  const lacks = (place: string) => `Internal error: "a" lacks a setting that every ${place} has`;
  expect(() => authorityDraft(written)).toThrow(lacks('authority'));
  expect(() => leafDraft('servers', written)).toThrow(lacks('leaf'));
});
