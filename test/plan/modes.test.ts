/** The mode that a file gets: as it is stated, or one that no other user can make use of; and none where it is right. */
import { describe, expect, it } from 'vitest';
import type { Ownership } from '../../src/pki/ownership.ts';
import { modeFault, modeReasons } from '../../src/plan/modes.ts';
import { aServer, keyFacts, observed } from '../helpers/entities.ts';

const entity = (ownership?: Ownership) =>
  aServer({ name: 'api', ...(ownership === undefined ? {} : { ownership }) });
const file = (mode: number) => ({ state: 'present', facts: keyFacts('k'), mode }) as const;
const files = (mode: number) => observed({ key: file(mode), ca: { ...file(mode), facts: [] } });

describe('without a word in the manifest', () => {
  it.each<[string, number, number | null, number | null]>([
    ['as apply makes them', 0o600, null, null],
    ['a key that all may read', 0o644, 0o600, null],
    ['a key that a group may read', 0o640, 0o600, null],
    ['a file that all may write', 0o666, 0o600, 0o644],
    ['a file that a group may write', 0o660, 0o600, 0o644],
    ['narrower than usual', 0o400, null, null],
  ])('%s', (_, mode, key, ca) => {
    const seen = files(mode);
    expect([modeFault('key', seen, entity()), modeFault('ca', seen, entity())]).toEqual([key, ca]);
  });

  it('a group that was given the key on purpose may read it', () => {
    const shared = observed({ key: { ...file(0o640), group: 'ssl-cert' } as never });
    expect(modeFault('key', shared, entity())).toBeNull();
    const wide = observed({ key: { ...file(0o666), group: 'ssl-cert' } as never });
    expect(modeFault('key', wide, entity())).toBe(0o640);
  });
});

describe('where the manifest states it', () => {
  it.each<[string, Ownership, number, number | null, number | null]>([
    ['it is so', { mode: 0o640 }, 0o640, null, 0o644],
    ['and wider', { mode: 0o640 }, 0o600, 0o640, 0o644],
    ['and narrower', { mode: 0o400 }, 0o644, 0o400, 0o444],
    ['by a group that reads', { group: 'ssl' }, 0o600, 0o640, 0o644],
    ['an owner alone says nothing of modes', { owner: 'web' }, 0o600, null, null],
    ['bits above the permissions do not count', { mode: 0o640 }, 0o100640, null, 0o644],
  ])('%s', (_, ownership, mode, key, ca) => {
    const found = entity(ownership);
    const seen = files(mode);
    expect([modeFault('key', seen, found), modeFault('ca', seen, found)]).toEqual([key, ca]);
  });
});

it('reasons name each file with both modes, and none that is not there or cannot be looked at', () => {
  expect(modeReasons(files(0o666), entity())).toEqual([
    { kind: 'mode', artifact: 'key', before: 0o666, after: 0o600 },
    { kind: 'mode', artifact: 'ca', before: 0o666, after: 0o644 },
  ]);
  expect(modeReasons(files(0o600), entity())).toEqual([]);
  const away = observed({ ca: { state: 'garbage', detail: 'x' }, chain: { state: 'missing' } });
  expect(modeReasons(away, entity({ mode: 0o640 }))).toEqual([]);
});
