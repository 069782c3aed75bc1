/** One run at a time: against the living, the dead, those whose number was given to another, and eight at once. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { beforeAll, describe, expect, it } from 'vitest';
import { Folder } from '../../src/store/folder.ts';
import { type Attempt, type Holder, tryLock } from '../../src/store/lock.ts';
import { pidNamespace } from '../../src/store/process.ts';
import { type Fault, runScript, script } from '../helpers/child.ts';
import { EVERYTHING, LONGER } from '../helpers/everything.ts';
import { memoryFolder } from '../helpers/folders.ts';
import { inPairs } from '../helpers/pairs.ts';

const work = memoryFolder();
const SINCE = '2026-11-23T12:00:00Z';
const DEAD = deadPid();
let made = 0;

function folder(): string {
  const path = join(work, `${++made}`);
  mkdirSync(path);
  return path;
}

/** The number of a process that has ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '0']).pid;
}

function lockedBy(content: Partial<Holder> | string): string {
  const path = folder();
  const holder = { host: hostname(), pid: DEAD, started: null, nonce: 'abcdef', since: SINCE };
  const text = typeof content === 'string' ? content : JSON.stringify({ ...holder, ...content });
  writeFileSync(join(path, 'lock'), text, { mode: 0o600 });
  return path;
}

/** The lock of a folder that stays open until the tests end. */
async function lockIn(path: string, since: string): Promise<Attempt> {
  return tryLock(Folder.open(path), since);
}

function releaseOf(attempt: Attempt): () => Promise<void> {
  if (!attempt.held) throw new Error(`held by ${JSON.stringify(attempt.by)}`);
  return attempt.release;
}

it('says who holds it, and when that process began, which no other of its number has', async () => {
  const path = folder();
  const attempt = await lockIn(path, SINCE);
  const held: Holder = JSON.parse(readFileSync(join(path, 'lock'), 'utf8'));
  const [, fields = ''] = readFileSync(`/proc/${process.pid}/stat`, 'utf8').split(/\) (?=[^)]*$)/);
  // Field 22 of proc_pid_stat(5); the third is the first behind the name.
  const started = fields.split(' ')[22 - 3];
  expect(started).toMatch(/^\d+$/);
  expect(held).toMatchObject({ host: hostname(), pid: process.pid, since: SINCE, started });
  await releaseOf(attempt)();
});

let rival = '';
let single = '';

beforeAll(async () => {
  // Whoever gets the lock leaves it behind as that of a dead process, so every turn is a race for a dead lock.
  rival = await script(
    work,
    'rival',
    `import { appendFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
    import { hostname } from 'node:os';
    import { Folder } from './src/store/folder.ts';
    import { tryLock } from './src/store/lock.ts';
    const [path, log, turns, dead] = process.argv.slice(2);
    const folder = Folder.open(path);
    for (let turn = 0; turn < Number(turns); ) {
      if (!(await tryLock(folder, '')).held) { await new Promise(setImmediate); continue; }
      appendFileSync(log, \`enter \${process.pid}\\n\`);
      turn++;
      appendFileSync(log, \`leave \${process.pid}\\n\`);
      const draft = \`\${log}.\${process.pid}\`;
      const nonce = process.pid.toString(16) + '0' + turn;
      writeFileSync(draft, JSON.stringify({ host: hostname(), pid: Number(dead), started: null, nonce, since: '' }));
      const lock = path + '/lock';
      renameSync(draft, statSync(lock).isDirectory() ? lock + '/holder' : lock);
    }`,
  );
  single = await script(
    work,
    'once',
    `import { Folder } from './src/store/folder.ts';
    import { tryLock } from './src/store/lock.ts';
    const attempt = await tryLock(Folder.open(process.argv[2]), '');
    if (attempt.held) await attempt.release(); else process.exitCode = 4;`,
  );
});

