/** Something happens to a file → what is done, and why. One row, one cause. */
import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/plan/change.ts';
import { consentsNeeded, isDue, planInventory } from '../../src/plan/plan.ts';
import type { Reason } from '../../src/plan/reason.ts';
import type { ChangeRecord } from '../../src/report/plan-json.ts';
import { anInventory, keyFacts, NOW, present, remove, World } from '../helpers/entities.ts';
import {
  ALL,
  API,
  api,
  BILLING,
  billing,
  changes,
  type Expected,
  expectPlan,
  LEAF_FILES,
  missing,
  planOf,
  ROOT,
  root,
  services,
  settled,
  stale,
  UNCHAINED,
  withChanged,
} from './settled.ts';

describe('nothing', () => {
  it('on disk: everything is created, and follows from what is above it', () => {
    const plan = planOf(new World());
    const created = { action: 'create', newKey: true, consent: null, deletes: [], chmods: [] } as const;
    const reasons = [missing('key'), missing('cert')];
    expectPlan(plan, {
      [root]: { ...created, reasons, writes: ['key', ...UNCHAINED], affects: [] },
      [services]: { ...created, reasons, writes: ['key', ...UNCHAINED] },
      [api]: { ...created, reasons, writes: ['key', ...LEAF_FILES] },
      [billing]: { ...created, reasons, writes: ['key', ...UNCHAINED] },
    });
    expect(isDue(plan)).toBe(true);
  });

  it('is said of files that are replaced as a matter of course', () => {
    const world = settled();
    world.changeCert(api, { notAfter: NOW - 1 });
    const [change] = planInventory(ALL, world.observation(ALL), { now: NOW }).changes.filter(
      ({ id }) => id === api,
    );
    expect(change).toMatchObject({ action: 'issue', replaces: [] });
    remove(world.of(api), 'cert');
    remove(world.of(api), 'key');
    const first = planInventory(ALL, world.observation(ALL), { now: NOW }).changes.find(
      ({ id }) => id === api,
    );
    expect(first).toMatchObject({
      action: 'create',
      replaces: expect.arrayContaining(['servers/api/ca.pem']),
    });
  });

  it('to do: everything is kept', () => {
    const plan = planOf(settled());
    expectPlan(plan, {});
    expect(isDue(plan)).toBe(false);
    for (const change of plan.changes) {
      expect(change).toMatchObject({
        reasons: [],
        writes: [],
        deletes: [],
        chmods: [],
        issuance: null,
        newKey: false,
        affects: [],
      });
    }
  });

  it('in the manifest: nothing is done', () => {
    expect(
      planInventory(anInventory(), new World().observation(anInventory()), { now: NOW }).changes,
    ).toEqual([]);
  });
});

type Damage = readonly [what: string, damage: (world: World) => void, expected: Expected];

