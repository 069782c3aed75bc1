/** An authority that keeps its certificate vouches for what is below it, or the plan refuses what it cannot vouch for. */
import { describe, expect, it } from 'vitest';
import { agreementOn } from '../../src/plan/consent.ts';
import { planInventory } from '../../src/plan/plan.ts';
import {
  anAuthority,
  anInventory,
  aServer,
  type Changes,
  critical,
  DAY,
  NOW,
  remove,
  uncritical,
  type World,
} from '../helpers/entities.ts';
import {
  ALL,
  API,
  api,
  BILLING,
  billing,
  decided,
  planOf,
  ROOT,
  root,
  SERVICES,
  services,
  settled,
} from './settled.ts';

const constraints = (permitted: readonly string[], excluded: readonly string[] = []): Changes => ({
  extensions: { nameConstraints: critical({ permitted, excluded }) },
});

function refusal(world: World, inventory = ALL, id: string = api) {
  return planOf(world, inventory).changes.find((change) => change.id === id)?.refusal;
}

describe('name constraints', () => {
  it('that allow all names are no matter', () => {
    const world = settled();
    world.changeCert(root, constraints(['dns:example.test', 'ip:127.0.0.0/8', 'ip:::/0']));
    expect(decided(planOf(world))).toEqual({});
  });

  it('of any authority above exclude a name, also one that is there already', () => {
    const world = settled();
    world.changeCert(root, constraints(['dns:other.test']));
    const outside = { kind: 'name-constraints', permitted: ['dns:other.test'], excluded: [] };
    const path = 'authorities/root/cert.pem';
    expect(decided(planOf(world))).toEqual({ [api]: 'refuse', [billing]: 'refuse' });
    const of = (entity: string, name: string) => ({
      kind: 'unvouched',
      entity,
      authority: root,
      path,
      fault: { ...outside, names: [name] },
    });
    expect(refusal(world)).toEqual(of(api, 'dns:api.example.test'));
    expect(refusal(world, ALL, billing)).toEqual(of(billing, 'CN=billing.example.test'));
  });

  it('exclude a new name, and nothing of what is there', () => {
    const world = settled();
    world.changeCert(services, constraints([], ['dns:secret.example.test']));
    expect(decided(planOf(world))).toEqual({});
    const san = [...API.san, { kind: 'dns', value: 'a.secret.example.test' } as const];
    const more = anInventory(ROOT, SERVICES, { ...API, san }, BILLING);
    expect(refusal(world, more)).toMatchObject({
      authority: services,
      fault: { kind: 'name-constraints', names: ['dns:a.secret.example.test'] },
    });
  });

  it('exclude the name of an authority', () => {
    const world = settled();
    world.changeCert(root, constraints([`dirName:CN=other`]));
    expect(refusal(world, ALL, services)).toMatchObject({ fault: { names: ['CN=services CA'] } });
  });

  it('exclude the name of what is new', () => {
    const world = settled();
    remove(world.of(billing), 'cert');
    world.changeCert(
      root,
      constraints(['dirName:CN=services CA', 'dns:example.test', 'ip:0.0.0.0/0', 'ip:::/0']),
    );
    expect(refusal(world, ALL, billing)).toMatchObject({
      authority: root,
      fault: { kind: 'name-constraints', names: ['CN=billing.example.test'] },
    });
    world.changeCert(root, constraints(['dirName:CN=billing.example.test']));
    expect(refusal(world, ALL, billing)).toBeNull();
  });

  it('are gone where a new certificate is issued anyway', () => {
    const world = settled();
    world.changeCert(services, { ...constraints(['dns:other.test']), version: 1 });
    const plan = planOf(world);
    expect(plan.changes[1]).toMatchObject({ action: 'issue', consents: ['trust'] });
    expect(plan.changes[2]?.action).not.toBe('refuse');
  });

  it('stay where nobody agreed, and exclude what the plan would have allowed', () => {
    const world = settled();
    world.changeCert(services, { ...constraints(['dns:other.test']), version: 1 });
    const options = { now: NOW };
    const observation = world.observation(ALL);
    const replan = (pinned: ReadonlySet<string>) => planInventory(ALL, observation, { ...options, pinned });
    const given = {
      consents: new Set<never>(),
      requested: new Set<never>(),
      rotated: new Set<never>(),
      replan,
    };
    const { possible, withheld } = agreementOn(planInventory(ALL, observation, options), given);
    expect(withheld.map(({ id, action }) => `${action} ${id}`)).toEqual([
      `issue ${services}`,
      `refuse ${api}`,
    ]);
    expect(possible.changes.map(({ action }) => action)).toEqual(['keep', 'keep', 'keep', 'keep']);
  });
});

