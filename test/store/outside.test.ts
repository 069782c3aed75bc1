/** Files that lie outside the output folder: manifests, saved plans, folders of requests and of other tools. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SavedPlan } from '../../src/plan/saved.ts';
import { Exchange } from '../../src/store/exchange.ts';
import { createManifest, readManifest, replaceManifest } from '../../src/store/manifest-file.ts';
import { scanFolder } from '../../src/store/observe/scan.ts';
import { readSavedPlan, writeSavedPlan } from '../../src/store/saved-plan.ts';
import { UserError } from '../../src/words/user-error.ts';
import { openedSince, openNow } from '../helpers/descriptors.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const folder = temporaryFolder();
let count = 0;
const fresh = (): string => {
  const path = join(folder, String(count++));
  mkdirSync(path);
  return path;
};
/** What a user reads of what went wrong, or what came of it. */
const fault = async (act: () => unknown): Promise<unknown> => {
  try {
    return { ok: await act() };
  } catch (error) {
    return error instanceof UserError ? error.cause : error;
  }
};

describe('a folder of requests', () => {
  it('is made, also where an empty one is, and again where it has requests', async () => {
    const path = join(fresh(), 'stick');
    for (const names of [
      ['.pki-request'],
      ['.pki-request', 'request.json'],
      ['.pki-request', 'request.json'],
    ]) {
      using exchange = await Exchange.make(path);
      expect(exchange.names()).toEqual(names.slice(0, exchange.names().length));
      expect(existsSync(join(path, '.pki-request'))).toBe(true);
      await exchange.write('request.json', '{}');
      expect([...exchange.names()].sort()).toEqual(['.pki-request', 'request.json']);
      await exchange.finish();
      expect(exchange.names()).toEqual(['request.json']);
      expect(exchange.read('request.json').toString()).toBe('{}');
      expect(statSync(join(path, 'request.json')).mode & 0o777).toBe(0o644);
    }
  });

  it('is never one that has something else in it', async () => {
    const path = fresh();
    writeFileSync(join(path, 'photo'), '');
    expect(await fault(() => Exchange.make(path))).toEqual({
      kind: 'exchange',
      path,
      fault: { kind: 'not-empty' },
    });
    expect(readdirSync(path)).toEqual(['photo']);
    writeFileSync(join(path, '.pki-request'), '');
    using exchange = await Exchange.make(path);
    expect([...exchange.names()].sort()).toEqual(['.pki-request', 'photo']);
  });

  it('is read without following a link, and up to a megabyte', async () => {
    const path = fresh();
    writeFileSync(join(path, 'whole'), Buffer.alloc(2 ** 20));
    writeFileSync(join(path, 'large'), Buffer.alloc(2 ** 20 + 1));
    symlinkSync('whole', join(path, 'link'));
    mkdirSync(join(path, 'folder'));
    using exchange = Exchange.open(path);
    expect(exchange.read('whole')).toHaveLength(2 ** 20);
    expect(exchange.readIfThere('none')).toBeUndefined();
    const at = (name: string, of: unknown) => ({ kind: 'exchange', path: join(path, name), fault: of });
    expect(await fault(() => exchange.read('none'))).toEqual(at('none', { kind: 'missing' }));
    for (const name of ['large', 'link', 'folder'])
      expect(await fault(() => exchange.readIfThere(name))).toMatchObject(at(name, { kind: 'blocked' }));
  });

  it('has to be there to be opened, and what it is made in has to be', async () => {
    const path = fresh();
    writeFileSync(join(path, 'file'), '');
    for (const name of ['none', 'file', 'file/below']) {
      const missing = { kind: 'exchange', path: join(path, name), fault: { kind: 'missing' } };
      expect(await fault(() => Exchange.open(join(path, name)))).toEqual(missing);
    }
    const missing = { kind: 'exchange', path: join(path, 'none'), fault: { kind: 'missing' } };
    expect(await fault(() => Exchange.make(join(path, 'none/stick')))).toEqual(missing);
  });
});

