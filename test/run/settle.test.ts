/** From a look at the folder to a plan: what was asked for beyond the manifest, and what an earlier run left half-way. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EntityId } from '../../src/pki/entity.ts';
import type { Refusal } from '../../src/plan/blockage.ts';
import { type OpenOptions, plannedIn, settle } from '../../src/run/settle.ts';
import { OutputFolder } from '../../src/store/output-folder.ts';
import { Secrets } from '../../src/store/secrets.ts';
import { anAuthority, anInventory, aServer, NOW } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';

const ROOT = anAuthority({ name: 'root' });
const API = aServer({ name: 'api' });
const WEB = aServer({ name: 'web' });
const ALL = anInventory(ROOT, API, WEB);

/** The plan of an empty folder, and what is agreed to. */
async function planned(given: Partial<OpenOptions> = {}, stuck: ReadonlyMap<EntityId, Refusal> = new Map()) {
  const root = memoryFolder();
  mkdirSync(join(root, '.pki'), { mode: 0o700 });
  using output = await OutputFolder.open(root);
  const secrets = new Secrets(root, ALL);
  const usual = { binary: 'openssl', clock: () => NOW, processes: 1, consents: new Set<never>() };
  const options: OpenOptions = { root, output, secrets, ...usual, ...given };
  const first = await plannedIn(ALL, stuck, options);
  const { agreement, plan } = await settle(first, new Set(), options);
  return {
    now: first.plan.now,
    engine: first.plan.engine,
    brought: first.brought,
    actions: Object.fromEntries(plan.changes.map(({ id, action }) => [id, action])),
    possible: agreement.possible.changes.filter(({ action }) => action !== 'keep').map(({ id }) => id),
    withheld: agreement.withheld.map(({ id }) => id),
    changes: plan.changes,
  };
}

it('everything is made where nothing is, as of the moment of the run', async () => {
  expect(await planned()).toMatchObject({
    now: NOW,
    brought: { taken: new Map(), refused: [] },
    actions: { [ROOT.id]: 'create', [API.id]: 'create', [WEB.id]: 'create' },
    withheld: [],
  });
});

it('by the engine that was asked for', async () => {
  expect((await planned({ engine: 'node' })).engine).toBe('node');
  expect((await planned({ engine: 'openssl' })).engine).toBe('openssl');
});

it('of some entities only, with what they need', async () => {
  const { possible } = await planned({ only: new Set([API.id]) });
  expect(possible).toEqual([ROOT.id, API.id]);
});

describe('what an earlier run left half-way, and cannot be finished', () => {
  const refusal = (entity: EntityId): Refusal => ({ kind: 'unfinished', entity, why: 'no space' });

  it('is refused, and everything that does not need it goes on', async () => {
    const { actions, possible, withheld, changes } = await planned({}, new Map([[WEB.id, refusal(WEB.id)]]));
    expect(actions).toMatchObject({ [ROOT.id]: 'create', [API.id]: 'create', [WEB.id]: 'refuse' });
    expect([possible, withheld]).toEqual([[ROOT.id, API.id], [WEB.id]]);
    expect(changes.at(-1)).toEqual({
      id: WEB.id,
      kind: 'server',
      affects: [],
      action: 'refuse',
      refusal: refusal(WEB.id),
    });
  });

  it('may have left the manifest since', async () => {
    const gone = 'clients/gone';
    const { changes } = await planned({}, new Map([[gone, refusal(gone)]]));
    expect(changes).toHaveLength(4);
    expect(changes.at(-1)).toMatchObject({ id: gone, kind: 'client', action: 'refuse' });
  });
});

it('is looked at and planned again for as long as secrets show more, and no longer', async () => {
  const pin = { kind: 'prompt', label: null } as const;
  const locked = { ...API, passphrase: pin };
  const inventory = anInventory(ROOT, locked);
  const root = memoryFolder();
  mkdirSync(join(root, '.pki'), { mode: 0o700 });
  using output = await OutputFolder.open(root);
  const asked: string[] = [];
  const usual = { binary: 'openssl', clock: () => NOW, processes: 1, consents: new Set<never>() };
  const ask = ({ what }: { readonly what: string }) => {
    asked.push(what);
    return Promise.resolve('a word');
  };
  const options = {
    root,
    output,
    secrets: new Secrets(root, inventory),
    ask,
    ...usual,
  } as never as OpenOptions;
  const first = await plannedIn(inventory, new Map(), options);
  let looks = 0;
  const look = () => {
    looks++;
    return first.look();
  };
  const { plan } = await settle({ ...first, look }, new Set(), options);
  expect([asked.length > 0, looks]).toEqual([true, 1]);
  expect(plan.changes.map(({ action }) => action)).toEqual(['create', 'create']);
});
