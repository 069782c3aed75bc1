/**
 * A commit and a power cut: whatever of it had reached the disk, the next run finds all old or all new, and no key is
 * lost; and once a commit has been reported as done, it stays done. What may be on the disk is worked out from what was
 * synced (helpers/power-cut.ts); so a sync that is missing, or comes too late, is a failure here.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Artifact } from '../../../src/pki/artifact.ts';
import { filePath, type Located } from '../../../src/pki/files.ts';
import { COMMIT_FOLDER, stagedPath, stageFolder } from '../../../src/pki/paths.ts';
import { commit } from '../../../src/store/commit/commit.ts';
import { recover } from '../../../src/store/commit/recover.ts';
import { runScript, script } from '../../helpers/child.ts';
import { someOf } from '../../helpers/everything.ts';
import { memoryFolder } from '../../helpers/folders.ts';
import { through } from '../../helpers/output.ts';
import { type Disk, PowerCuts, restore } from '../../helpers/power-cut.ts';

const work = memoryFolder();
const ID = 'servers/api';
const STAMP = '2026-11-23T120000Z-abcdef';
const ALL = ['key', 'csr', 'cert', 'fullchain', 'ca'] as const;
const KNOWN: readonly Artifact[] = [...ALL, 'chain'];
const PLAIN: Located = { id: ID };
const LINKED: Located = { id: ID, publish: 'symlinks' };
const ELSEWHERE: Located = {
  id: ID,
  layout: { folder: 'tls', files: { key: 'private/deep/api.key', cert: 'api.crt' } },
};
let made = 0;

interface Scene {
  readonly what: string;
  /** How the entity stands on the disk before, with a chain; not at all. */
  readonly before: Located | null;
  /** How it is to stand; not at all. */
  readonly after: Located | null;
  readonly writes: readonly Artifact[];
  readonly deletes: readonly Artifact[];
  readonly relinks?: boolean;
  readonly never?: string;
}

const NEW_PAIR = { writes: ALL, deletes: ['chain'] } as const;
const SCENES: readonly Scene[] = [
  { what: 'a first generation', before: null, after: PLAIN, writes: ALL, deletes: [] },
  { what: 'a first generation in other places', before: null, after: ELSEWHERE, writes: ALL, deletes: [] },
  { what: 'a replacement', before: PLAIN, after: PLAIN, ...NEW_PAIR },
  { what: 'a replacement without hard links', before: PLAIN, after: PLAIN, ...NEW_PAIR, never: 'link' },
  { what: 'a replacement in other places', before: ELSEWHERE, after: ELSEWHERE, ...NEW_PAIR },
  {
    what: 'a renewal with the same key',
    before: PLAIN,
    after: PLAIN,
    writes: ['cert', 'fullchain'],
    deletes: [],
  },
  { what: 'what only takes away', before: PLAIN, after: PLAIN, writes: [], deletes: ['chain', 'csr'] },
  { what: 'a removal', before: PLAIN, after: null, writes: [], deletes: KNOWN },
  { what: 'a first generation behind links', before: null, after: LINKED, writes: ALL, deletes: [] },
  { what: 'a replacement behind links', before: LINKED, after: LINKED, ...NEW_PAIR },
  {
    what: 'a replacement behind links without hard links',
    ...{ before: LINKED, after: LINKED, ...NEW_PAIR, never: 'link' },
  },
  {
    what: 'a renewal behind links',
    before: LINKED,
    after: LINKED,
    writes: ['cert', 'fullchain'],
    deletes: [],
  },
  { what: 'plain files that go behind links', before: PLAIN, after: LINKED, ...NEW_PAIR },
  { what: 'files that come out from behind links', before: LINKED, after: PLAIN, ...NEW_PAIR, relinks: true },
  { what: 'a removal behind links', before: LINKED, after: null, writes: [], deletes: KNOWN },
];

const textOf = (generation: string, file: Artifact): string => `${generation} ${file}\n`;

function stage(root: string, generation: string, files: readonly Artifact[]): void {
  mkdirSync(join(root, stageFolder(ID)), { recursive: true });
  for (const file of files) {
    const mode = file === 'key' ? 0o600 : 0o644;
    writeFileSync(join(root, stagedPath(ID, file)), textOf(generation, file), { mode });
  }
}

