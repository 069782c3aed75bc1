/** What belongs to what was asked for by name: what it needs, and what follows from it, but nothing that is only due. */
import { describe, expect, it } from 'vitest';
import type { Inventory } from '../../src/pki/entity.ts';
import { namedIn, type PartOptions, planAsked, rotatedIn } from '../../src/plan/part.ts';
import { anAuthority, anInventory, aServer, DAY, NOW, remove, World } from '../helpers/entities.ts';
import { settled } from './settled.ts';

const ROOT = anAuthority();
const SUB = anAuthority({ name: 'sub', issuer: ROOT.id, trust: [ROOT.id], validity: 1000 * DAY });
const OTHER = anAuthority({ name: 'other' });
const [A, B] = ['a', 'b'].map((name) => aServer({ name, issuer: SUB.id }));
const FAR = aServer({ name: 'far', issuer: OTHER.id, trust: [OTHER.id] });
if (A === undefined || B === undefined) throw new Error('there are two');
const ALL = anInventory(ROOT, SUB, OTHER, A, B, FAR);

/** What is done, and what is left that is due. */
function asked(
  world: World,
  options: Partial<PartOptions>,
  inventory: Inventory = ALL,
): readonly [done: Readonly<Record<string, string>>, left: readonly string[]] {
  const { changes, left } = planAsked(inventory, world.observation(inventory), { now: NOW, ...options });
  const done = changes.filter(({ action }) => action !== 'keep');
  return [Object.fromEntries(done.map(({ id, action }) => [id, action])), left];
}

const only = (...ids: readonly string[]) => ({ only: new Set(ids) });
const WHOLE = Object.fromEntries(ALL.entities.map(({ id }) => [id, 'create']));

describe('of an empty folder', () => {
  it('all, where nothing is named', () => {
    expect(asked(new World(), {})).toEqual([WHOLE, []]);
  });

  it('what is above comes along, and nothing that is beside or below', () => {
    expect(asked(new World(), only(A.id))).toEqual([
      { [ROOT.id]: 'create', [SUB.id]: 'create', [A.id]: 'create' },
      [OTHER.id, B.id, FAR.id],
    ]);
    expect(asked(new World(), only(ROOT.id))).toEqual([
      { [ROOT.id]: 'create' },
      [SUB.id, OTHER.id, A.id, B.id, FAR.id],
    ]);
    expect(asked(new World(), only(SUB.id, FAR.id))).toEqual([
      { [ROOT.id]: 'create', [SUB.id]: 'create', [OTHER.id]: 'create', [FAR.id]: 'create' },
      [A.id, B.id],
    ]);
  });

  it('nor what runs a command for its passphrase', () => {
    const passphrase = { kind: 'command', argv: ['pass', 'show'] } as const;
    const closed = ALL.entities.map((entity) => ({ ...entity, passphrase }));
    expect(asked(new World(), only(ROOT.id), anInventory(...closed))).toEqual([
      { [ROOT.id]: 'create' },
      [SUB.id, OTHER.id, A.id, B.id, FAR.id],
    ]);
    expect(asked(new World(), only(A.id), anInventory(...closed))[1]).toEqual([OTHER.id, B.id, FAR.id]);
  });
});

describe('of a folder in which all is as it should be', () => {
  it('a new key of an authority has all issued again that is directly below, and trust brought to the rest', () => {
    expect(asked(settled(ALL), { rekey: new Set([SUB.id]) })).toEqual([
      { [SUB.id]: 'rekey', [A.id]: 'issue', [B.id]: 'issue' },
      [],
    ]);
    const [done, left] = asked(settled(ALL), { rekey: new Set([ROOT.id]) });
    expect(Object.keys(done)).toEqual([ROOT.id, SUB.id, A.id, B.id]);
    expect([done[ROOT.id], done[SUB.id], left]).toEqual(['rekey', 'issue', []]);
  });

  it('a new key of a leaf is of that leaf alone', () => {
    expect(asked(settled(ALL), { rekey: new Set([A.id]) })).toEqual([{ [A.id]: 'rekey' }, []]);
    expect(asked(settled(ALL), only(A.id))).toEqual([{}, []]);
  });

  it('what is due elsewhere is left, and said', () => {
    const world = settled(ALL);
    for (const id of [A.id, FAR.id]) remove(world.of(id), 'cert');
    expect(asked(world, only(A.id))).toEqual([{ [A.id]: 'issue' }, [FAR.id]]);
    expect(asked(world, only(B.id))).toEqual([{}, [A.id, FAR.id]]);
    expect(asked(world, { rekey: new Set([B.id]) })).toEqual([{ [B.id]: 'rekey' }, [A.id, FAR.id]]);
  });

  it('an authority that is due, and can sign until then, stays', () => {
    const world = settled(ALL);
    remove(world.of(A.id), 'cert');
    world.changeCert(SUB.id, { notAfter: NOW + 10 * DAY });
    const [done, left] = asked(world, only(A.id));
    expect(done).toEqual({ [A.id]: 'issue' });
    expect(left).toContain(SUB.id);
  });

  it('a new authority comes along, and nothing that will trust it', () => {
    const world = settled(anInventory(ROOT, OTHER, FAR));
    const later = anInventory(ROOT, SUB, OTHER, A, { ...FAR, trust: [OTHER.id, SUB.id] });
    expect(asked(world, only(A.id), later)).toEqual([{ [SUB.id]: 'create', [A.id]: 'create' }, [FAR.id]]);
    expect(asked(world, {}, later)).toEqual([
      { [SUB.id]: 'create', [A.id]: 'create', [FAR.id]: 'refresh' },
      [],
    ]);
  });

  it('an authority that has to be made again for it comes along, with what follows from that', () => {
    const world = settled(ALL);
    for (const id of [A.id, FAR.id]) remove(world.of(id), 'cert');
    for (const file of ['key', 'cert'] as const) remove(world.of(SUB.id), file);
    const [done, left] = asked(world, only(A.id));
    expect(Object.keys(done)).toEqual([SUB.id, A.id, B.id]);
    expect(left).toEqual([FAR.id]);
  });
});

it('what is named is all of it', () => {
  const [rekey, retire] = [new Set(['a']), new Set(['b', 'a'])];
  expect([...rotatedIn({ rekey, retire })]).toEqual(['a', 'b']);
  expect([...namedIn({ rekey, retire, only: new Set(['c', 'b']) })]).toEqual(['a', 'b', 'c']);
  expect([...namedIn({})]).toEqual([]);
});