describe('a manifest', () => {
  it('is made once, in a folder that is there', async () => {
    const path = join(fresh(), 'pki.yaml');
    expect(createManifest(path, 'a')).toBe(true);
    expect(createManifest(path, 'b')).toBe(false);
    expect(readManifest(path)).toMatchObject({ ok: true, text: 'a' });
    const none = join(folder, 'none');
    expect(await fault(() => createManifest(join(none, 'pki.yaml'), ''))).toEqual({
      kind: 'no-manifest-folder',
      folder: none,
    });
    expect(await fault(() => createManifest(join(path, 'pki.yaml'), ''))).toMatchObject({ code: 'ENOTDIR' });
  });

  it('has a state by which its file is told from every other, and from itself after a change', () => {
    const path = join(fresh(), 'pki.yaml');
    const stateOf = (at: string) => {
      const read = readManifest(at);
      return read.ok ? read.state : read.fault;
    };
    writeFileSync(path, 'a');
    const first = stateOf(path);
    expect(first).toMatch(/^\d+(\/\d+){4}$/);
    expect(stateOf(path)).toBe(first);
    // The same octets under the same name and time, as a copy or an unpacked archive has them.
    const { atime, mtime } = statSync(path);
    writeFileSync(`${path}.new`, 'a');
    utimesSync(`${path}.new`, atime, mtime);
    renameSync(`${path}.new`, path);
    expect(stateOf(path)).not.toBe(first);
    expect(readManifest('/dev/null')).toEqual({ ok: true, text: '', state: null });
  });

  it('is read up to its limit, from a file in its folder', () => {
    const path = fresh();
    const at = (name: string) => join(path, name);
    writeFileSync(at('whole.yaml'), Buffer.alloc(5 * 2 ** 20, 'a'));
    writeFileSync(at('large.yaml'), Buffer.alloc(5 * 2 ** 20 + 1));
    writeFileSync(at('twin.yml'), '');
    mkdirSync(at('below'));
    writeFileSync(at('below/real.yaml'), 'real');
    symlinkSync('below/real.yaml', at('in.yaml'));
    symlinkSync('../whole.yaml', at('below/out.yaml'));
    const of = (name: string) => {
      const read = readManifest(at(name));
      return read.ok ? read.text.length : read.fault;
    };
    expect(of('whole.yaml')).toBe(5 * 2 ** 20);
    expect(of('large.yaml')).toEqual({ kind: 'too-large', path: at('large.yaml'), size: 5 * 2 ** 20 + 1 });
    expect(of('twin.yaml')).toEqual({ kind: 'missing', path: at('twin.yaml'), twin: at('twin.yml') });
    expect(of('whole.yml')).toEqual({ kind: 'missing', path: at('whole.yml'), twin: at('whole.yaml') });
    expect(of('none.yaml')).toEqual({ kind: 'missing', path: at('none.yaml'), twin: null });
    expect(of('below')).toEqual({ kind: 'folder', path: at('below') });
    expect(of('twin.yml/x')).toEqual({ kind: 'unreadable', path: at('twin.yml/x'), code: 'ENOTDIR' });
    expect(of('in.yaml')).toBe(4);
    expect(of('below/out.yaml')).toEqual({
      kind: 'stray-link',
      path: at('below/out.yaml'),
      target: at('whole.yaml'),
    });
  });

  it('leaves nothing open, however it ends, and a device is read no further than a file', () => {
    const path = fresh();
    const at = (name: string) => join(path, name);
    writeFileSync(at('pki.yaml'), 'a');
    writeFileSync(at('large.yaml'), Buffer.alloc(5 * 2 ** 20 + 1));
    symlinkSync('.', at('folder'));
    symlinkSync('gone', at('dangling'));
    const before = openNow();
    const ends = ['pki.yaml', 'folder/pki.yaml', 'large.yaml', '.', 'none', 'dangling'].map((name) => {
      const read = readManifest(at(name));
      return read.ok ? read.text : read.fault.kind;
    });
    expect(ends).toEqual(['a', 'a', 'too-large', 'folder', 'missing', 'missing']);
    const zero = { kind: 'too-large', path: '/dev/zero', size: 5 * 2 ** 20 + 1 };
    expect(readManifest('/dev/zero')).toEqual({ ok: false, fault: zero });
    expect(readManifest('/dev/../dev/null')).toEqual({ ok: true, text: '', state: null });
    expect(openedSince(before)).toEqual([]);
  });

  it.skipIf(process.geteuid?.() !== 0)('of another user is left to that user (needs root)', async () => {
    const path = join(fresh(), 'pki.yaml');
    writeFileSync(path, 'before');
    chownSync(path, 7, 0);
    expect(await replaceManifest(path, 'before', 'after')).toBe('owner');
    expect([readFileSync(path, 'utf8'), readdirSync(join(path, '..'))]).toEqual(['before', ['pki.yaml']]);
  });

  it('is replaced where it is as it was read, with its mode, and through its link', async () => {
    const path = fresh();
    const [real, link] = [join(path, 'real.yaml'), join(path, 'pki.yaml')];
    writeFileSync(real, 'before');
    chmodSync(real, 0o604);
    symlinkSync('real.yaml', link);
    expect(await replaceManifest(link, 'other', 'after')).toBe('changed');
    expect(await replaceManifest(join(path, 'none.yaml'), '', 'after')).toBe('changed');
    expect(await replaceManifest('/dev/stdin', '', 'after')).toBe('stream');
    execFileSync('mkfifo', [join(path, 'fifo')]);
    expect(await replaceManifest(join(path, 'fifo'), '', 'after')).toBe('stream');
    rmSync(join(path, 'fifo'));
    expect(readFileSync(real, 'utf8')).toBe('before');
    expect(await replaceManifest(link, 'before', 'after')).toBeNull();
    expect([readFileSync(real, 'utf8'), statSync(real).mode & 0o777, readdirSync(path)]).toEqual([
      'after',
      0o604,
      ['pki.yaml', 'real.yaml'],
    ]);
  });

  it('is not replaced over a draft of someone else, which stays', async () => {
    const path = join(fresh(), 'pki.yaml');
    const draft = join(path, '..', `.pki.yaml.${process.pid}`);
    writeFileSync(path, 'before');
    writeFileSync(draft, 'theirs');
    expect(await fault(() => replaceManifest(path, 'before', 'after'))).toMatchObject({ code: 'EEXIST' });
    expect([readFileSync(path, 'utf8'), readFileSync(draft, 'utf8')]).toEqual(['before', 'theirs']);
  });
});

