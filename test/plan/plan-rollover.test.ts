/** A root that is re-keyed stays trusted beside the new one, until it ends or somebody says so; and what left the manifest. */
import { describe, expect, it } from 'vitest';
import type { Authority, Entity } from '../../src/pki/entity.ts';
import { earlierOf } from '../../src/plan/previous.ts';
import { stepsOf } from '../../src/plan/steps.ts';
import {
  aClient,
  anAuthority,
  anInventory,
  aPeer,
  aServer,
  critical,
  DAY,
  flatPlan,
  keyFacts,
  NOW,
  present,
  remove,
  signedWith,
  uncritical,
  type World,
} from '../helpers/entities.ts';
import {
  ALL,
  API,
  api,
  BILLING,
  billing,
  changes,
  expectPlan,
  ROOT,
  root,
  SERVICES,
  services,
  settled,
  withChanged,
} from './settled.ts';

const NEW_KEY = withChanged(root, { key: { algorithm: 'rsa', size: 4096 } });

function planned(world: World, inventory = ALL, options: { now?: number; retire?: readonly string[] } = {}) {
  const { now = NOW, retire = [] } = options;
  return flatPlan(inventory, world.observation(inventory), { now, retire: new Set(retire) });
}

/** The certificates that the root had before. */
function earlier(world: World) {
  return earlierOf(world.of(root)).roots;
}

/** The root re-keyed, and everything below it with it. */
function rolledOver(): World {
  const world = settled();
  world.carryOut(planned(world, NEW_KEY), NEW_KEY);
  return world;
}

it('the file that says whom everybody trusts is for nobody else to write', () => {
  const world = rolledOver();
  const seen = world.of(root);
  if (seen.previous.state !== 'present') throw new Error('there is none');
  seen.previous = { ...seen.previous, mode: 0o666 };
  expectPlan(planned(world, NEW_KEY), {
    [root]: {
      action: 'refresh',
      reasons: [{ kind: 'mode', artifact: 'previous', before: 0o666, after: 0o644 }],
      chmods: ['previous'],
      writes: [],
    },
  });
});

