/** What of the archive is too old: never the newest key of an entity, and never by a clock that may have jumped. */
import { describe, expect, it } from 'vitest';
import type { Inventory } from '../../src/pki/entity.ts';
import { consentsIn } from '../../src/plan/consent.ts';
import type { Archive, ArchivedSet } from '../../src/plan/observation.ts';
import { planAsked } from '../../src/plan/part.ts';
import { isDue, planInventory } from '../../src/plan/plan.ts';
import { prunedWith } from '../../src/plan/prune.ts';
import { DAY, NOW } from '../helpers/entities.ts';
import { ALL, api, billing, root, settled } from './settled.ts';

const YEARS = 365 * DAY;
const KEEPS_TWO_YEARS: Inventory = { ...ALL, archiveFor: 2 * YEARS };

/** So many days old. */
function set(entity: string, days: number, holdsKey = true): ArchivedSet {
  return { entity, folder: `${days} days old`, time: NOW - days * DAY, holdsKey };
}

interface Given {
  readonly sets: readonly ArchivedSet[];
  readonly newest?: number | null;
  readonly revival?: Archive['revival'];
  /** What the clock says. */
  readonly now?: number;
  readonly clock?: 'compared' | 'trusted';
  /** When the ledger was written to last, where that is not `newest`. */
  readonly issues?: number;
}

function planned({ sets, newest = NOW, revival = null, now = NOW, clock, issues }: Given) {
  const world = settled();
  const archive = { sets, newest, revival };
  const observation = {
    ...world.observation(ALL),
    archive,
    ...(issues === undefined ? {} : { issues: { newest: issues, before: null, revived: false } }),
  };
  const options = { now, ...(clock === undefined ? {} : { clock }) };
  return planInventory(KEEPS_TWO_YEARS, observation, options);
}

function prunes(given: Given): readonly string[] {
  return planned({ clock: 'compared', ...given }).prunes.map(({ entity, folder }) => `${entity}: ${folder}`);
}

describe('what is older than it has to be kept', () => {
  it('goes, but for the newest key of each entity; the oldest is named first', () => {
    const sets = [
      set(api, 900),
      set(api, 800),
      set(api, 10),
      set(root, 1000),
      set(root, 1500),
      set('servers/gone', 3000),
      set(billing, 731, false),
      set(billing, 730, false),
    ];
    expect(prunes({ sets })).toEqual([
      `${root}: 1500 days old`,
      `${api}: 900 days old`,
      `${api}: 800 days old`,
      `${billing}: 731 days old`,
    ]);
  });

  it('a newer certificate is no newer key', () => {
    expect(prunes({ sets: [set(api, 900), set(api, 800, false), set(api, 10, false)] })).toEqual([
      `${api}: 800 days old`,
    ]);
  });

  it('is due, and takes a yes where a key goes with it', () => {
    const plan = planned({
      clock: 'compared',
      sets: [set(api, 900), set(api, 800), set(billing, 900, false)],
    });
    expect(isDue(plan)).toBe(true);
    expect([...consentsIn(plan)]).toEqual([['prune', [api]]]);
    expect(
      prunedWith(plan.prunes, new Set(['remove', 'trust', 'rekey-ca'])).map(({ entity }) => entity),
    ).toEqual([billing]);
    expect(prunedWith(plan.prunes, new Set(['prune']))).toEqual(plan.prunes);
    const certificates = planned({ clock: 'compared', sets: [set(billing, 900, false)] });
    expect([...consentsIn(certificates)]).toEqual([]);
  });

  it('is no part of what was asked for by name', () => {
    const world = settled();
    const archive = { sets: [set(api, 900), set(api, 800)], newest: NOW, revival: null };
    const observation = { ...world.observation(ALL), archive };
    const asked = { now: NOW, rekey: new Set([api]) };
    expect(planAsked(KEEPS_TWO_YEARS, observation, asked).prunes).toEqual([]);
    expect(planAsked(KEEPS_TWO_YEARS, observation, { now: NOW }).prunes).toHaveLength(1);
  });
});

describe('a clock that may have jumped', () => {
  const sets = [set(api, 900), set(api, 400), set(api, 1)];
  const old = [`${api}: 900 days old`];
  const both = [...old, `${api}: 400 days old`];

  it.each<[string, Omit<Given, 'sets'>, readonly string[]]>([
    ['none', {}, old],
    ['a year and a month ahead, and certificates have ended by it', { now: NOW + 400 * DAY }, old],
    ['six years ahead, where nothing was issued that could have ended', { now: NOW + 6 * YEARS }, old],
    [
      'the second run with such a clock: what had ended was renewed',
      {
        now: NOW + 60 * DAY,
        newest: NOW + 59 * DAY,
        revival: { at: NOW + 59 * DAY, before: NOW - 400 * DAY },
      },
      [],
    ],
    [
      'a machine that was off for a year, years ago',
      { revival: { at: NOW - 800 * DAY, before: NOW - 1200 * DAY } },
      old,
    ],
    ['nothing but that in the ledger', { revival: { at: NOW - DAY, before: null } }, []],
    ['no ledger, and certificates that have ended', { now: NOW + 400 * DAY, newest: null }, []],
    ['behind the ledger', { issues: NOW + 10 * DAY }, []],
    ['someone vouches for it', { now: NOW + 400 * DAY, clock: 'trusted' }, both],
  ])('%s', (_, given, expected) => {
    expect(prunes({ sets, ...given })).toEqual(expected);
  });

  it('a question about a later moment is answered as if all went well', () => {
    expect(planned({ sets, now: NOW + 400 * DAY }).prunes).toHaveLength(2);
  });
});

it('what the manifest keeps for ever never grows old', () => {
  const world = settled();
  const archive = { sets: [set(api, 9000), set(api, 1)], newest: NOW, revival: null };
  const observation = { ...world.observation(ALL), archive };
  expect(planInventory(ALL, observation, { now: NOW, clock: 'compared' }).prunes).toEqual([]);
});
