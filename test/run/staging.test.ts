/** The folders in which a run has its files made: what must be there, what is kept of it, and what is said if it is not. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Maker } from '../../src/pki/engine.ts';
import type { FileState } from '../../src/plan/observation.ts';
import { Staging, whole } from '../../src/run/staging.ts';
import { OutputFolder } from '../../src/store/output-folder.ts';
import { StepError } from '../../src/store/step-error.ts';
import { openOf, SEES_OPEN } from '../helpers/descriptors.ts';
import { memoryFolder } from '../helpers/folders.ts';

const API = 'servers/api';
const NAME = '.pki/stage/run-1/servers.api';
let root: string;
beforeEach(() => {
  root = memoryFolder();
});

const path = (name: string): string => join(root, NAME, name);
const mode = (at: string): string => (statSync(at).mode & 0o777).toString(8);

async function staged<T>(use: (staging: Staging) => T | Promise<T>): Promise<T> {
  using output = await OutputFolder.open(root);
  using staging = new Staging(output, 'run-1');
  await staging.open();
  await staging.make(API);
  return await use(staging);
}

/** Why it failed, in words, and as data. */
async function fault(use: (staging: Staging) => unknown): Promise<unknown> {
  try {
    await staged(use);
    return null;
  } catch (error) {
    return error instanceof StepError ? error.cause : (error as Error).message;
  }
}

it('a run has folders of its own, which no one else can read', async () => {
  await staged((staging) => expect(staging.run).toBe('run-1'));
  for (const folder of [NAME, '.pki/stage/run-1', '.pki/scratch/run-1', '.pki/commit'])
    expect(mode(join(root, folder))).toBe('700');
});

it('a folder is made once: none is there again after it was published', async () => {
  await staged(async (staging) => {
    rmSync(join(root, NAME), { recursive: true });
    await staging.make(API);
    await staging.prepare([API, 'servers/web']);
  });
  expect(readdirSync(join(root, '.pki/stage/run-1'))).toEqual(['servers.web']);
});

it('before that, nothing can be made', async () => {
  using output = await OutputFolder.open(root);
  using staging = new Staging(output, 'run-1');
  await expect(staging.make(API)).rejects.toThrow(new Error('Internal error: staging is not open'));
});

describe('what openssl made', () => {
  const checked = (content: string | null, maker: Maker) =>
    fault((staging) => {
      if (content !== null) writeFileSync(path('cert.pem'), content);
      staging.checkMade(API, 'cert', maker);
      expect(staging.makerOf(API, 'cert')).toBe(maker);
    });
  const at = `${NAME}/cert.pem`;

  it.each<[string | null, Maker, unknown]>([
    ['x', 'openssl', null],
    ['', 'openssl', { kind: 'made-empty', path: at }],
    [null, 'openssl', { kind: 'not-made', path: at }],
    ['', 'node', null],
    [null, 'node', null],
    [null, 'the answer', null],
  ])('is there and not empty: %j by %s', async (content, maker, expected) =>
    expect(await checked(content, maker)).toEqual(expected),
  );

  it('is known by the engine that made it, each file by its own', async () => {
    await staged((staging) => {
      staging.checkMade(API, 'key', 'node');
      writeFileSync(path('cert.pem'), 'x');
      staging.checkMade(API, 'cert', 'openssl');
      expect([staging.makerOf(API, 'key'), staging.makerOf(API, 'cert')]).toEqual(['node', 'openssl']);
      expect(() => staging.makerOf(API, 'csr')).toThrow(
        new Error('Internal error: no one made csr of servers/api'),
      );
    });
  });
});

it('a file is named by its path in the output folder', async () => {
  await staged((staging) => {
    expect(staging.name(API, 'key')).toBe(`${NAME}/key.pem`);
    expect(staging.name(API, 'cross')).toBe(`${NAME}/cross.pem`);
  });
});

describe('a file that is read', () => {
  it('is what was written, with its mode', async () => {
    await staged((staging) => {
      staging.write(API, 'key', 'secret', 0o600);
      staging.write(API, 'chain', Buffer.from('open'), 0o644);
      expect(staging.read(API, 'key').toString()).toBe('secret');
      expect([mode(path('key.pem')), mode(path('chain.pem'))]).toEqual(['600', '644']);
      expect(() => staging.write(API, 'key', 'other', 0o600)).toThrow('EEXIST');
    });
  });

  it.each<[string, () => void, unknown]>([
    ['missing', () => undefined, { kind: 'missing', path: `${NAME}/key.pem` }],
    ['empty', () => writeFileSync(path('key.pem'), ''), { kind: 'empty', path: `${NAME}/key.pem` }],
    [
      'a folder',
      () => mkdirSync(path('key.pem')),
      { kind: 'blocked', path: `${NAME}/key.pem`, cause: { kind: 'directory' } },
    ],
  ])('cannot be %s', async (_, put, expected) => {
    const found = await fault((staging) => {
      put();
      staging.read(API, 'key');
    });
    expect(found).toMatchObject(expected as object);
  });

  it('may be the copy of one in its place, of one generation or another', async () => {
    await staged((staging) => {
      for (const generation of ['current', 'former', 'archived'] as const) {
        const folder = `.pki/stage/run-1/${generation}/servers.api`;
        mkdirSync(join(root, folder), { recursive: true });
        writeFileSync(join(root, folder, 'cert.pem'), generation);
        expect(staging.readCopy(API, 'cert', generation).toString()).toBe(generation);
        expect(() => staging.readCopy(API, 'key', generation)).toThrow(`"${folder}/key.pem" is missing`);
      }
    });
  });
});

