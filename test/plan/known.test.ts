/** Keys and roots that another hand put into an authority's place: reported, and nothing of theirs without a yes. */
import { describe, expect, it } from 'vitest';
import type { EntityId, Inventory } from '../../src/pki/entity.ts';
import type { Change, Consent } from '../../src/plan/change.ts';
import { keptTrustOf, reasonsOf } from '../../src/plan/change.ts';
import { agreementOn } from '../../src/plan/consent.ts';
import { newlyKnown } from '../../src/plan/known.ts';
import type { KnownAuthorities, Observation } from '../../src/plan/observation.ts';
import { planInventory } from '../../src/plan/plan.ts';
import type { EarlierCertificate } from '../../src/x509/rollover.ts';
import { DAY, keyFacts, NOW, present, type World } from '../helpers/entities.ts';
import { ALL, api, billing, root, services, settled, withChanged } from './settled.ts';

/** What the ledger says of everything that a settled folder has. */
function ledgerOf(world: World, ...ids: readonly EntityId[]): KnownAuthorities {
  const lines = ids.map((id) => {
    const { keyId, fingerprint } = world.cert(id);
    return [id, { keys: new Set([keyId]), certificates: new Set([fingerprint]) }] as const;
  });
  return new Map(lines);
}

function seen(world: World, known: KnownAuthorities, inventory = ALL): Observation {
  return { ...world.observation(inventory), known };
}

function planned(observation: Observation, inventory = ALL) {
  return planInventory(inventory, observation, { now: NOW });
}

/** What is carried out with these consents: id → action, of what changes. */
function agreed(observation: Observation, consents: readonly Consent[], inventory: Inventory = ALL) {
  const { possible, withheld } = agreementOn(planned(observation, inventory), {
    consents: new Set(consents),
    requested: new Set(),
    rotated: new Set(),
    replan: (pinned) => planInventory(inventory, observation, { now: NOW, pinned }),
  });
  const due = possible.changes.filter(({ action }) => action !== 'keep');
  return { done: Object.fromEntries(due.map(({ id, action }) => [id, action])), possible, withheld };
}

/** A root of another's, as that one would make it: the same name, another key. */
function stranger(world: World, name: string): EarlierCertificate {
  const key = keyFacts(name);
  return {
    ...world.cert(root),
    fingerprint: key.keyId.replace(/^./, 'f'),
    keyId: key.keyId,
    signedBy: key.keyId,
    serial: key.keyIdentifier,
    subject: [{ type: 'CN', value: name }],
    subjectDer: `30${key.keyIdentifier}`,
    issuerDer: `30${key.keyIdentifier}`,
  };
}

/** Key and certificate of another's root in the place of ours, with our name. */
function replacePair(world: World, id: EntityId): void {
  const key = keyFacts('another hand');
  world.of(id).key = present(key, 0o600);
  world.changeCert(id, { keyId: key.keyId }, key.keyId);
}

