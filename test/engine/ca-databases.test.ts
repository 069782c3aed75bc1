// Folders for the database of `openssl ca`: never two calls in one, and none for ever.
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { CaDatabases } from '../../src/engine/ca-databases.ts';
import { Folder } from '../../src/store/folder.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const root = temporaryFolder();
let run = 0;
let caDatabases: CaDatabases;

beforeEach(() => {
  const name = `run-${++run}`;
  mkdirSync(join(root, '.pki/scratch', name), { recursive: true });
  caDatabases = new CaDatabases(Folder.open(join(root, '.pki')), name);
});

const nameOf = (folder: string): string => folder.replace(`.pki/scratch/run-${run}/`, '');

describe('a database', () => {
  it('has an empty database and is nobody else’s to read', async () => {
    await caDatabases.lend(async (folder) => {
      expect(nameOf(folder)).toBe('database-0');
      expect(readFileSync(join(root, folder, 'index.txt'), 'utf8')).toBe('');
      expect(statSync(join(root, folder)).mode & 0o777).toBe(0o700);
      expect(statSync(join(root, folder, 'index.txt')).mode & 0o777).toBe(0o600);
    });
  });

  it('is one call’s at a time, and the next one’s after it', async () => {
    const outer = await caDatabases.lend(async (first) => {
      const inner = await caDatabases.lend(async (second) => nameOf(second));
      return [nameOf(first), inner];
    });
    expect(outer).toEqual(['database-0', 'database-1']);
    expect(await caDatabases.lend(async (folder) => nameOf(folder))).toBe('database-0');
  });

  it('is left when something failed in it', async () => {
    const failing = caDatabases.lend(() => Promise.reject(new Error('disk full')));
    await expect(failing).rejects.toThrow('disk full');
    expect(await caDatabases.lend(async (folder) => nameOf(folder))).toBe('database-1');
  });

  it('is left before its database is long', async () => {
    const used = new Map<string, number>();
    for (let call = 0; call < 120; call++) {
      await caDatabases.lend(async (folder) => void used.set(folder, (used.get(folder) ?? 0) + 1));
    }
    expect([...used.values()]).toEqual([50, 50, 20]);
  });
});
