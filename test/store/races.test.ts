/**
 * The owner of one entity's folder changes it between any two file operations of a run: nothing outside of that folder is
 * opened, changed, removed or copied to where others can read it. Every operation is tried, reads included, so no luck is
 * needed to win, where there is something to win.
 */
import {
  chmodSync,
  existsSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Located } from '../../src/pki/files.ts';
import { stagedPath, stageFolder } from '../../src/pki/paths.ts';
import { sha256 } from '../../src/x509/public-key.ts';
import { itWhen } from '../e2e/project.ts';
import { script } from '../helpers/child.ts';
import { runProgram } from '../helpers/cli.ts';
import { sampleOf, someOf } from '../helpers/everything.ts';
import { memoryFolder } from '../helpers/folders.ts';

const work = memoryFolder();
const SWAP = new URL('../helpers/swap.mjs', import.meta.url).href;
const ID = 'servers/api';
const STAMP = '2026-11-23T120000Z-abcdef';
const PEM = (what: string): string => `-----BEGIN CERTIFICATE-----\n${what}\n-----END CERTIFICATE-----\n`;
const CA_KEY = '-----BEGIN PRIVATE KEY-----\nof the authority\n-----END PRIVATE KEY-----\n';
let made = 0;

/** What is another's: a private key, and files of every name that an entity can have. */
const OTHERS = ['key', 'cert', 'csr', 'ca', 'fullchain', 'chain'].map((name) => `${name}.pem`);

function newRoot(): string {
  const root = join(work, `${++made}`);
  for (const folder of ['.pki/stage', '.pki/commit', 'authorities/root', ID])
    mkdirSync(join(root, folder), { recursive: true });
  chmodSync(join(root, '.pki'), 0o700);
  for (const name of OTHERS) writeFileSync(join(root, 'authorities/root', name), CA_KEY, { mode: 0o600 });
  return root;
}

function put(root: string, path: string, text: string, mode = 0o644): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
  chmodSync(join(root, path), mode);
}

function stage(root: string, files: readonly ('key' | 'cert')[]): void {
  mkdirSync(join(root, stageFolder(ID)));
  for (const file of files)
    writeFileSync(join(root, stagedPath(ID, file)), `new ${file}`, { mode: file === 'key' ? 0o600 : 0o644 });
}

interface Race {
  readonly what: string;
  /** The folder before the run. */
  readonly make: () => string;
  /** What the run does; JavaScript, with `output`. */
  readonly run: string;
  /** What the attacker does in the entity's folder, which is the working directory; JavaScript, with `fs`. */
  readonly swap: string;
  /** An operation that the file system does not have. */
  readonly never?: string;
}

const KEY = '../../authorities/root/key.pem';
const linked = (name: string, target = KEY): string =>
  `fs.symlinkSync('${target}', '.evil'); fs.rmSync('${name}', { recursive: true, force: true }); fs.renameSync('.evil', '${name}');`;
const commitOf = (entity: Located, writes: readonly string[], more: object = {}): string =>
  `commit(output, ${JSON.stringify({ entity, writes, deletes: [], stamp: STAMP, ...more })})`;
const RELOCATION = { file: 'cert', from: `${ID}/cert.pem`, to: 'servers/new/cert.pem' };

const LAYOUT = { id: ID, layout: { folder: ID, files: { key: 'sub/key.pem', cert: 'cert.pem' } } };
const LINKED = { id: ID, publish: 'symlinks' } as const;

function plain(): string {
  const root = newRoot();
  put(root, `${ID}/key.pem`, 'old key', 0o600);
  put(root, `${ID}/cert.pem`, PEM('old'));
  put(root, `${ID}/ca.pem`, PEM('ca'));
  return root;
}

function staged(root: string, files: readonly ('key' | 'cert')[]): string {
  stage(root, files);
  return root;
}

/** Behind links by hand: what the run itself would have made. */
function behindLinks(): string {
  const root = newRoot();
  for (const version of ['..v-1', '..v-2']) {
    put(root, `${ID}/${version}/key.pem`, 'old key', 0o600);
    put(root, `${ID}/${version}/cert.pem`, PEM('old'));
  }
  return root;
}

/** To a group that no one here is in, and that may read keys. */
const GRANT = JSON.stringify({
  uid: null,
  gid: 65_530,
  stated: { group: '65530' },
  files: ['key'],
  isOwnFolder: false,
});

