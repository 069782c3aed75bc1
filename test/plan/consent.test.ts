/** What of a plan is carried out, and what is left alone together with what was not agreed to. */
import { describe, expect, it } from 'vitest';
import type { Allowance } from '../../src/plan/allowance.ts';
import { agreementOn, consentsIn } from '../../src/plan/consent.ts';
import { consentsNeeded, planInventory } from '../../src/plan/plan.ts';
import {
  aChange,
  anAuthority,
  anInventory,
  aPlan,
  aServer,
  dns,
  NOW,
  type World,
} from '../helpers/entities.ts';
import { settled } from './settled.ts';

const ONE = anAuthority({ name: 'one' });
const TWO = anAuthority({ name: 'two' });
const below = (name: string, root: string) =>
  aServer({ name, issuer: `authorities/${root}`, trust: [`authorities/${root}`] });
const A = below('a', 'one');
const B = below('b', 'two');
const BEFORE = anInventory(ONE, TWO, A, B);
const P384 = { algorithm: 'ecdsa', curve: 'P-384' } as const;

const edited = <T extends { san: readonly ReturnType<typeof dns>[] }>(entity: T): T => ({
  ...entity,
  san: [...entity.san, dns('more.example.test')],
});

interface Given {
  readonly consents?: readonly Allowance[];
  readonly requested?: readonly string[];
  readonly orphans?: readonly string[];
}

/** The agreement on a plan of this inventory, and how often it was planned again. */
function agreed(
  inventory = BEFORE,
  { consents = [], requested = [], orphans = [] }: Given = {},
  world: World = settled(BEFORE),
) {
  const observation = { ...world.observation(inventory), orphans };
  const rekey = new Set(requested);
  const plan = (pinned: ReadonlySet<string>) =>
    planInventory(inventory, observation, { now: NOW, rekey, pinned });
  const replanned: (readonly string[])[] = [];
  const agreement = agreementOn(plan(new Set()), {
    consents: new Set(consents),
    requested: rekey,
    rotated: rekey,
    replan: (pinned) => {
      replanned.push([...pinned]);
      return plan(pinned);
    },
  });
  const { possible, awaiting, withheld, isIdle } = agreement;
  const actions = possible.changes.filter(({ action }) => action !== 'keep');
  return {
    done: actions.map(({ id, action }) => `${action} ${id}`),
    awaiting: awaiting.map(({ id }) => id),
    withheld: withheld.map(({ id }) => id),
    isIdle,
    replanned,
  };
}

describe('an agreement', () => {
  it('on what needs no consent is the plan itself', () => {
    expect(agreed(anInventory(ONE, TWO, edited(A), B))).toEqual({
      done: ['issue servers/a'],
      awaiting: [],
      withheld: [],
      isIdle: false,
      replanned: [],
    });
  });

  it('on nothing is idle', () => {
    expect(agreed()).toMatchObject({ done: [], isIdle: true });
  });

  const ROLLED = anInventory({ ...ONE, key: P384 }, TWO, A, edited(B));

  it('leaves what was not agreed to, and what hangs from it; the rest goes on', () => {
    expect(agreed(ROLLED)).toEqual({
      done: ['issue servers/b'],
      awaiting: [],
      withheld: ['authorities/one'],
      isIdle: false,
      replanned: [['authorities/one']],
    });
  });

  it('goes on with everything once it was given', () => {
    expect(agreed(ROLLED, { consents: ['rekey-ca'] })).toMatchObject({
      done: ['rekey authorities/one', 'issue servers/a', 'issue servers/b'],
      withheld: [],
      replanned: [],
    });
  });

  it('given for one is for that alone', () => {
    const both = anInventory({ ...ONE, key: P384 }, { ...TWO, key: P384 }, A, B);
    expect(agreed(both, { consents: ['rekey-ca=authorities/two'] })).toMatchObject({
      done: ['rekey authorities/two', 'issue servers/b'],
      withheld: ['authorities/one'],
    });
  });

  it('given to new keys by name is for no other authority, unless that is named', () => {
    const requested = ['authorities/two'];
    expect(agreed(ROLLED, { requested, consents: ['rekey-ca'] })).toMatchObject({
      done: ['rekey authorities/two', 'issue servers/b'],
      withheld: ['authorities/one'],
    });
    const consents = ['rekey-ca', 'rekey-ca=authorities/one'] as const;
    expect(agreed(ROLLED, { requested, consents })).toMatchObject({ withheld: [] });
  });

  it('does not take one consent for another', () => {
    expect(agreed(ROLLED, { consents: ['remove'] })).toMatchObject({ withheld: ['authorities/one'] });
  });

  it('leaves all that was not agreed to, and plans again once', () => {
    const both = anInventory({ ...ONE, key: P384 }, { ...TWO, key: P384 }, A, edited(B));
    expect(agreed(both)).toMatchObject({
      done: ['issue servers/b'],
      withheld: ['authorities/one', 'authorities/two'],
      replanned: [['authorities/one', 'authorities/two']],
    });
  });

  it('holds removals that were not agreed to, and stands in the way of nothing', () => {
    const given = { orphans: ['servers/gone', 'clients/gone'] };
    expect(agreed(anInventory(ONE, TWO, edited(A), B), given)).toEqual({
      done: ['issue servers/a'],
      awaiting: ['servers/gone', 'clients/gone'],
      withheld: [],
      isIdle: false,
      replanned: [],
    });
    expect(agreed(BEFORE, given)).toMatchObject({ done: [], awaiting: given.orphans, isIdle: true });
    expect(agreed(BEFORE, { ...given, consents: ['remove'] })).toMatchObject({
      done: ['remove servers/gone', 'remove clients/gone'],
      awaiting: [],
      isIdle: false,
    });
  });
});

