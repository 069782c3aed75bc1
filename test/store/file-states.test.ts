/** Whatever happens to a file that a plan looks at shows in its state; where a look is needed, there is no state. */
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  areSettled,
  differOnlyIn,
  type FileStates,
  fileStates,
  isUnchanged,
} from '../../src/store/file-states.ts';
import { itWhen } from '../e2e/project.ts';
import { memoryFolder } from '../helpers/folders.ts';

const work = memoryFolder();
let made = 0;

const FILES = [
  'authorities/root/key.pem',
  'authorities/root/cert.pem',
  'servers/api/key.pem',
  'servers/api/cert.pem',
  'servers/web/cert.pem',
  '.pki/ledger.jsonl',
  '.pki/authorities.json',
  '.pki/commit/servers/api/order.json',
];

function newRoot(): string {
  const root = join(work, `${++made}`);
  for (const file of FILES) {
    mkdirSync(join(root, file, '..'), { recursive: true, mode: 0o755 });
    writeFileSync(join(root, file), file);
  }
  return root;
}

function statesOf(root: string): FileStates {
  const states = fileStates(root);
  if (states === undefined) throw new Error('no states');
  return states;
}

/** So that a change cannot fall into the same tick of the clock as what was before it. */
function age(root: string): void {
  for (const file of FILES) utimesSync(join(root, file), 1, 1);
}

it('is the same for as long as nothing changes, by each look', () => {
  const root = newRoot();
  const states = statesOf(root);
  expect(statesOf(root)).toEqual(states);
  expect(isUnchanged(root, states)).toBe(true);
  for (const file of FILES) expect(states.paths).toContain(file);
  for (const folder of ['', 'authorities', 'servers/web', '.pki', '.pki/commit', '.pki/commit/servers'])
    expect(states.paths).toContain(folder);
});

describe.each(FILES)('%s', (file) => {
  it.each<readonly [string, (path: string) => void]>([
    ['is written', (path) => writeFileSync(path, 'other')],
    ['has one octet more', (path) => writeFileSync(path, 'x', { flag: 'a' })],
    ['gets a mode', (path) => chmodSync(path, 0o604)],
    ['gets a time', (path) => utimesSync(path, 2, 2)],
    ['is gone', (path) => rmSync(path)],
    ['is replaced by its copy, times included', replaceByCopy],
    ['is a link to what it was', replaceByLink],
    ['is a folder', replaceByFolder],
    ['has another name', (path) => linkSync(path, join(work, `linked${++made}`))],
  ])('%s', (_, change) => {
    const root = newRoot();
    age(root);
    const states = statesOf(root);
    change(join(root, file));
    expect(isUnchanged(root, states)).toBe(false);
  });
});

function replaceByCopy(path: string): void {
  const { mode, atime, mtime } = lstatSync(path);
  writeFileSync(`${path}.copy`, readFileSync(path), { mode });
  utimesSync(`${path}.copy`, atime, mtime);
  renameSync(`${path}.copy`, path);
}

function replaceByLink(path: string): void {
  renameSync(path, `${path}.old`);
  symlinkSync(`${path}.old`, path);
}

function replaceByFolder(path: string): void {
  rmSync(path);
  mkdirSync(path);
}

describe('what comes', () => {
  it.each([
    'servers/api/crl.pem',
    'servers/new/cert.pem',
    'servers/README',
    'clients/new/key.pem',
    '.pki/places.json',
    '.pki/hooks.json',
    '.pki/whatever',
    '.pki/commit/servers/order.json',
    '.pki/commit/servers/web/order.json',
  ])('%s', (file) => {
    const root = newRoot();
    age(root);
    for (const folder of ['servers', 'servers/api', '.pki/commit', '.pki/commit/servers'])
      utimesSync(join(root, folder), 1, 1);
    const states = statesOf(root);
    mkdirSync(join(root, file, '..'), { recursive: true });
    writeFileSync(join(root, file), '');
    expect(isUnchanged(root, states)).toBe(false);
    expect(fileStates(root)).not.toEqual(states);
  });

  it.each([
    'archive',
    'cache.json',
    'manifest.bin',
    'idle.bin',
    'proof.json',
    'lock',
    'stage',
    'scratch',
    'x.draft',
  ])('.pki/%s says nothing', (name) => {
    const root = newRoot();
    const states = statesOf(root);
    writeFileSync(join(root, '.pki', name), '');
    expect(statesOf(root)).toEqual(states);
    expect(isUnchanged(root, states)).toBe(true);
  });

  it.each(['.gitignore', 'README', 'ocsp'])('%s beside the sections says nothing', (name) => {
    const root = newRoot();
    const states = statesOf(root);
    writeFileSync(join(root, name), '');
    expect(statesOf(root)).toEqual(states);
  });

  it.each(['stage', 'lock'])('a file of that name, %s, elsewhere is one like any', (name) => {
    const root = newRoot();
    writeFileSync(join(root, 'servers/api', name), '');
    writeFileSync(join(root, '.pki/commit', name), '');
    expect(statesOf(root).paths).toEqual(
      expect.arrayContaining([`servers/api/${name}`, `.pki/commit/${name}`]),
    );
  });
});