const RACES: readonly Race[] = [
  {
    what: 'a mode is closed: the file becomes a link to a key',
    make() {
      const root = plain();
      chmodSync(join(root, ID, 'cert.pem'), 0o666);
      return root;
    },
    run: `grantPlaced(output, { id: '${ID}' }, { chmods: ['cert'] })`,
    swap: linked('cert.pem'),
  },
  {
    what: 'a mode is closed: the file becomes another name of a key',
    make() {
      const root = plain();
      chmodSync(join(root, ID, 'cert.pem'), 0o666);
      return root;
    },
    run: `grantPlaced(output, { id: '${ID}' }, { chmods: ['cert'] })`,
    swap: `fs.rmSync('cert.pem'); fs.linkSync('${KEY}', 'cert.pem');`,
  },
  {
    what: 'a file is given away: it becomes a link to a key',
    make: plain,
    run: `grantPlaced(output, { id: '${ID}' }, { chmods: ['key'], grant: ${GRANT} })`,
    swap: linked('key.pem'),
  },
  {
    what: 'a file is given away: it becomes another name of a key',
    make: plain,
    run: `grantPlaced(output, { id: '${ID}' }, { chmods: ['key'], grant: ${GRANT} })`,
    swap: `fs.rmSync('key.pem'); fs.linkSync('${KEY}', 'key.pem');`,
  },
  {
    what: 'a file comes to a new place: it becomes a link to a key',
    make: plain,
    run: `relocate(output, { id: 'servers/new', relocations: [${JSON.stringify({ ...RELOCATION, digest: sha256(Buffer.from(PEM('old'))) })}] }, 'run')`,
    swap: linked('cert.pem'),
  },
  {
    what: 'a file comes to a new place: its folder becomes a link to another’s',
    make() {
      const root = newRoot();
      put(root, `${ID}/sub/key.pem`, PEM('old'));
      return root;
    },
    run: `relocate(output, { id: 'servers/new', relocations: [${JSON.stringify({ file: 'cert', from: `${ID}/sub/key.pem`, to: 'servers/new/cert.pem', digest: sha256(Buffer.from(PEM('old'))) })}] }, 'run')`,
    swap: linked('sub', '../../authorities/root'),
  },
  {
    what: 'files are replaced: one becomes a link to a key',
    make: () => staged(plain(), ['key', 'cert']),
    run: commitOf({ id: ID }, ['key', 'cert']),
    swap: linked('cert.pem'),
  },
  {
    what: 'files are replaced: a folder on the way becomes a link to another’s',
    make() {
      const root = plain();
      put(root, `${ID}/sub/key.pem`, 'old key', 0o600);
      return staged(root, ['key', 'cert']);
    },
    run: commitOf(LAYOUT, ['key', 'cert']),
    swap: linked('sub', '../../authorities/root'),
  },
  {
    what: 'a file goes: a folder on the way becomes a link to another’s',
    make() {
      const root = plain();
      put(root, `${ID}/sub/key.pem`, 'old key', 0o600);
      return staged(root, ['cert']);
    },
    run: commitOf(LAYOUT, ['cert'], { deletes: ['key'] }),
    swap: linked('sub', '../../authorities/root'),
  },
  {
    what: 'files go behind links: one that stays becomes a link to a key',
    make: () => staged(plain(), ['key', 'cert']),
    run: commitOf(LINKED, ['key', 'cert']),
    swap: linked('ca.pem'),
  },
  {
    what: 'files go behind links, without hard links: one that stays becomes a link to a key',
    make: () => staged(plain(), ['key', 'cert']),
    run: commitOf(LINKED, ['key', 'cert']),
    swap: linked('ca.pem'),
    never: 'link',
  },
  {
    what: 'an entity is removed, without hard links: a file becomes a link to a key',
    make: () => staged(plain(), []),
    run: `remove(output, '${ID}', '${STAMP}')`,
    swap: linked('cert.pem'),
    never: 'link',
  },
  {
    what: 'old versions go: one becomes a link to another’s folder',
    make: () => staged(behindLinks(), ['key', 'cert']),
    run: commitOf(LINKED, ['key', 'cert']),
    swap: linked('..v-1', '../../authorities/root'),
  },
  {
    what: 'files come out from behind links: the version becomes a link to another’s folder',
    make: () => staged(behindLinks(), ['cert']),
    run: commitOf({ id: ID }, ['cert'], { relinks: true }),
    swap: linked('..v-2', '../../authorities/root'),
  },
  {
    what: 'an entity is removed: a file becomes a link to a key',
    make: () => staged(plain(), []),
    run: `remove(output, '${ID}', '${STAMP}')`,
    swap: linked('cert.pem'),
  },
];

