/** Recovering: who is named, what is finished or given up of that, and what is left alone. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { recover as recovered } from '../../src/library/recover.ts';
import { type RecoverOutcome, recover } from '../../src/run/recover.ts';
import { Folder } from '../../src/store/folder.ts';
import { tryLock } from '../../src/store/lock.ts';
import { memoryFolder } from '../helpers/folders.ts';

const NOTHING: RecoverOutcome = { finished: [], restored: [], relocked: [], placed: [], failed: [] };

let root: string;
beforeEach(() => {
  root = memoryFolder();
  mkdirSync(join(root, '.pki'), { mode: 0o700 });
});

/** Work that an interrupted run had all but finished, or, with an order that no one can read, never can. */
function waiting(name: string, order?: string): void {
  mkdirSync(join(root, '.pki/commit', name), { recursive: true, mode: 0o700 });
  if (order !== undefined)
    writeFileSync(join(root, '.pki/commit', name, 'order.json'), order, { mode: 0o600 });
}

const left = (): readonly string[] => readdirSync(join(root, '.pki/commit')).sort();

it('nothing is done where nothing waits, nor is a folder made', async () => {
  expect(await recover({ root: join(root, 'none') })).toEqual({ kind: 'done', ...NOTHING });
  expect(existsSync(join(root, 'none'))).toBe(false);
});

it('all that can be is finished, and what cannot is named', async () => {
  waiting('servers.api');
  waiting('authorities.root');
  waiting('servers.broken', 'x');
  expect(await recover({ root })).toEqual({
    kind: 'done',
    ...NOTHING,
    finished: expect.arrayContaining(['servers/api', 'authorities/root']),
    failed: [{ entity: 'servers/broken', why: expect.stringContaining('order.json') }],
  });
  expect(left()).toEqual(['servers.broken']);
});

it.each([
  ['all is finished', '{', false],
  ['nothing is left', undefined, true],
])('the library says that it is well where %s', async (_, order, ok) => {
  waiting('servers.api', order);
  expect(await recovered({ root })).toMatchObject({ kind: 'done', ok });
});

describe('what is named is given up', () => {
  it.each([['servers/api'], ['api']])('as %s, and nothing else is touched', async (name) => {
    waiting('servers.api');
    waiting('servers.rapi');
    expect(await recover({ root }, { discard: [name] })).toEqual({
      kind: 'done',
      ...NOTHING,
      placed: ['servers/api'],
    });
    expect(left()).toEqual(['servers.rapi']);
  });

  it('wherever its name fits', async () => {
    for (const name of ['servers.api', 'clients.api', 'servers.web']) waiting(name);
    expect(await recover({ root }, { discard: ['api'] })).toMatchObject({
      placed: expect.arrayContaining(['servers/api', 'clients/api']),
    });
    expect(left()).toEqual(['servers.web']);
  });

  it('each by itself, and why one could not be is said', async () => {
    waiting('servers.api', 'x');
    waiting('servers.web');
    expect(await recover({ root }, { discard: ['api', 'web'] })).toEqual({
      kind: 'done',
      ...NOTHING,
      placed: ['servers/web'],
      failed: [{ entity: 'servers/api', why: expect.stringContaining('order.json') }],
    });
  });

  it('unless nothing of one of them waits: then nothing is', async () => {
    waiting('servers.api');
    for (const name of ['pi', 'servers/ap', 'servers.api', 'web'])
      expect(await recover({ root }, { discard: ['api', name] })).toEqual({ kind: 'unknown', names: [name] });
    expect(left()).toEqual(['servers.api']);
  });

  it('and with no names everything is finished', async () => {
    waiting('servers.api');
    expect(await recover({ root }, { discard: [] })).toMatchObject({ finished: ['servers/api'] });
  });
});

it('another run is waited for, or named', async () => {
  waiting('servers.api');
  using own = Folder.open(join(root, '.pki'));
  const lock = await tryLock(own, '2026-11-23T11:59:00Z');
  if (!lock.held) throw new Error('it is free');
  expect(await recover({ root })).toMatchObject({ kind: 'locked', by: expect.any(Object) });
  expect(left()).toEqual(['servers.api']);
  await lock.release();
  expect(await recover({ root })).toMatchObject({ kind: 'done' });
  const next = await tryLock(own, '2026-11-23T12:00:00Z');
  expect(next.held).toBe(true);
  if (next.held) await next.release();
});

it('work folders are gone before and after it', async () => {
  waiting('servers.api');
  for (const folder of ['stage', 'scratch'])
    mkdirSync(join(root, '.pki', folder, 'run'), { recursive: true });
  await recover({ root });
  expect(readdirSync(join(root, '.pki')).filter((name) => ['stage', 'scratch'].includes(name))).toEqual([]);
});
