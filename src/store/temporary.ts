/** Folders that are gone when they are no longer needed, at the latest when the process ends. */
import { rmSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCode } from '../pki/errors.ts';
import { UserError } from '../words/user-error.ts';

/** A folder that others cannot look into (mkdtemp: 0700). */
export interface TemporaryFolder {
  /** Absolute, without links on the way. */
  readonly path: string;
  /** May be called more than once. */
  readonly remove: () => Promise<void>;
}

const left = new Set<string>();

/** @param prefix of its name, for users who find one after a crash. @throws UserError where there can be none. */
export async function temporaryFolder(prefix: string): Promise<TemporaryFolder> {
  const path = await newFolder(prefix);
  if (left.size === 0) process.on('exit', removeLeft);
  left.add(path);
  return {
    path,
    remove: async () => {
      await rm(path, { recursive: true, force: true });
      left.delete(path);
      if (left.size === 0) process.off('exit', removeLeft);
    },
  };
}

/** Works in one that is gone afterwards. @throws UserError where there can be none, or it is full. */
export async function inTemporaryFolder<T>(prefix: string, use: (path: string) => Promise<T>): Promise<T> {
  const folder = await temporaryFolder(prefix);
  try {
    return await use(folder.path);
  } catch (error) {
    throw FULL.has(errorCode(error)) ? unusable(error) : error;
  } finally {
    await folder.remove();
  }
}

/** What writing into one meets: errors of a write name no file. */
const FULL = new Set(['ENOSPC', 'EDQUOT']);

async function newFolder(prefix: string): Promise<string> {
  try {
    return await mkdtemp(join(await realpath(tmpdir()), prefix));
  } catch (error) {
    throw unusable(error);
  }
}

/** By default it is /tmp, and `TMPDIR` may name any: so it is said which one it was. */
function unusable(error: unknown): UserError {
  return new UserError({ kind: 'no-temporary-folder', path: tmpdir(), code: errorCode(error) });
}

/** What a test forgot, or had no time for. */
function removeLeft(): void {
  for (const path of left) rmSync(path, { recursive: true, force: true });
}