describe('there is no state', () => {
  it.each<readonly [string, (root: string) => void]>([
    ['of a link among the files', (root) => symlinkSync('cert.pem', join(root, 'servers/api/tls.pem'))],
    ['of an entity behind a link', (root) => symlinkSync('api', join(root, 'servers/other'))],
    ['of a section behind a link', (root) => symlinkSync('servers', join(root, 'clients'))],
    ['of a section that is a file', (root) => writeFileSync(join(root, 'clients'), '')],
    ['of a folder in an entity', (root) => mkdirSync(join(root, 'servers/api/..2026'))],
    ['of a link in .pki', (root) => symlinkSync('ledger.jsonl', join(root, '.pki/places.json'))],
    ['of a link in a folder of that', (root) => symlinkSync('x', join(root, '.pki/commit/x'))],
    ['where others may write to the output folder', (root) => chmodSync(root, 0o777)],
    ['nor with the sticky bit', (root) => chmodSync(root, 0o1777)],
    ['to a section', (root) => chmodSync(join(root, 'servers'), 0o775)],
    ['to an entity', (root) => chmodSync(join(root, 'servers/api'), 0o757)],
    ['to .pki', (root) => chmodSync(join(root, '.pki'), 0o720)],
    ['without a folder', (root) => rmSync(root, { recursive: true })],
  ])('%s', (_, change) => {
    const root = newRoot();
    const states = statesOf(root);
    change(root);
    expect(fileStates(root)).toBeUndefined();
    expect(isUnchanged(root, { ...states, paths: [`${'x/'.repeat(9)}\0`] })).toBe(false);
  });

  itWhen(process.getuid?.() === 0, 'another user needs root', 'of what another user owns', async () => {
    const root = newRoot();
    chownSync(join(root, 'servers/api'), 65_534, 65_534);
    expect(fileStates(root)).toBeUndefined();
  });
});

it('a folder that others may write to by now is another one', () => {
  const root = newRoot();
  const states = statesOf(root);
  chmodSync(root, 0o777);
  expect(isUnchanged(root, states)).toBe(false);
  chmodSync(root, 0o755);
  expect(isUnchanged(root, states)).toBe(true);
  chmodSync(join(root, '.pki'), 0o777);
  expect(isUnchanged(root, states)).toBe(false);
});

it('holds of more files than it first has room for', () => {
  const root = newRoot();
  for (let i = 0; i < 1100; i++) writeFileSync(join(root, 'servers/web', `${i}`), '');
  const states = statesOf(root);
  expect(states.values).toHaveLength(8 * states.paths.length);
  expect(states.paths.length).toBeGreaterThan(1100);
  expect(isUnchanged(root, states)).toBe(true);
  writeFileSync(join(root, 'servers/web/1099'), 'x');
  expect(isUnchanged(root, states)).toBe(false);
});

describe('they are settled once the clock of each file has gone on', () => {
  const aged = (...changed: readonly number[]): FileStates => ({
    paths: changed.map((_, i) => `servers/${i}`),
    values: Float64Array.from(changed.flatMap((time) => [1, 1, 0o644, 0, 0, 1, 0, time])),
  });

  it.each<readonly [string, readonly number[], number, boolean]>([
    ['none', [], 0, true],
    ['nothing there', [-1], 1_000_500, true],
    ['by a fine clock, at once', [1_000_001], 1_000_050, false],
    ['by a fine clock', [1_000_001], 1_000_051, true],
    ['by whole seconds, within pairs of them', [1_000_000], 1_002_049, false],
    ['by whole seconds', [1_000_000], 1_002_050, true],
    ['by whole seconds, the older of two', [1_000_000, 1_000_900.5], 1_001_000, false],
    ['and in the other order', [1_000_900.5, 1_000_000], 1_001_000, false],
  ])('%s', (_, changed, now, settled) => {
    expect(areSettled(aged(...changed), now)).toBe(settled);
  });

  it('of files on the disk', () => {
    const states = statesOf(newRoot());
    expect(areSettled(states, Date.now() - 60_000)).toBe(false);
    expect(areSettled(states, Date.now() + 60_000)).toBe(true);
  });
});

describe('two looks differ only in some folders', () => {
  const api = new Set(['servers/api']);

  it.each<readonly [string, boolean, (root: string) => void]>([
    ['nothing', true, () => {}],
    ['a file in one of them', true, (root) => writeFileSync(join(root, 'servers/api/key.pem'), 'other')],
    ['one of them is gone', true, (root) => rmSync(join(root, 'servers/api'), { recursive: true })],
    ['.pki', true, (root) => writeFileSync(join(root, '.pki/ledger.jsonl'), 'other')],
    ['a file elsewhere', false, (root) => writeFileSync(join(root, 'servers/web/cert.pem'), 'other')],
    ['a new file elsewhere', false, (root) => writeFileSync(join(root, 'servers/web/key.pem'), '')],
    ['a new folder', false, (root) => mkdirSync(join(root, 'servers/other'))],
    ['one that is named alike', false, (root) => mkdirSync(join(root, 'servers/api2'))],
    ['a folder elsewhere is gone', false, (root) => rmSync(join(root, 'servers/web'), { recursive: true })],
    ['a mode elsewhere', false, (root) => chmodSync(join(root, 'servers/web'), 0o700)],
    ['a mode of the output folder', false, (root) => chmodSync(root, 0o700)],
  ])('%s: %s', (_, isOnly, change) => {
    const root = newRoot();
    age(root);
    const before = statesOf(root);
    change(root);
    expect(differOnlyIn(before, statesOf(root), api)).toBe(isOnly);
  });

  it('from a folder that was empty on', () => {
    const root = join(work, `${++made}`);
    mkdirSync(root);
    const before = statesOf(root);
    mkdirSync(join(root, 'servers/api'), { recursive: true });
    writeFileSync(join(root, 'servers/api/key.pem'), '');
    expect(differOnlyIn(before, statesOf(root), api)).toBe(true);
    expect(differOnlyIn(before, statesOf(root), new Set())).toBe(false);
  });
});
