/** Where something else is in a file's place: nothing is done to an entity that is to have that file, and only then. */
import { expect, it } from 'vitest';
import type { Artifact } from '../../src/pki/artifact.ts';
import type { Authority, EntityId, Inventory } from '../../src/pki/entity.ts';
import { filePath } from '../../src/pki/files.ts';
import { DAY } from '../helpers/entities.ts';
import { ALL, api, planOf, root, services, settled, withChanged } from './settled.ts';

const CRL: Authority['crl'] = {
  url: [],
  list: { validity: DAY, renewBefore: { kind: 'share', share: 1 / 3 } },
};
const ROOT_LISTS = withChanged(root, { crl: CRL });
const SERVICES_LISTS = withChanged(services, { crl: CRL });

it.each<[of: EntityId, file: Artifact, refused: boolean, inventory?: Inventory]>([
  [root, 'previous', true],
  [services, 'previous', false],
  [api, 'previous', false],
  [root, 'crl', false],
  [root, 'crl', true, ROOT_LISTS],
  [services, 'crl', true, SERVICES_LISTS],
  [services, 'crl', false, ROOT_LISTS],
  [api, 'crl', false, SERVICES_LISTS],
  [root, 'former-crls', false],
  [root, 'former-crls', true, ROOT_LISTS],
  [api, 'former-crls', false, ROOT_LISTS],
])('of %s, a folder in the place of %s: refused is %s', (of, file, refused, inventory = ALL) => {
  const world = settled(inventory);
  const cause = { kind: 'directory' } as const;
  Object.assign(world.of(of), { [file]: { state: 'blocked', cause } });
  const change = planOf(world, inventory).changes.find(({ id }) => id === of);
  const refusal = { kind: 'blocked', path: filePath({ id: of }, file), cause };
  expect([change?.action, change?.refusal]).toEqual(refused ? ['refuse', refusal] : ['keep', null]);
});