describe('something asked for by name', () => {
  const lost = (): World => {
    const world = settled(BEFORE);
    world.of(ONE.id).key = { state: 'encrypted', why: { kind: 'unstated' } };
    return world;
  };

  it('is done where nothing is in its way', () => {
    expect(agreed(BEFORE, { requested: [A.id] })).toMatchObject({ done: ['rekey servers/a'], isIdle: false });
  });

  it('in vain leaves everything alone, also what is due elsewhere', () => {
    // The other root and its server have nothing to do with it: what keeps them is that the request failed.
    const inventory = anInventory(ONE, TWO, A, edited(B));
    expect(agreed(inventory, { requested: [A.id] }, lost())).toMatchObject({
      withheld: [ONE.id],
      isIdle: true,
    });
    expect(agreed(inventory, {}, lost())).toMatchObject({ done: ['issue servers/b'], isIdle: false });
  });

  it('of which one of two is in vain, as well', () => {
    expect(agreed(BEFORE, { requested: [B.id, A.id] }, lost())).toMatchObject({ isIdle: true });
    expect(agreed(BEFORE, { requested: [B.id] }, lost())).toMatchObject({
      done: ['rekey servers/b'],
      isIdle: false,
    });
  });
});

describe('the consents needed', () => {
  it('name every entity, in the order of the plan', () => {
    const inventory = anInventory({ ...ONE, key: P384 }, { ...TWO, key: P384 }, A, B);
    const orphans = ['servers/y', 'servers/x', 'clients/z'];
    const observation = { ...settled(BEFORE).observation(inventory), orphans };
    const { changes } = planInventory(inventory, observation, { now: NOW });
    expect([...consentsNeeded(changes)]).toEqual([
      ['rekey-ca', [ONE.id, TWO.id]],
      ['remove', orphans],
    ]);
  });

  it('are none where nothing needs one', () => {
    const { changes } = planInventory(BEFORE, settled(BEFORE).observation(BEFORE), { now: NOW });
    expect([...consentsNeeded(changes)]).toEqual([]);
  });
});

describe('the consents that a plan needs', () => {
  const hook = (entity: string, isNew: boolean) =>
    ({ entity, hook: { run: ['x'] }, why: 'changes', changed: [], isNew }) as never;
  const set = (entity: string, holdsKey: boolean) =>
    ({ entity, folder: 'f', time: 0, holdsKey, size: 0 }) as never;
  const runs = aChange({ id: A.id, action: 'issue', consent: 'run' });
  const rekeys = aChange({ id: ONE.id, action: 'rekey', consent: 'rekey-ca' });
  const needed = (...given: Parameters<typeof aPlan>) => [...consentsIn(aPlan(...given))];

  it.each([
    ['none', needed([aChange({ id: A.id, action: 'keep' })]), []],
    [
      'of changes',
      needed([runs, rekeys]),
      [
        ['run', [A.id]],
        ['rekey-ca', [ONE.id]],
      ],
    ],
    [
      'of keys that go for good, each entity once',
      needed([], { prunes: [set('x', true), set('y', false), set('x', true)] }),
      [['prune', ['x']]],
    ],
    ['none of other files that go', needed([], { prunes: [set('y', false)] }), []],
    [
      'of hooks that have not run here',
      needed([], { hooks: [hook(B.id, true), hook(A.id, false)] }),
      [['run', [B.id]]],
    ],
    ['none of those that have', needed([], { hooks: [hook(A.id, false)] }), []],
    [
      'of commands and hooks together, each entity once',
      needed([runs], { hooks: [hook(B.id, true), hook(A.id, true)] }),
      [['run', [A.id, B.id]]],
    ],
  ])('%s', (_, found, expected) => expect(found).toEqual(expected));
});