describe('a saved plan', () => {
  const PLAN: SavedPlan = {
    tool: '1.0.0',
    made: 5,
    manifest: 'm',
    output: 'o',
    inventory: 'i',
    rest: 'r',
    demands: { rekey: ['servers/a'], retire: [], only: ['servers/b'], engine: 'node', trustClock: true },
    entities: { 'servers/a': { action: 'issue', does: 'd', seen: { key: 'k' } } },
  };
  const write = async (change: Record<string, unknown> = {}): Promise<string> => {
    const path = join(fresh(), 'plan');
    await writeSavedPlan(path, PLAN);
    const whole = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, `${JSON.stringify({ ...whole, ...change }, null, 1)}\n`);
    return path;
  };

  it('is read back as it was written, and written over itself alone', async () => {
    const path = await write();
    expect(readSavedPlan(path)).toEqual(PLAN);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await writeSavedPlan(path, { ...PLAN, made: 6 });
    expect(readSavedPlan(path)?.made).toBe(6);
    expect(readdirSync(join(path, '..'))).toEqual(['plan']);
  });

  it.each<[string, (path: string) => void]>([
    ['a manifest', (path) => writeFileSync(path, 'version: 1')],
    ['an empty file', (path) => writeFileSync(path, '')],
    ['a folder', (path) => mkdirSync(path)],
    ['a link to a saved plan', (path) => symlinkSync('other', path)],
  ])('is not written over %s', async (_, make) => {
    const path = await write();
    const [other, at] = [join(path, '../other'), join(path, '../at')];
    await writeSavedPlan(other, PLAN);
    make(at);
    expect(await fault(() => writeSavedPlan(at, PLAN))).toEqual({
      kind: 'saved-plan',
      path: at,
      fault: { kind: 'in-the-way' },
    });
  });

  it('leaves no draft behind, and needs its folder', async () => {
    const path = join(folder, 'none', 'plan');
    expect(await fault(() => writeSavedPlan(path, PLAN))).toEqual({
      kind: 'no-manifest-folder',
      folder: join(folder, 'none'),
    });
    const draft = join(fresh(), `.plan.${process.pid}`);
    writeFileSync(draft, 'theirs');
    expect(await fault(() => writeSavedPlan(join(draft, '../plan'), PLAN))).toMatchObject({ code: 'EEXIST' });
    expect(readFileSync(draft, 'utf8')).toBe('theirs');
  });

  it.each([
    ['of a name that is too long', 'p'.repeat(254), 'open', 'ENAMETOOLONG'],
    ['of the name of a folder', 'plan/', 'rename', 'ENOTDIR'],
  ])('%s says what could not be done, and leaves nothing', async (_, name, syscall, code) => {
    const path = fresh();
    const broken = await writeSavedPlan(`${path}/${name}`, PLAN).catch((error: unknown) => error);
    expect(broken).toMatchObject({ syscall, code });
    expect(readdirSync(path)).toEqual([]);
  });

  it('is none where there is no file, or one that begins otherwise', async () => {
    const path = fresh();
    writeFileSync(join(path, 'manifest'), 'version: 1');
    for (const name of ['none', 'manifest', '.']) expect(readSavedPlan(join(path, name))).toBeUndefined();
  });

  it.each<[string, Record<string, unknown>]>([
    ['of another version', { version: 2 }],
    ...(['tool', 'manifest', 'output', 'inventory', 'rest'] as const).map(
      (key): [string, Record<string, unknown>] => [`whose ${key} is no text`, { [key]: 1 }],
    ),
    ['whose time is no number', { made: '5' }],
    [
      'with an action that there is not',
      { entities: { 'servers/a': { action: 'burn', does: 'd', seen: {} } } },
    ],
    ['that does nothing known', { entities: { 'servers/a': { action: 'issue', seen: {} } } }],
  ])('%s is damaged', async (_, change) => {
    const path = await write(change);
    expect(await fault(() => readSavedPlan(path))).toEqual({
      kind: 'saved-plan',
      path,
      fault: { kind: 'damaged' },
    });
  });

  it('is read without what it does not know', async () => {
    const seen = { key: 'k', cert: 5, zzz: 'z' };
    const entities = { 'servers/a': { action: 'issue', does: 'd', seen } };
    const path = await write({ entities, demands: { engine: 'abacus', trustClock: 'yes' } });
    expect(readSavedPlan(path)).toEqual({
      ...PLAN,
      demands: { rekey: [], retire: [], only: [], trustClock: false },
    });
  });
});