describe('an authority that has to stay as it is', () => {
  const DEEP = anAuthority({ name: 'deep', issuer: services, trust: [root], validity: 365 * DAY });
  const deeper = anInventory(ROOT, SERVICES, DEEP, API, BILLING);

  function pinned(world: World, changes: Changes, inventory = deeper) {
    world.changeCert(services, changes);
    const plan = planInventory(inventory, world.observation(inventory), {
      now: NOW,
      pinned: new Set([services]),
    });
    return plan.changes.flatMap((change) =>
      change.action === 'refuse' ? [[change.id, change.refusal]] : [],
    );
  }

  it('allows no authority below it', () => {
    const limited = { extensions: { basicConstraints: critical({ ca: true, pathLength: 0 }) } };
    expect(pinned(settled(), limited)).toEqual([
      [
        DEEP.id,
        expect.objectContaining({ authority: services, fault: { kind: 'path-length', pathLength: 0 } }),
      ],
    ]);
  });
  it('names no usages, and so may sign', () => {
    expect(pinned(settled(), { extensions: { keyUsage: undefined } })).toEqual([]);
  });
  it('allows one, which is there', () => {
    const limited = { extensions: { basicConstraints: critical({ ca: true, pathLength: 1 }) } };
    expect(pinned(settled(), limited)).toEqual([]);
  });
  it.each<[string, Changes]>([
    ['signs no certificates', { extensions: { keyUsage: critical(['cRLSign'] as const) } }],
    ['is no authority', { extensions: { basicConstraints: undefined } }],
  ])('%s', (_, changes) => {
    expect(pinned(settled(), changes, ALL)).toEqual([
      [api, expect.objectContaining({ authority: services, fault: { kind: 'no-authority' } })],
    ]);
  });
});

