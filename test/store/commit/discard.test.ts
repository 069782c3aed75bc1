/** A commit that is given up, wherever it stopped, and wherever giving up stopped: one whole set, and nothing is lost. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ARTIFACTS, type Artifact, modeOf } from '../../../src/pki/artifact.ts';
import { filePath, type Located } from '../../../src/pki/files.ts';
import { COMMIT_FOLDER, stagedPath, stageFolder } from '../../../src/pki/paths.ts';
import { type CommitRequest, commit } from '../../../src/store/commit/commit.ts';
import { type DiscardOutcome, discard } from '../../../src/store/commit/discard.ts';
import type { Order } from '../../../src/store/commit/order.ts';
import { pending } from '../../../src/store/commit/pending.ts';
import { recover } from '../../../src/store/commit/recover.ts';
import { MARK } from '../../../src/store/commit/roll-forward.ts';
import { readSeen, viewOf } from '../../../src/store/symlinks/read.ts';
import { runScript, script } from '../../helpers/child.ts';
import { EVERYTHING, sampleOf } from '../../helpers/everything.ts';
import { memoryFolder } from '../../helpers/folders.ts';
import { through } from '../../helpers/output.ts';
import { inPairs } from '../../helpers/pairs.ts';

const work = memoryFolder();
const ID = 'servers/api';
const STAMP = '2026-11-23T120000Z-abcdef';
const PLAIN: Located = { id: ID };
const LINKED: Located = { id: ID, publish: 'symlinks' };
const FILES = ['key', 'cert', 'fullchain', 'ca'] as const;
/** What is loaded together. */
const PAIR = ['key', 'cert', 'fullchain'] as const;
let made = 0;

/** Enough of the file operations to notice. */
const STRIDE = 5;

interface Scene {
  readonly name: string;
  readonly before: Located;
  /** `null`: the entity is removed. */
  readonly request: CommitRequest | null;
}

const request = (entity: Located, more: Partial<CommitRequest> = {}): CommitRequest => {
  return { entity, writes: FILES, deletes: [], stamp: STAMP, ...more };
};

const SCENES: readonly Scene[] = [
  { name: 'new files for old ones', before: PLAIN, request: request(PLAIN) },
  { name: 'a new version behind links', before: LINKED, request: request(LINKED) },
  { name: 'links for files', before: PLAIN, request: request(LINKED) },
  { name: 'files for links', before: LINKED, request: request(PLAIN, { relinks: true }) },
  { name: 'nothing for files', before: PLAIN, request: null },
  { name: 'nothing for links', before: LINKED, request: null },
];

function newRoot(): string {
  const root = join(work, `${++made}`);
  for (const folder of ['stage', 'commit'])
    mkdirSync(join(root, '.pki', folder), { recursive: true, mode: 0o700 });
  return root;
}

function stage(root: string, generation: string): void {
  mkdirSync(join(root, stageFolder(ID)));
  for (const file of FILES)
    writeFileSync(join(root, stagedPath(ID, file)), `${generation} ${file}`, { mode: modeOf(file) });
}

function copyOf(from: string): string {
  const root = join(work, `${++made}`);
  cpSync(from, root, { recursive: true, verbatimSymlinks: true });
  return root;
}

/** The entity's old files, and new ones in staging. */
async function prepared({ before, request: asked }: Scene): Promise<string> {
  const root = newRoot();
  stage(root, 'old');
  await through(root, (output) => commit(output, { ...request(before), stamp: '2026-11-22T120000Z-abcdef' }));
  if (asked === null) mkdirSync(join(root, stageFolder(ID)));
  else stage(root, 'new');
  return root;
}

/** By the names under which programs load them. */
function contentOf(root: string, file: Artifact): string | null {
  const bytes = readSeen(viewOf(root, PLAIN), file);
  return bytes.state === 'present' ? bytes.facts.toString('utf8') : null;
}

function everythingIn(root: string): readonly string[] {
  const paths = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return paths.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}

function expectNothingLost(root: string, { request: asked }: Scene): void {
  const all = everythingIn(root);
  for (const file of ['key', 'cert'])
    expect(all).toEqual(expect.arrayContaining([`old ${file}`, ...(asked === null ? [] : [`new ${file}`])]));
  expect(readdirSync(join(root, COMMIT_FOLDER))).toEqual([]);
}

/** Of what was removed, only what cannot be made again comes back. */
function expectSet(root: string, scene: Scene, generation: 'old' | 'new' | 'none'): void {
  const files = PAIR.filter((file) => scene.request !== null || file !== 'fullchain');
  const wanted = files.map((file) => (generation === 'none' ? null : `${generation} ${file}`));
  expect(files.map((file) => contentOf(root, file))).toEqual(wanted);
}