/** The folder before the run: an old generation, and a new one that stands staged. */
async function folderFor({ before, writes }: Scene): Promise<string> {
  const root = join(work, `${++made}`);
  mkdirSync(join(root, COMMIT_FOLDER), { recursive: true });
  if (before !== null) {
    stage(root, 'old', KNOWN);
    const stamp = '2026-11-22T120000Z-abcdef';
    await through(root, (output) => commit(output, { entity: before, writes: KNOWN, deletes: [], stamp }));
  }
  stage(root, 'new', writes);
  return root;
}

let path = '';
beforeAll(async () => {
  path = await script(
    work,
    'commit',
    `import { commit, remove } from './src/store/commit/commit.ts';
    import { OutputFolder } from './src/store/output-folder.ts';
    const [root, request] = process.argv.slice(2);
    const output = await OutputFolder.open(root);
    const { entity, ...more } = JSON.parse(request);
    await (entity ? commit(output, { entity, ...more }) : remove(output, '${ID}', '${STAMP}'));`,
  );
});

async function cutsOf(scene: Scene): Promise<PowerCuts> {
  const root = await folderFor(scene);
  const staged = stageFolder(ID);
  const cuts = new PowerCuts(root, (below) => below === staged || below.startsWith(`${staged}/`));
  const journal = `${root}.journal`;
  const { after: entity, writes, deletes, relinks } = scene;
  const request = JSON.stringify({ entity, writes, deletes, relinks, stamp: STAMP });
  const never = scene.never === undefined ? {} : { never: scene.never };
  const ended = await runScript(path, [root, request], { journal, ...never });
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  cuts.read(journal);
  return cuts;
}

/** What whoever opens the entity's files by their names reads. */
function contents(root: string, entity: Located): Record<string, string> {
  const found = KNOWN.map((file) => [file, join(root, filePath(entity, file))] as const);
  return Object.fromEntries(
    found.filter(([, at]) => existsSync(at)).map(([file, at]) => [file, readFileSync(at, 'utf8')]),
  );
}

function generations({ before, after, writes, deletes }: Scene) {
  const old = before === null ? {} : Object.fromEntries(KNOWN.map((file) => [file, textOf('old', file)]));
  if (after === null) return { old, fresh: {} };
  const kept = Object.entries(old).filter(([file]) => !deletes.includes(file as Artifact));
  const fresh = Object.fromEntries([...kept, ...writes.map((file) => [file, textOf('new', file)])]);
  return { old, fresh };
}

/** Everything that is wrong with what a power cut has left, and with what the next run makes of it. */
async function problemsOf(disk: Disk, scene: Scene, isDone: boolean): Promise<readonly string[]> {
  const root = join(work, `${++made}`);
  restore(disk, root);
  const { old, fresh } = generations(scene);
  const problems: string[] = [];
  const texts = allTexts(root);
  if (scene.before !== null && !texts.includes(textOf('old', 'key'))) problems.push('the old key is lost');
  const entity = scene.after ?? scene.before ?? PLAIN;
  for (const [file, text] of Object.entries(contents(root, entity)))
    if (text !== old[file] && text !== fresh[file]) problems.push(`${file} is ${JSON.stringify(text)}`);
  // A server that starts before the next apply finds a file under every name that it had and will have.
  const found = contents(root, entity);
  for (const file of Object.keys(old).filter((name) => name in fresh))
    if (disk.isInOrder && found[file] === undefined) problems.push(`${file} cannot be read`);
  await through(root, (output) => recover(output)).catch((error: unknown) =>
    problems.push(`recovery: ${String(error)}`),
  );
  problems.push(...problemsAfter(root, scene, isDone));
  return problems.map((problem) => `${disk.what}: ${problem}`);
}

