/** An entity's files change together, wherever a run is ended: at every file operation, in a process that is killed. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Output } from '../../../src/pki/artifact.ts';
import { filePath } from '../../../src/pki/files.ts';
import { COMMIT_FOLDER, stagedPath, stageFolder } from '../../../src/pki/paths.ts';
import { type CommitRequest, commit as commitTo } from '../../../src/store/commit/commit.ts';
import { recover as recoverIn } from '../../../src/store/commit/recover.ts';
import { UserError } from '../../../src/words/user-error.ts';
import { type Ended, type Fault, runScript, script } from '../../helpers/child.ts';
import { sampleOf } from '../../helpers/everything.ts';
import { memoryFolder } from '../../helpers/folders.ts';
import { through } from '../../helpers/output.ts';
import { inPairs } from '../../helpers/pairs.ts';

const work = memoryFolder();
const ID = 'servers/api';
const STAMP = '2026-11-23T120000Z';
const WRITES = ['key', 'csr', 'cert', 'fullchain', 'ca'] as const;
const ENTITY = { id: ID };
const REQUEST = { entity: ENTITY, writes: WRITES, deletes: ['chain'], stamp: STAMP } as const;
let made = 0;

const commit = (root: string, request: CommitRequest) => through(root, (output) => commitTo(output, request));
const recover = (root: string) => through(root, (output) => recoverIn(output));

interface Scene {
  /** Whether the entity is there already, with a chain that is to go. */
  readonly old: boolean;
}

/** An output folder in which a new generation stands staged. */
function folderWith({ old }: Scene): string {
  const root = join(work, `${++made}`);
  for (const folder of [stageFolder(ID), COMMIT_FOLDER]) mkdirSync(join(root, folder), { recursive: true });
  for (const artifact of WRITES)
    writeFileSync(join(root, stagedPath(ID, artifact)), `new ${artifact}`, { mode: modeOf(artifact) });
  if (!old) return root;
  mkdirSync(join(root, ID), { recursive: true });
  for (const artifact of [...WRITES, 'chain'] as const) {
    writeFileSync(join(root, filePath(ENTITY, artifact)), `old ${artifact}`, { mode: modeOf(artifact) });
  }
  return root;
}

const modeOf = (artifact: Output): number => (artifact === 'key' ? 0o600 : 0o644);

