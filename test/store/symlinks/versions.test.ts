/** `publish: symlinks`: sets of files behind one renamed link, wherever a run is ended and whatever befell the links. */
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { ALL_ARTIFACTS, ARTIFACTS, type Artifact } from '../../../src/pki/artifact.ts';
import type { Located } from '../../../src/pki/files.ts';
import { COMMIT_FOLDER, stagedPath, stageFolder } from '../../../src/pki/paths.ts';
import type { LinkFault, LinkFinding } from '../../../src/plan/blockage.ts';
import {
  type CommitRequest,
  commit as commitTo,
  remove as removeIn,
} from '../../../src/store/commit/commit.ts';
import { recover as recoverIn } from '../../../src/store/commit/recover.ts';
import { Folder } from '../../../src/store/folder.ts';
import { readSeen, viewOf } from '../../../src/store/symlinks/read.ts';
import { restoreLinks } from '../../../src/store/symlinks/write.ts';
import { type Fault, runScript, script } from '../../helpers/child.ts';
import { sampleOf, someOf } from '../../helpers/everything.ts';
import { memoryFolder } from '../../helpers/folders.ts';
import { through } from '../../helpers/output.ts';
import { inPairs } from '../../helpers/pairs.ts';

const work = memoryFolder();
const ID = 'servers/api';
const LINKED = { id: ID, publish: 'symlinks' } as const;
const PLAIN = { id: ID } as const;
const STAMP = '2026-11-23T120000Z-abcdef';
const ALL = ['key', 'cert', 'chain', 'ca'] as const;
let made = 0;

const commit = (root: string, request: CommitRequest) => through(root, (output) => commitTo(output, request));
const recover = (root: string) => through(root, (output) => recoverIn(output));
const remove = (root: string, id: string, stamp: string) =>
  through(root, (output) => removeIn(output, id, stamp));

const modeOf = (file: Artifact): number => (file === 'key' ? 0o600 : 0o644);

function newRoot(): string {
  const root = join(work, `${++made}`);
  for (const folder of ['.pki/stage', COMMIT_FOLDER]) mkdirSync(join(root, folder), { recursive: true });
  return root;
}

function stage(root: string, generation: string, files: readonly Artifact[]): void {
  mkdirSync(join(root, stageFolder(ID)));
  for (const file of files)
    writeFileSync(join(root, stagedPath(ID, file)), `${generation} ${file}`, { mode: modeOf(file) });
}

async function publish(
  root: string,
  generation: string,
  request: Pick<CommitRequest, 'entity' | 'writes'> & Partial<CommitRequest>,
): Promise<void> {
  stage(root, generation, request.writes);
  await commit(root, { deletes: [], stamp: `2026-11-23T11000${generation}Z`, ...request });
}

/** A folder with one generation in it, "1". */
async function published(entity: Located): Promise<string> {
  const root = newRoot();
  await publish(root, '1', { entity, writes: ALL });
  return root;
}

/** What whoever opens the names reads. */
function contents(root: string): Record<string, string> {
  const present = ALL_ARTIFACTS.filter((file) => existsSync(join(root, ID, ARTIFACTS[file].file)));
  return Object.fromEntries(
    present.map((file) => [file, readFileSync(join(root, ID, ARTIFACTS[file].file), 'utf8')]),
  );
}

const generation = (of: Partial<Record<Artifact, string>>) =>
  Object.fromEntries(Object.entries(of).map(([file, number]) => [file, `${number} ${file}`]));
const ONE = generation({ key: '1', cert: '1', chain: '1', ca: '1' });

/** Names in the entity's folder, links with where they lead. */
function listing(root: string): readonly string[] {
  if (!existsSync(join(root, ID))) return [];
  return readdirSync(join(root, ID))
    .sort()
    .map((name) => {
      const path = join(root, ID, name);
      return lstatSync(path).isSymbolicLink() ? `${name} -> ${readlinkSync(path)}` : name;
    });
}

function linkedListing(version: string, files: readonly Artifact[]): readonly string[] {
  const links = files.map((file) => `${ARTIFACTS[file].file} -> ..data/${ARTIFACTS[file].file}`);
  return [`..data -> ${version}`, version, ...links].sort();
}

