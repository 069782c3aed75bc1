/** Plain files or links: what the plan makes of what is found, and that it never costs a certificate. */
import { describe, expect, it } from 'vitest';
import type { Published } from '../../src/plan/observation.ts';
import { anAuthority, anInventory, aServer, dns, flatPlan, NOW, World } from '../helpers/entities.ts';

const root = anAuthority();
const plain = aServer({ name: 'api' });
const linked = { ...plain, publish: 'symlinks' } as const;

function changeOf(entity: typeof plain, published: Published | undefined, before = plain) {
  const world = new World();
  const start = anInventory(root, before);
  world.carryOut(flatPlan(start, world.observation(start), { now: NOW }), start);
  const inventory = anInventory(root, entity);
  const { entities, orphans } = world.observation(inventory);
  const observed = entities.get(entity.id);
  if (observed === undefined) throw new Error('not observed');
  const seen = published === undefined ? observed : { ...observed, published };
  const observation = { entities: new Map([...entities, [entity.id, seen]]), orphans };
  const change = flatPlan(inventory, observation, { now: NOW }).changes.at(-1);
  if (change === undefined) throw new Error('no change');
  return change;
}

const state = (of: Published['state'], ...findings: Published['findings']): Published => ({
  state: of,
  findings,
});

describe('publishing', () => {
  it.each<[string, typeof plain, Published | undefined]>([
    ['plain files, as wanted', plain, undefined],
    ['plain files in a folder that was looked at', plain, state('files')],
    ['links, as wanted', linked, state('symlinks')],
    ['nothing yet', linked, undefined],
  ])('%s: kept', (_, entity, published) => {
    expect(changeOf(entity, published)).toMatchObject({ action: 'keep', reasons: [] });
  });

  it.each<[string, typeof plain, Published, 'files' | 'symlinks']>([
    ['plain files where links are wanted', linked, state('files'), 'symlinks'],
    ['links where plain files are wanted', plain, state('symlinks'), 'files'],
    ['broken links', linked, state('mixed', { name: '..data', is: 'missing' }), 'symlinks'],
  ])('%s: refreshed, nothing is written anew', (_, entity, published, after) => {
    const change = changeOf(entity, published);
    const { state: before, findings } = published;
    expect(change).toMatchObject({ action: 'refresh', issuance: null, newKey: false, consent: null });
    expect(change).toMatchObject({ writes: [], deletes: [], refusal: null });
    expect(change.reasons).toEqual([{ kind: 'publish', before, after, findings }]);
    expect(change).toMatchObject({ relinks: true });
  });

  it('and another name at once: one change, with both reasons, and the key stays', () => {
    const more = { ...linked, san: [...linked.san, dns('more.example.test')] };
    const change = changeOf(more, state('files'));
    expect(change).toMatchObject({ action: 'issue', newKey: false });
    expect(change.reasons.map(({ kind }) => kind).sort()).toEqual(['differs', 'publish']);
  });
});
