/** A run says that nothing is left to do where nothing is, and only there. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Inventory } from '../../src/pki/entity.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { applyInventory } from '../../src/run/apply.ts';
import type { ApplyOptions, ApplyResult } from '../../src/run/apply-options.ts';
import { foreknowledge, settledStates } from '../../src/run/idle.ts';
import { lookAndPlan } from '../../src/run/look.ts';
import { areSettled, type FileStates, fileStates } from '../../src/store/file-states.ts';
import { Folder } from '../../src/store/folder.ts';
import { holds, idleKey, readIdle } from '../../src/store/idle-record.ts';
import { snapshot } from '../helpers/cli.ts';
import { aClient, anAuthority, anInventory, aServer, DAY, dns, NOW } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';

afterEach(() => vi.restoreAllMocks());

const work = memoryFolder();
let made = 0;

const ROOT = anAuthority({ key: { algorithm: 'ecdsa', curve: 'P-256' } });
const SERVICES = anAuthority({ name: 'services', issuer: ROOT.id, key: ROOT.key });

/** Of another manifest it is another one. */
const keyOf = (inventory: Inventory): string =>
  createHash('sha256').update(JSON.stringify(inventory.entities)).digest('hex');

/** As many as are worth a record. */
function inventoryOf(count = 26, changes: Partial<ReturnType<typeof aServer>> = {}): Inventory {
  const leaves = Array.from({ length: count - 3 }, (_, i) => aServer({ name: `s${i}`, issuer: SERVICES.id }));
  const last = aServer({ name: 'last', issuer: SERVICES.id, san: [dns('last.example.test')], ...changes });
  return anInventory(ROOT, SERVICES, ...leaves, last);
}

const ALL = inventoryOf();
const newRoot = (): string => join(work, `${++made}`);

function apply(root: string, inventory = ALL, options: Partial<ApplyOptions> = {}): Promise<ApplyResult> {
  const manifest = { key: keyOf(inventory), inventory, warnings: [] };
  const usual = { binary: 'openssl', clock: () => NOW, processes: 2, consents: new Set<never>(), manifest };
  return applyInventory(inventory, { root, ...usual, ...options });
}

const recordIn = (root: string, inventory = ALL, now = NOW) => {
  const record = readIdle(root);
  return record !== undefined && holds(record, root, idleKey(keyOf(inventory)), now) ? record : undefined;
};

/** Until what changed last can no longer change once more within the same tick. */
async function settled(root: string): Promise<void> {
  while (!areSettled(fileStates(root) ?? NO_STATES, Date.now())) await new Promise(setImmediate);
}
const NO_STATES = { paths: [], values: new Float64Array() };

const plannedIn = (root: string, inventory: Inventory, now = NOW): Plan =>
  lookAndPlan(root, inventory, { clock: () => now }).plan;

async function applied(): Promise<string> {
  const root = newRoot();
  await apply(root);
  return root;
}

it('after a first apply: with the states of all files, until the first renewal', async () => {
  const root = await applied();
  const record = recordIn(root);
  expect(record).toMatchObject({ output: ALL.output, entities: 26, from: NOW });
  const until = record?.until ?? 0;
  expect(plannedIn(root, ALL, until - 1).changes.every(({ action }) => action === 'keep')).toBe(true);
  expect(plannedIn(root, ALL, until).changes.some(({ action }) => action === 'issue')).toBe(true);
});

it('the next apply gives the plan that a look would, and changes no octet', async () => {
  const root = await applied();
  const before = snapshot(root);
  const result = await apply(root, ALL, { clock: () => NOW + DAY });
  expect(result).toEqual({ kind: 'nothing', plan: plannedIn(root, ALL, NOW + DAY), held: [] });
  expect(snapshot(root)).toEqual(before);
});

it.each<readonly [string, (root: string) => void, unknown]>([
  ['a certificate that is gone', (root) => rmSync(join(root, 'servers/s3/cert.pem')), 'done'],
  ['a key with a mode', (root) => chmodSync(join(root, 'servers/s3/key.pem'), 0o644), 'done'],
  [
    'a certificate with other content',
    (root) => writeFileSync(join(root, 'servers/s3/cert.pem'), 'x'),
    'done',
  ],
  ['a ledger that is gone', (root) => rmSync(join(root, '.pki/ledger.jsonl')), 'nothing'],
])('%s is seen by the next apply, after which nothing is left to do', async (_, change, kind) => {
  const root = await applied();
  change(root);
  expect(recordIn(root)).toBeUndefined();
  await settled(root);
  expect(await apply(root)).toMatchObject({ kind });
  expect(plannedIn(root, ALL).changes.every(({ action }) => action === 'keep')).toBe(true);
  expect(recordIn(root) !== undefined).toBe(kind === 'done');
});

