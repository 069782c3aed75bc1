/** Which of the files that lie in an entity's places are its own: of the others nothing is said, and they stay. */
import { describe, expect, it } from 'vitest';
import { type Artifact, modeOf } from '../../src/pki/artifact.ts';
import type { Entity } from '../../src/pki/entity.ts';
import type { Relocation } from '../../src/plan/change.ts';
import type { EntityObservation } from '../../src/plan/observation.ts';
import { anInventory, flatPlan, NOW, present, type World } from '../helpers/entities.ts';
import { API, api, BILLING, ROOT, root, SERVICES, services, settled } from './settled.ts';

const LAID_OUT: Entity = {
  ...API,
  layout: { folder: 'tls', files: {} },
  outputs: ['key', 'cert', 'fullchain'],
};
const there = (artifact: Artifact) =>
  ({ [artifact]: present([], modeOf(artifact)) }) as Partial<EntityObservation>;

/** What is planned for an entity, with more files in its places than it has. */
function planned(
  more: (world: World) => Partial<EntityObservation>,
  entity: Entity = LAID_OUT,
  id: string = entity.id,
) {
  const inventory = anInventory(
    ...[ROOT, SERVICES, API, BILLING].map((one) => (one.id === entity.id ? entity : one)),
  );
  const world = settled(inventory);
  Object.assign(world.of(id), more(world));
  const { changes } = flatPlan(inventory, world.observation(inventory), { now: NOW });
  const change = changes.find((one) => one.id === id);
  if (change === undefined) throw new Error(`${id} is not planned`);
  const { action, reasons = [], deletes = [], writes = [] } = change;
  const relocations = 'relocations' in change ? (change.relocations as readonly Relocation[]) : [];
  return { action, reasons, deletes, writes, relocations };
}

const nothing = { action: 'keep', reasons: [], deletes: [], writes: [], relocations: [] };
const gone = (artifact: Artifact) => ({
  ...nothing,
  action: 'refresh',
  reasons: [{ kind: 'unwanted', artifact }],
  deletes: [artifact],
});

describe('a file that is not asked for', () => {
  const leftovers = ['ca'] as const;
  it.each<[string, ReturnType<typeof planned>, object]>([
    [
      'goes from a folder of ours',
      planned(() => there('chain'), { ...API, outputs: LAID_OUT.outputs }),
      gone('chain'),
    ],
    ['stays in a folder that may hold those of others', planned(() => there('ca')), nothing],
    [
      'goes from there where apply has put it there',
      planned(() => ({ ...there('ca'), leftovers })),
      gone('ca'),
    ],
    [
      'goes from there though it is encrypted',
      planned(() => ({ pkcs12: { state: 'encrypted' }, leftovers: ['pkcs12'] }) as never),
      gone('pkcs12'),
    ],
    [
      'stays where it may have become another program’s',
      planned(() => ({ ca: { state: 'garbage', detail: 'x' }, leftovers })),
      nothing,
    ],
    ['does not count where it is not there', planned(() => ({ leftovers })), nothing],
    ['is no other than that one', planned(() => ({ ...there('ca'), leftovers: ['chain'] })), nothing],
  ])('%s', (_, found, expected) => expect(found).toEqual(expected));
});

it('a list of another maker stays, in a folder of ours as well', () => {
  const list = (world: World) => ({ crl: present({ fingerprint: world.cert(root).fingerprint }) }) as never;
  expect(planned(list, ROOT)).toEqual(nothing);
});

describe('files that are where an entity was before', () => {
  const behind = (...files: readonly Artifact[]) => ({
    formerLocation: {
      folder: 'old',
      files: files.map((file) => ({ file, from: `old/${file}.pem`, digest: 'ab' })),
    },
  });

  it('come along where they are wanted', () => {
    const found = planned(() => behind('key', 'cert', 'fullchain'));
    expect(found).toMatchObject({ action: 'refresh', writes: [], deletes: [] });
    expect(found.reasons).toEqual([{ kind: 'moved', from: 'old/key.pem', to: 'tls/key.pem' }]);
    expect(found.relocations.map(({ file }) => file)).toEqual(['key', 'cert', 'fullchain']);
  });

  it('stay where they are not', () => {
    const found = planned(() => ({ ...there('chain'), ...behind('key', 'chain') }), {
      ...API,
      outputs: LAID_OUT.outputs,
    });
    expect(found.deletes).toEqual([]);
    expect(found.relocations.map(({ file }) => file)).toEqual(['key']);
  });

  it('are those of earlier certificates as well, of what is no root any more', () => {
    const old = (world: World) => {
      const cert = world.cert(root);
      return { previous: present([{ ...cert, signedBy: cert.keyId }]), ...behind('previous') };
    };
    expect(planned(old, SERVICES, services).deletes).toEqual(['previous']);
    expect(planned((world) => ({ previous: old(world).previous }), SERVICES, services).deletes).toEqual([
      'previous',
    ]);
    expect(api).toBe(API.id);
  });
});
