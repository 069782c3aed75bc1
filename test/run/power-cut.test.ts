/**
 * A whole apply and a power cut: no certificate is published that the ledger may forget, no key is lost, and the next
 * apply puts everything right. What the disk holds is worked out from what was synced (helpers/power-cut.ts).
 */
import { X509Certificate } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { Inventory } from '../../src/pki/entity.ts';
import { planInventory } from '../../src/plan/plan.ts';
import { applyInventory } from '../../src/run/apply.ts';
import { readLedger } from '../../src/store/ledger.ts';
import { observe } from '../../src/store/observe/observe.ts';
import { randomFrom } from '../e2e/wholeness.ts';
import { runScript, script } from '../helpers/child.ts';
import { ENGINE } from '../helpers/engine.ts';
import { aClient, anAuthority, anInventory, aServer, dns, NOW } from '../helpers/entities.ts';
import { EVERYTHING, LONGER } from '../helpers/everything.ts';
import { memoryFolder } from '../helpers/folders.ts';
import { type Disk, PowerCuts, restore } from '../helpers/power-cut.ts';

const work = memoryFolder();
const ROOT = anAuthority();
const KEPT = aServer({ name: 'kept' });
const REKEYED = aServer({ name: 'rekeyed' });
const LINKED = aServer({ name: 'linked', publish: 'symlinks' });
const GONE = aServer({ name: 'gone' });
const BEFORE = anInventory(ROOT, KEPT, REKEYED, LINKED, GONE);
/** A certificate renewed with its key, a key replaced, the same behind links, an entity that is new, one that goes. */
const AFTER = anInventory(
  ROOT,
  { ...KEPT, san: [...KEPT.san, dns('more.example.test')] },
  { ...REKEYED, key: { algorithm: 'ed25519' } },
  { ...LINKED, key: { algorithm: 'ed25519' } },
  aServer({ name: 'fresh' }),
);
/** First issues; one in a section of its own, which nobody else syncs. */
const FIRST = anInventory(ROOT, KEPT, REKEYED, GONE, aServer({ name: 'fresh' }), aClient());
const CONSENTS = new Set(['remove'] as const);

function apply(root: string, inventory: Inventory) {
  const options = { binary: 'openssl', clock: () => NOW, processes: 2, consents: CONSENTS, engine: ENGINE };
  return applyInventory(inventory, { root, ...options });
}

let changed: PowerCuts;
let first: PowerCuts;
let flushed: PowerCuts;
let oldKeys: readonly string[];

beforeAll(async () => {
  const path = await script(
    work,
    'apply',
    `import { applyInventory } from './src/run/apply.ts';
    import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    // Whatever else this machine has to write, flushes are made.
    const { readFileSync } = fs;
    fs.readFileSync = (path, ...how) => (path === '/proc/meminfo' ? '' : readFileSync(path, ...how));
    syncBuiltinESMExports();
    const [root, inventory] = process.argv.slice(2);
    const options = { binary: 'openssl', clock: () => ${NOW}, processes: 2, consents: new Set(['remove']), engine: '${ENGINE}' };
    options.flushFrom = process.argv[4] === 'flush' ? 1 : 1000;
    const result = await applyInventory(JSON.parse(inventory), { root, ...options });
    for (const { problem } of result.execution?.failures ?? []) console.error(problem);`,
  );
  const run = async (root: string, inventory: Inventory, how = ''): Promise<PowerCuts> => {
    const cuts = new PowerCuts(root);
    const journal = `${root}-${inventory === AFTER ? 'after' : 'before'}.journal`;
    const ended = await runScript(path, [root, JSON.stringify(inventory), how], { journal });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    cuts.read(journal);
    return cuts;
  };
  const root = join(work, 'run');
  mkdirSync(root);
  first = await run(root, BEFORE);
  oldKeys = textsOf(root).filter((text) => text.includes('PRIVATE KEY'));
  changed = await run(root, AFTER);
  const another = join(work, 'flushed');
  mkdirSync(another);
  flushed = await run(another, FIRST, 'flush');
});

function textsOf(folder: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  return files.map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'));
}

/** Folders for what is thrown away after a crash. */
const matters = (text: string): boolean => !/ \.pki\/(scratch|lock)/.test(text);

