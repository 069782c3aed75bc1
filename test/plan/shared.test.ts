/** One key or one serial number for several: replaced where it does harm, named where it may be on purpose. */
import { describe, expect, it } from 'vitest';
import type { EntityId } from '../../src/pki/entity.ts';
import { planInventory } from '../../src/plan/plan.ts';
import type { KeyId } from '../../src/x509/facts.ts';
import { flatPlan, keyFacts, NOW, present } from '../helpers/entities.ts';
import {
  ALL,
  api,
  billing,
  decided,
  expectPlan,
  planOf,
  root,
  SERVICES,
  services,
  settled,
  withChanged,
} from './settled.ts';

const duplicate = (what: string) => ({ kind: 'defect', defect: 'duplicate-serial', what }) as const;

describe('an authority’s key in the folder of a leaf', () => {
  it.each([
    [root, api],
    [services, api],
    [services, billing],
  ])('%s in that of %s, with a certificate for it', (authority, leaf) => {
    const world = settled();
    world.of(leaf).key = world.of(authority).key;
    world.changeCert(leaf, { keyId: world.key(authority).keyId });
    expectPlan(planOf(world), {
      [leaf]: { action: 'rekey', reasons: [{ kind: 'shared-key', other: authority }], consents: [] },
    });
  });
  it('also where the authority lacks it', () => {
    const world = settled();
    world.of(api).key = world.of(services).key;
    world.changeCert(api, { keyId: world.key(services).keyId });
    world.of(services).key = { state: 'missing' };
    expect(planOf(world).changes[2]?.reasons).toContainEqual({ kind: 'shared-key', other: services });
  });
  it('a former one as well, or that of an authority that left', () => {
    const world = settled();
    const former = keyFacts('what the root had before');
    world.of(api).key = present(former, 0o600);
    world.changeCert(api, { keyId: former.keyId });
    expect(decided(planOf(world))).toEqual({});
    const known = new Map([
      ['authorities/gone', { keys: new Set([former.keyId]), certificates: new Set<string>() }],
    ]);
    const plan = flatPlan(ALL, { ...world.observation(ALL), known }, { now: NOW });
    expectPlan(plan, {
      [api]: { action: 'rekey', reasons: [{ kind: 'shared-key', other: 'authorities/gone' }], consents: [] },
    });
  });
  it('but not a leaf’s key in the folder of an authority, which is the authority’s affair', () => {
    const world = settled();
    world.of(services).key = world.of(api).key;
    expect(planOf(world).changes[1]?.reasons).toContainEqual({ kind: 'shared-key', other: api });
    expect(planOf(world).changes[2]?.reasons).not.toContainEqual(
      expect.objectContaining({ kind: 'shared-key' }),
    );
  });
});

describe('a request that is for the key of an authority', () => {
  /** The plan in which an entity has such a request. */
  const asking = (id: EntityId, keyId: KeyId) => {
    const key = { keyId, keyIdentifier: 'ab', spki: '30' };
    const keyPlace = { kind: 'request', path: 'api.csr', pem: '', key, ignored: [] } as const;
    return planOf(settled(), withChanged(id, { keyPlace, key: SERVICES.key }));
  };
  const keyIdOf = (id: EntityId): KeyId => settled().key(id).keyId;

  it.each([root, services])('%s is refused, and the certificate stays', (authority) => {
    expectPlan(asking(api, keyIdOf(authority)), {
      [api]: { action: 'refuse', refusal: { kind: 'given-key', entity: api, authority, path: 'api.csr' } },
    });
  });
  it('but not for that of another leaf, which may be of the same owner', () => {
    expect(decided(asking(api, keyIdOf(billing)))).toEqual({ [api]: 'rekey' });
  });
});

it('leaves with certificates of their own for one key are named, and stay', () => {
  const world = settled();
  world.of(billing).key = world.of(api).key;
  world.changeCert(billing, { keyId: world.key(api).keyId });
  const plan = planOf(world);
  expect(decided(plan)).toEqual({});
  expect(plan.remarks).toEqual([{ kind: 'shared-key', entities: [api, billing] }]);
});

it('is not named of those that get keys of their own now', () => {
  const world = settled();
  world.of(billing).key = world.of(api).key;
  world.changeCert(billing, { keyId: world.key(api).keyId });
  expect(planOf(world, ALL, { rekey: [billing] }).remarks).toEqual([]);
});

it('a root with the serial number zero is named, and stays', () => {
  const world = settled();
  world.changeCert(root, { serial: '00' });
  const plan = planOf(world);
  expect(decided(plan)).toEqual({});
  expect(plan.remarks).toEqual([{ kind: 'zero-serial', entity: root }]);
});

describe('a serial number that an authority gave twice', () => {
  it('the second in the inventory gets another certificate', () => {
    const world = settled();
    world.changeCert(billing, { serial: world.cert(services).serial });
    expectPlan(planOf(world), {
      [billing]: { action: 'issue', newKey: false, reasons: [duplicate(services)] },
    });
  });
  it('a root is its own issuer', () => {
    const world = settled();
    world.changeCert(billing, { serial: world.cert(root).serial });
    expectPlan(planOf(world), { [billing]: { action: 'issue', reasons: [duplicate(root)] } });
  });
  it('is no matter where the authorities are two', () => {
    const world = settled();
    world.changeCert(billing, { serial: world.cert(api).serial });
    expect(decided(planOf(world))).toEqual({});
  });
  it('against the ledger, where the other certificate is gone', () => {
    const world = settled();
    const { serial, fingerprint } = world.cert(api);
    const issued = (issuer: string, entity: string, other = 'ff') => ({
      entity,
      issuer,
      serial,
      fingerprint: other,
    });
    const planWith = (...entries: readonly ReturnType<typeof issued>[]) =>
      planInventory(ALL, { ...world.observation(ALL), issued: entries }, { now: NOW }).changes[2];
    expect(planWith(issued(services, 'servers/gone'))).toMatchObject({
      reasons: [duplicate('servers/gone')],
    });
    expect(planWith(issued(root, 'servers/gone'))).not.toHaveProperty('issuance', expect.anything());
    expect(planWith(issued(services, api, fingerprint))).not.toHaveProperty('issuance', expect.anything());
  });
});