it('an edit of one in many leaves a record of the whole', async () => {
  const root = await applied();
  const edited = inventoryOf(26, { san: [dns('other.example.test')] });
  const [before] = [readFileSync(join(root, 'servers/s3/cert.pem'), 'utf8')];
  expect(await apply(root, edited)).toMatchObject({
    kind: 'done',
    execution: { published: ['servers/last'] },
  });
  expect(recordIn(root, edited)).toMatchObject({ entities: 26 });
  expect(readFileSync(join(root, 'servers/s3/cert.pem'), 'utf8')).toBe(before);
  expect(plannedIn(root, edited).changes.every(({ action }) => action === 'keep')).toBe(true);
});

it('the first renewal counts, of what was made now and of what stays', async () => {
  const root = await applied();
  const first = recordIn(root)?.until ?? 0;
  const shorter = inventoryOf(26, { validity: 30 * DAY });
  await apply(root, shorter, { clock: () => NOW + DAY });
  expect(recordIn(root, shorter, NOW + DAY)?.until).toBe(NOW + DAY + 20 * DAY - 301);
  const longer = inventoryOf(26, { validity: 3000 * DAY });
  await apply(root, longer, { clock: () => NOW + 2 * DAY });
  expect(recordIn(root, longer, NOW + 2 * DAY)?.until).toBe(first);
});

it('a clock that goes back meanwhile counts from the moment of the plan', async () => {
  const root = newRoot();
  const isDone = () => existsSync(join(root, 'servers/last/cert.pem'));
  await apply(root, ALL, { clock: () => (isDone() ? NOW - 100 : NOW) });
  expect(recordIn(root)).toMatchObject({ from: NOW });
});

describe('what changed within this tick may change once more, and look the same', () => {
  const lookedAt = (root: string, now: number) => {
    vi.spyOn(Date, 'now').mockReturnValue(now);
    const manifest = { key: keyOf(ALL), inventory: ALL, warnings: [] };
    const options = {
      root,
      manifest,
      binary: 'openssl',
      clock: () => NOW,
      processes: 1,
      consents: new Set<never>(),
    };
    return foreknowledge(ALL, options);
  };

  function statesIn(root: string): FileStates {
    mkdirSync(join(root, 'servers/s1'), { recursive: true });
    writeFileSync(join(root, 'servers/s1/cert.pem'), 'x');
    return fileStates(root) ?? NO_STATES;
  }

  const changeIn = (root: string): number => statSync(join(root, 'servers/s1/cert.pem')).ctimeMs;

  it('before a run', () => {
    const root = newRoot();
    statesIn(root);
    const changed = changeIn(root);
    expect(lookedAt(root, changed + 49)).toEqual({ kind: 'none' });
    expect(lookedAt(root, changed + 51)).toMatchObject({ kind: 'watched', states: fileStates(root) });
  });

  it('after it', async () => {
    const root = newRoot();
    const states = statesIn(root);
    const watched = { key: '', states };
    expect(await settledStates({ root }, watched, [])).toEqual(states);
    vi.spyOn(Date, 'now').mockReturnValue(changeIn(root) + 49);
    expect(await settledStates({ root }, watched, [])).toBeUndefined();
  });
});

it('after a change that no run knows of there is none until the run after the next', async () => {
  const root = await applied();
  chmodSync(join(root, 'servers/s3'), 0o700);
  chmodSync(join(root, 'servers/s3'), 0o755);
  const first = inventoryOf(26, { san: [dns('first.example.test')] });
  expect(await apply(root, first)).toMatchObject({ kind: 'done' });
  expect(existsSync(join(root, '.pki/idle.bin'))).toBe(false);
  await settled(root);
  const second = inventoryOf(26, { san: [dns('second.example.test')] });
  expect(await apply(root, second)).toMatchObject({ kind: 'done' });
  expect(recordIn(root, second)).toBeDefined();
});

it('what stands in its place, and cannot be removed, is no error', async () => {
  const root = newRoot();
  mkdirSync(join(root, '.pki/idle.bin/in the way'), { recursive: true, mode: 0o700 });
  expect(await apply(root)).toMatchObject({ kind: 'done', execution: { failures: [] } });
  expect(recordIn(root)).toBeDefined();
});

/** A file of that name gets its final one late: what does not wait for that is done before. */
function slowly(draft: string): void {
  const { rename } = Folder.prototype;
  vi.spyOn(Folder.prototype, 'rename').mockImplementation(async function (this: Folder, ...names) {
    for (let turns = names[0] === draft ? 200 : 0; turns > 0; turns--) await new Promise(setImmediate);
    await rename.apply(this, names);
  });
}