describe('a root in previous.pem that nothing explains', () => {
  it.each([
    ['alone', false],
    ['with the root’s own bundle beside it', true],
  ])('%s: it is named, and takes a yes', (_, inBundle) => {
    const world = settled();
    const known = ledgerOf(world, root, services);
    const other = stranger(world, 'Saltmarsh Root');
    world.of(root).previous = present([other]);
    if (inBundle) world.of(root).ca = present([world.cert(root).fingerprint, other.fingerprint]);
    const observation = seen(world, known);
    const [change] = planned(observation).changes;
    expect(change).toMatchObject({ action: 'refresh', consents: ['trust'] });
    expect(change).toHaveProperty(
      'reasons',
      expect.arrayContaining([
        { kind: 'unknown-trust', subject: 'CN=Saltmarsh Root', fingerprint: other.fingerprint },
      ]),
    );
    const without = agreed(observation, ['rekey-ca', 'remove']);
    expect(without.done).toEqual({});
    expect(without.possible.changes.flatMap((one) => keptTrustOf(one).previous)).toEqual([]);
    const given = agreed(observation, ['trust']);
    expect(Object.keys(given.done)).toEqual([root, services, api, billing]);
    expect(newlyKnown(ALL.entities, observation)).toEqual(
      new Map([[root, { keys: new Set(), certificates: new Set([other.fingerprint]) }]]),
    );
  });

  it('is trusted without a question once it was agreed to', () => {
    const world = settled();
    const other = stranger(world, 'Saltmarsh Root');
    world.of(root).previous = present([other]);
    const known = new Map([
      ...ledgerOf(world, services),
      [root, { keys: new Set([world.key(root).keyId]), certificates: new Set([other.fingerprint]) }] as const,
    ]);
    expect(planned(seen(world, known)).changes[0]).toMatchObject({
      consents: [],
      reasons: expect.arrayContaining([expect.objectContaining({ kind: 'new-trust' })]),
    });
  });

  it.each([
    ['of the present key', (world: World) => ({ keyId: world.key(root).keyId })],
    ['of a key that the ledger names', () => ({ keyId: keyFacts('the key before').keyId })],
    ['that the ledger names', () => ({ fingerprint: 'a'.repeat(64) })],
  ])('but not one %s', (_, changes) => {
    const world = settled();
    const known = new Map([
      [
        root,
        {
          keys: new Set([world.key(root).keyId, keyFacts('the key before').keyId]),
          certificates: new Set(['a'.repeat(64)]),
        },
      ],
    ]);
    const made = { ...stranger(world, 'Root'), ...changes(world) };
    world.of(root).previous = present([{ ...made, signedBy: made.keyId }]);
    expect(planned(seen(world, known)).changes[0]).toMatchObject({ action: 'refresh', consents: [] });
    // Another hand can write a certificate for any key. One that had consent is known as it is.
    world.of(root).previous = present([{ ...made, signedBy: null }]);
    const consents = known.get(root)?.certificates.has(made.fingerprint) ? [] : ['trust'];
    expect(planned(seen(world, known)).changes[0]).toMatchObject({ action: 'refresh', consents });
  });

  it('is neither trusted by more nor by fewer until that is decided', () => {
    const world = settled();
    const known = ledgerOf(world, root, services);
    const other = stranger(world, 'Saltmarsh Root');
    world.of(root).previous = present([other]);
    const both = present([world.cert(root).fingerprint, other.fingerprint]);
    world.of(api).ca = both;
    world.of(billing).ca = present(['0'.repeat(64)]);
    const { done, possible, withheld } = agreed(seen(world, known), []);
    expect(withheld.map(({ id }) => id)).toEqual([root]);
    // What trusts it already waits; what does not goes on without it.
    expect([...possible.pinned]).toEqual([root, api]);
    expect(done).toEqual({ [billing]: 'refresh' });
  });

  it('goes with the others where they are retired, and when it has ended', () => {
    const world = settled();
    const known = ledgerOf(world, root, services);
    world.of(root).previous = present([stranger(world, 'Saltmarsh Root')]);
    const retired = planInventory(ALL, seen(world, known), { now: NOW, retire: new Set([root]) });
    expect(retired.changes[0]).toMatchObject({ consents: [], deletes: ['previous'] });
    world.of(root).previous = present([{ ...stranger(world, 'Old'), notAfter: NOW - DAY }]);
    expect(planned(seen(world, known)).changes[0]).toMatchObject({ consents: [], deletes: ['previous'] });
  });

  it('where nothing is known of the root, its own bundle decides', () => {
    const world = settled();
    const other = stranger(world, 'Saltmarsh Root');
    world.of(root).previous = present([other]);
    expect(planned(seen(world, new Map())).changes[0]).toMatchObject({ consents: ['trust'] });
    world.of(root).ca = present([world.cert(root).fingerprint, other.fingerprint]);
    expect(planned(seen(world, new Map())).changes[0]).toMatchObject({ action: 'keep' });
  });
});

/** Authorities of whose keys a plan says that they are another hand's. */
function strangeKeys(observation: Observation): readonly EntityId[] {
  const { changes } = planned(observation);
  const isStrange = (change: Change): boolean => reasonsOf(change).some(({ kind }) => kind === 'unknown-key');
  return changes.filter(isStrange).map(({ id }) => id);
}

