/** Something happens to a private key → what is done, and why. */
import { describe, expect, it } from 'vitest';
import { anInventory, flatPlan, keyFacts, NOW, observed, present, remove } from '../helpers/entities.ts';
import {
  ALL,
  api,
  billing,
  expectPlan,
  LEAF_FILES,
  missing,
  planOf,
  ROOT,
  root,
  services,
  settled,
} from './settled.ts';

describe('keys', () => {
  it('a key that does not fit its certificate: a new certificate for the key', () => {
    const world = settled();
    world.of(api).key = present(keyFacts('put there by hand'), 0o600);
    expectPlan(planOf(world), {
      [api]: { action: 'issue', newKey: false, reasons: [{ kind: 'key-mismatch' }], writes: LEAF_FILES },
    });
  });

  it('the same for an authority needs a yes, because the old key is trusted', () => {
    const world = settled();
    world.of(services).key = present(keyFacts('put there by hand'), 0o600);
    expectPlan(planOf(world), {
      [services]: { action: 'issue', newKey: false, consent: 'rekey-ca' },
      [api]: { action: 'issue', newKey: false, reasons: [{ kind: 'foreign-issuer', issuer: services }] },
    });
  });

  it('a copy of another entity’s key is replaced, never certified', () => {
    const world = settled();
    world.of(api).key = world.of(billing).key;
    expectPlan(planOf(world), {
      [api]: {
        action: 'rekey',
        newKey: true,
        reasons: [{ kind: 'shared-key', other: billing }, { kind: 'key-mismatch' }],
      },
    });
  });

  it('a copy of an authority’s key in a leaf’s folder as well', () => {
    const world = settled();
    world.of(api).key = world.of(root).key;
    remove(world.of(api), 'cert');
    expectPlan(planOf(world), {
      [api]: {
        action: 'rekey',
        newKey: true,
        reasons: [{ kind: 'shared-key', other: root }, missing('cert')],
      },
    });
  });

  it.each([
    [0o644, 'others may read it'],
    [0o640, 'its group may read it'],
    [0o602, 'others may write it'],
  ])('mode %o: %s', (mode) => {
    const world = settled();
    world.of(api).key = present(world.key(api), mode);
    expectPlan(planOf(world), {
      [api]: {
        action: 'refresh',
        reasons: [{ kind: 'mode', artifact: 'key', before: mode, after: 0o600 }],
        chmods: ['key'],
        writes: [],
        issuance: null,
      },
    });
  });

  it.each([
    [0o644, 0o640],
    [0o444, 0o640],
    [0o602, 0o600],
  ])('mode %o of a key that a group was given becomes %o: the group keeps what it has', (before, after) => {
    const world = settled();
    world.of(api).key = { ...present(world.key(api), before), group: 103 };
    expectPlan(planOf(world), {
      [api]: {
        action: 'refresh',
        reasons: [{ kind: 'mode', artifact: 'key', before, after }],
        chmods: ['key'],
      },
    });
  });

  it.each([0o600, 0o400])('mode %o is fine', (mode) => {
    const world = settled();
    world.of(api).key = present(world.key(api), mode);
    expectPlan(planOf(world), {});
  });

  it('others may write the certificates', () => {
    const world = settled();
    world.of(api).cert = present(world.cert(api), 0o664);
    world.of(billing).ca = {
      ...(world.of(billing).ca as ReturnType<typeof present<readonly string[]>>),
      mode: 0o646,
    };
    expectPlan(planOf(world), {
      [api]: {
        action: 'refresh',
        reasons: [{ kind: 'mode', artifact: 'cert', before: 0o664, after: 0o644 }],
        chmods: ['cert'],
      },
      [billing]: {
        action: 'refresh',
        reasons: [{ kind: 'mode', artifact: 'ca', before: 0o646, after: 0o644 }],
        chmods: ['ca'],
      },
    });
  });

  it('a key that is replaced gets its mode by that', () => {
    const world = settled();
    world.of(api).key = present(world.key(api), 0o644);
    expectPlan(planOf(world, ALL, { rekey: [api] }), {
      [api]: {
        action: 'rekey',
        newKey: true,
        reasons: [{ kind: 'requested' }, { kind: 'mode', artifact: 'key', before: 0o644, after: 0o600 }],
        chmods: [],
      },
    });
  });

  it('requested: a leaf at once, an authority with a yes', () => {
    expectPlan(planOf(settled(), ALL, { rekey: [api] }), {
      [api]: { action: 'rekey', newKey: true, reasons: [{ kind: 'requested' }], consent: null },
    });
    expect(planOf(settled(), ALL, { rekey: [services] }).changes[1]).toMatchObject({
      action: 'rekey',
      consent: 'rekey-ca',
      affects: [api],
    });
  });
});

it('a key that was made elsewhere and lies there alone is used, not replaced', () => {
  const entities = new Map([[root, observed({ key: present(keyFacts('made elsewhere'), 0o600) })]]);
  const [change] = flatPlan(anInventory(ROOT), { entities, orphans: [] }, { now: NOW }).changes;
  expect(change).toMatchObject({
    action: 'issue',
    newKey: false,
    consent: null,
    reasons: [{ kind: 'missing', artifact: 'cert' }],
  });
});
