/** Files that nobody can take away: what they belong to stays as it is, and everything else goes on. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Inventory } from '../../src/pki/entity.ts';
import { applyInventory } from '../../src/run/apply.ts';
import type { ApplyOptions } from '../../src/run/apply-options.ts';
import type { RunEvent } from '../../src/run/events.ts';
import { readLedger } from '../../src/store/ledger.ts';
import { aClient, anAuthority, anInventory, aServer, NOW } from '../helpers/entities.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const work = temporaryFolder();
const ROOT = anAuthority();
const API = aServer({ name: 'api' });
const BILLING = aClient({ name: 'billing' });
const ALL = anInventory(ROOT, API, BILLING);
const fixed = new Set<string>();
let made = 0;

function setImmutable(path: string, isSo: boolean): void {
  execFileSync('chattr', [isSo ? '+i' : '-i', path], { stdio: 'pipe' });
  if (isSo) fixed.add(path);
  else fixed.delete(path);
}

/** Why this cannot be tried here; nothing where it can. */
function whyNot(): string {
  const path = join(work, 'trial');
  writeFileSync(path, '');
  try {
    setImmutable(path, true);
    setImmutable(path, false);
    return '';
  } catch {
    return ' (needs chattr, a file system that knows it, and the right to use it)';
  }
}

function apply(root: string, inventory: Inventory, options: Partial<ApplyOptions> = {}) {
  const usual = { binary: 'openssl', clock: () => NOW, processes: 2, consents: new Set<never>() };
  return applyInventory(inventory, { root, ...usual, ...options });
}

const filesOf = (root: string, id: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(join(root, id)).map((name) => [name, readFileSync(join(root, id, name), 'utf8')]),
  );

const reason = whyNot();

describe.skipIf(reason !== '')(`an immutable certificate${reason}`, () => {
  afterEach(() => {
    for (const path of fixed) setImmutable(path, false);
  });

  it('keeps its key, which no new certificate would fit, and is not in the ledger as issued again', async () => {
    const root = join(work, `${++made}`);
    await apply(root, ALL);
    const before = filesOf(root, API.id);
    setImmutable(join(root, API.id, 'cert.pem'), true);
    const rekey = new Set([API.id, BILLING.id]);
    const result = await apply(root, ALL, { rekey });
    expect(result).toMatchObject({
      kind: 'done',
      execution: {
        published: [BILLING.id],
        failures: [
          {
            entity: API.id,
            step: 'publish',
            problem: expect.stringMatching(
              /^"servers\/api\/cert\.pem" cannot be replaced: it is immutable or append-only/,
            ),
          },
        ],
      },
    });
    expect(filesOf(root, API.id)).toEqual(before);
    expect(readdirSync(join(root, '.pki/commit'))).toEqual([]);
    expect(readLedger(root).filter(({ entity }) => entity === API.id)).toHaveLength(1);
    setImmutable(join(root, API.id, 'cert.pem'), false);
    expect(await apply(root, ALL, { rekey })).toMatchObject({ kind: 'done', execution: { failures: [] } });
    expect(await apply(root, ALL)).toMatchObject({ kind: 'nothing' });
  });

  it('nor is a pair split whose certificate is in a folder that nothing can be put into', async () => {
    const root = join(work, `${++made}`);
    const layout = { folder: '.', files: { key: 'private/a.key', cert: 'certs/a.crt' } };
    const apart = aServer({ name: 'apart', outputs: ['key', 'cert'], layout });
    const inventory = anInventory(ROOT, apart);
    await apply(root, inventory);
    const key = readFileSync(join(root, 'private/a.key'), 'utf8');
    setImmutable(join(root, 'certs'), true);
    expect(await apply(root, inventory, { rekey: new Set([apart.id]) })).toMatchObject({
      execution: {
        failures: [{ step: 'publish', problem: expect.stringMatching(/certs" may not be written to/) }],
      },
    });
    expect(readFileSync(join(root, 'private/a.key'), 'utf8')).toBe(key);
    expect(readdirSync(join(root, '.pki/commit'))).toEqual([]);
    setImmutable(join(root, 'certs'), false);
  });

  it('is not half removed', async () => {
    const root = join(work, `${++made}`);
    await apply(root, ALL);
    const before = filesOf(root, API.id);
    setImmutable(join(root, API.id, 'cert.pem'), true);
    const without = anInventory(ROOT, BILLING);
    const consents = new Set(['remove'] as const);
    expect(await apply(root, without, { consents })).toMatchObject({
      execution: { failures: [{ entity: API.id, step: 'remove' }] },
    });
    expect(filesOf(root, API.id)).toEqual(before);
    expect(readdirSync(join(root, '.pki/commit'))).toEqual([]);
    setImmutable(join(root, API.id, 'cert.pem'), false);
    expect(await apply(root, without, { consents })).toMatchObject({ execution: { published: [API.id] } });
  });
});

describe.skipIf(reason !== '')(`what cannot be tidied up${reason}`, () => {
  afterEach(() => {
    for (const path of fixed) setImmutable(path, false);
  });

  it('in the archive is a warning beside what was done, and the lock is free', async () => {
    const root = join(work, `${++made}`);
    await apply(root, ALL);
    const old = join(root, '.pki/archive/servers/api/2001-01-01T000000Z-abcdef');
    mkdirSync(old, { recursive: true });
    writeFileSync(join(old, 'cert.pem'), 'old');
    setImmutable(join(old, 'cert.pem'), true);
    const inventory = { ...ALL, archiveFor: 60 };
    for (const _ of [1, 2]) {
      expect(await apply(root, inventory)).toMatchObject({
        kind: 'nothing',
        warnings: [expect.stringMatching(/^the archive is not pruned: .*cert\.pem/)],
      });
    }
  });

  it('after the work is for the next run to tell, and the lock is free', async () => {
    const root = join(work, `${++made}`);
    const litter = join(root, '.pki/scratch/litter');
    const listener = (event: RunEvent): void => {
      if (event.kind !== 'step-done' || fixed.size > 0) return;
      writeFileSync(litter, '');
      setImmutable(litter, true);
    };
    const result = await apply(root, ALL, { listener });
    expect(result).toMatchObject({ kind: 'done', execution: { failures: [] } });
    expect(existsSync(join(root, '.pki/lock'))).toBe(false);
    await expect(apply(root, ALL)).rejects.toThrow('scratch/litter');
    setImmutable(litter, false);
    expect(await apply(root, ALL)).toMatchObject({ kind: 'nothing' });
  });
});
