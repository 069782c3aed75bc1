/** What goes from the archive for good, and what stays there without consent. */
import { expect, it } from 'vitest';
import type { ArchivedSet } from '../../src/plan/observation.ts';
import { keptMessages, pruneTexts } from '../../src/report/prune.ts';

const set = (entity: string, folder: string, holdsKey: boolean): ArchivedSet => ({
  entity,
  folder,
  time: 0,
  holdsKey,
});
const KEY = set('servers/a', '1', true);
const OTHER_KEY = set('servers/a', '2', true);
const OPEN = set('servers/b', '1', false);

it.each<[sets: readonly ArchivedSet[], texts: readonly string[]]>([
  [[], []],
  [[OPEN], ['older than "archive.keep", to be deleted for good: 1 replaced set of files: servers/b']],
  [
    [KEY, OTHER_KEY, OPEN],
    [
      'older than "archive.keep", to be deleted for good: 3 replaced sets of files, 2 with private keys: servers/a, servers/b\n  private keys need consent: --allow prune',
    ],
  ],
  [
    [OPEN, KEY],
    [
      'older than "archive.keep", to be deleted for good: 2 replaced sets of files, 1 with private keys: servers/b, servers/a\n  private keys need consent: --allow prune',
    ],
  ],
])('%j', (sets, texts) => expect(pruneTexts(sets)).toEqual(texts));

it.each<[due: readonly ArchivedSet[], pruned: readonly ArchivedSet[] | undefined, what: string | undefined]>([
  [[], [], undefined],
  [[KEY], [KEY], undefined],
  // Without a key nothing stays for want of consent.
  [[OPEN], [], undefined],
  [[KEY, OPEN], undefined, '1 replaced set of files, 1 with private keys: servers/a'],
  [[KEY, OTHER_KEY, OPEN], [KEY, OPEN], '1 replaced set of files, 1 with private keys: servers/a'],
  [[KEY], [OTHER_KEY], '1 replaced set of files, 1 with private keys: servers/a'],
  [[KEY], [set('servers/b', '1', true)], '1 replaced set of files, 1 with private keys: servers/a'],
])('of %j, %j being gone', (due, pruned, what) => {
  expect(keptMessages(due, pruned)).toEqual(
    what === undefined
      ? []
      : [
          { kind: 'note', text: `left in the archive, though older than "archive.keep": ${what}` },
          { kind: 'hint', text: '"--allow prune" deletes them for good' },
        ],
  );
});