describe('a file is gone', () => {
  it.each<Damage>([
    [
      'csr',
      (w) => remove(w.of(api), 'csr'),
      {
        [api]: {
          action: 'refresh',
          reasons: [missing('csr')],
          writes: ['csr'],
          newKey: false,
          issuance: null,
        },
      },
    ],
    [
      'chain',
      (w) => remove(w.of(api), 'chain'),
      { [api]: { action: 'refresh', reasons: [missing('chain')], writes: ['chain'] } },
    ],
    [
      'fullchain',
      (w) => remove(w.of(api), 'fullchain'),
      { [api]: { action: 'refresh', reasons: [missing('fullchain')], writes: ['fullchain'] } },
    ],
    [
      'ca',
      (w) => remove(w.of(api), 'ca'),
      { [api]: { action: 'refresh', reasons: [missing('ca')], writes: ['ca'] } },
    ],
    [
      'cert: issued for the same key',
      (w) => remove(w.of(api), 'cert'),
      {
        [api]: {
          action: 'issue',
          reasons: [missing('cert')],
          writes: LEAF_FILES,
          newKey: false,
          consent: null,
        },
      },
    ],
    [
      'key: a new one',
      (w) => remove(w.of(api), 'key'),
      {
        [api]: {
          action: 'rekey',
          reasons: [missing('key')],
          writes: ['key', ...LEAF_FILES],
          newKey: true,
          consent: null,
        },
      },
    ],
    [
      'everything',
      (w) => {
        for (const artifact of ['key', ...LEAF_FILES] as const) remove(w.of(api), artifact);
      },
      { [api]: { action: 'create', reasons: [missing('key'), missing('cert')], newKey: true } },
    ],
    [
      'the cert of an authority: its key signs a new one, and what is below stays valid',
      (w) => remove(w.of(services), 'cert'),
      {
        [services]: {
          action: 'issue',
          reasons: [missing('cert')],
          newKey: false,
          consent: null,
          affects: [api],
        },
        [api]: { action: 'refresh', reasons: [changes(services)], writes: ['chain', 'fullchain'] },
      },
    ],
  ])('%s', (_, damage, expected) => {
    const world = settled();
    damage(world);
    expectPlan(planOf(world), expected);
  });

  it.each<readonly [string, (world: World) => void, Change['action']]>([
    ['key', (w) => remove(w.of(services), 'key'), 'rekey'],
    [
      'key and cert',
      (w) => {
        remove(w.of(services), 'key');
        remove(w.of(services), 'cert');
      },
      'create',
    ],
  ])('the %s of an authority: that breaks trust below, so somebody must say yes', (_, damage, action) => {
    const world = settled();
    damage(world);
    const plan = planOf(world);
    expectPlan(plan, {
      [services]: { action, newKey: true, consent: 'rekey-ca', affects: [api] },
      [api]: {
        action: 'issue',
        reasons: [changes(services)],
        newKey: false,
        writes: LEAF_FILES,
        consent: null,
      },
    });
    expect([...consentsNeeded(plan.changes)]).toEqual([['rekey-ca', [services]]]);
  });

  it('all of an authority whose name another tool had encoded: somebody must say yes all the same', () => {
    const world = settled();
    world.changeCert(api, { issuerDer: '30073105300306035504' });
    remove(world.of(services), 'key');
    remove(world.of(services), 'cert');
    expectPlan(planOf(world), {
      [services]: { action: 'create', consent: 'rekey-ca' },
      [api]: { action: 'issue' },
    });
  });

  it('the key of an authority under which nothing was issued yet: nobody need be asked', () => {
    const world = settled(anInventory(ROOT));
    remove(world.of(root), 'key');
    remove(world.of(root), 'cert');
    const plan = planOf(world, anInventory(ROOT, BILLING));
    expect(plan.changes[0]).toMatchObject({ action: 'create', consent: null });
  });
});

describe('a file is garbage', () => {
  const garbage = { state: 'garbage', detail: 'holds nonsense' } as const;
  const unreadable = (artifact: Extract<Reason, { kind: 'unreadable' }>['artifact']): Reason => ({
    kind: 'unreadable',
    artifact,
    detail: 'holds nonsense',
  });
  it.each<readonly [keyof ReturnType<World['of']> & string, Partial<ChangeRecord>]>([
    ['key', { action: 'rekey', newKey: true, writes: ['key', ...LEAF_FILES] }],
    ['cert', { action: 'issue', newKey: false, writes: LEAF_FILES }],
    ['csr', { action: 'refresh', writes: ['csr'] }],
    ['chain', { action: 'refresh', writes: ['chain'] }],
    ['fullchain', { action: 'refresh', writes: ['fullchain'] }],
    ['ca', { action: 'refresh', writes: ['ca'] }],
  ])('%s', (artifact, expected) => {
    const world = settled();
    world.of(api)[artifact as 'csr'] = garbage;
    expectPlan(planOf(world), {
      [api]: { reasons: [unreadable(artifact as 'csr')], consent: null, ...expected },
    });
  });

  it('public, where it is asked for', () => {
    const inventory = withChanged(api, { outputs: ['key', 'cert', 'public'] });
    const world = settled(inventory);
    world.of(api).public = garbage;
    expectPlan(planOf(world, inventory), {
      [api]: { action: 'refresh', reasons: [unreadable('public')], writes: ['public'] },
    });
    world.of(api).public = present(keyFacts('another').keyId);
    expectPlan(planOf(world, inventory), {
      [api]: { action: 'refresh', reasons: [stale('public')], writes: ['public'] },
    });
  });

  it('the key of an authority: a yes is needed', () => {
    const world = settled();
    world.of(root).key = garbage;
    expect(planOf(world).changes[0]).toMatchObject({
      action: 'rekey',
      consent: 'rekey-ca',
      affects: [services, api, billing],
    });
  });
});

