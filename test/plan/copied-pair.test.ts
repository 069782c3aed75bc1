/** `cp -r servers/billing servers/api`: a key with its certificate in a second place is a key that two share. */
import { describe, expect, it } from 'vitest';
import { aClient, anAuthority, anInventory, aServer } from '../helpers/entities.ts';
import { expectPlan, planOf, settled } from './settled.ts';

const ROOT = anAuthority();
const FIRST = aServer({ name: 'first' });
const SECOND = aClient({ name: 'second' });

/** With the pair of `from` in the place of `to`, whichever comes first in the manifest. */
function copied(inventory: ReturnType<typeof anInventory>, from: string, to: string) {
  const world = settled(inventory);
  const { key, cert, chain, fullchain, csr, ca } = world.of(from);
  Object.assign(world.of(to), { key, cert, chain, fullchain, csr, ca });
  return planOf(world, inventory);
}

describe.each([
  ['the original first', anInventory(ROOT, FIRST, SECOND), FIRST.id, SECOND.id],
  ['the copy first', anInventory(ROOT, FIRST, SECOND), SECOND.id, FIRST.id],
  ['the original first, of the other kind', anInventory(ROOT, SECOND, FIRST), SECOND.id, FIRST.id],
  ['the copy first, of the other kind', anInventory(ROOT, SECOND, FIRST), FIRST.id, SECOND.id],
])('a copied pair, %s', (_, inventory, original, copy) => {
  it('is replaced by a new key, and the original stays', () => {
    const plan = copied(inventory, original, copy);
    expectPlan(plan, {
      [copy]: {
        action: 'rekey',
        newKey: true,
        reasons: expect.arrayContaining([{ kind: 'shared-key', other: original }]),
      },
    });
  });
});

it('of an authority as well', () => {
  const other = anAuthority({ name: 'other' });
  const inventory = anInventory(ROOT, other, FIRST);
  const plan = copied(inventory, ROOT.id, other.id);
  expectPlan(plan, {
    [other.id]: {
      action: 'rekey',
      newKey: true,
      reasons: expect.arrayContaining([{ kind: 'shared-key', other: ROOT.id }]),
    },
  });
});