function problemsAfter(root: string, scene: Scene, isDone: boolean): readonly string[] {
  const { old, fresh } = generations(scene);
  const problems: string[] = [];
  const entity = scene.after ?? scene.before ?? PLAIN;
  const found = JSON.stringify(contents(root, entity));
  const isNew = found === JSON.stringify(sorted(fresh));
  if (!isNew && found !== JSON.stringify(sorted(old))) problems.push(`mixed after the recovery: ${found}`);
  if (!isNew && isDone) problems.push('it was done, and is not');
  const key = join(root, filePath(entity, 'key'));
  if (existsSync(key) && (statSync(key).mode & 0o777) !== 0o600) problems.push('the key has another mode');
  const left = existsSync(join(root, COMMIT_FOLDER)) ? readdirSync(join(root, COMMIT_FOLDER)) : [];
  if (left.length > 0) problems.push(`the commit folder holds ${left}`);
  problems.push(...litterIn(root, scene, isNew));
  for (const file of ['key', 'cert'] as const) {
    const isGone = scene.before !== null && isNew && (scene.after === null || scene.writes.includes(file));
    if (isGone && !archived(root).includes(textOf('old', file))) problems.push(`the old ${file} is lost`);
  }
  return problems;
}

/** What lies about below the entity's folder once all is old or all is new; a version that is left may hold a key. */
function litterIn(root: string, { before, after }: Scene, isNew: boolean): readonly string[] {
  const now = isNew ? after : before;
  const folder = join(root, (now ?? after ?? before)?.layout?.folder ?? ID);
  if (!existsSync(folder)) return [];
  if (isNew && after === null) return ['the folder of what was removed is there'];
  const data = join(folder, '..data');
  const version = existsSync(data) ? readlinkSync(data) : undefined;
  const versions = readdirSync(folder).filter((name) => name.startsWith('..v-') && name !== version);
  const isLinked = now?.publish === 'symlinks';
  return [
    ...versions.map((name) => `the version ${name} is left`),
    ...(now !== null && isLinked !== (version !== undefined) ? [`..data is ${version}`] : []),
  ];
}

const sorted = (texts: Record<string, string>): Record<string, string> =>
  Object.fromEntries(KNOWN.flatMap((file) => (texts[file] === undefined ? [] : [[file, texts[file]]])));

function allTexts(root: string): readonly string[] {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}

function archived(root: string): readonly string[] {
  const folder = join(root, '.pki/archive');
  return existsSync(folder) ? allTexts(folder) : [];
}

describe('a power cut during', () => {
  it.each(someOf(SCENES))('$what leaves all old or all new', async (scene) => {
    const cuts = await cutsOf(scene);
    const problems: string[] = [];
    let disks = 0;
    for (const disk of cuts.all()) {
      disks++;
      problems.push(...(await problemsOf(disk, scene, false)));
    }
    expect(problems.slice(0, 5).join('\n')).toBe('');
    expect(disks).toBeGreaterThan(5);
  });
});

describe('a power cut after', () => {
  it.each(someOf(SCENES))('$what has no effect', async (scene) => {
    const cuts = await cutsOf(scene);
    const problems: string[] = [];
    for (const disk of cuts.at(cuts.moments - 1)) problems.push(...(await problemsOf(disk, scene, true)));
    expect(problems.slice(0, 5).join('\n')).toBe('');
  });
});

it('links that a run has restored stay', async () => {
  const scene: Scene = { what: 'links', before: LINKED, after: LINKED, writes: [], deletes: [] };
  const root = await folderFor(scene);
  for (const name of ['..data', 'key.pem', 'cert.pem']) rmSync(join(root, ID, name));
  const restoring = await script(
    work,
    'restore',
    `import { restoreLinks } from './src/store/symlinks/write.ts';
    import { OutputFolder } from './src/store/output-folder.ts';
    const output = await OutputFolder.open(process.argv[2]);
    await restoreLinks(output, '.pki/stage', ${JSON.stringify(LINKED)});`,
  );
  const cuts = new PowerCuts(root);
  const journal = `${root}.journal`;
  expect(await runScript(restoring, [root], { journal })).toMatchObject({ code: 0, stderr: '' });
  cuts.read(journal);
  for (const disk of cuts.at(cuts.moments - 1)) {
    const again = join(work, `${++made}`);
    restore(disk, again);
    expect(contents(again, LINKED), disk.what).toEqual(generations(scene).old);
  }
});