describe('a free folder', () => {
  it('is locked, and says by whom', async () => {
    const path = folder();
    const release = releaseOf(await lockIn(path, SINCE));
    expect(await lockIn(path, 'later')).toEqual({
      held: false,
      by: expect.objectContaining({ host: hostname(), pid: process.pid, since: SINCE }),
    });
    expect(readdirSync(path)).toEqual(['lock']);
    await release();
    expect(readdirSync(path)).toEqual([]);
  });

  it('is locked again once it is released, and released only by its holder', async () => {
    const path = folder();
    const first = releaseOf(await lockIn(path, SINCE));
    await first();
    const second = releaseOf(await lockIn(path, SINCE));
    await first();
    expect((await lockIn(path, SINCE)).held).toBe(false);
    await second();
    await second();
    expect(readdirSync(path)).toEqual([]);
  });

  it.each<readonly [string, string, (path: string) => void]>([
    ['a folder', 'is a directory', (path) => mkdirSync(path)],
    ['a link that leads nowhere', 'is a symbolic link', (path) => symlinkSync('nowhere', path)],
    ['a FIFO', 'is not a plain file', (path) => spawnSync('mkfifo', [path])],
  ])('in which %s is where the lock is to be: that is said by its name', async (_, detail, make) => {
    const path = folder();
    make(join(path, 'lock'));
    await expect(lockIn(path, SINCE)).rejects.toThrow(`"${join(path, 'lock')}" ${detail}`);
    expect(readdirSync(path)).toEqual(['lock']);
  });

  it('without hard links is locked by a folder, which is taken as a whole or not at all', async () => {
    const path = folder();
    const locked = await runScript(single, [path], { never: 'link' });
    expect(locked).toMatchObject({ code: 0, stderr: '' });
    expect(readdirSync(path)).toEqual([]);
    // Another run that has hard links finds it, and the other way round.
    mkdirSync(join(path, 'lock'));
    const me = { host: hostname(), pid: process.pid, started: null, nonce: 'ab', since: SINCE };
    writeFileSync(join(path, 'lock/holder'), JSON.stringify(me));
    expect(await lockIn(path, 'later')).toMatchObject({
      held: false,
      by: { pid: process.pid, since: SINCE },
    });
    expect(await runScript(single, [path], { never: 'link' })).toMatchObject({ code: 4, stderr: '' });
    writeFileSync(join(path, 'lock/holder'), JSON.stringify({ ...me, pid: DEAD }));
    await releaseOf(await lockIn(path, SINCE))();
    const file = lockedBy({ pid: process.pid });
    expect(await runScript(single, [file], { never: 'link' })).toMatchObject({ code: 4, stderr: '' });
  });

  it('that cannot be written is an error, not a lock', async () => {
    await expect(lockIn(join(work, 'nowhere'), SINCE)).rejects.toThrow('ENOENT');
  });
});

/** Our pid namespace. */
function here(): string | null {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return null;
  }
}

