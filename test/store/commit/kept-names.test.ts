/** Names in the archive and in an entity's folder that are not this program's: they are left alone, and said. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pruneArchive } from '../../../src/store/commit/prune.ts';
import { removeIfEmpty } from '../../../src/store/symlinks/write.ts';
import { memoryFolder } from '../../helpers/folders.ts';

const work = memoryFolder();
let made = 0;

it.each([
  'old-2026-01-01T000000Z-aaaaaa',
  'x2026-01-01T000000Z-aaaaaa',
  ' 2026-01-01T000000Z-aaaaaa',
  '2026-01-01T000000-aaaaaa',
  '2026-01-01',
  '20260101T000000Z-aaaaaa',
])('an archive that was renamed to %j is kept for ever', (name) => {
  const root = join(work, `${++made}`);
  const folder = join(root, '.pki/archive/servers/api');
  for (const one of [name, '2026-01-01T000000Z-bbbbbb']) {
    mkdirSync(join(folder, one), { recursive: true });
    writeFileSync(join(folder, one, 'key.pem'), 'key');
  }
  pruneArchive(root, Date.UTC(2099, 0) / 1000);
  expect(readdirSync(folder)).toEqual([name]);
});

it('a folder goes only when it is empty, and what else is in the way is no success', async () => {
  const folder = join(work, `${++made}`);
  mkdirSync(join(folder, 'full'), { recursive: true });
  writeFileSync(join(folder, 'full/file'), '');
  mkdirSync(join(folder, 'empty'));
  writeFileSync(join(folder, 'file'), '');
  expect(await removeIfEmpty(join(folder, 'empty'))).toBe(true);
  expect(existsSync(join(folder, 'empty'))).toBe(false);
  expect(await removeIfEmpty(join(folder, 'full'))).toBe(false);
  expect(await removeIfEmpty(join(folder, 'missing'))).toBe(false);
  // As without the right to, or on a disk that is gone.
  await expect(removeIfEmpty(join(folder, 'file'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});
