// Folders for the database of `openssl ca`: never two calls in one, and none for ever.
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { Rooms } from '../../src/run/ca-databases.ts';
import { temporaryFolder } from '../helpers/cli.ts';

const root = temporaryFolder();
let run = 0;
let rooms: Rooms;

beforeEach(() => {
  const name = `run-${++run}`;
  mkdirSync(join(root, '.pki/scratch', name), { recursive: true });
  rooms = new Rooms(root, name);
});

const nameOf = (folder: string): string => folder.replace(`.pki/scratch/run-${run}/`, '');

describe('a room', () => {
  it('has an empty database and is nobody else’s to read', async () => {
    await rooms.within(async (folder) => {
      expect(nameOf(folder)).toBe('room-0');
      expect(readFileSync(join(root, folder, 'index.txt'), 'utf8')).toBe('');
      expect(statSync(join(root, folder)).mode & 0o777).toBe(0o700);
      expect(statSync(join(root, folder, 'index.txt')).mode & 0o777).toBe(0o600);
    });
  });

  it('is one call’s at a time, and the next one’s after it', async () => {
    const outer = await rooms.within(async (first) => {
      const inner = await rooms.within(async (second) => nameOf(second));
      return [nameOf(first), inner];
    });
    expect(outer).toEqual(['room-0', 'room-1']);
    expect(await rooms.within(async (folder) => nameOf(folder))).toBe('room-0');
  });

  it('is left when something failed in it', async () => {
    const failing = rooms.within(() => Promise.reject(new Error('disk full')));
    await expect(failing).rejects.toThrow('disk full');
    expect(await rooms.within(async (folder) => nameOf(folder))).toBe('room-1');
  });

  it('is left before its database is long', async () => {
    const used = new Map<string, number>();
    for (let call = 0; call < 120; call++) {
      await rooms.within(async (folder) => void used.set(folder, (used.get(folder) ?? 0) + 1));
    }
    expect([...used.values()]).toEqual([50, 50, 20]);
  });
});