describe('a key that an authority never had', () => {
  it.each<readonly [string, (world: World) => void]>([
    ['key', (world) => (world.of(services).key = present(world.key(api), 0o600))],
    ['certificate', (world) => (world.of(services).cert = world.of(api).cert)],
  ])('is not remembered where it is the %s of another, whose own it stays', (_, copy) => {
    const world = settled();
    copy(world);
    const observation = seen(world, ledgerOf(world, root));
    const { keyId } = world.key(api);
    expect(newlyKnown(ALL.entities, observation).get(services)?.keys.has(keyId)).toBe(false);
    expect(planned(observation).changes.find(({ id }) => id === services)?.action).not.toBe('keep');
  });

  it.each([
    [root, [root, services, api, billing]],
    [services, [services, api]],
  ])('in the place of %s: it is reported, and takes a yes', (id, all) => {
    const world = settled();
    const known = ledgerOf(world, root, services);
    replacePair(world, id);
    const observation = seen(world, known);
    const change = planned(observation).changes.find((one) => one.id === id);
    expect(change).toMatchObject({ consents: ['rekey-ca'] });
    expect(change).toHaveProperty(
      'reasons',
      expect.arrayContaining([{ kind: 'unknown-key', keyId: keyFacts('another hand').keyId }]),
    );
    const without = agreed(observation, ['trust', 'remove']);
    expect(without.done).toEqual({});
    expect(without.withheld.map((one) => one.id)).toEqual([id]);
    const given = agreed(observation, ['rekey-ca']);
    expect(Object.keys(given.done)).toEqual(all);
    expect(newlyKnown(ALL.entities, observation).get(id)?.keys).toEqual(
      new Set([keyFacts('another hand').keyId]),
    );
  });

  it('is none where its issuer has certified it in its name, as the script of a plan does', () => {
    const world = settled();
    const known = ledgerOf(world, root, services);
    const key = keyFacts('made by hand');
    world.of(services).key = present(key, 0o600);
    world.changeCert(services, { keyId: key.keyId });
    expect(strangeKeys(seen(world, known))).toEqual([]);
    // In another name it is another authority's.
    const subject = [{ type: 'CN', value: 'Other CA' }];
    world.changeCert(services, { keyId: key.keyId, subject });
    expect(strangeKeys(seen(world, known))).toEqual([services]);
  });

  it('names what follows', () => {
    const world = settled();
    const known = ledgerOf(world, root, services);
    replacePair(world, root);
    expect(planned(seen(world, known)).changes[0]?.affects).toEqual([services, billing]);
  });

  it('with a certificate alone, where the key was taken away', () => {
    const world = settled();
    const known = ledgerOf(world, root, services);
    replacePair(world, root);
    world.of(root).key = { state: 'missing' };
    const observation = seen(world, known);
    expect(agreed(observation, []).done).toEqual({});
    // With a yes a new key is made, and the certificate of another is not kept for old times’ sake.
    const [change] = agreed(observation, ['rekey-ca']).possible.changes;
    expect(change).toMatchObject({ action: 'rekey', previous: [], crossing: null });
  });

  it('is not kept as a former one where another is asked for', () => {
    const world = settled();
    const known = ledgerOf(world, root, services);
    replacePair(world, root);
    const asked = planInventory(ALL, seen(world, known), { now: NOW, rekey: new Set([root]) });
    expect(asked.changes[0]).toMatchObject({ action: 'rekey', previous: [], crossing: null });
  });

  it('is taken as it is found where nothing is known of the authority', () => {
    const world = settled();
    const known = ledgerOf(world, services);
    replacePair(world, root);
    expect(planned(seen(world, known)).changes[0]).toMatchObject({ action: 'refresh', consents: [] });
    const found = newlyKnown(ALL.entities, seen(world, known));
    expect([...found.keys()]).toEqual([root]);
    expect(found.get(root)?.keys).toEqual(new Set([keyFacts('another hand').keyId]));
  });

  it('is no affair of leaves', () => {
    const world = settled();
    const known = ledgerOf(world, root, services);
    world.of(api).key = present(keyFacts('by hand'), 0o600);
    expect(agreed(seen(world, known), []).done).toEqual({ [api]: 'issue' });
  });
});

it('a folder in which all is as it was issued has nothing new to remember', () => {
  const world = settled();
  expect(newlyKnown(ALL.entities, seen(world, ledgerOf(world, root, services)))).toEqual(new Map());
  const rolled = withChanged(root, { key: { algorithm: 'ed25519' } });
  const before = world.cert(root);
  world.carryOut(planned(seen(world, ledgerOf(world, root, services)), rolled), rolled);
  const known = new Map([
    ...ledgerOf(world, services),
    [
      root,
      {
        keys: new Set([before.keyId, world.key(root).keyId]),
        certificates: new Set([before.fingerprint, world.cert(root).fingerprint]),
      },
    ] as const,
  ]);
  expect(newlyKnown(rolled.entities, seen(world, known, rolled))).toEqual(new Map());
  expect(planned(seen(world, known, rolled), rolled).changes.every(({ action }) => action === 'keep')).toBe(
    true,
  );
});