function read(root: string, path: string): string | null {
  const file = join(root, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

function generation(root: string): Record<string, string | null> {
  return Object.fromEntries(
    [...WRITES, 'chain'].map((name) => [name, read(root, filePath(ENTITY, name as Output))]),
  );
}

const NEW = { ...Object.fromEntries(WRITES.map((artifact) => [artifact, `new ${artifact}`])), chain: null };
const OLD = Object.fromEntries([...WRITES, 'chain'].map((artifact) => [artifact, `old ${artifact}`]));
const NONE = Object.fromEntries([...WRITES, 'chain'].map((artifact) => [artifact, null]));

/** Every file of the folder, so that no litter hides. */
function tree(root: string, below = ''): readonly string[] {
  return readdirSync(join(root, below), { withFileTypes: true }).flatMap((entry) => {
    const path = join(below, entry.name);
    return entry.isDirectory() ? tree(root, path) : [path];
  });
}

function archived(root: string): readonly string[] {
  return tree(root)
    .filter((path) => path.startsWith('.pki/archive'))
    .map((path) => `${path.split('/').at(-1)}: ${read(root, path)}`)
    .sort();
}

describe('a commit', () => {
  it('puts a first generation in place, with its modes, and leaves nothing behind', async () => {
    const root = folderWith({ old: false });
    await commit(root, { ...REQUEST, deletes: [] });
    expect(generation(root)).toEqual(NEW);
    expect([...tree(root)].sort()).toEqual(WRITES.map((artifact) => filePath(ENTITY, artifact)).sort());
    expect(statSync(join(root, filePath(ENTITY, 'key'))).mode & 0o777).toBe(0o600);
    expect(statSync(join(root, filePath(ENTITY, 'cert'))).mode & 0o777).toBe(0o644);
  });

  it('replaces one: key and certificate are kept, what is not wanted goes', async () => {
    const root = folderWith({ old: true });
    const { ino } = statSync(join(root, filePath(ENTITY, 'key')));
    await commit(root, REQUEST);
    expect(generation(root)).toEqual(NEW);
    expect(archived(root)).toEqual(['cert.pem: old cert', 'key.pem: old key']);
    const kept = join(root, '.pki/archive', ID, STAMP);
    expect(statSync(join(kept, 'key.pem'))).toMatchObject({ ino, mode: 0o100600 });
    expect(statSync(kept).mode & 0o777).toBe(0o700);
  });

  it('of a certificate alone leaves the key untouched, and keeps no copy of it', async () => {
    const root = folderWith({ old: true });
    const before = statSync(join(root, filePath(ENTITY, 'key')));
    for (const artifact of ['key', 'csr', 'ca'] as const) removeStaged(root, artifact);
    await commit(root, { ...REQUEST, writes: ['cert', 'fullchain'], deletes: [] });
    expect(statSync(join(root, filePath(ENTITY, 'key')))).toMatchObject({
      ino: before.ino,
      mtimeMs: before.mtimeMs,
    });
    expect(generation(root)).toEqual({ ...OLD, cert: 'new cert', fullchain: 'new fullchain' });
    expect(archived(root)).toEqual(['cert.pem: old cert']);
  });

  it('that only takes away', async () => {
    const root = folderWith({ old: true });
    for (const artifact of WRITES) removeStaged(root, artifact);
    await commit(root, { ...REQUEST, writes: [], deletes: ['chain', 'csr'] });
    expect(generation(root)).toEqual({ ...OLD, chain: null, csr: null });
    expect(archived(root)).toEqual([]);
  });

  it('twice within a second keeps both of what was replaced', async () => {
    const root = folderWith({ old: true });
    await commit(root, REQUEST);
    mkdirSync(join(root, stageFolder(ID)));
    for (const artifact of WRITES) writeFileSync(join(root, stagedPath(ID, artifact)), `newer ${artifact}`);
    await commit(root, REQUEST);
    expect(generation(root)).toMatchObject({ key: 'newer key', cert: 'newer cert' });
    expect(archived(root)).toEqual([
      'cert.2.pem: new cert',
      'cert.pem: old cert',
      'key.2.pem: new key',
      'key.pem: old key',
    ]);
  });
});

function removeStaged(root: string, artifact: Output): void {
  unlinkSync(join(root, stagedPath(ID, artifact)));
}

describe('recovery', () => {
  const ORDER = {
    id: ID,
    moves: [['key', `${ID}/key.pem`]],
    deletes: [],
    archive: '.pki/archive/x',
    removes: null,
  };
  it.each<readonly [string, string]>([
    ['nothing', ''],
    ['garbage', '\0\0\0'],
    ['half of it', JSON.stringify(ORDER).slice(0, 60)],
    ['null', 'null'],
    ['an empty object', '{}'],
    ['moves that are none', JSON.stringify({ ...ORDER, moves: [null] })],
    ['a file that is none of ours', JSON.stringify({ ...ORDER, moves: [['toString', 'x']] })],
    ['a path out of the folder', JSON.stringify({ ...ORDER, moves: [['key', '../key.pem']] })],
    ['an archive outside', JSON.stringify({ ...ORDER, archive: '/tmp' })],
    ['a folder to remove outside', JSON.stringify({ ...ORDER, removes: '..' })],
    ['links that are none', JSON.stringify({ ...ORDER, links: { folder: ID } })],
  ])('of an order that is %s moves nothing, and says which file it is', async (_, content) => {
    const root = folderWith({ old: true });
    const folder = join(root, COMMIT_FOLDER, 'servers.api');
    cpSync(join(root, stageFolder(ID)), folder, { recursive: true });
    writeFileSync(join(folder, 'order.json'), content);
    const before = generation(root);
    const failure: unknown = await recover(root).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UserError);
    expect(failure).toMatchObject({
      message: `"${join(folder, 'order.json')}" does not say where the files beside it belong`,
      hint: expect.stringContaining('move the folder away, and run "pki apply" again'),
    });
    expect(generation(root)).toEqual(before);
    expect(readFileSync(join(folder, 'key.pem'), 'utf8')).toBe('new key');
  });

  it('of a folder without a past does nothing', async () => {
    const root = folderWith({ old: false });
    expect(await recover(root)).toEqual([]);
    expect(await recover(join(work, 'nowhere'))).toEqual([]);
    expect(generation(root)).toEqual(NONE);
  });
});

/** For scripts. */
const OPEN = `import { OutputFolder } from './src/store/output-folder.ts';
const open = (path) => OutputFolder.open(path);`;

let commitScript = '';
let recoverScript = '';
let failScript = '';

beforeAll(async () => {
  const request = JSON.stringify(REQUEST);
  const run = (call: string) => `${call}.catch((error) => { console.error(error); process.exitCode = 3; });`;
  commitScript = await script(
    work,
    'commit',
    `${OPEN}\nimport { commit } from './src/store/commit/commit.ts';\n${run(`commit(await open(process.argv[2]), ${request})`)}`,
  );
  recoverScript = await script(
    work,
    'recover',
    `${OPEN}\nimport { recover } from './src/store/commit/recover.ts';\n${run('recover(await open(process.argv[2]))')}`,
  );
  failScript = await script(
    work,
    'fail',
    `${OPEN}
    import { commit } from './src/store/commit/commit.ts';
    const endings = [];
    for (const [i, root] of process.argv.slice(2).entries()) {
      const output = await open(root);
      globalThis.pkiFault(i + 1);
      endings.push(await commit(output, ${request}).then(() => 'done', (error) => error.code ?? error.stack));
      globalThis.pkiFault(0);
    }
    console.log(JSON.stringify(endings));`,
  );
});

interface Run {
  readonly root: string;
  readonly ended: Ended;
}

/** Runs a script to its end, and for many of its file operations once up to there. */
async function atEveryOperation(path: string, make: () => string, fault: Fault): Promise<readonly Run[]> {
  const log = join(work, `log-${++made}`);
  const whole = make();
  const ended = await runScript(path, [whole], { ...fault, log });
  expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  const count = readFileSync(log, 'utf8').trim().split('\n').length;
  const faulty = await inPairs(sampleOf(count, 5), async (at): Promise<Run> => {
    const root = make();
    return { root, ended: await runScript(path, [root], { ...fault, at }) };
  });
  return [{ root: whole, ended }, ...faulty];
}

/** The state of a folder after a crash, in which nothing may be lost; then recovered, in which nothing may be mixed. */
async function expectWhole(root: string, { old }: Scene): Promise<'before' | 'after'> {
  const everything = tree(root).map((path) => read(root, path));
  expect(everything).toContain('new key');
  if (old) expect(everything).toContain('old key');
  await recover(root);
  const found = generation(root);
  const isNew = found['cert'] === 'new cert';
  expect(found).toEqual(isNew ? { ...NEW, chain: null } : old ? OLD : NONE);
  expect(archived(root)).toEqual(isNew && old ? ['cert.pem: old cert', 'key.pem: old key'] : []);
  expect(readdirSync(join(root, COMMIT_FOLDER))).toEqual([]);
  // Staging is cleared by whoever runs next.
  const litter = tree(root).filter((path) => !/^(servers\/api\/|\.pki\/(archive|stage)\/)/.test(path));
  expect(litter).toEqual([]);
  expect(statSync(join(root, isNew ? filePath(ENTITY, 'key') : stagedPath(ID, 'key'))).mode & 0o777).toBe(
    0o600,
  );
  return isNew ? 'after' : 'before';
}

type Case = readonly [what: string, scene: Scene, fault: Fault];
const FIRST: Case = ['a first generation', { old: false }, {}];
const REPLACED: Case = ['a replacement', { old: true }, {}];
const COPIED: Case = ['a replacement where there are no hard links', { old: true }, { never: 'link' }];

it.each([FIRST, REPLACED, COPIED])(
  '%s, killed at any file operation, is all old or all new',
  async (_, scene, fault) => {
    const runs = await atEveryOperation(commitScript, () => folderWith(scene), fault);
    expect(runs.length).toBeGreaterThan(2);
    expect(runs.slice(1).map(({ ended }) => ended.signal)).toEqual(runs.slice(1).map(() => 'SIGKILL'));
    const states = [];
    for (const { root } of runs) states.push(await expectWhole(root, scene));
    // Killed at the first operation nothing happened; at the last, everything had.
    expect([states[0], states[1], states.at(-1)]).toEqual(['after', 'before', 'after']);
  },
);

it.each([REPLACED, COPIED])(
  '%s, killed again at any file operation of the recovery',
  async (_, scene, fault) => {
    const crashed = await crashedAtTheTurn(scene, fault);
    const copy = (): string => {
      const root = join(work, `${++made}`);
      cpSync(crashed, root, { recursive: true });
      return root;
    };
    for (const { root } of await atEveryOperation(recoverScript, copy, fault)) {
      expect(await expectWhole(root, scene)).toBe('after');
    }
  },
);

/** Stopped right behind the point of no return, by a disk that is gone: the most is left to do. */
async function crashedAtTheTurn(scene: Scene, fault: Fault): Promise<string> {
  const roots = Array.from({ length: 50 }, () => folderWith(scene));
  await runScript(failScript, roots, { ...fault, kind: 'EIO' });
  return roots.find((root) => readdirSync(join(root, COMMIT_FOLDER)).length > 0) ?? 'none';
}

describe.each(['ENOSPC', 'EIO', 'EROFS'])('%s', (kind) => {
  it.each([FIRST, REPLACED, COPIED])(
    'in %s, from any file operation on, is an error that says so',
    async (_, scene, fault) => {
      const roots = Array.from({ length: 50 }, () => folderWith(scene));
      const { stdout, stderr } = await runScript(failScript, roots, { ...fault, kind });
      expect(stderr).toBe('');
      const endings = JSON.parse(stdout) as readonly string[];
      // At first it fails at once; behind the last operation it no longer does.
      expect([endings[0], endings.at(-1)]).toEqual([kind, 'done']);
      expect(endings.filter((ending) => ending !== kind && ending !== 'done')).toEqual([]);
      for (const root of roots) await expectWhole(root, scene);
    },
  );
});