describe('a root that is re-keyed', () => {
  it('keeps its old certificate trusted, and says until when', () => {
    const world = settled();
    const old = world.cert(root);
    const [change] = planned(world, NEW_KEY).changes;
    expect(change).toMatchObject({ action: 'rekey', previous: [old.fingerprint], deletes: [] });
    expect(change?.reasons).toContainEqual({ kind: 'keeps-trust', notAfter: old.notAfter, signsNew: true });
    expect(change?.writes).toContain('previous');
  });

  it('stands in every trust bundle together with its old self, new one first', () => {
    const world = settled();
    const old = world.cert(root).fingerprint;
    world.carryOut(planned(world, NEW_KEY), NEW_KEY);
    for (const id of [root, services, billing]) {
      expect(world.of(id).ca).toMatchObject({ facts: [world.cert(root).fingerprint, old] });
    }
    expectPlan(planned(world, NEW_KEY), {});
  });

  it('leaves a certificate that openssl cannot read out of bundles, which would be refused with it', () => {
    const world = settled();
    world.changeCert(root, { flaws: ['unreadable-name'] });
    const [change] = planned(world, NEW_KEY).changes;
    expect(change).toMatchObject({ action: 'rekey', previous: [], crossing: null });
    expect(change?.reasons).not.toContainEqual(expect.objectContaining({ kind: 'keeps-trust' }));
  });

  it('and then loses its certificate, but not its key, keeps what leads to that key, and makes nothing more', () => {
    const world = rolledOver();
    const { roots, cross } = earlierOf(world.of(root));
    expect([roots.length, cross.length]).toEqual([1, 1]);
    world.of(root).cert = { state: 'missing' };
    expect(planned(world, NEW_KEY).changes[0]).toMatchObject({
      previous: roots.map(({ fingerprint }) => fingerprint),
      cross: cross.map(({ fingerprint }) => fingerprint),
      crossing: null,
    });
  });

  it('again: both old ones stay, newest first', () => {
    const world = rolledOver();
    const [second, first] = [
      world.cert(root).fingerprint,
      ...planned(world, NEW_KEY).changes.flatMap(({ previous }) => previous),
    ];
    const third = withChanged(root, { key: { algorithm: 'ed25519' } });
    expect(planned(world, third).changes[0]?.previous).toEqual([second, first]);
  });

  it('drops the old one once it has ended, to the second', () => {
    const world = rolledOver();
    const { notAfter } = settled().cert(root);
    const at = (now: number) =>
      planned(world, NEW_KEY, { now }).changes[0]?.reasons.filter(({ kind }) => kind === 'drops-trust');
    expect(at(notAfter)).toEqual([]);
    expect(at(notAfter + 1)).toEqual([{ kind: 'drops-trust', notAfter, why: 'expired' }]);
  });

  it('drops the old one when it is retired, and every bundle follows', () => {
    const world = rolledOver();
    const plan = planned(world, NEW_KEY, { retire: [root] });
    expectPlan(plan, {
      [root]: { action: 'refresh', previous: [], deletes: ['previous'], writes: ['ca'], issuance: null },
      [services]: { action: 'refresh', writes: ['fullchain', 'ca'], deletes: ['chain'] },
      [API.id]: { action: 'refresh', reasons: [changes(root)], writes: ['chain', 'fullchain', 'ca'] },
      [billing]: { action: 'refresh', writes: ['fullchain', 'ca'], deletes: ['chain'] },
    });
    world.carryOut(plan, NEW_KEY);
    expectPlan(planned(world, NEW_KEY), {});
  });

  it('an expired one is not kept', () => {
    const world = settled();
    world.changeCert(root, { notAfter: NOW - 1 });
    expect(planned(world, NEW_KEY).changes[0]).toMatchObject({ action: 'rekey', previous: [] });
  });

  it('a list of old ones that nobody can read any more goes', () => {
    const world = rolledOver();
    world.of(root).previous = { state: 'garbage', detail: 'holds nonsense' };
    expect(planned(world, NEW_KEY).changes[0]).toMatchObject({
      action: 'refresh',
      reasons: expect.arrayContaining([
        { kind: 'unreadable', artifact: 'previous', detail: 'holds nonsense' },
      ]),
      deletes: ['previous'],
    });
  });

  it('a list in the way of which something lies is refused', () => {
    const world = rolledOver();
    world.of(root).previous = { state: 'blocked', cause: { kind: 'directory' } };
    expect(planned(world, NEW_KEY).changes[0]).toMatchObject({ action: 'refuse' });
  });
});