/** What may never be on a disk, before anything has put it right. */
function brokenPromises({ what, remains }: Disk, keys: readonly string[]): readonly string[] {
  const files = [...remains].flatMap(([path, one]) =>
    one.kind === 'file' ? [[path, one.bytes.toString('latin1')] as const] : [],
  );
  const texts = new Set(files.map(([, text]) => text));
  const ledger = files.find(([path]) => path === '.pki/ledger.jsonl')?.[1] ?? '';
  const problems = keys.flatMap((key) => (texts.has(key) ? [] : ['a key is lost']));
  for (const [path, text] of files.filter(([name]) => /^(authorities|servers)\/.*\/cert\.pem$/.test(name))) {
    if (!text.endsWith('-----END CERTIFICATE-----\n')) problems.push(`${path} is ${JSON.stringify(text)}`);
    else if (!ledger.includes(fingerprintOf(text))) problems.push(`${path} is not in the ledger`);
  }
  return problems.map((problem) => `${what}: ${problem}`);
}

const known = new Map<string, string>();

/** As the ledger writes it. */
function fingerprintOf(pem: string): string {
  const found = known.get(pem) ?? new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();
  known.set(pem, found);
  return found;
}

it.each([
  ['that makes everything', () => first, () => []],
  ['that makes everything, with flushes', () => flushed, () => []],
  ['that changes everything', () => changed, () => oldKeys],
])('during an apply %s keeps each key, and publishes nothing unknown', (_, cuts, keys) => {
  const problems: string[] = [];
  let certificates = 0;
  for (const disk of cuts().all(matters)) {
    problems.push(...brokenPromises(disk, keys()));
    certificates = Math.max(
      certificates,
      [...disk.remains.keys()].filter((path) => /cert\.pem$/.test(path)).length,
    );
  }
  expect(problems.slice(0, 5).join('\n')).toBe('');
  expect(certificates).toBeGreaterThanOrEqual(5);
});

let made = 0;

function restored(disk: Disk): string {
  const root = join(work, `disk-${++made}`);
  restore(disk, root);
  return root;
}

/** Enough of them to notice. */
const SAMPLES = EVERYTHING ? 1000 : LONGER ? 8 : 3;

/** Some disks of a run, and those that a cut at its very end may leave. */
function samples(cuts: PowerCuts, seed: number): readonly Disk[] {
  const random = randomFrom(seed);
  return Array.from({ length: SAMPLES }, () => {
    const disks = [...cuts.at(Math.floor(random() * cuts.moments), matters)];
    return disks[Math.floor(random() * disks.length)];
  }).flatMap((disk) => disk ?? []);
}

it.each([
  ['the first', () => first, BEFORE],
  ['the first, with flushes,', () => flushed, FIRST],
  ['another', () => changed, AFTER],
] as const)(
  'after a power cut in %s apply, the next one puts everything right',
  async (_, cuts, inventory) => {
    for (const disk of samples(cuts(), 20261126)) {
      const root = restored(disk);
      const keys = inventory === AFTER ? oldKeys : [];
      const result = await apply(root, inventory);
      expect(['done', 'nothing'], disk.what).toContain(result.kind);
      if (result.kind === 'done') expect(result.execution.failures, disk.what).toEqual([]);
      const seen = observe(root, inventory);
      const { changes } = planInventory(inventory, seen, { now: NOW });
      expect(
        changes.filter(({ action }) => action !== 'keep'),
        disk.what,
      ).toEqual([]);
      expect(textsOf(root), disk.what).toEqual(expect.arrayContaining([...keys]));
      const issued = new Set(readLedger(root).map(({ fingerprint }) => fingerprint));
      for (const { cert } of seen.entities.values())
        expect(cert.state === 'present' && issued.has(cert.facts.fingerprint), disk.what).toBe(true);
    }
  },
);

it('where first issues share flushes, a power cut after the end undoes nothing', () => {
  expect(readFileSync(join(work, 'flushed-before.journal'), 'utf8')).toContain('"op":"flush"');
  for (const disk of flushed.at(flushed.moments - 1, matters)) {
    const { changes } = planInventory(FIRST, observe(restored(disk), FIRST), { now: NOW });
    expect(
      changes.filter(({ action }) => action !== 'keep'),
      disk.what,
    ).toEqual([]);
  }
});

it('after an apply was reported as done, a power cut undoes nothing', () => {
  for (const disk of changed.at(changed.moments - 1, matters)) {
    expect(brokenPromises(disk, oldKeys)).toEqual([]);
    const root = restored(disk);
    const { changes } = planInventory(AFTER, observe(root, AFTER), { now: NOW });
    expect(
      changes.filter(({ action }) => action !== 'keep'),
      disk.what,
    ).toEqual([]);
  }
});