function giveUp(root: string): Promise<DiscardOutcome> {
  return through(root, (output) => discard(output, 'servers.api'));
}

/** Runs in one folder after the other, in each up to an operation of its own (0: to the end). */
const EACH = `
    const points = process.argv[3].split(',').map(Number);
    for (const [i, root] of process.argv.slice(4).entries()) {
      const output = await OutputFolder.open(root);
      if (points[i] !== 0) globalThis.pkiFault(points[i]);
      await run(output).catch((error) => error.code === 'EIO' || console.error(error));
      globalThis.pkiFault(0);
    }`;

let commitScript = '';
let discardScript = '';
const templates = new Map<Scene, string>();

beforeAll(async () => {
  for (const scene of SCENES) templates.set(scene, await prepared(scene));
  const open = "import { OutputFolder } from './src/store/output-folder.ts';\n";
  commitScript = await script(
    work,
    'commit',
    `${open}import { commit, remove } from './src/store/commit/commit.ts';
    const request = JSON.parse(process.argv[2]);
    const run = (output) =>
      request === null ? remove(output, '${ID}', '${STAMP}') : commit(output, request);${EACH}`,
  );
  discardScript = await script(
    work,
    'discard',
    `${open}import { discard } from './src/store/commit/discard.ts';
    const run = (output) => discard(output, 'servers.api');${EACH}`,
  );
});

function templateOf(scene: Scene): string {
  const root = templates.get(scene);
  if (root === undefined) throw new Error('no such scene');
  return root;
}

/**
 * Copies in which it was stopped, one for each of many file operations. To the disk, a process whose every operation fails
 * from one on looks like one that was killed there; with PKI_TEST_ALL=1 each is killed.
 */
async function stoppedAtOperations(path: string, asked: string, from: string): Promise<readonly string[]> {
  // Fewer would miss a state in which it may be left.
  const points = sampleOf(await countOf(path, [asked, '0', copyOf(from)]), STRIDE, 1);
  const roots = points.map(() => copyOf(from));
  if (EVERYTHING) {
    await inPairs([...points.entries()], ([i, at]) => runScript(path, [asked, `${at}`, roots[i] ?? ''], {}));
  } else {
    const ended = await runScript(path, [asked, points.join(), ...roots], { kind: 'EIO' });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
  }
  return roots;
}

async function countOf(path: string, args: readonly string[]): Promise<number> {
  const log = join(work, `log-${++made}`);
  expect(await runScript(path, args, { log })).toMatchObject({ code: 0, stderr: '' });
  return readFileSync(log, 'utf8').trim().split('\n').length;
}

/** Folders in which the commit was stopped, one for each file operation behind its point of no return; not to be changed. */
function stopped(scene: Scene): Promise<readonly string[]> {
  const folders = killed.get(scene) ?? killedIn(scene);
  killed.set(scene, folders);
  return folders;
}
const killed = new Map<Scene, Promise<readonly string[]>>();

async function killedIn(scene: Scene): Promise<readonly string[]> {
  const all = await stoppedAtOperations(commitScript, JSON.stringify(scene.request), templateOf(scene));
  return all.filter((root) => existsSync(join(root, COMMIT_FOLDER, 'servers.api/order.json')));
}

it('a commit that was cut short by its very last line is given up without a trace: all of it is in place', async () => {
  const scene = SCENES[0] as Scene;
  const root = copyOf(templateOf(scene));
  const { request: asked } = scene;
  await through(root, (output) => commit(output, asked as CommitRequest));
  mkdirSync(join(root, COMMIT_FOLDER, 'servers.api'), { mode: 0o700 });
  expect(await giveUp(root)).toBe('placed');
  expectNothingLost(root, scene);
  expectSet(root, scene, 'new');
});

/** The key stays the same in them, in another form, and of the old form no copy is kept. */
const RELOCKING: readonly Scene[] = [
  {
    name: 'the same key in another form, with a new certificate',
    before: PLAIN,
    request: request(PLAIN, { again: ['key'] }),
  },
  { name: 'the same behind links, for files', before: PLAIN, request: request(LINKED, { again: ['key'] }) },
];