describe('the old key signs the new one', () => {
  const crossingOf = (world: World, inventory = NEW_KEY, options = {}) =>
    planned(world, inventory, options).changes[0]?.crossing;

  it('with the kind of key that it is, for as long as both certificates last', () => {
    const world = settled();
    const { notAfter } = world.cert(root);
    const [change] = planned(world, NEW_KEY).changes;
    const until = Math.min(change?.issuance?.notAfter ?? 0, notAfter);
    expect(change?.crossing).toEqual({
      issuance: { ...change?.issuance, notAfter: until },
      signedWith: world.key(root).spec,
    });
    world.changeCert(root, { notAfter: NOW + DAY });
    expect(crossingOf(world)?.issuance.notAfter).toBe(NOW + DAY);
  });

  it('in a step of its own, after the request and before the root is published', () => {
    const steps = stepsOf(planned(settled(), NEW_KEY), NEW_KEY);
    expect(steps.find(({ kind }) => kind === 'cross')).toMatchObject({ needs: [`request ${root}`] });
    expect(steps.find(({ id }) => id === `publish ${root}`)?.needs).toContain(`cross ${root}`);
  });

  it('and what is directly below shows that certificate behind its issuers, until nobody trusts the old one', () => {
    const world = rolledOver();
    const cross = world.crossOf(root);
    expect(cross).toHaveLength(1);
    expect(world.of(services).chain).toMatchObject({ facts: cross });
    expect(world.of(billing).chain).toMatchObject({ facts: cross });
    expect(world.of(billing).fullchain).toMatchObject({
      facts: [world.cert(billing).fingerprint, ...cross],
    });
    expect(world.of(root).chain.state).toBe('missing');
    expectPlan(planned(world, NEW_KEY), {});
  });

  it('again, and both ways back stay', () => {
    const world = rolledOver();
    const [first = ''] = world.crossOf(root);
    const third = withChanged(root, { key: { algorithm: 'ed25519' } });
    const plan = planned(world, third);
    expect(plan.changes[0]).toMatchObject({ cross: [first], crossing: { signedWith: 'rsa-4096' } });
    world.carryOut(plan, third);
    expect(world.crossOf(root)).toHaveLength(2);
    expect(world.of(services).chain).toMatchObject({ facts: world.crossOf(root) });
    expectPlan(planned(world, third), {});
  });

  it('also in another name, unless the old certificate allows no authority below it', () => {
    const renamed = withChanged(root, { subject: [{ type: 'CN', value: 'Root G2' }] });
    expect(crossingOf(settled(), renamed)).not.toBeNull();
    const world = settled();
    const basicConstraints = critical({ ca: true, pathLength: 0 });
    world.changeCert(root, { extensions: { basicConstraints } });
    expect(crossingOf(world, renamed)).toBeNull();
    // RFC 5280 §4.2.1.9 does not count one of the same name.
    expect(crossingOf(world, NEW_KEY)).not.toBeNull();
  });

  it.each<[string, (world: World) => void]>([
    ['where it is gone', (world) => remove(world.of(root), 'key')],
    [
      'where it is not that of the certificate',
      (world) => Object.assign(world.of(root), { key: present(keyFacts('other')) }),
    ],
    ['where the certificate is over', (world) => world.changeCert(root, { notAfter: NOW - 1 })],
    [
      'where the certificate names no key',
      (world) => world.changeCert(root, { extensions: { subjectKeyIdentifier: undefined } }),
    ],
  ])('not %s', (_, damage) => {
    const world = settled();
    damage(world);
    expect(crossingOf(world)).toBeNull();
  });

  it('also where earlier ones are retired in the same plan: what is in use until then is none of them', () => {
    const world = rolledOver();
    const again = withChanged(root, { key: { algorithm: 'ed25519' } });
    const [first] = earlier(world);
    const [change] = planned(world, again, { retire: [root] }).changes;
    expect(change?.crossing).not.toBeNull();
    expect(change?.previous).toEqual([world.cert(root).fingerprint]);
    expect(change?.reasons).toMatchObject([
      { kind: 'differs', field: 'key' },
      { kind: 'keeps-trust', notAfter: world.cert(root).notAfter },
      { kind: 'drops-trust', notAfter: first?.notAfter, why: 'retired' },
    ]);
  });

  it('not where the one in use is given up with its key: nothing of before stays', () => {
    const world = rolledOver();
    expect(earlier(world)).toHaveLength(1);
    const { changes } = flatPlan(NEW_KEY, world.observation(NEW_KEY), {
      now: NOW,
      rekey: new Set([root]),
      retire: new Set([root]),
    });
    expect(changes[0]).toMatchObject({
      previous: [],
      routes: [],
      cross: [],
      crossing: null,
      deletes: ['previous'],
    });
    expect(changes[0]?.reasons).toMatchObject([
      { kind: 'requested' },
      { kind: 'drops-trust', notAfter: world.cert(root).notAfter, why: 'retired' },
    ]);
  });

  it('not where the root stays what it is', () => {
    expect(crossingOf(settled(), withChanged(root, { validity: 86400 * 7300 }))).toBeNull();
  });

  it('and where one of two earlier roots has ended, only what it vouched for goes', () => {
    const world = settled();
    const end = world.cert(root).notAfter;
    world.carryOut(planned(world, NEW_KEY, { now: NOW + DAY }), NEW_KEY);
    const third = withChanged(root, { key: { algorithm: 'ed25519' } });
    world.carryOut(planned(world, third, { now: NOW + 2 * DAY }), third);
    const [second] = world.crossOf(root);
    const [change] = planned(world, third, { now: end + 1 }).changes;
    expect(change?.cross).toEqual([second]);
    expect(change?.previous).toHaveLength(1);
  });
});

