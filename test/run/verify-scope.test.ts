/** How much of a very large folder is proven: all of it, or what has changed since it was; and what is remembered of that. */
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EntityId, Inventory } from '../../src/pki/entity.ts';
import { applyInventory } from '../../src/run/apply.ts';
import { type VerifyOptions, verifyInventory } from '../../src/run/verify.ts';
import { aClient, anAuthority, anInventory, aServer } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';

const key = { algorithm: 'ed25519' } as const;
const ROOT = anAuthority({ key });
// 1024 pairs, which is more than are played without being asked for.
const SERVERS = Array.from({ length: 32 }, (_, i) => aServer({ name: `s${i}`, key, trust: [ROOT.id] }));
const CLIENTS = Array.from({ length: 32 }, (_, i) => aClient({ name: `c${i}`, key, trust: [ROOT.id] }));
const ALL = anInventory(ROOT, ...SERVERS, ...CLIENTS);
const EVERY = ALL.entities.map(({ id }) => id).sort();
const SMALL = anInventory(ROOT, ...SERVERS.slice(0, 3), ...CLIENTS.slice(0, 3));

const root = memoryFolder();
const record = join(root, '.pki/proof.json');
const clock = () => Math.floor(Date.now() / 1000);
const S1 = new Set<EntityId>(['servers/s1']);

beforeAll(async () => {
  const options = { binary: 'openssl', clock, processes: 1, engine: 'node' } as const;
  await applyInventory(ALL, { root, ...options, consents: new Set() });
});
beforeEach(() => rmSync(record, { force: true }));

/** What was looked at, and how that ended. */
async function seen(more: Partial<VerifyOptions>, inventory: Inventory = ALL) {
  const options = { root, binary: 'openssl', clock, isPublic: true, ...more } as const;
  const { scope, ok, certificates } = await verifyInventory(inventory, options);
  return { scope, ok, looked: [...new Set(certificates.map(({ entity }) => entity))].sort() };
}
const WHOLE = { scope: 'all', ok: true, looked: EVERY };
const ONE = { scope: 'touched', ok: true, looked: [...S1] };
const NONE = { scope: 'touched', ok: true, looked: [] };

describe('with a record of what was proven', () => {
  it('all of it is proven where that is asked for, and nothing again after that', async () => {
    expect(await seen({ remember: 'all' })).toEqual(WHOLE);
    expect(await seen({ remember: 'changed' })).toEqual(NONE);
    expect(await seen({ remember: 'all', touched: S1 })).toEqual(WHOLE);
    expect(await seen({ remember: 'changed', touched: S1 })).toEqual(ONE);
  });

  it('what was never proven is, the first time', async () => {
    expect(await seen({ remember: 'changed' })).toEqual({ ...WHOLE, scope: 'touched' });
    expect(await seen({ remember: 'changed' })).toEqual(NONE);
  });

  it('what is wrong is looked at until it is well', async () => {
    await seen({ remember: 'all' });
    const mine = join(root, 'servers/s1/cert.pem');
    copyFileSync(mine, `${mine}.away`);
    copyFileSync(join(root, ROOT.id, 'key.pem'), mine);
    const bad = { scope: 'touched', ok: false, looked: ['servers/s1'] };
    expect([await seen({ remember: 'changed' }), await seen({ remember: 'changed' })]).toEqual([bad, bad]);
    copyFileSync(`${mine}.away`, mine);
    rmSync(`${mine}.away`);
    expect(await seen({ remember: 'changed' })).toEqual(NONE);
  });
});

describe('without one', () => {
  it('all is proven, or what was touched, and nothing is written down', async () => {
    expect(await seen({})).toEqual(WHOLE);
    expect(await seen({ touched: S1 })).toEqual(ONE);
    expect(existsSync(record)).toBe(false);
  });

  it('all of a small folder is proven each time, and nothing is written down', async () => {
    const all = { scope: 'all', ok: true, looked: SMALL.entities.map(({ id }) => id).sort() };
    for (const remember of ['all', 'changed'] as const)
      expect(await seen({ remember, touched: S1 }, SMALL)).toEqual(all);
    expect(existsSync(record)).toBe(false);
  });
});