describe('a file cannot be read', () => {
  it.each(['key', 'csr', 'cert', 'chain', 'fullchain', 'ca'] as const)(
    '%s: nothing is done to the entity',
    (artifact) => {
      const world = settled();
      world.of(api)[artifact] = { state: 'blocked', cause: { kind: 'directory' } };
      const path = `servers/api/${artifact}.pem`;
      const refusal = { kind: 'blocked', path, cause: { kind: 'directory' } } as const;
      expectPlan(planOf(world), {
        [api]: {
          action: 'refuse',
          refusal,
          reasons: [],
          writes: [],
          deletes: [],
          chmods: [],
          newKey: false,
          issuance: null,
          consent: null,
        },
      });
    },
  );

  it('an encrypted key is nobody’s but its owner’s', () => {
    const world = settled();
    world.of(api).key = { state: 'encrypted', why: { kind: 'unstated' } };
    const [change] = planOf(world).changes.filter(({ id }) => id === api);
    expect(change).toMatchObject({ action: 'refuse', newKey: false, writes: [] });
    expect(change?.refusal).toEqual({
      kind: 'encrypted',
      path: 'servers/api/key.pem',
      why: { kind: 'unstated' },
    });
  });

  it('what the manifest does not ask for is in nobody’s way', () => {
    const inventory = withChanged(api, { outputs: ['key', 'cert'] });
    const world = settled(inventory);
    world.of(api).ca = { state: 'blocked', cause: { kind: 'directory' } };
    expectPlan(planOf(world, inventory), {});
  });

  it('a refused authority with its certificate in place leaves those below it alone', () => {
    const world = settled();
    world.of(services).key = { state: 'encrypted', why: { kind: 'unstated' } };
    expectPlan(planOf(world), { [services]: { action: 'refuse', affects: [] } });
  });
});

describe('derived files', () => {
  it.each<readonly [string, (world: World) => void, 'chain' | 'fullchain' | 'ca']>([
    [
      'a chain of another authority',
      (w) => {
        w.of(api).chain = present([w.cert(root).fingerprint]);
      },
      'chain',
    ],
    [
      'a fullchain without the leaf',
      (w) => {
        w.of(api).fullchain = present([w.cert(services).fingerprint]);
      },
      'fullchain',
    ],
    [
      'a fullchain in the wrong order',
      (w) => {
        w.of(api).fullchain = present([w.cert(services).fingerprint, w.cert(api).fingerprint]);
      },
      'fullchain',
    ],
    [
      'a fullchain with the root',
      (w) => {
        w.of(api).fullchain = present([api, services, root].map((id) => w.cert(id).fingerprint));
      },
      'fullchain',
    ],
    [
      'a bundle with a root twice',
      (w) => {
        w.of(api).ca = present([w.cert(root).fingerprint, w.cert(root).fingerprint]);
      },
      'ca',
    ],
  ])('%s', (_, damage, artifact) => {
    const world = settled();
    damage(world);
    expectPlan(planOf(world), {
      [api]: { action: 'refresh', reasons: [stale(artifact)], writes: [artifact], issuance: null },
    });
  });

  it.each<readonly [string, (world: World) => void]>([
    [
      'for another key',
      (w) => {
        w.of(api).csr = w.of(billing).csr;
      },
    ],
    [
      'for other names',
      (w) => {
        w.of(api).csr = present({
          keyId: w.key(api).keyId,
          subject: API.subject,
          san: [],
          signatureFits: true,
        });
      },
    ],
    [
      'that was tampered with',
      (w) => {
        w.of(api).csr = {
          ...w.of(api).csr,
          facts: { ...(w.of(api).csr as { facts: object }).facts, signatureFits: false },
        } as never;
      },
    ],
  ])('a request %s', (_, damage) => {
    const world = settled();
    damage(world);
    expectPlan(planOf(world), {
      [api]: { action: 'refresh', reasons: [stale('csr')], writes: ['csr'], newKey: false, issuance: null },
    });
  });
});
