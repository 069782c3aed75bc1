/** Names in the archive and in an entity's folder that are not this program's: they are left alone, and said. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Folder } from '../../../src/store/folder.ts';
import { readArchive } from '../../../src/store/observe/archive.ts';
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
])('an archive that was renamed to %j is kept for ever', async (name) => {
  const root = join(work, `${++made}`);
  const folder = join(root, '.pki/archive/servers/api');
  for (const one of [name, '2026-01-01T000000Z-bbbbbb']) {
    mkdirSync(join(folder, one), { recursive: true, mode: 0o755 });
    writeFileSync(join(folder, one, 'key.pem'), 'key');
  }
  const found = readArchive(root, Date.UTC(2099, 0) / 1000, Date.UTC(2100, 0) / 1000);
  expect(found?.sets.map((one) => one.folder)).toEqual(['2026-01-01T000000Z-bbbbbb']);
});

it('a folder goes only when it is empty; what else has its name by now is not ours', async () => {
  const folder = join(work, `${++made}`);
  mkdirSync(join(folder, 'full'), { recursive: true });
  writeFileSync(join(folder, 'full/file'), '');
  mkdirSync(join(folder, 'empty'));
  writeFileSync(join(folder, 'file'), '');
  using open = Folder.open(folder);
  expect(await removeIfEmpty(open, 'empty')).toBe(true);
  expect(existsSync(join(folder, 'empty'))).toBe(false);
  for (const name of ['full', 'missing', 'file']) expect(await removeIfEmpty(open, name)).toBe(false);
  expect(readdirSync(folder)).toEqual(['file', 'full']);
});
