/** Keys in the places of others: named together, with what puts them back. */
import { expect, it } from 'vitest';
import type { EntityId } from '../../src/pki/entity.ts';
import { remarkText } from '../../src/words/remark.ts';
import { api, billing, planOf, root, services, settled } from './settled.ts';

const key = (id: EntityId) => `${id}/key.pem`;
const MOVE = 'before you apply';

/** @param keys whose key each of them has. */
function textsOf(keys: Readonly<Record<EntityId, EntityId | null>>): readonly string[] {
  const world = settled();
  const before = new Map([root, services, api, billing].map((id) => [id, world.of(id).key]));
  for (const [id, from] of Object.entries(keys))
    world.of(id).key = (from === null ? undefined : before.get(from)) ?? { state: 'missing' };
  return planOf(world)
    .remarks.filter(({ kind }) => kind === 'misplaced-keys')
    .map(remarkText);
}

it.each([
  [root, services],
  [api, billing],
  [services, api],
])('%s and %s are swapped', (a, b) => {
  expect(textsOf({ [a]: b, [b]: a })).toEqual([
    `the private keys of ${a} and ${b} are swapped: exchange "${key(a)}" and "${key(b)}" ${MOVE}, and nothing is due because of them`,
  ]);
});

it('two pairs of them are two sentences', () => {
  const texts = textsOf({ [root]: services, [services]: root, [api]: billing, [billing]: api });
  expect(texts.map((text) => text.split(':')[0])).toEqual([
    `the private keys of ${root} and ${services} are swapped`,
    `the private keys of ${api} and ${billing} are swapped`,
  ]);
});

it('three in a circle', () => {
  expect(textsOf({ [services]: api, [api]: billing, [billing]: services })).toEqual([
    `the private keys of ${services}, ${billing}, ${api} are in a circle, each in the place of another: move "${key(billing)}" to "${key(services)}", "${key(api)}" to "${key(billing)}", "${key(services)}" to "${key(api)}" ${MOVE}`,
  ]);
});

it('one that was moved over another, and a row of them', () => {
  const end = (id: EntityId) => `${MOVE}; keep what is in "${key(id)}", if anything is`;
  expect(textsOf({ [services]: null, [api]: services })).toEqual([
    `the private key of ${services} is in another's place: move "${key(api)}" to "${key(services)}" ${end(services)}`,
  ]);
  expect(textsOf({ [services]: null, [api]: services, [billing]: api })).toEqual([
    `the private keys of ${services}, ${api} are in another's place: move "${key(api)}" to "${key(services)}", "${key(billing)}" to "${key(api)}" ${end(services)}`,
  ]);
});

it('a copy beside the key itself, a lost key and a pair of its own are no place of another', () => {
  expect([{ [api]: services }, { [api]: null }, {}].map(textsOf)).toEqual([[], [], []]);
  const world = settled();
  world.of(api).key = world.of(services).key;
  world.changeCert(api, { keyId: world.key(services).keyId });
  world.of(services).key = { state: 'missing' };
  expect(planOf(world).remarks.map(({ kind }) => kind)).not.toContain('misplaced-keys');
});