describe('an intermediate that keeps its key', () => {
  const route = (world: World) => changeOf(planned(world, NEW_KEY), services)?.route ?? null;
  const changeOf = (plan: ReturnType<typeof planned>, id: string) =>
    plan.changes.find((one) => one.id === id);
  const chainOf = (world: World, id: string) => {
    const { chain } = world.of(id);
    return chain.state === 'present' ? chain.facts : [];
  };

  it('is shown by the certificate that it had from the old root: no chain changes', () => {
    const world = settled();
    const [had, shown] = [world.cert(services).fingerprint, chainOf(world, api)];
    const plan = planned(world, NEW_KEY);
    expect(plan.changes[0]?.routes).toEqual([had]);
    expectPlan(plan, {
      [root]: { action: 'rekey' },
      [services]: { action: 'issue', route: had },
      [api]: { action: 'refresh', writes: ['ca'] },
      [billing]: { action: 'issue' },
    });
    world.carryOut(plan, NEW_KEY);
    expect(chainOf(world, api)).toEqual(shown);
    expect(world.cert(services).fingerprint).not.toBe(had);
    expectPlan(planned(world, NEW_KEY), {});
    expect(route(world)).toBe(had);
  });

  it('also through two rollovers: by the oldest, which all generations accept', () => {
    const world = settled();
    const first = world.cert(services).fingerprint;
    world.carryOut(planned(world, NEW_KEY), NEW_KEY);
    const second = world.cert(services).fingerprint;
    const third = withChanged(root, { key: { algorithm: 'ed25519' } });
    const plan = planned(world, third);
    expect(plan.changes[0]?.routes).toEqual([second, first]);
    world.carryOut(plan, third);
    expect(chainOf(world, api)).toEqual([first]);
    expectPlan(planned(world, third), {});
    // What was signed by the first root goes with it; the second is still trusted.
    const { notAfter } = settled().cert(root);
    const after = planned(world, third, { now: notAfter + 1 });
    expect(after.changes[0]?.routes).not.toContain(first);
  });

  it('goes on with its own, and with what vouches for the new root, when it is retired itself', () => {
    const world = rolledOver();
    const plan = planned(world, NEW_KEY, { retire: [services] });
    expectPlan(plan, {
      [root]: {
        action: 'refresh',
        writes: ['previous'],
        previous: earlier(world).map(fingerprint),
        routes: [],
      },
      [services]: { action: 'keep', route: null },
      [api]: { action: 'refresh', writes: ['chain', 'fullchain'] },
    });
    world.carryOut(plan, NEW_KEY);
    expect(chainOf(world, api)).toEqual([world.cert(services).fingerprint, ...world.crossOf(root)]);
    expectPlan(planned(world, NEW_KEY), {});
  });

  it('and with its own alone, once the old root is retired', () => {
    const world = rolledOver();
    world.carryOut(planned(world, NEW_KEY, { retire: [root] }), NEW_KEY);
    expect(chainOf(world, api)).toEqual([world.cert(services).fingerprint]);
  });

  it('until that certificate would have to be renewed', () => {
    const world = settled();
    const { notBefore, notAfter } = world.cert(services);
    world.carryOut(planned(world, NEW_KEY), NEW_KEY);
    const due = notAfter - Math.floor((notAfter - notBefore + 1) / 3);
    const at = (now: number) => changeOf(planned(world, NEW_KEY, { now }), services)?.route;
    expect(at(due - 1)).not.toBeNull();
    expect(at(due)).toBeNull();
  });

  it.each<[string, Partial<Authority>]>([
    ['gets another key', { key: { algorithm: 'ed25519' } }],
    ['gets another name', { subject: [{ type: 'CN', value: 'Services G2' }] }],
    ['gets another path length', { pathLength: 3 }],
  ])('but not where it %s, at once or later', (_, change) => {
    const both = anInventory(
      ...NEW_KEY.entities.map((one) => (one.id === services ? ({ ...one, ...change } as Entity) : one)),
    );
    const [atOnce, later] = [settled(), rolledOver()];
    for (const world of [atOnce, later]) {
      const plan = planned(world, both);
      expect(changeOf(plan, services)).toMatchObject({
        action: expect.not.stringMatching('keep'),
        route: null,
      });
      world.carryOut(plan, both);
      expect(chainOf(world, api)).toEqual([world.cert(services).fingerprint, ...world.crossOf(root)]);
      expectPlan(planned(world, both), {});
    }
  });

  it.each<[string, (world: World) => void]>([
    [
      'another key than the old root’s signed',
      (world) => world.changeCert(services, {}, keyFacts('other').keyId),
    ],
    ['is for another key', (world) => world.changeCert(services, { keyId: keyFacts('other').keyId })],
    [
      'is no authority’s',
      (world) =>
        world.changeCert(services, {
          extensions: { basicConstraints: critical({ ca: false, pathLength: null }) },
        }),
    ],
    ['has not begun', (world) => world.changeCert(services, { notBefore: NOW + DAY })],
    ['names another issuer', (world) => world.changeCert(services, { issuerDer: '3000' })],
  ])('nor by a certificate that %s', (_, damage) => {
    const world = settled();
    damage(world);
    expect(route(world)).toBeNull();
  });

  it('nor where its key is called otherwise: what it signs refers to that', () => {
    const world = rolledOver();
    world.changeCert(services, { extensions: { subjectKeyIdentifier: uncritical('abcd') } });
    world.changeCert(api, { extensions: { authorityKeyIdentifier: signedWith('abcd') } });
    expect(route(world)).toBeNull();
  });

  it('also by one that has begun this very second', () => {
    const world = settled();
    world.changeCert(services, { notBefore: NOW });
    expect(route(world)).not.toBeNull();
  });

  it('is left alone with its route when other things are asked for by name', () => {
    const world = rolledOver();
    const plan = flatPlan(NEW_KEY, world.observation(NEW_KEY), {
      now: NOW,
      rekey: new Set([api]),
      pinned: new Set([root, services, billing]),
    });
    expectPlan(plan, { [api]: { action: 'rekey' } });
    world.carryOut(plan, NEW_KEY);
    expectPlan(planned(world, NEW_KEY), {});
  });

  it('and a chain waits for its root, also where that is not trusted', () => {
    const other = anAuthority({ name: 'other' });
    const entities = NEW_KEY.entities.map((one) => (one.id === api ? { ...one, trust: [other.id] } : one));
    const inventory = anInventory(...entities, other);
    const world = settled(
      anInventory(
        ...ALL.entities.map((one) => (one.id === api ? { ...one, trust: [other.id] } : one)),
        other,
      ),
    );
    world.carryOut(planned(world, inventory), inventory);
    const plan = planned(world, inventory, { retire: [services] });
    const publish = stepsOf(plan, inventory).find(({ id }) => id === `publish ${api}`);
    expect(publish?.needs).toEqual([`publish ${root}`]);
  });
});