describe('an intermediate that demands policies', () => {
  const policies = (...oids: readonly string[]) => ({
    certificatePolicies: uncritical(oids.map((one) => ({ oid: one, qualifiers: [] }))),
  });
  const demand = (after: number) => ({
    policyConstraints: critical({ requireExplicitPolicy: after, inhibitPolicyMapping: null }),
  });

  it('is content with what has one of its policies', () => {
    const world = settled();
    world.changeCert(services, { extensions: { ...policies('1.2.3', '1.2.4'), ...demand(0) } });
    world.changeCert(api, { extensions: policies('1.2.4', '1.2.5') });
    expect(decided(planOf(world))).toEqual({});
  });
  it.each<[string, number, readonly string[], boolean]>([
    ['none at all', 0, [], true],
    ['others', 0, ['1.2.9'], true],
    ['any', 0, ['2.5.29.32.0'], false],
    ['none, one certificate later', 1, [], true],
    ['none, two certificates later', 2, [], false],
  ])('refuses what has %s', (_, after, own, isRefused) => {
    const world = settled();
    world.changeCert(services, { extensions: { ...policies('1.2.3'), ...demand(after) } });
    world.changeCert(api, { extensions: own.length === 0 ? {} : policies(...own) });
    expect(refusal(world) ?? null).toEqual(
      isRefused ? expect.objectContaining({ authority: services, fault: { kind: 'policy' } }) : null,
    );
  });
  it('refuses to have its leaf renewed, which would have none', () => {
    const world = settled();
    world.changeCert(services, { extensions: { ...policies('1.2.3'), ...demand(0) } });
    world.changeCert(api, { extensions: policies('1.2.3') });
    const plan = planOf(world, ALL, { now: NOW + 70 * DAY });
    expect(plan.changes[2]).toMatchObject({ action: 'refuse', refusal: { fault: { kind: 'policy' } } });
  });
  it('has its leaf renewed, which will have one', () => {
    const world = settled();
    world.changeCert(services, { extensions: { ...policies('1.2.3'), ...demand(0) } });
    world.changeCert(api, { extensions: policies('1.2.3') });
    const having = (...oids: readonly string[]) => {
      const own = { ...API, policies: oids.map((one) => ({ oid: one, qualifiers: [] })) };
      const plan = planOf(world, anInventory(ROOT, SERVICES, own, BILLING), { now: NOW + 70 * DAY });
      return plan.changes[2]?.action;
    };
    expect([having('1.2.3'), having('1.2.9', '1.2.3'), having('1.2.9'), having()]).toEqual([
      'issue',
      'issue',
      'refuse',
      'refuse',
    ]);
  });
  it.each<[number | null, number | null, string | null]>([
    [0, null, services],
    [1, null, services],
    [2, null, services],
    [3, null, null],
    [null, 0, 'authorities/deep'],
    [null, 1, 'authorities/deep'],
    [null, 2, null],
    [0, 0, 'authorities/deep'],
    [0, 5, services],
    [2, 2, services],
    [3, 2, null],
  ])(
    'after %s certificates, and one below it after %s: the one that demands it is named',
    (upper, lower, expected) => {
      const deep = anAuthority({ name: 'deep', issuer: services, trust: [root], validity: 365 * DAY });
      const leaf = aServer({ name: 'leaf', issuer: deep.id });
      const inventory = anInventory(ROOT, SERVICES, deep, leaf);
      const world = settled(inventory);
      const said = (after: number | null) => ({
        extensions: { ...policies('1.2.3'), ...(after === null ? {} : demand(after)) },
      });
      world.changeCert(services, said(upper));
      world.changeCert(deep.id, said(lower));
      expect(refusal(world, inventory, leaf.id)).toEqual(
        expected === null
          ? null
          : expect.objectContaining({ authority: expected, fault: { kind: 'policy' } }),
      );
      expect(refusal(world, inventory, deep.id)).toBeNull();
    },
  );
  it.each<[deep: readonly string[], ofDeep: number | undefined, expected: string | null]>([
    [['1.2.3'], undefined, null],
    [[], undefined, services],
    [['1.2.9'], undefined, services],
    [['1.2.3', '1.2.9'], undefined, null],
    [['1.2.3'], 0, null],
  ])('looks at what one in between will be that is issued as well: %s, %s', (oids, after, expected) => {
    const named = (all: readonly string[]) => all.map((one) => ({ oid: one, qualifiers: [] }));
    const deep = anAuthority({
      ...{ name: 'deep', issuer: services, trust: [root], validity: 365 * DAY, policies: named(oids) },
      ...(after === undefined
        ? {}
        : { policyConstraints: { requireExplicitPolicy: after, inhibitPolicyMapping: null } }),
    });
    const leaf = aServer({ name: 'leaf', issuer: deep.id, policies: named(['1.2.3']) });
    const inventory = anInventory(ROOT, SERVICES, deep, leaf);
    const world = settled(inventory);
    world.changeCert(services, { extensions: { ...policies('1.2.3'), ...demand(2) } });
    const plan = planOf(world, inventory, { now: NOW + 330 * DAY });
    const [, , ofDeep, ofLeaf] = plan.changes;
    expect(ofDeep?.action).toBe('issue');
    expect(ofLeaf?.refusal ?? null).toEqual(
      expected === null ? null : expect.objectContaining({ authority: expected, fault: { kind: 'policy' } }),
    );
  });
  it('is a root, of which no verifier asks', () => {
    const world = settled();
    world.changeCert(root, { extensions: demand(0) });
    expect(decided(planOf(world))).toEqual({});
  });
});
