import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pruneArchive } from '../../../src/store/commit/prune.ts';
import { temporaryFolder } from '../../helpers/folders.ts';
import { through } from '../../helpers/output.ts';

const work = temporaryFolder();
const at = (iso: string): number => Date.parse(iso) / 1000;
let made = 0;

function archiveWith(...folders: readonly string[]): string {
  const root = join(work, `${++made}`);
  for (const folder of folders) {
    mkdirSync(join(root, '.pki/archive', folder), { recursive: true });
    writeFileSync(join(root, '.pki/archive', folder, 'key.pem'), 'key');
  }
  return root;
}

it('takes what is older than the cutoff, to the second, and leaves the rest', async () => {
  const root = archiveWith(
    'servers/api/2026-01-01T000000Z-aaaaaa',
    'servers/api/2026-01-01T000001Z-bbbbbb',
    'clients/old/2025-06-01T120000Z-cccccc',
  );
  expect(await through(root, (output) => pruneArchive(output, at('2026-01-01T00:00:01Z')))).toBe(2);
  expect(readdirSync(join(root, '.pki/archive/servers/api'))).toEqual(['2026-01-01T000001Z-bbbbbb']);
  expect(existsSync(join(root, '.pki/archive/clients/old'))).toBe(false);
});

it('what does not look like ours never grows old', async () => {
  const root = archiveWith('servers/api/backup', 'servers/api/2026', 'servers/api/2026-13-45T999999Z-keep');
  writeFileSync(join(root, '.pki/archive/note.txt'), 'mine');
  expect(await through(root, (output) => pruneArchive(output, at('2099-01-01T00:00:00Z')))).toBe(0);
  expect(readdirSync(join(root, '.pki/archive/servers/api'))).toEqual([
    '2026',
    '2026-13-45T999999Z-keep',
    'backup',
  ]);
});

it('no archive is nothing to take', async () => {
  expect(
    await through(join(work, 'nowhere'), (output) => pruneArchive(output, at('2099-01-01T00:00:00Z'))),
  ).toBe(0);
});