const fingerprint = (facts: { readonly fingerprint: string }): string => facts.fingerprint;

describe('whom everybody trusts', () => {
  it('names a root that somebody added to the earlier ones', () => {
    const world = rolledOver();
    const evil = {
      ...world.cert(root),
      fingerprint: 'e'.repeat(64),
      subject: [{ type: 'CN', value: 'Evil' }],
      signedBy: world.cert(root).keyId,
    };
    const file = world.of(root).previous;
    if (file.state === 'present') world.of(root).previous = present([...file.facts, evil]);
    const [change] = planned(world, NEW_KEY).changes;
    expect(change?.reasons).toContainEqual({
      kind: 'new-trust',
      subject: 'CN=Evil',
      fingerprint: evil.fingerprint,
    });
  });

  it('names those that are gone with their file', () => {
    const world = rolledOver();
    remove(world.of(root), 'previous');
    const [change] = planned(world, NEW_KEY).changes;
    expect(change?.reasons).toContainEqual({ kind: 'lost-trust', count: 1 });
  });

  it('is never a certificate of no authority', () => {
    const world = rolledOver();
    const { keyId: signedBy } = world.cert(billing);
    const leaf = { ...world.cert(billing), subjectDer: '30', issuerDer: '30', signedBy };
    const file = world.of(root).previous;
    if (file.state === 'present') world.of(root).previous = present([...file.facts, leaf]);
    const plan = planned(world, NEW_KEY);
    expect(plan.changes[0]).toMatchObject({ action: 'refresh', writes: ['previous'] });
    expect(plan.changes[0]?.previous).not.toContain(leaf.fingerprint);
    expect(plan.changes[3]).toMatchObject({ action: 'keep' });
  });
});