describe.each(RELOCKING)('$name', (scene) => {
  it('given up after a crash anywhere, is said to be what it is', async () => {
    templates.set(scene, await prepared(scene));
    const ends = new Set<DiscardOutcome>();
    for (const root of (await stopped(scene)).map(copyOf)) {
      const how = await giveUp(root);
      ends.add(how);
      const generation = { restored: ['old', 'old'], relocked: ['new', 'old'], placed: ['new', 'new'] }[how];
      expect([contentOf(root, 'key'), contentOf(root, 'cert')]).toEqual([
        `${generation[0]} key`,
        `${generation[1]} cert`,
      ]);
      expect(pending(root)).toEqual([]);
    }
    expect(ends).toContain('relocked');
  });
});

describe('of a set of which some files came to their places', () => {
  const ALL = [...FILES, 'combined'] as const;
  const MOVED: readonly Artifact[] = ['key', 'cert', 'ca', 'combined'];

  /** Of `combined` there was no old file, and of `again` none is kept. */
  function halfway(more: Partial<Order>): string {
    const root = newRoot();
    const archive = join('.pki/archive', ID, STAMP);
    const commitFolder = join(COMMIT_FOLDER, 'servers.api');
    for (const folder of [ID, archive, commitFolder]) mkdirSync(join(root, folder), { recursive: true });
    const put = (folder: string, file: Artifact, generation: string): void =>
      writeFileSync(join(root, folder, ARTIFACTS[file].file), `${generation} ${file}`, {
        mode: modeOf(file),
      });
    for (const file of ALL) put(MOVED.includes(file) ? ID : commitFolder, file, 'new');
    put(ID, 'fullchain', 'old');
    const kept = FILES.filter((file) => more.keepsAll || file === 'key' || file === 'cert');
    for (const file of kept) if (more.again?.includes(file) !== true) put(archive, file, 'old');
    const moves = ALL.map((file) => [file, filePath(PLAIN, file)] as const);
    const order: Order = { id: ID, moves, deletes: [], archive, removes: null, ...more };
    writeFileSync(join(root, commitFolder, 'order.json'), JSON.stringify(order));
    return root;
  }

  it.each<[what: string, more: Partial<Order>, end: DiscardOutcome, after: string]>([
    ['what cannot be made again comes back', {}, 'restored', 'old old new old new'],
    ['all comes back, and nothing else stays', { keepsAll: true }, 'restored', 'old old old old -'],
    ['a key in another form stays', { again: ['key'] }, 'relocked', 'new old new old new'],
    [
      'a form stays, and all else comes back',
      { keepsAll: true, again: ['key'] },
      'relocked',
      'new old old old -',
    ],
  ])('%s', async (_, more, end, after) => {
    const root = halfway(more);
    expect(await giveUp(root)).toBe(end);
    const order: readonly Artifact[] = ['key', 'cert', 'ca', 'fullchain', 'combined'];
    expect(order.map((file) => contentOf(root, file)?.split(' ')[0] ?? '-').join(' ')).toBe(after);
    expect(pending(root)).toEqual([]);
  });

  it('stopped when all of it was back, it still is what was given up, and not what came', async () => {
    const root = halfway({});
    const waiting = join(root, COMMIT_FOLDER, 'servers.api');
    const left = ALL.filter((file) => !MOVED.includes(file));
    for (const file of left) rmSync(join(waiting, ARTIFACTS[file].file));
    writeFileSync(join(waiting, MARK), MOVED.join(' '), { mode: 0o600 });
    expect(await giveUp(root)).toBe('restored');
    expect(FILES.map((file) => contentOf(root, file))).toEqual([
      'old key',
      'old cert',
      'old fullchain',
      'new ca',
    ]);
  });
});

describe.each(SCENES)('$name', (scene) => {
  it('given up after a crash anywhere, is the whole old set or the whole new one', async () => {
    const ends = new Set<DiscardOutcome>();
    for (const root of (await stopped(scene)).map(copyOf)) {
      const how = await giveUp(root);
      ends.add(how);
      expectNothingLost(root, scene);
      if (how === 'restored') expectSet(root, scene, 'old');
      else expectSet(root, scene, scene.request === null ? 'none' : 'new');
      expect(pending(root)).toEqual([]);
    }
    expect(ends).toContain('restored');
  });

  it('killed anywhere while it is given up, goes on with that', async () => {
    const all = await stopped(scene);
    for (const from of all.slice(all.length >> 1, (all.length >> 1) + 1)) {
      for (const root of await stoppedAtOperations(discardScript, '', from)) {
        await through(root, (output) => recover(output));
        expectNothingLost(root, scene);
        const generation = contentOf(root, 'key')?.split(' ')[0] ?? 'none';
        expectSet(root, scene, generation as 'old' | 'new' | 'none');
      }
    }
  });
});