let path = '';
beforeAll(async () => {
  path = await script(
    work,
    'race',
    `import fs from 'node:fs';
    import { join } from 'node:path';
    import { commit, remove } from './src/store/commit/commit.ts';
    import { grantPlaced } from './src/store/commit/grant.ts';
    import { relocate } from './src/store/commit/relocate.ts';
    import { OutputFolder } from './src/store/output-folder.ts';
    const [id, run, swap, ...roots] = process.argv.slice(2);
    const attack = new Function('fs', swap);
    const work = new Function('output', 'commit', 'remove', 'grantPlaced', 'relocate', 'return ' + run);
    const counts = [];
    const named = [...swap.matchAll(/'([^']+)'/g)].flatMap(([, path]) => path.split('/'));
    const user = Number(process.env.PKI_RACE_USER);
    if (user) {
      process.setgroups([]);
      process.setgid(user);
      process.setuid(user);
    }
    for (const [i, root] of roots.entries()) {
      const output = await OutputFolder.open(root);
      process.chdir(join(root, id));
      const there = fs.readdirSync('.', { recursive: true }).flatMap((path) => path.split('/'));
      // The first root is left alone, to count.
      globalThis.pkiSwap(i, () => attack(fs), new Set([...named, ...there]));
      try { await work(output, commit, remove, grantPlaced, relocate); } catch {}
      counts.push(globalThis.pkiSwap.count());
      globalThis.pkiSwap(0);
      output[Symbol.dispose]();
      process.chdir('/');
    }
    console.log(JSON.stringify(counts));`,
  );
});

/** Runs with the attack before each operation of one root after the other; none in the first. */
async function race(
  { run, swap, never }: Race,
  roots: readonly string[],
  user?: number,
): Promise<readonly number[]> {
  const args = ['--import', SWAP, path, ID, run, swap, ...roots];
  const env = { PKI_SWAP_NEVER: never, PKI_RACE_USER: user?.toString() };
  const ended = await runProgram(process.execPath, args, { cwd: work, env });
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(ended.stdout);
}

/** What the attacker may never win: other files than before, or a way to read them. */
function winnings(root: string): readonly string[] {
  const folder = join(root, 'authorities/root');
  const here = readdirSync(folder);
  const changed = OTHERS.filter((name) => {
    const file = join(folder, name);
    return (
      !here.includes(name) || readFileSync(file, 'utf8') !== CA_KEY || (statSync(file).mode & 0o777) !== 0o600
    );
  });
  const strange = here.filter((name) => !OTHERS.includes(name));
  return [
    ...changed.map((name) => `${name} is changed`),
    ...strange.map((name) => `${name} is new`),
    ...readable(root),
  ];
}

/** Copies of the key that someone else may read. */
function readable(root: string): readonly string[] {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.filter(
    (file) => readFileSync(file, 'utf8') === CA_KEY && (lstatSync(file).mode & 0o044) !== 0,
  );
}

/** What was won, and before which operation. */
async function wonIn(scene: Race, user?: number): Promise<readonly string[]> {
  const made = (): string => (user === undefined ? scene.make() : givenTo(user, scene.make()));
  const [operations = 0] = await race(scene, [made()], user);
  expect(operations).toBeGreaterThan(4);
  const roots = Array.from({ length: operations + 1 }, made);
  await race(scene, roots, user);
  return roots.flatMap((root, i) => winnings(root).map((what) => `before operation ${i}: ${what}`));
}

/** Those who are not root can give nothing away. */
const OF_USERS = RACES.filter(({ what }) => !what.includes('given away'));
const isRoot = process.getuid?.() === 0;

describe.each(someOf(isRoot ? RACES : OF_USERS))('$what', (scene) => {
  it('wins nothing, before whichever operation', async () => {
    expect(await wonIn(scene)).toEqual([]);
  });
});

const USER = 65_534;

function givenTo(user: number, root: string): string {
  for (const name of ['.', ...readdirSync(root, { recursive: true, encoding: 'utf8' })])
    lchownSync(join(root, name), user, user);
  return root;
}

/** Some, and all with PKI_TEST_ALL=1. */
const SAMPLED = sampleOf(OF_USERS.length, 6).flatMap((n) => OF_USERS.slice(n - 1, n));

describe.each(SAMPLED)('by a user who is not root: $what', (scene) => {
  itWhen(isRoot, 'another user needs root', 'wins nothing either', async () => {
    chmodSync(work, 0o711);
    expect(await wonIn(scene, USER)).toEqual([]);
  });
});

it('these attacks are attacks: done to a program that follows names, they win', () => {
  const root = plain();
  linkSync(join(root, 'authorities/root/key.pem'), join(root, 'other'));
  chmodSync(join(root, 'other'), 0o644);
  expect([...winnings(root)].sort()).toEqual([
    join(root, 'authorities/root/key.pem'),
    join(root, 'other'),
    'key.pem is changed',
  ]);
  expect(existsSync(join(root, ID))).toBe(true);
});