it('a folder of another tool is read to its limits, and what is not read is named', () => {
  const path = fresh();
  const at = (name: string) => join(path, name);
  for (const name of ['.git', 'a/.pki', 'a/b/c/d/e/f/g']) mkdirSync(at(name), { recursive: true });
  for (const name of [
    '.git/x.pem',
    'a/.pki/x.pem',
    'a/b/c/d/e/f/deep.pem',
    'a/b/c/d/e/f/g/deeper.pem',
    'notes',
  ])
    writeFileSync(at(name), 'x');
  writeFileSync(at('large.pem'), Buffer.alloc(2 ** 20 + 1));
  writeFileSync(at('full.pem'), Buffer.alloc(2 ** 20, 'a'));
  writeFileSync(at('large.iso'), Buffer.alloc(2 ** 20 + 1));
  symlinkSync('notes', at('link.pem'));
  const { files, unusable, ignored } = scanFolder(path);
  expect(files).toEqual([]);
  expect(ignored).toEqual(['large.iso', 'notes']);
  expect(unusable.map((one) => [one.path, one.why.kind])).toEqual([
    ['a/b/c/d/e/f/deep.pem', 'unreadable'],
    ['a/b/c/d/e/f/g', 'too-deep'],
    ['full.pem', 'unreadable'],
    ['large.pem', 'too-large'],
    ['link.pem', 'link'],
  ]);
});
