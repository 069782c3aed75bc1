/** A whole apply, ended by kill -9 in the middle of its file operations: the next one puts everything right. */
import { cpSync, existsSync, readdirSync, readFileSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Artifact, STANDARD_OUTPUTS } from '../../src/pki/artifact.ts';
import type { Inventory } from '../../src/pki/entity.ts';
import type { Ownership } from '../../src/pki/ownership.ts';
import type { Seal } from '../../src/pki/seal.ts';
import { reasonsOf } from '../../src/plan/change.ts';
import { planInventory } from '../../src/plan/plan.ts';
import { applyInventory } from '../../src/run/apply.ts';
import { readLedger } from '../../src/store/ledger.ts';
import { observe } from '../../src/store/observe/observe.ts';
import { type Ended, runScript, script } from '../helpers/child.ts';
import { ENGINE } from '../helpers/engine.ts';
import { anAuthority, anInventory, aServer, dns, NOW } from '../helpers/entities.ts';
import { sampleOf } from '../helpers/everything.ts';
import { memoryFolder } from '../helpers/folders.ts';
import { inPairs } from '../helpers/pairs.ts';

const work = memoryFolder();
let made = 0;

const ROOT = anAuthority();

/** Everything that holds a key, and what is made of certificates alone. */
const OUTPUTS = [
  ...STANDARD_OUTPUTS,
  'pkcs8-der',
  'combined',
  'pkcs12',
  'secret',
  'bundle',
] as const satisfies readonly Artifact[];
process.env['PKI_TEST_PASSWORD'] = 'correct-horse-7e1f';
const SEAL: Seal = { password: { kind: 'env', name: 'PKI_TEST_PASSWORD' }, encryption: 'modern' };
const SEALS = { pkcs12: SEAL };
/** Our own account, by number: what is stated is compared and given like any other. */
const OWNERSHIP: Ownership = { owner: `${process.getuid?.()}`, mode: 0o400 };
const KEPT = { ...aServer({ name: 'kept' }), outputs: [...STANDARD_OUTPUTS, 'combined'] as const };
const REKEYED = { ...aServer({ name: 'rekeyed' }), outputs: OUTPUTS, seals: SEALS, ownership: OWNERSHIP };
const BEFORE = anInventory(ROOT, KEPT, REKEYED);
/** A certificate renewed with its key, a key replaced, an entity that is new. */
const AFTER = anInventory(
  ROOT,
  { ...KEPT, san: [...KEPT.san, dns('more.example.test')] },
  { ...REKEYED, key: { algorithm: 'ed25519' } },
  { ...aServer({ name: 'fresh' }), ownership: OWNERSHIP },
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

interface Found {
  readonly path: string;
  readonly mode: number;
  readonly bytes: Buffer;
}

function filesIn(root: string): readonly Found[] {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).map((path) => join(root, path));
  return paths
    .map((path) => ({ path, stat: statSync(path) }))
    .filter(({ stat }) => stat.isFile())
    .map(({ path, stat }) => ({ path, mode: stat.mode & 0o777, bytes: readFileSync(path) }));
}

/** The text of every key anywhere below the folder. */
function keysIn(root: string): readonly string[] {
  return filesIn(root).flatMap(
    ({ bytes }) =>
      bytes.toString('latin1').match(/-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/g) ?? [],
  );
}

/** In PEM, in DER (the end of the algorithm that every key here begins with), in base64, and under a password. */
const KEY_SIGNS: readonly Buffer[] = [
  Buffer.from('PRIVATE KEY-----'),
  Buffer.from('kind: Secret'),
  Buffer.from('3081870201003013', 'hex'),
  Buffer.from('302e020100300506032b6570', 'hex'),
];

/** Wherever the run was ended, in staging, in the commit folder or in its place, no key is open to others. */
function expectKeysClosed(root: string): void {
  const found = filesIn(root).filter(
    ({ path, bytes }) => KEY_SIGNS.some((sign) => bytes.includes(sign)) || /pkcs12|identity\.p12/.test(path),
  );
  expect(found.length).toBeGreaterThan(5);
  const open = found.filter(({ mode }) => (mode & 0o077) !== 0);
  expect(open.map(({ path, mode }) => `${path} ${mode.toString(8)}`)).toEqual([]);
}

/** Each entity alone fits together: what a plan finds wrong with it is the manifest's change, and no mismatch. */
function expectNothingMixed(root: string): void {
  const { changes } = planInventory(AFTER, observe(root, AFTER), { now: NOW });
  const kinds = new Set(changes.flatMap(reasonsOf).map(({ kind }) => kind));
  for (const kind of ['key-mismatch', 'foreign-issuer', 'unreadable', 'mode', 'owner'] as const)
    expect(kinds).not.toContain(kind);
}

/** What the run after a crash must achieve. */
async function expectConverged(root: string): Promise<void> {
  expectKeysClosed(root);
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
  expectKeysClosed(root);
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

/** Enough of them to notice. */
const STRIDE = 61;

async function atManyOperations(
  kind: string,
): Promise<readonly { readonly root: string; readonly ended: Ended }[]> {
  const log = join(work, `log-${kind}`);
  expect(await runScript(applyScript, [copyOfBase()], { log })).toMatchObject({ code: 0, stderr: '' });
  const count = readFileSync(log, 'utf8').trim().split('\n').length;
  unlinkSync(log);
  expect(count).toBeGreaterThan(40);
  return inPairs(sampleOf(count, STRIDE), async (at) => {
    const root = copyOfBase();
    return { root, ended: await runScript(applyScript, [root], { at, kind }) };
  });
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