function archived(root: string): readonly string[] {
  const folder = join(root, '.pki/archive');
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.name}: ${readFileSync(join(entry.parentPath, entry.name), 'utf8')}`)
    .sort();
}

function stateOf(root: string, entity: Located = LINKED) {
  return viewOf(root, entity).published;
}

describe('a set behind links', () => {
  it('is a folder of plain files, one link that leads to it, and a relative link for each name', async () => {
    const root = await published(LINKED);
    expect(contents(root)).toEqual(ONE);
    expect(listing(root)).toEqual(linkedListing('..v-2026-11-23T110001Z', ALL));
    const version = join(root, ID, '..v-2026-11-23T110001Z');
    expect(statSync(version).mode & 0o777).toBe(0o755);
    for (const file of ALL) {
      const stat = lstatSync(join(version, ARTIFACTS[file].file));
      expect([stat.isFile(), stat.nlink, stat.mode & 0o777]).toEqual([true, 1, modeOf(file)]);
    }
    expect(stateOf(root)).toEqual({ state: 'symlinks', findings: [] });
    expect(readdirSync(join(root, COMMIT_FOLDER))).toEqual([]);
  });

  it('is found by all users, whatever the umask', async () => {
    const umask = process.umask(0o077);
    try {
      const version = join(await published(LINKED), ID, '..v-2026-11-23T110001Z');
      expect(statSync(version).mode & 0o777).toBe(0o755);
    } finally {
      process.umask(umask);
    }
  });

  it('is replaced as a whole: what stays is the same file, what goes is in the archive, the old folder is gone', async () => {
    const root = await published(LINKED);
    const key = statSync(join(root, ID, 'key.pem'));
    writeFileSync(join(root, ID, 'notes.txt'), 'not ours');
    await publish(root, '2', { entity: LINKED, writes: ['cert', 'public'], deletes: ['chain'] });
    expect(contents(root)).toEqual(generation({ key: '1', cert: '2', ca: '1', public: '2' }));
    expect(listing(root)).toEqual(
      [...linkedListing('..v-2026-11-23T110002Z', ['key', 'cert', 'ca', 'public']), 'notes.txt'].sort(),
    );
    expect(statSync(join(root, ID, 'key.pem'))).toMatchObject({
      ino: key.ino,
      mtimeMs: key.mtimeMs,
      nlink: 1,
    });
    expect(archived(root)).toEqual(['cert.pem: 1 cert']);
  });

  it('leaves a link of another program alone, though a file of ours would have its name', async () => {
    const root = await published(LINKED);
    symlinkSync('/elsewhere/bundle.pem', join(root, ID, ARTIFACTS.fullchain.file));
    await publish(root, '2', { entity: LINKED, writes: ['cert'] });
    expect(listing(root)).toEqual(
      [...linkedListing('..v-2026-11-23T110002Z', ALL), 'fullchain.pem -> /elsewhere/bundle.pem'].sort(),
    );
  });

  it('without hard links, what stays is copied: as open as it was, but for a key', async () => {
    const root = await published(LINKED);
    chmodSync(join(root, ID, 'chain.pem'), 0o664);
    chmodSync(join(root, ID, 'key.pem'), 0o644);
    const link = vi.spyOn(Folder.prototype, 'link').mockRejectedValue(new Error('EPERM'));
    try {
      await publish(root, '2', { entity: LINKED, writes: ['cert'] });
    } finally {
      link.mockRestore();
    }
    expect(contents(root)).toEqual(generation({ key: '1', cert: '2', chain: '1', ca: '1' }));
    const mode = (name: string): number => statSync(join(root, ID, name)).mode & 0o777;
    expect([mode('chain.pem'), mode('key.pem'), mode('ca.pem')]).toEqual([0o664, 0o600, 0o644]);
  });

  it('stays whole for whoever works in a copy of the folder, as in a bind mount', async () => {
    const root = await published(LINKED);
    const elsewhere = join(root, 'mounted');
    cpSync(join(root, ID), elsewhere, { recursive: true, verbatimSymlinks: true });
    rmSync(join(root, ID), { recursive: true });
    expect(readFileSync(join(elsewhere, 'key.pem'), 'utf8')).toBe('1 key');
  });

  it('holds a root’s previous certificates too, and has the names of a layout', async () => {
    const entity = {
      id: ID,
      publish: 'symlinks',
      layout: { folder: ID, files: { key: 'tls.key' } },
    } as const;
    const root = newRoot();
    await publish(root, '1', { entity, writes: ['key', 'cert', 'previous'] });
    expect(readFileSync(join(root, ID, 'tls.key'), 'utf8')).toBe('1 key');
    expect(readFileSync(join(root, ID, 'previous.pem'), 'utf8')).toBe('1 previous');
    expect(stateOf(root, entity)).toEqual({ state: 'symlinks', findings: [] });
  });

  it('is replaced twice within a second, and both keys are kept', async () => {
    const root = await published(LINKED);
    for (const number of ['2', '3'])
      await publish(root, number, { entity: LINKED, writes: ['key', 'cert'], stamp: STAMP });
    expect(contents(root)).toEqual(generation({ key: '3', cert: '3', chain: '1', ca: '1' }));
    expect(archived(root).filter((name) => name.startsWith('key'))).toEqual([
      'key.2.pem: 2 key',
      'key.pem: 1 key',
    ]);
    expect(listing(root)).toHaveLength(6);
  });

  it('keeps the folder of a version in which somebody keeps something', async () => {
    const root = await published(LINKED);
    writeFileSync(join(root, ID, '..data', 'mine.txt'), 'mine');
    await publish(root, '2', { entity: LINKED, writes: ['cert'] });
    expect(readdirSync(join(root, ID, '..v-2026-11-23T110001Z'))).toEqual(['mine.txt']);
    expect(stateOf(root)).toEqual({ state: 'symlinks', findings: [] });
  });
});

describe('a change of mode', () => {
  it('puts plain files behind links, byte by byte and inode by inode', async () => {
    const root = await published(PLAIN);
    expect(stateOf(root)).toEqual({ state: 'files', findings: [] });
    const { ino } = statSync(join(root, ID, 'key.pem'));
    await publish(root, '2', { entity: LINKED, writes: [], relinks: true });
    expect(contents(root)).toEqual(ONE);
    expect(listing(root)).toEqual(linkedListing('..v-2026-11-23T110002Z', ALL));
    expect(statSync(join(root, ID, 'key.pem')).ino).toBe(ino);
    expect([stateOf(root)?.state, archived(root)]).toEqual(['symlinks', []]);
  });

  it('and back, with nothing left of the links', async () => {
    const root = await published(LINKED);
    expect(stateOf(root, PLAIN)).toEqual({ state: 'symlinks', findings: [] });
    await publish(root, '2', { entity: PLAIN, writes: [], relinks: true });
    expect(contents(root)).toEqual(ONE);
    expect(listing(root)).toEqual(ALL.map((file) => ARTIFACTS[file].file).sort());
    expect([stateOf(root, PLAIN)?.state, archived(root)]).toEqual(['files', []]);
  });

  it.each([
    ['behind links', PLAIN, LINKED],
    ['and back', LINKED, PLAIN],
  ])('with new content, %s', async (_, before, after) => {
    const root = await published(before);
    await publish(root, '2', {
      entity: after,
      writes: ['key', 'cert'],
      deletes: ['chain'],
      relinks: true,
    });
    expect(contents(root)).toEqual(generation({ key: '2', cert: '2', ca: '1' }));
    expect(archived(root)).toEqual(['cert.pem: 1 cert', 'key.pem: 1 key']);
    expect(stateOf(root, after)?.state).toBe(after === LINKED ? 'symlinks' : 'files');
  });
});

it('what left the manifest goes to the archive, and nothing of the links stays', async () => {
  const root = await published(LINKED);
  mkdirSync(join(root, stageFolder(ID)));
  await remove(root, ID, STAMP);
  expect(existsSync(join(root, ID))).toBe(false);
  expect(archived(root)).toEqual(['cert.pem: 1 cert', 'key.pem: 1 key']);
});

it('where plain files are wanted, what is still a link is named, and no plain file', async () => {
  const root = await published(LINKED);
  const cert = join(root, ID, 'cert.pem');
  unlinkSync(cert);
  writeFileSync(cert, '1 cert');
  const found = stateOf(root, PLAIN);
  expect(found?.state).toBe('mixed');
  expect(found?.findings).toEqual(['key.pem', 'chain.pem', 'ca.pem'].map((name) => ({ name, is: 'link' })));
});

describe('damage', () => {
  const VERSION = '..v-2026-11-23T110001Z';
  const at = (root: string, ...names: readonly string[]): string => join(root, ID, ...names);

  it.each<[what: string, damage: (root: string) => void, findings: readonly LinkFinding[]]>([
    ['..data deleted', (root) => unlinkSync(at(root, '..data')), [{ name: '..data', is: 'missing' }]],
    [
      '..data leading to a version that is gone',
      (root) => renameSync(at(root, VERSION), at(root, '..v-2026-11-23T110000Z')),
      [{ name: '..data', is: 'dangling' }],
    ],
    [
      '..data leading to another name of the folder',
      (root) => {
        unlinkSync(at(root, '..data'));
        symlinkSync('elsewhere', at(root, '..data'));
      },
      [{ name: '..data', is: 'dangling' }],
    ],
    ['a name deleted', (root) => unlinkSync(at(root, 'key.pem')), [{ name: 'key.pem', is: 'missing' }]],
    [
      'a name that is a plain file',
      (root) => {
        unlinkSync(at(root, 'key.pem'));
        writeFileSync(at(root, 'key.pem'), '1 key', { mode: 0o600 });
      },
      [{ name: 'key.pem', is: 'plain-file' }],
    ],
    [
      'an old version left',
      (root) => cpSync(at(root, VERSION), at(root, '..v-2025-01-01'), { recursive: true }),
      [{ name: '..v-2025-01-01', is: 'left-over' }],
    ],
    ['an empty version left', (root) => mkdirSync(at(root, '..v-9')), [{ name: '..v-9', is: 'left-over' }]],
    [
      'everything at once',
      (root) => {
        for (const name of ['..data', 'key.pem', 'cert.pem']) unlinkSync(at(root, name));
        writeFileSync(at(root, 'cert.pem'), '1 cert');
      },
      [
        { name: '..data', is: 'missing' },
        { name: 'key.pem', is: 'missing' },
        { name: 'cert.pem', is: 'plain-file' },
      ],
    ],
  ])('%s is found, named, and mended without a byte of change', async (_, damage, findings) => {
    const root = await published(LINKED);
    damage(root);
    expect(stateOf(root)).toEqual({ state: 'mixed', findings });
    const view = viewOf(root, LINKED);
    for (const file of ALL)
      expect(readSeen(view, file)).toMatchObject({ state: 'present', facts: Buffer.from(`1 ${file}`) });
    await publish(root, '2', { entity: LINKED, writes: [], relinks: true });
    expect(contents(root)).toEqual(ONE);
    expect(listing(root)).toEqual(linkedListing('..v-2026-11-23T110002Z', ALL));
    expect(archived(root)).toEqual([]);
  });

  it.each([
    ['EPERM', { cause: { kind: 'no-symlinks' } }],
    ['ENOTSUP', { cause: { kind: 'no-symlinks' } }],
    ['EOPNOTSUPP', { cause: { kind: 'no-symlinks' } }],
    ['ENOSYS', { cause: { kind: 'no-symlinks' } }],
    // Of which a file system without links says nothing.
    ['ENOSPC', { code: 'ENOSPC' }],
  ])('that cannot be made (%s) are none, before anything is final', async (code, expected) => {
    const root = await published(PLAIN);
    const symlink = vi.spyOn(Folder.prototype, 'symlink');
    symlink.mockRejectedValue(Object.assign(new Error(code), { code }));
    try {
      await expect(publish(root, '2', { entity: LINKED, writes: ALL })).rejects.toMatchObject(expected);
    } finally {
      symlink.mockRestore();
    }
    expect(contents(root)).toEqual(ONE);
    expect(readdirSync(at(root)).includes('..data')).toBe(false);
  });

  it('of which some are right: these are not touched', async () => {
    const root = await published(LINKED);
    unlinkSync(at(root, 'key.pem'));
    const inode = (name: string) => lstatSync(at(root, name)).ino;
    const before = ['..data', 'cert.pem'].map(inode);
    stage(root, '2', []);
    await through(root, (output) => restoreLinks(output, stageFolder(ID), LINKED));
    expect(['..data', 'cert.pem'].map(inode)).toEqual(before);
    expect(contents(root)).toEqual(ONE);
  });

  it('is mended for the calls of a run before the first of them', async () => {
    const root = await published(LINKED);
    for (const name of ['..data', 'key.pem']) unlinkSync(at(root, name));
    stage(root, '2', []);
    await through(root, (output) => restoreLinks(output, stageFolder(ID), LINKED));
    expect(contents(root)).toEqual(ONE);
    expect(stateOf(root)?.state).toBe('symlinks');
  });

  it('keeps a key that only a left version has', async () => {
    const root = await published(LINKED);
    mkdirSync(at(root, '..v-2025'));
    writeFileSync(at(root, '..v-2025', 'key.pem'), 'lost key', { mode: 0o600 });
    await publish(root, '2', { entity: LINKED, writes: [], relinks: true });
    expect(archived(root)).toEqual(['key.pem: lost key']);
  });

  it('keeps the plain key that stands in a link’s place, and the one behind it', async () => {
    const root = await published(LINKED);
    unlinkSync(at(root, 'key.pem'));
    writeFileSync(at(root, 'key.pem'), 'other key', { mode: 0o600 });
    await publish(root, '2', { entity: LINKED, writes: [], relinks: true });
    expect(contents(root)['key']).toBe('other key');
    expect(archived(root)).toEqual(['key.pem: 1 key']);
  });

  it.each<[what: string, damage: (root: string) => void, fault: LinkFault]>([
    [
      '..data that leads out of the folder',
      (root) => {
        unlinkSync(at(root, '..data'));
        mkdirSync(join(root, 'servers/other'));
        symlinkSync('../other', at(root, '..data'));
      },
      { kind: 'leads-out' },
    ],
    [
      '..data that is a folder',
      (root) => {
        unlinkSync(at(root, '..data'));
        mkdirSync(at(root, '..data'));
      },
      { kind: 'no-link' },
    ],
    [
      'a version that is a link',
      (root) => {
        renameSync(at(root, VERSION), at(root, 'away'));
        symlinkSync('away', at(root, VERSION));
      },
      { kind: 'no-folder' },
    ],
  ])('%s is not followed, and not touched', async (_, damage, fault) => {
    const root = await published(LINKED);
    damage(root);
    for (const entity of [LINKED, PLAIN]) {
      const key = readSeen(viewOf(root, entity), 'key');
      expect(key).toMatchObject({ state: 'blocked', cause: { kind: 'links', fault } });
    }
  });

  it.each([
    ['a link that somebody else made', '../../secret.pem'],
    ['a link to another name behind the link', '..data/cert.pem'],
    ['a link past the link', `${VERSION}/key.pem`],
  ])('%s is not followed', async (_, target) => {
    const root = await published(LINKED);
    writeFileSync(join(root, 'secret.pem'), 'secret');
    unlinkSync(at(root, 'key.pem'));
    symlinkSync(target, at(root, 'key.pem'));
    expect(readSeen(viewOf(root, LINKED), 'key')).toEqual({
      state: 'blocked',
      cause: { kind: 'link' },
    });
  });

  it('a link in the place of a file behind the links is not followed', async () => {
    const root = await published(LINKED);
    unlinkSync(at(root, '..data/key.pem'));
    symlinkSync('../../secret.pem', at(root, '..data/key.pem'));
    expect(readSeen(viewOf(root, LINKED), 'key')).toMatchObject({ state: 'blocked' });
  });
});

interface Scene {
  readonly what: string;
  /** How generation 1 is published; `null`: there is none. */
  readonly before: Located | null;
  /** `null`: the entity is removed. */
  readonly request: CommitRequest | null;
  readonly staged: readonly Artifact[];
  readonly after: Record<string, string>;
  readonly archive: readonly string[];
}

const request = (given: Partial<CommitRequest>): CommitRequest => ({
  entity: LINKED,
  writes: [],
  deletes: [],
  stamp: STAMP,
  ...given,
});
const PAIR = ['key', 'cert'] as const;
const REPLACED = generation({ key: '2', cert: '2', ca: '1' });
const KEPT = ['cert.pem: 1 cert', 'key.pem: 1 key'];
const SCENES: readonly Scene[] = [
  {
    what: 'a first set',
    before: null,
    request: request({ writes: ALL }),
    staged: ALL,
    after: generation({ key: '2', cert: '2', chain: '2', ca: '2' }),
    archive: [],
  },
  {
    what: 'a new pair',
    before: LINKED,
    request: request({ writes: PAIR, deletes: ['chain'] }),
    staged: PAIR,
    after: REPLACED,
    archive: KEPT,
  },
  {
    what: 'plain files that go behind links',
    before: PLAIN,
    request: request({ relinks: true }),
    staged: [],
    after: ONE,
    archive: [],
  },
  {
    what: 'plain files replaced behind links',
    before: PLAIN,
    request: request({ relinks: true, writes: PAIR, deletes: ['chain'] }),
    staged: PAIR,
    after: REPLACED,
    archive: KEPT,
  },
  {
    what: 'links that become plain files',
    before: LINKED,
    request: request({ entity: PLAIN, relinks: true }),
    staged: [],
    after: ONE,
    archive: [],
  },
  {
    what: 'links replaced by plain files',
    before: LINKED,
    request: request({ entity: PLAIN, relinks: true, writes: PAIR, deletes: ['chain'] }),
    staged: PAIR,
    after: REPLACED,
    archive: KEPT,
  },
  { what: 'a removal', before: LINKED, request: null, staged: [], after: {}, archive: KEPT },
];

let commitScript = '';
const templates = new Map<Scene, string>();

beforeAll(async () => {
  for (const scene of SCENES) {
    const root = scene.before === null ? newRoot() : await published(scene.before);
    stage(root, '2', scene.staged);
    templates.set(scene, root);
  }
  // In each folder another operation is the first that fails; what ends a call ends none of the others.
  commitScript = await script(
    work,
    'commit',
    `import { commit, remove } from './src/store/commit/commit.ts';
    import { recover } from './src/store/commit/recover.ts';
    import { OutputFolder } from './src/store/output-folder.ts';
    const [what, points, ...roots] = process.argv.slice(2);
    const at = points.split(',').map(Number);
    const request = JSON.parse(what);
    const run = (output) =>
      request === 'recover' ? recover(output)
        : request === null ? remove(output, '${ID}', '${STAMP}') : commit(output, request);
    const endings = [];
    for (const [i, root] of roots.entries()) {
      const output = await OutputFolder.open(root);
      globalThis.pkiFault(at[i]);
      endings.push(await run(output).then(() => 'done', (error) => error.code ?? error.stack));
      globalThis.pkiFault(0);
    }
    console.log(JSON.stringify(endings));`,
  );
});

function copyOf(from: string): string {
  const root = join(work, `${++made}`);
  cpSync(from, root, { recursive: true, verbatimSymlinks: true });
  return root;
}

const folderFor = (scene: Scene): string => copyOf(templates.get(scene) ?? '');

async function operationsOf(what: string, root: string, fault: Fault): Promise<number> {
  const log = join(work, `log-${++made}`);
  const ended = await runScript(commitScript, [what, '0', root], { ...fault, log });
  expect(ended).toMatchObject({ code: 0, signal: null, stderr: '', stdout: '["done"]\n' });
  // Counted from where the folder is open: a copy of Node 24 has no modes, and opening it gives them back.
  return Number.parseInt(readFileSync(log, 'utf8').trim().split('\n').at(-1) ?? '', 10);
}

/** Of operations between the first and the last, which are always tried; all with PKI_TEST_ALL=1. */
const STRIDE = 3;

/** One folder for each of many file operations, from which on everything failed, and one in which nothing did. */
async function failedAtOperations(
  what: string,
  make: () => string,
  fault: Fault & { readonly kind: string },
): Promise<readonly string[]> {
  const count = await operationsOf(what, make(), fault);
  expect(count).toBeGreaterThan(5);
  const points = [...sampleOf(count, STRIDE), count + 1];
  const roots = points.map(make);
  const { stdout, stderr } = await runScript(commitScript, [what, points.join(), ...roots], fault);
  expect(stderr).toBe('');
  const endings = JSON.parse(stdout) as readonly string[];
  expect([endings[0], endings.at(-1)]).toEqual([fault.kind, 'done']);
  expect(endings.filter((ending) => ending !== fault.kind && ending !== 'done')).toEqual([]);
  return roots;
}

/** After a crash no key is lost; after the recovery it is all old or all new, and nothing else is there. */
async function expectWhole(
  root: string,
  { before, request, after, archive }: Scene,
): Promise<'before' | 'after'> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const everything = files.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
  if (before !== null) expect(everything).toContain('1 key');
  if (request?.writes.includes('key')) expect(everything).toContain('2 key');
  await recover(root);
  const state = stateOf(root)?.state ?? 'none';
  const wanted = request === null ? 'none' : request.entity.publish === undefined ? 'files' : 'symlinks';
  const there = before === null ? 'none' : before.publish === undefined ? 'files' : 'symlinks';
  const isNew = state === wanted && JSON.stringify(contents(root)) === JSON.stringify(after);
  expect(contents(root)).toEqual(isNew ? after : before === null ? {} : ONE);
  expect(state).toBe(isNew ? wanted : there);
  expect(archived(root)).toEqual(isNew ? archive : []);
  expect(readdirSync(join(root, COMMIT_FOLDER))).toEqual([]);
  const links = Object.keys(contents(root)).length;
  expect(listing(root)).toHaveLength(state === 'symlinks' ? links + 2 : links);
  const key = join(root, ID, 'key.pem');
  if (existsSync(key)) expect(statSync(key).mode & 0o777).toBe(0o600);
  return isNew ? 'after' : 'before';
}

/** Those in which files are replaced and kept, moved behind links and out from behind them. */
const MAIN = SCENES.filter(({ what }) => /^(a new pair|plain files that go|links replaced)/.test(what));

/** To the disk, a process whose every operation fails from one on looks like one that was killed there. */
describe.each<[how: string, scenes: readonly Scene[], fault: Fault & { readonly kind: string }]>([
  ['a disk that is gone', SCENES, { kind: 'EIO' }],
  ['a disk that is gone and has no hard links', MAIN, { kind: 'EIO', never: 'link' }],
  ['a disk that is full', MAIN, { kind: 'ENOSPC' }],
])('%s from a file operation on', (_, scenes, fault) => {
  it.each(someOf(scenes))('in $what, is said, and mixes nothing; also in the recovery', async (scene) => {
    const what = JSON.stringify(scene.request);
    const roots = await failedAtOperations(what, () => folderFor(scene), fault);
    const turn = roots.find((root) => readdirSync(join(root, COMMIT_FOLDER)).length > 0) ?? '';
    const again = () => copyOf(turn);
    const recovered = await failedAtOperations('"recover"', again, fault);
    const states = [];
    for (const root of roots) states.push(await expectWhole(root, scene));
    expect([states[0], states.at(-1)]).toEqual(['before', 'after']);
    for (const root of recovered) expect(await expectWhole(root, scene)).toBe('after');
  });
});

it.each(MAIN.slice(0, 2))('$what, killed at any file operation, is all old or all new', async (scene) => {
  const what = JSON.stringify(scene.request);
  const count = await operationsOf(what, folderFor(scene), {});
  const runs = await inPairs(sampleOf(count, 5), async (at) => {
    const root = folderFor(scene);
    return { root, ended: await runScript(commitScript, [what, `${at}`, root], {}) };
  });
  const states = [];
  for (const { root, ended } of runs) {
    expect(ended.signal).toBe('SIGKILL');
    states.push(await expectWhole(root, scene));
  }
  expect([states[0], states.at(-1)]).toEqual(['before', 'after']);
});
