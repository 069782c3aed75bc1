/** A whole apply, ended by kill -9 in the middle of its file operations: the next one puts everything right. */
import { cpSync, existsSync, readdirSync, readFileSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Inventory } from '../../src/pki/entity.ts';
import { reasonsOf } from '../../src/plan/change.ts';
import { planInventory } from '../../src/plan/plan.ts';
import { applyInventory } from '../../src/run/apply.ts';
import { readLedger } from '../../src/store/ledger.ts';
import { observe } from '../../src/store/observe/observe.ts';
import { type Ended, runScript, script } from '../helpers/child.ts';
import { ENGINE } from '../helpers/engine.ts';
import { anAuthority, anInventory, aServer, dns, NOW } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';
import { inPairs } from '../helpers/pairs.ts';

const work = memoryFolder();
let made = 0;

const ROOT = anAuthority();
const KEPT = aServer({ name: 'kept' });
const REKEYED = aServer({ name: 'rekeyed' });
const BEFORE = anInventory(ROOT, KEPT, REKEYED);
/** A certificate renewed with its key, a key replaced, an entity that is new. */
const AFTER = anInventory(
  ROOT,
  { ...KEPT, san: [...KEPT.san, dns('more.example.test')] },
  { ...REKEYED, key: { algorithm: 'ed25519' } },
  aServer({ name: 'fresh' }),
);

function apply(root: string, inventory: Inventory = AFTER) {
  return applyInventory(inventory, {
    root,
    binary: 'openssl',
    clock: () => NOW,
    processes: 2,
    consents: new Set(),
    engine: ENGINE,
    flushFrom: 1,
  });
}

let applyScript = '';
const base = join(work, 'base');

beforeAll(async () => {
  await apply(base, BEFORE);
  applyScript = await script(
    work,
    'apply',
    `import { applyInventory } from './src/run/apply.ts';
    const options = { binary: 'openssl', clock: () => ${NOW}, processes: 2, consents: new Set(), engine: '${ENGINE}', flushFrom: 1 };
    const result = await applyInventory(${JSON.stringify(AFTER)}, { root: process.argv[2], ...options });
    for (const { problem } of result.execution?.failures ?? []) console.error(problem);
    if (result.execution?.failures.length) process.exitCode = 1;`,
  );
});

function copyOfBase(): string {
  const root = join(work, `${++made}`);
  cpSync(base, root, { recursive: true });
  return root;
}

/** The text of every key anywhere below the folder. */
function keysIn(root: string): readonly string[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).map((path) => join(root, path));
  return files
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'utf8'))
    .filter((text) => text.includes('PRIVATE KEY'));
}

/** Each entity alone fits together: what a plan finds wrong with it is the manifest's change, and no mismatch. */
function expectNothingMixed(root: string): void {
  const { changes } = planInventory(AFTER, observe(root, AFTER), { now: NOW });
  const kinds = new Set(changes.flatMap(reasonsOf).map(({ kind }) => kind));
  for (const kind of ['key-mismatch', 'foreign-issuer', 'unreadable', 'mode'] as const)
    expect(kinds).not.toContain(kind);
}

/** What the run after a crash must achieve. */
async function expectConverged(root: string): Promise<void> {
  const oldKeys = keysIn(base);
  expect(keysIn(root)).toEqual(expect.arrayContaining([...oldKeys]));
  const result = await apply(root);
  expect(['done', 'nothing']).toContain(result.kind);
  if (result.kind === 'done') expect(result.execution.failures).toEqual([]);
  expectNothingMixed(root);
  const plan = planInventory(AFTER, observe(root, AFTER), { now: NOW });
  expect(plan.changes.filter(({ action }) => action !== 'keep')).toEqual([]);
  expect(keysIn(root)).toEqual(expect.arrayContaining([...oldKeys]));
  expect(readFileSync(join(root, 'servers/kept/key.pem'))).toEqual(
    readFileSync(join(base, 'servers/kept/key.pem')),
  );
  const issued = new Set(readLedger(root).map(({ fingerprint }) => fingerprint));
  const { entities } = observe(root, AFTER);
  for (const { cert } of entities.values())
    expect(cert.state === 'present' && issued.has(cert.facts.fingerprint)).toBe(true);
  expect(litterIn(root)).toEqual([]);
}

function litterIn(root: string): readonly string[] {
  const kept = readdirSync(join(root, '.pki')).filter(
    (name) => !['archive', 'ledger.jsonl', 'commit', 'cache.json'].includes(name),
  );
  const commit = join(root, '.pki/commit');
  // Known: a process killed while it takes the lock leaves its draft, which is in nobody's way.
  const litter = kept.filter((name) => !/^lock\..*\.draft$/.test(name));
  return [...litter, ...(existsSync(commit) ? readdirSync(commit) : [])];
}

/** Enough of them to notice; with PKI_EVERY_OPERATION=1 all, which takes a minute (store/commit.test.ts always does). */
const STRIDE = process.env['PKI_EVERY_OPERATION'] ? 1 : 15;

async function atManyOperations(
  kind: string,
): Promise<readonly { readonly root: string; readonly ended: Ended }[]> {
  const log = join(work, `log-${kind}`);
  expect(await runScript(applyScript, [copyOfBase()], { log })).toMatchObject({ code: 0, stderr: '' });
  const count = readFileSync(log, 'utf8').trim().split('\n').length;
  unlinkSync(log);
  expect(count).toBeGreaterThan(40);
  const tasks = Array.from({ length: Math.ceil(count / STRIDE) }, (_, i) => async () => {
    const root = copyOfBase();
    return { root, ended: await runScript(applyScript, [root], { at: 1 + i * STRIDE, kind }) };
  });
  return inPairs(tasks, (task) => task());
}

describe('an apply that is killed', () => {
  it('at a file operation mixes nothing, loses no key, and is finished by the next', async () => {
    const runs = await atManyOperations('kill');
    for (const { root, ended } of runs) {
      // Which operation is the last is not the same in every run, because files are synced side by side.
      if (ended.code !== 0) expect(ended.signal).toBe('SIGKILL');
      await expectConverged(root);
    }
  });
});

describe('an apply whose disk is full', () => {
  it('from a file operation on says so, mixes nothing, and is finished by the next', async () => {
    for (const { root, ended } of await atManyOperations('ENOSPC')) {
      expect(ended.signal).toBeNull();
      if (ended.code !== 0) expect(ended.stderr).toMatch(/ENOSPC/);
      await expectConverged(root);
    }
  });
});