describe('nothing is kept', () => {
  it('of a root signed anew with its key', () => {
    const { changes: all } = planned(settled(), withChanged(root, { validity: 86400 * 7300 }));
    expect(all[0]).toMatchObject({ action: 'issue', previous: [] });
  });

  it('of an intermediate: it was never trusted by itself', () => {
    const { changes: all } = planned(settled(), withChanged(services, { key: { algorithm: 'ed25519' } }));
    expect(all[1]).toMatchObject({ action: 'rekey', previous: [] });
  });

  it('of a stranger’s root that lies in the place of the certificate', () => {
    const world = settled();
    const stranger = keyFacts('stranger').keyId;
    world.changeCert(root, { keyId: stranger, subjectDer: '3000', issuerDer: '3000' }, stranger);
    expect(planned(world).changes[0]).toMatchObject({ action: 'issue', previous: [] });
  });
});

describe('what left the manifest', () => {
  const smaller = anInventory(ROOT, SERVICES, API);
  const plan = () => {
    const observation = { ...settled().observation(smaller), orphans: [BILLING.id, 'elsewhere/x'] };
    return flatPlan(smaller, observation, { now: NOW });
  };

  it('goes to the archive, once somebody agrees', () => {
    expect(plan().changes.at(-1)).toMatchObject({
      id: BILLING.id,
      kind: 'client',
      action: 'remove',
      reasons: [{ kind: 'not-in-manifest' }],
      consent: 'remove',
      writes: [],
      deletes: [],
    });
  });

  it('is one step that waits for nothing; what is no entity stays', () => {
    expect(stepsOf(plan(), smaller)).toEqual([
      { kind: 'remove', id: `remove ${BILLING.id}`, entity: BILLING.id, needs: [] },
    ]);
  });
});

it('a damaged list of old roots is never written from nothing', () => {
  const world = settled();
  world.of(root).previous = present([]);
  expect(planned(world).changes[0]?.writes).not.toContain('previous');
});

