/** Waiting for another run in the same folder: not at all, until it ends, until the time is over, or until it is to stop. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type LockOptions, waitForLock } from '../../src/run/lock-wait.ts';
import { Folder } from '../../src/store/folder.ts';
import { tryLock } from '../../src/store/lock.ts';
import { NOW } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';

let own: Folder;
beforeEach(() => {
  const root = memoryFolder();
  mkdirSync(join(root, '.pki'), { mode: 0o700 });
  own = Folder.open(join(root, '.pki'));
});
afterEach(() => {
  vi.restoreAllMocks();
  own[Symbol.dispose]();
});

const SINCE = '2026-11-23T11:59:00Z';
const wait = (given: Partial<LockOptions> = {}) => waitForLock(own, { clock: () => NOW, ...given });
async function held(): Promise<() => Promise<void>> {
  const lock = await tryLock(own, SINCE);
  if (!lock.held) throw new Error('not held');
  return lock.release;
}
/** Seconds that pass at each look. */
function passing(seconds: number): { looks: number } {
  const count = { looks: 0 };
  vi.spyOn(process.hrtime, 'bigint').mockImplementation(() => {
    count.looks += 1;
    return BigInt(count.looks * seconds * 1e9);
  });
  return count;
}
const BY_OTHER = { held: false, by: { pid: process.pid, since: SINCE } };

it('one that is free is taken at once, with the time of the clock', async () => {
  const lock = await wait({ lockTimeout: 3600 });
  expect(lock).toMatchObject({ held: true });
  expect(await wait()).toMatchObject({ held: false, by: { since: '2026-11-23T12:00:00Z' } });
  if (lock.held) await lock.release();
});

it('one that is held is not waited for without being asked to', async () => {
  const release = await held();
  const count = passing(0);
  expect(await wait()).toMatchObject(BY_OTHER);
  expect(count.looks).toBe(2);
  await release();
});

it('one that is held is waited for until it is free', async () => {
  const release = await held();
  const waiting = wait({ lockTimeout: 3600 });
  await release();
  const lock = await waiting;
  expect(lock.held).toBe(true);
  if (lock.held) await lock.release();
});

it('for as long as is said, and then who holds it is', async () => {
  const release = await held();
  const count = passing(10);
  expect(await wait({ lockTimeout: 25 })).toMatchObject(BY_OTHER);
  // From the first look on: 10, 20, 30 seconds.
  expect(count.looks).toBe(4);
  await release();
});

it('no longer once it is to stop', async () => {
  const release = await held();
  await expect(wait({ lockTimeout: 3600, signal: AbortSignal.abort() })).rejects.toMatchObject({
    name: 'AbortError',
  });
  await release();
});
