/** Folders that are gone when they are no longer needed, at the latest when the process ends. */
import { rmSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that others cannot look into (mkdtemp: 0700). */
export interface TemporaryFolder {
  /** Absolute, without links on the way. */
  readonly path: string;
  /** May be called more than once. */
  readonly remove: () => Promise<void>;
}

const left = new Set<string>();

/** @param prefix of its name, for users who find one after a crash. */
export async function temporaryFolder(prefix: string): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(await realpath(tmpdir()), prefix));
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

/** What a test forgot, or had no time for. */
function removeLeft(): void {
  for (const path of left) rmSync(path, { recursive: true, force: true });
}