describe('a run that changes nothing', () => {
  const MANY = inventoryOf(500);

  it('leaves a record of a large folder that stays as it is meanwhile, once', async () => {
    const root = newRoot();
    await apply(root, MANY, { engine: 'node' });
    expect(existsSync(join(root, '.pki/idle.bin'))).toBe(false);
    await settled(root);
    const meddling = () => {
      chmodSync(join(root, 'servers/s3/cert.pem'), 0o644);
      return NOW;
    };
    expect(await apply(root, MANY, { clock: meddling })).toMatchObject({ kind: 'nothing' });
    expect(existsSync(join(root, '.pki/idle.bin'))).toBe(false);
    await settled(root);
    slowly('idle.bin.draft');
    expect(await apply(root, MANY)).toMatchObject({ kind: 'nothing' });
    expect(recordIn(root, MANY)).toMatchObject({ entities: 500, from: NOW });
    const before = snapshot(root);
    expect(await apply(root, MANY)).toMatchObject({ kind: 'nothing' });
    expect(snapshot(root)).toEqual(before);
  });

  it('and none of a smaller one', async () => {
    const root = newRoot();
    await apply(root, ALL, { engine: 'node' });
    await settled(root);
    expect(await apply(root)).toMatchObject({ kind: 'nothing' });
    expect(existsSync(join(root, '.pki/idle.bin'))).toBe(false);
  });
});

it.each<readonly [string, Partial<ApplyOptions>, string]>([
  ['nothing more', {}, 'idle'],
  ['an empty list', { rekey: new Set(), retire: new Set(), only: new Set() }, 'idle'],
  ['a clock that is not trusted', { trustClock: false }, 'idle'],
  ['a new key', { rekey: new Set([ROOT.id]) }, 'none'],
  ['an end of trust', { retire: new Set([ROOT.id]) }, 'none'],
  ['a part', { only: new Set(['servers/s3']) }, 'none'],
  ['an engine', { engine: 'openssl' }, 'none'],
  ['a trusted clock', { trustClock: true }, 'none'],
])('the record answers for a run that is asked for %s: %j', async (_, asked, kind) => {
  const root = await applied();
  const manifest = { key: keyOf(ALL), inventory: ALL, warnings: [] };
  const usual = { root, manifest, binary: 'openssl', clock: () => NOW, processes: 1 };
  expect(foreknowledge(ALL, { ...usual, consents: new Set<never>(), ...asked })).toMatchObject({ kind });
});