describe('whatever is no whole file is named', () => {
  const of = (file: FileState<Buffer>): unknown => {
    try {
      return whole(file, 'a/b.pem').toString();
    } catch (error) {
      return (error as Error).message;
    }
  };
  const present = (text: string) => ({ state: 'present', facts: Buffer.from(text), mode: 0o644 }) as const;
  it.each<[FileState<Buffer>, string]>([
    [present('x'), 'x'],
    [present(''), '"a/b.pem" is empty; is the disk full?'],
    [{ state: 'missing' }, '"a/b.pem" is missing'],
    [{ state: 'unknown' } as never, '"a/b.pem" is missing'],
    [{ state: 'garbage', detail: 'is damaged' }, '"a/b.pem" is damaged'],
    [{ state: 'blocked', cause: { kind: 'not-a-file' } } as never, '"a/b.pem" is not a plain file'],
  ])('%o', (file, expected) => expect(of(file)).toBe(expected));
});

describe('what was made', () => {
  const MODE = 0o640;

  it('of some files, in the order in which they are asked about', async () => {
    await staged((staging) => {
      for (const name of ['cert.pem', 'key.pem', 'request.txt']) writeFileSync(path(name), 'x');
      expect(staging.made(API, ['key', 'csr', 'cert'])).toEqual(['key', 'cert']);
      expect(staging.made(API, ['cert', 'key'])).toEqual(['cert', 'key']);
      expect(staging.made(API, [])).toEqual([]);
    });
  });

  it('gets its mode, or goes, and what is not there is nothing to do', async () => {
    await staged(async (staging) => {
      writeFileSync(path('key.pem'), 'x', { mode: 0o600 });
      await staging.settle(API, 'key', MODE);
      expect(mode(path('key.pem'))).toBe('640');
      const { ctimeMs } = statSync(path('key.pem'));
      await staging.settle(API, 'key', MODE);
      expect(statSync(path('key.pem')).ctimeMs).toBe(ctimeMs);
      await staging.settle(API, 'key', null);
      expect(existsSync(path('key.pem'))).toBe(false);
      await staging.settle(API, 'key', null);
      await staging.settle(API, 'key', MODE);
      expect(readdirSync(join(root, NAME))).toEqual([]);
    });
  });
});

describe('folders of entities', () => {
  it('are made ahead, and what is in the way is for the step to say', async () => {
    await staged(async (staging) => {
      writeFileSync(join(root, '.pki/stage/run-1/servers.b'), 'in the way');
      await staging.prepare([API, 'servers/a', 'servers/b', 'servers/c']);
      expect(readdirSync(join(root, '.pki/stage/run-1')).sort()).toEqual([
        'servers.a',
        'servers.api',
        'servers.b',
      ]);
      await staging.make('servers/c');
      await expect(staging.make('servers/b')).rejects.toThrow('servers.b');
      expect(existsSync(join(root, '.pki/stage/run-1/servers.c'))).toBe(true);
    });
  });

  it('stay open for those that were asked for last, 32 at most', async () => {
    if (!SEES_OPEN) return;
    const made = `${root}/.pki/stage/run-1`;
    const open = () =>
      openOf(made).flatMap((path) => (path === made ? [] : [path.slice(path.lastIndexOf('.') + 1)]));
    const ids = Array.from({ length: 40 }, (_, i) => `servers/e${i}`);
    await staged(async (staging) => {
      await staging.prepare(ids);
      for (const id of ids.slice(0, 32)) staging.made(id, ['key']);
      expect(open()).toHaveLength(32);
      staging.made('servers/e0', ['key']);
      staging.made('servers/e32', ['key']);
      expect(open()).toHaveLength(32);
      expect(open()).toContain('e0');
      expect(open()).not.toContain('e1');
    });
    expect(open()).toEqual([]);
  });
});

it('a file that several steps need is made once, and all of them wait for it', async () => {
  await staged(async (staging) => {
    let made = 0;
    const make = (text: string) => async (): Promise<void> => {
      made++;
      await Promise.resolve();
      writeFileSync(path(text), text);
    };
    await Promise.all([
      staging.once('a', make('a')),
      staging.once('a', make('b')),
      staging.once('c', make('c')),
    ]);
    await staging.once('a', make('b'));
    expect([made, readFileSync(path('a'), 'utf8'), existsSync(path('b'))]).toEqual([2, 'a', false]);
  });
});