describe('what a rollover does not bring to everybody', () => {
  const remarksOf = (plan: ReturnType<typeof planned>) => plan.remarks;
  /** Every leaf asks for these files only. */
  const asking = (outputs: Entity['outputs'], inventory = ALL) =>
    anInventory(...inventory.entities.map((one) => (one.kind === 'authority' ? one : { ...one, outputs })));
  const RENAMED = withChanged(root, {
    key: { algorithm: 'rsa', size: 4096 },
    subject: [{ type: 'CN', value: 'Root G2' }],
  });
  /** The root that is there has this path length, and its next one has it, too. */
  const limited = (pathLength: number, inventory = NEW_KEY) => {
    const world = settled();
    world.changeCert(root, { extensions: { basicConstraints: critical({ ca: true, pathLength }) } });
    const entities = inventory.entities.map((one) => (one.id === root ? { ...one, pathLength } : one));
    return { world, inventory: anInventory(...(entities as Entity[])) };
  };

  it('two roots of one name in a file of servers, unless it gets another name', () => {
    expect(remarksOf(planned(settled(), NEW_KEY))).toEqual([{ kind: 'same-name', entity: root }]);
    expect(remarksOf(planned(settled(), RENAMED))).toEqual([]);
    // It is said when it begins, and not again.
    expect(remarksOf(planned(rolledOver(), NEW_KEY))).toEqual([]);
    expect(remarksOf(planned(settled(), withChanged(services, { key: { algorithm: 'ed25519' } })))).toEqual(
      [],
    );
    expect(remarksOf(planned(settled(), ALL))).toEqual([]);
  });

  it.each([
    ['a server', aServer(), true],
    ['a peer', aPeer(), true],
    ['a client', aClient(), false],
    ['a server without such a file', aServer({ outputs: ['key', 'cert'] }), false],
    ['a server that trusts another root', aServer({ trust: ['authorities/other'] }), false],
  ])('two roots of one name in a file of %s', (_, leaf, isSaid) => {
    const before = anInventory(ROOT, anAuthority({ name: 'other' }), leaf);
    const after = anInventory(NEW_KEY.entities[0] as Entity, ...before.entities.slice(1));
    const kinds = remarksOf(planned(settled(before), after)).map(({ kind }) => kind);
    expect(kinds.includes('same-name')).toBe(isSaid);
  });

  it.each<[Entity['outputs'], Partial<Record<'trusting' | 'presented', readonly string[]>> | null]>([
    [['key', 'cert'], { trusting: [api, billing], presented: [api, billing] }],
    [['key', 'cert', 'ca'], { trusting: [], presented: [api, billing] }],
    [['key', 'cert', 'fullchain'], { trusting: [api, billing], presented: [] }],
    [['key', 'cert', 'chain', 'ca'], null],
    [['key', 'cert', 'combined', 'ca'], null],
  ])('files that nothing carries, where %j are asked for', (outputs, expected) => {
    const [before, after] = [asking(outputs), asking(outputs, NEW_KEY)];
    const found = remarksOf(planned(settled(before), after)).filter(({ kind }) => kind === 'unbrought');
    const remark = { kind: 'unbrought', entity: root, path: 'authorities/root/previous.pem', ...expected };
    expect(found).toEqual(expected === null ? [] : [remark]);
  });

  it('files that nothing carries: none of an authority, nor of what trusts another root', () => {
    const bare = { outputs: ['key', 'cert'] } as const;
    const other = anAuthority({ name: 'other' });
    const between = anAuthority({ name: 'between', issuer: root, trust: [root], ...bare });
    const leaf = aServer({ name: 'leaf', issuer: other.id, trust: [other.id], ...bare });
    const found = (...more: readonly Entity[]) => {
      const before = anInventory(ROOT, other, between, leaf, ...more);
      const after = anInventory(NEW_KEY.entities[0] as Entity, ...before.entities.slice(1));
      return remarksOf(planned(settled(before), after)).filter(({ kind }) => kind === 'unbrought');
    };
    expect(found()).toEqual([]);
    const apart = aServer({ name: 'apart', issuer: other.id, trust: [other.id, root], ...bare });
    expect(found(apart)).toMatchObject([{ trusting: [apart.id], presented: [] }]);
    const below = aServer({ name: 'below', trust: [other.id], ...bare });
    expect(found(below)).toMatchObject([{ trusting: [], presented: [below.id] }]);
  });

  it('leaves directly below a root whose path length is used up', () => {
    const { world, inventory } = limited(0);
    expect(remarksOf(planned(world, inventory))).toContainEqual({
      kind: 'no-way',
      entity: root,
      refused: [billing],
      by: 'strict',
    });
  });

  it('not what a route leads to: the path of it is as long as before', () => {
    const { world, inventory } = limited(1);
    expect(remarksOf(planned(world, inventory)).filter(({ kind }) => kind === 'no-way')).toEqual([]);
  });

  it('what has no route because its authority gets another key as well', () => {
    const both = anInventory(
      ...NEW_KEY.entities.map((one) =>
        one.id === services ? ({ ...one, key: { algorithm: 'ed25519' } } as Entity) : one,
      ),
    );
    const { world, inventory } = limited(1, both);
    expect(remarksOf(planned(world, inventory))).toContainEqual({
      kind: 'no-way',
      entity: root,
      refused: [api],
      by: 'strict',
    });
  });

  it('each further rollover takes one more of the path length', () => {
    const { world, inventory } = limited(1);
    world.carryOut(planned(world, inventory), inventory);
    const third = anInventory(
      ...inventory.entities.map((one) =>
        one.id === root ? ({ ...one, key: { algorithm: 'ed25519' } } as Entity) : one,
      ),
    );
    expect(remarksOf(planned(world, third)).filter(({ kind }) => kind === 'no-way')).toEqual([
      { kind: 'no-way', entity: root, refused: [billing], by: 'strict' },
    ]);
  });

  it.each<[string, Partial<Authority>, Parameters<typeof planned>[2]]>([
    ['gets another key', { key: { algorithm: 'ed25519' } }, {}],
    ['is retired itself', {}, { retire: [services] }],
  ])('what has no route any more because its authority %s later', (_, given, asked) => {
    const { world, inventory } = limited(1);
    world.carryOut(planned(world, inventory), inventory);
    const later = anInventory(
      ...inventory.entities.map((one) => (one.id === services ? ({ ...one, ...given } as Entity) : one)),
    );
    const lost = { kind: 'no-way', entity: root, refused: [api], by: 'strict' } as const;
    expect(remarksOf(planned(world, later, asked))).toContainEqual(lost);
    expect(remarksOf(planned(world, inventory))).toEqual([]);
    world.carryOut(planned(world, later, asked), later);
    expect(remarksOf(planned(world, later))).toEqual([]);
    // With room for the cross-certificate there is no one to name.
    const free = limited(3);
    free.world.carryOut(planned(free.world, free.inventory), free.inventory);
    const roomy = anInventory(
      ...free.inventory.entities.map((one) => (one.id === services ? ({ ...one, ...given } as Entity) : one)),
    );
    expect(remarksOf(planned(free.world, roomy, asked))).not.toContainEqual(lost);
  });

  it('what has no route any more because that would have to be renewed, once', () => {
    const { world, inventory } = limited(1);
    const route = world.cert(services);
    world.carryOut(planned(world, inventory), inventory);
    const late = { now: route.notAfter - 1 };
    const lost = { kind: 'no-way', entity: root, refused: [api], by: 'strict' };
    expect(remarksOf(planned(world, inventory, late))).toContainEqual(lost);
    world.carryOut(planned(world, inventory, late), inventory);
    expect(remarksOf(planned(world, inventory, late))).toEqual([]);
  });

  it('whom nothing leads to at all: another name counts for everybody', () => {
    const { world, inventory } = limited(0, RENAMED);
    const plan = planned(world, inventory);
    expect(plan.changes[0]?.crossing).toBeNull();
    expect(remarksOf(plan)).toContainEqual({ kind: 'no-way', entity: root, refused: [billing], by: 'all' });
    const roomy = limited(1, RENAMED);
    expect(remarksOf(planned(roomy.world, roomy.inventory)).filter(({ kind }) => kind === 'no-way')).toEqual(
      [],
    );
  });

  it('nor where its certificate names no key, so that it can vouch for none', () => {
    const world = settled();
    world.changeCert(root, { extensions: { subjectKeyIdentifier: undefined } });
    expect(remarksOf(planned(world, NEW_KEY))).toContainEqual({
      kind: 'no-way',
      entity: root,
      refused: [api, billing],
      by: 'all',
    });
  });

  it('another name counts, with what stands between', () => {
    const both = anInventory(
      ...RENAMED.entities.map((one) =>
        one.id === services ? ({ ...one, key: { algorithm: 'ed25519' } } as Entity) : one,
      ),
    );
    const { world, inventory } = limited(1, both);
    const plan = planned(world, inventory);
    expect(plan.changes[0]?.crossing).not.toBeNull();
    expect(remarksOf(plan)).toContainEqual({ kind: 'no-way', entity: root, refused: [api], by: 'all' });
  });

  it('an old root that is retired while chains still lead to it', () => {
    const world = rolledOver();
    const remark = { kind: 'early-end', entity: root, intermediates: [services] };
    expect(remarksOf(planned(world, NEW_KEY, { retire: [root] }))).toEqual([remark]);
    world.carryOut(planned(world, NEW_KEY, { retire: [services] }), NEW_KEY);
    expect(remarksOf(planned(world, NEW_KEY, { retire: [root] }))).toEqual([]);
  });
});