describe('there is no record', () => {
  it('where a file changes while what was made is judged', async () => {
    const root = await applied();
    const edited = inventoryOf(26, { san: [dns('x.example.test')] });
    await settled(root);
    const before = readFileSync(join(root, 'servers/last/cert.pem'), 'utf8');
    const isDone = () => readFileSync(join(root, 'servers/last/cert.pem'), 'utf8') !== before;
    const meddling = () => {
      if (isDone()) writeFileSync(join(root, 'servers/s3/key.pem'), 'x');
      return NOW;
    };
    expect(await apply(root, edited, { clock: meddling })).toMatchObject({ kind: 'done' });
    expect(readFileSync(join(root, 'servers/s3/key.pem'), 'utf8')).toBe('x');
    expect(recordIn(root, edited)).toBeUndefined();
  });

  it.each<readonly [string, Inventory, Partial<ApplyOptions>]>([
    ['of few entities', inventoryOf(24), {}],
    ['of a manifest that is in no file', ALL, { manifest: undefined } as never],
    [
      'where the manifest has warnings',
      ALL,
      { manifest: { key: keyOf(ALL), inventory: ALL, warnings: [{}] as never } },
    ],
    ['of an archive that grows old', { ...ALL, archiveFor: 30 * DAY }, {}],
    [
      'of an entity with a list',
      anInventory(
        { ...ROOT, crl: { validity: 7 * DAY, urls: [], refreshBefore: DAY } as never },
        ...inventoryOf().entities.slice(1),
      ),
      {},
    ],
    ['of some, asked for by name', ALL, { only: new Set(['servers/s3']) }],
    ['by an engine that was asked for', ALL, { engine: 'node' }],
    ['with a clock that is trusted', ALL, { trustClock: true }],
  ])('%s', async (_, inventory, options) => {
    const root = newRoot();
    const { manifest, ...others } = options;
    const all = 'manifest' in options ? { ...others, ...(manifest ? { manifest } : {}) } : others;
    await apply(
      root,
      inventory,
      'manifest' in options && manifest === undefined ? ({ ...all, manifest: undefined } as never) : all,
    );
    expect(existsSync(join(root, '.pki/ledger.jsonl'))).toBe(true);
    expect(existsSync(join(root, '.pki/idle.bin'))).toBe(false);
  });

  it.each([
    ['at once', 26, 'servers/s3', 'servers/s4'],
    ['one after the other', 240, 'servers/s1', 'servers/s200'],
  ])('where one key serves two that are judged %s', async (_, count, one, other) => {
    const root = newRoot();
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    for (const id of [one, other]) {
      mkdirSync(join(root, id), { recursive: true });
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
      writeFileSync(join(root, id, 'key.pem'), pem, { mode: 0o600 });
    }
    await settled(root);
    const all = inventoryOf(count);
    expect(await apply(root, all)).toMatchObject({ kind: 'done', execution: { failures: [] } });
    expect(plannedIn(root, all).remarks).toMatchObject([{ kind: 'shared-key', entities: [one, other] }]);
    expect(existsSync(join(root, '.pki/idle.bin'))).toBe(false);
  });

  it('where a key that stays is known as that of an authority by now', async () => {
    const root = await applied();
    const ledger = join(root, '.pki/ledger.jsonl');
    const lines = readFileSync(ledger, 'utf8').trim().split('\n');
    const entries = lines.map((line) => JSON.parse(line));
    const { keyId } = entries.find(({ entity }) => entity === 'servers/s3');
    const taken = { ...entries.find(({ entity }) => entity === ROOT.id), keyId };
    const review = async () => {
      writeFileSync(ledger, `${[taken, ...entries].map((entry) => JSON.stringify(entry)).join('\n')}\n`);
      return new Set<never>();
    };
    await settled(root);
    const edited = inventoryOf(26, { san: [dns('x.example.test')] });
    expect(await apply(root, edited, { review })).toMatchObject({ kind: 'done' });
    expect(plannedIn(root, edited).changes).toContainEqual(
      expect.objectContaining({ id: 'servers/s3', action: 'rekey' }),
    );
    expect(existsSync(join(root, '.pki/idle.bin'))).toBe(false);
  });

  it('where a step failed, or was in the way', async () => {
    const root = newRoot();
    mkdirSync(join(root, 'servers/last/cert.pem'), { recursive: true });
    await apply(root);
    expect(recordIn(root)).toBeUndefined();
    expect(existsSync(join(root, 'servers/s3/cert.pem'))).toBe(true);
  });

  it('where the run was ended', async () => {
    const root = newRoot();
    const interruption = new AbortController();
    const listener = ({ kind }: { readonly kind: string }) => kind === 'step-done' && interruption.abort();
    const result = await apply(root, ALL, { signal: interruption.signal, listener } as Partial<ApplyOptions>);
    expect(result).toMatchObject({ kind: 'done', interrupted: true });
    expect(recordIn(root)).toBeUndefined();
  });

  it('where what left the manifest awaits a consent', async () => {
    const root = await applied();
    const fewer = anInventory(...ALL.entities.slice(0, -1), aClient({ name: 'c', issuer: SERVICES.id }));
    await apply(root, fewer);
    expect(existsSync(join(root, 'clients/c/cert.pem'))).toBe(true);
    expect(recordIn(root, fewer)).toBeUndefined();
  });

  it.each<readonly [string, (root: string) => void]>([
    ['a file of an entity that stays', (root) => writeFileSync(join(root, 'servers/s3/cert.pem'), 'x')],
    ['a mode', (root) => chmodSync(join(root, 'servers/s3'), 0o700)],
    ['a new file beside others', (root) => writeFileSync(join(root, 'servers/s3/crl.pem'), '')],
    ['a folder of another name', (root) => mkdirSync(join(root, 'servers/other'))],
    ['a section that others may write to', (root) => chmodSync(join(root, 'clients'), 0o777)],
  ])('where someone else changed %s meanwhile', async (_, change) => {
    const root = newRoot();
    const before = anInventory(...ALL.entities, aClient({ name: 'c', issuer: SERVICES.id }));
    await apply(root, before);
    const edited = anInventory(
      ...inventoryOf(26, { san: [dns('x.example.test')] }).entities,
      ...before.entities.slice(-1),
    );
    const review = async () => {
      change(root);
      return new Set<never>();
    };
    await settled(root);
    const result = await apply(root, edited, { review });
    expect(result).toMatchObject({ kind: 'done', execution: { published: ['servers/last'] } });
    expect(recordIn(root, edited)).toBeUndefined();
  });
});
