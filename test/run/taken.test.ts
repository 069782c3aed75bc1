/** Keys and serial numbers are taken once, wherever they were seen first. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planInventory } from '../../src/plan/plan.ts';
import { Taken } from '../../src/run/taken.ts';
import type { LedgerEntry } from '../../src/store/ledger.ts';
import { NOW } from '../helpers/entities.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { ALL, api, billing, root, services, settled } from '../plan/settled.ts';

const NO_LEDGER: readonly LedgerEntry[] = [];
const entry = (given: Partial<LedgerEntry>): LedgerEntry => ({
  time: '2026-11-23T12:00:00Z',
  entity: 'servers/gone',
  issuer: services,
  serial: '7a',
  subject: 'CN=gone',
  san: [],
  notBefore: '2026-11-23T12:00:00Z',
  notAfter: '2026-12-23T12:00:00Z',
  fingerprint: 'aa',
  keyId: 'bb',
  reasons: [],
  ...given,
});

function taken(ledger = NO_LEDGER) {
  const world = settled();
  return { world, taken: new Taken(ALL.entities, world.observation(ALL), ledger) };
}

describe('a key', () => {
  it('of the folder is taken', () => {
    const { world, taken: all } = taken();
    expect(() => all.takeKey(world.key(root).keyId, api)).toThrow(`the private key of ${root} again`);
  });
  it('of the ledger is taken, the entity’s own as well', () => {
    expect(() => taken([entry({})]).taken.takeKey('bb', api)).toThrow('servers/gone');
    expect(() => taken([entry({ entity: api })]).taken.takeKey('bb', api)).toThrow(api);
  });
  it('is taken by the first that comes', () => {
    const { taken: all } = taken();
    all.takeKey('cc', api);
    expect(() => all.takeKey('cc', billing)).toThrow(`the private key of ${api} again`);
  });
});

it('a ledger with a line that is none still has the others', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, '.pki'), { mode: 0o700 });
  const lines = ['{"entity":"servers/half', JSON.stringify(entry({ keyId: 'dd' })), ''];
  writeFileSync(join(folder, '.pki/ledger.jsonl'), lines.join('\n'), { mode: 0o600 });
  const world = settled();
  const changes = planInventory(ALL, world.observation(ALL), { now: NOW, rekey: new Set([api]) }).changes;
  const all = Taken.in(folder, ALL.entities, world.observation(ALL), changes);
  expect(() => all.takeKey('dd', api)).toThrow('servers/gone');
});

describe('a serial number', () => {
  const made = (world: ReturnType<typeof settled>, serial: string, fingerprint = 'new') => ({
    ...world.cert(api),
    serial,
    fingerprint,
  });
  it('of the folder is taken below its issuer, and free below another', () => {
    const { world, taken: all } = taken();
    const { serial } = world.cert(billing);
    expect(() => all.takeSerial(made(world, serial), root, api)).toThrow(`for ${billing} before`);
    all.takeSerial(made(world, serial), services, api);
  });
  it('of the ledger is taken, unless it is the very certificate', () => {
    const { world, taken: all } = taken([entry({})]);
    expect(() => all.takeSerial(made(world, '7a'), services, api)).toThrow('for servers/gone before');
    all.takeSerial(made(world, '7a', 'aa'), services, api);
  });
  it('is taken by the first that comes', () => {
    const { world, taken: all } = taken();
    all.takeSerial(made(world, '7b'), services, api);
    expect(() => all.takeSerial(made(world, '7b', 'other'), services, billing)).toThrow(`for ${api} before`);
  });
});
