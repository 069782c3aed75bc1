/** How the list of each authority stands: by what is on the disk, and by what is planned. */
import { expect, it } from 'vitest';
import type { Authority, Entity } from '../../src/pki/entity.ts';
import { isEnding, listRows } from '../../src/plan/status-lists.ts';
import {
  aChange,
  anAuthority,
  anInventory,
  aServer,
  DAY,
  NOW,
  observed,
  present,
} from '../helpers/entities.ts';

const TERMS = { validity: 9 * DAY, renewBefore: { kind: 'share', share: 1 / 3 } } as const;
const ROOT: Authority = anAuthority({ name: 'root', crl: { url: [], list: TERMS } });
type Given = Partial<Parameters<typeof aChange>[0]> & { readonly list?: object };

function row(nextUpdate: number | null | undefined, given: Given = {}) {
  const facts = { number: '4', entries: [{}, {}], thisUpdate: NOW - DAY, nextUpdate };
  const files = nextUpdate === undefined ? {} : { crl: present(facts) as never };
  const observation = { entities: new Map([[ROOT.id, observed(files)]]), orphans: [] };
  const change = aChange({ id: ROOT.id, action: 'keep', ...given });
  const [found] = listRows(anInventory(ROOT, aServer()), observation, { changes: [change], now: NOW });
  return found;
}

const WINDOW = 3 * DAY;
it.each<[string, ReturnType<typeof row>, string]>([
  ['that is not there', row(undefined), 'missing'],
  ['that goes on', row(NOW + WINDOW + 1), 'ok'],
  ['in its window', row(NOW + WINDOW), 'due'],
  ['in its last second', row(NOW), 'due'],
  ['that has ended', row(NOW - 1), 'ended'],
  ['that has ended, and is made', row(NOW - 1, { action: 'refresh', list: {} }), 'ended'],
  ['that never ends', row(null), 'ok'],
  ['that never ends, and is made', row(null, { action: 'refresh', list: {} }), 'due'],
  ['that is made', row(NOW + 9 * DAY, { action: 'issue', list: {} }), 'due'],
  ['of what changes otherwise', row(NOW + 9 * DAY, { action: 'refresh' }), 'ok'],
])('one %s', (_, found, state) => expect(found?.state).toBe(state));

it('a row has what the list says', () => {
  expect(row(NOW + 9 * DAY)).toEqual({
    authority: ROOT.id,
    state: 'ok',
    list: { number: '4', revoked: 2, thisUpdate: NOW - DAY, nextUpdate: NOW + 9 * DAY },
    secondsLeft: 9 * DAY,
  });
  expect(row(NOW - 9)?.secondsLeft).toBe(-9);
  expect(row(null)?.secondsLeft).toBeNull();
  expect(row(undefined)).toEqual({ authority: ROOT.id, state: 'missing', list: null, secondsLeft: null });
});

it('only what makes lists has one that ends', () => {
  const plain: Entity = anAuthority();
  expect(isEnding(plain, 0)).toBe(false);
  expect(isEnding(aServer(), 0)).toBe(false);
  expect([isEnding(ROOT, null), isEnding(ROOT, WINDOW), isEnding(ROOT, WINDOW + 1)]).toEqual([
    false,
    true,
    false,
  ]);
  const none = listRows(
    anInventory(plain, aServer()),
    { entities: new Map(), orphans: [] },
    { changes: [], now: NOW },
  );
  expect(none).toEqual([]);
});