describe('the lock of', () => {
  const own = async (): Promise<Holder> => {
    const path = folder();
    const release = releaseOf(await lockIn(path, SINCE));
    const holder = JSON.parse(readFileSync(join(path, 'lock'), 'utf8')) as Holder;
    await release();
    return holder;
  };

  it('this process says which numbers of processes it means', async () => {
    expect(await own()).toMatchObject({ host: hostname(), pid: process.pid, namespace: here() });
    expect(pidNamespace()).toBe(here());
  });

  it.each<readonly [string, () => string | Promise<string>]>([
    ['a process that has ended', () => lockedBy({})],
    ['one of this very namespace that has ended', () => lockedBy({ namespace: here() })],
    ['one whose number another process has now', async () => lockedBy({ ...(await own()), started: '1' })],
    ['one of which a power cut left nothing', () => lockedBy('')],
    ['one of which a power cut left half', () => lockedBy('{"host":"x","pi')],
    ['one of which a power cut left zeros', () => lockedBy('\0'.repeat(120))],
    ['nobody', () => lockedBy('null')],
    ['something else', () => lockedBy('{}')],
    ['a process group', () => lockedBy({ pid: -1 })],
    ['a path', () => lockedBy({ nonce: '../../x' })],
    ['a path behind a number', () => lockedBy({ nonce: '0a/../x' })],
  ])('%s is taken over', async (_, make) => {
    const path = await make();
    const release = releaseOf(await lockIn(path, SINCE));
    expect(JSON.parse(readFileSync(join(path, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid });
    await release();
    expect(readdirSync(path)).toEqual([]);
  });

  it.runIf(existsSync('/proc/self/stat'))(
    'a zombie is taken over: its parent asks no more for it',
    async () => {
      // `cat` ends when it is told to; `sleep`, which the shell has become by then, never waits for it.
      const parent = spawn('sh', ['-c', 'cat <&3 & echo $!; exec sleep 60 3<&-'], {
        stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
      });
      try {
        const [printed] = (await once(parent.stdout as Readable, 'data')) as [Buffer];
        const pid = Number(printed.toString());
        const stat = (of = pid): string => readFileSync(`/proc/${of}/stat`, 'latin1');
        while (!stat(parent.pid).includes('(sleep)')) await new Promise(setImmediate);
        (parent.stdio[3] as Writable).end();
        while (!stat().includes(') Z ')) await new Promise(setImmediate);
        const started = stat().split(' ')[21] ?? null;
        const path = lockedBy({ pid, started });
        await releaseOf(await lockIn(path, SINCE))();
        expect(readdirSync(path)).toEqual([]);
      } finally {
        parent.kill('SIGKILL');
      }
    },
  );

  it.each<readonly [string, () => string | Promise<string>]>([
    ['a running process', async () => lockedBy(await own())],
    ['a running process whose start is not known', () => lockedBy({ pid: process.pid })],
    ['a process that is not ours to ask', () => lockedBy({ pid: 1 })],
    ['another host', () => lockedBy({ host: 'elsewhere' })],
    ['another pid namespace', () => lockedBy({ namespace: 'pid:[1]' })],
    ['another system of the same name', () => lockedBy({ namespace: here() === null ? 'pid:[1]' : null })],
  ])('%s is respected', async (_, make) => {
    const path = await make();
    const before = readFileSync(join(path, 'lock'), 'utf8');
    const { host, namespace, ...holder } = JSON.parse(before) as Holder;
    const isVisible = host === hostname() && (namespace === undefined || namespace === here());
    expect(await lockIn(path, 'later')).toMatchObject({
      held: false,
      by: { ...holder, lock: join(path, 'lock'), isVisible },
    });
    expect(readFileSync(join(path, 'lock'), 'utf8')).toBe(before);
    expect(readdirSync(path)).toEqual(['lock']);
  });
});

describe('several processes', () => {
  it.each<[count: number, turns: number, what: string, fault?: Fault]>([
    [2, 60, 'by hard links'],
    [8, 20, 'by hard links'],
    [4, 20, 'where there are none', { never: 'link' }],
    [8, EVERYTHING ? 40 : LONGER ? 10 : 4, 'where there are none', { never: 'link' }],
  ])(
    '%d are in it one after the other, %d times each, and leave no litter, %s',
    async (count, turns, _, fault) => {
      const path = lockedBy({});
      const log = join(work, `log-${++made}`);
      const run = () => runScript(rival, [path, log, String(turns), String(DEAD)], fault);
      const ends = await Promise.all(Array.from({ length: count }, run));
      expect(ends.map(({ code, stderr }) => [code, stderr])).toEqual(ends.map(() => [0, '']));
      const lines = readFileSync(log, 'utf8').trim().split('\n');
      expect(lines).toHaveLength(2 * count * turns);
      for (let i = 0; i < lines.length; i += 2) {
        expect(lines[i]).toMatch(/^enter /);
        expect(lines[i + 1]).toBe(lines[i]?.replace('enter', 'leave'));
      }
      await releaseOf(await lockIn(path, SINCE))();
      expect(readdirSync(path)).toEqual([]);
    },
  );

  it.each<[what: string, fault: Fault]>([
    ['', {}],
    [' where there are no hard links', { never: 'link' }],
  ])('one killed at any file operation%s keeps nobody out', async (_, fault) => {
    const counted = join(work, `count-${++made}`);
    await runScript(single, [lockedBy({})], { ...fault, log: counted });
    const operations = readFileSync(counted, 'utf8').trim().split('\n').length;
    expect(operations).toBeGreaterThan(8);
    const tasks = Array.from({ length: operations }, (_, i) => async () => {
      const path = lockedBy({});
      const { signal } = await runScript(single, [path], { ...fault, at: i + 1 });
      return { path, signal };
    });
    for (const { path, signal } of await inPairs(tasks, (task) => task())) {
      expect(signal).toBe('SIGKILL');
      await releaseOf(await lockIn(path, SINCE))();
      expect(readdirSync(path)).toEqual([]);
    }
  });
});
