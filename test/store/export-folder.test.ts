/** The folder of an export: ours is kept, replaced and removed; what is not stays, or is refused before anything happens. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ExportFile } from '../../src/export/file.ts';
import { readExported, readOwnFiles, writeExport } from '../../src/store/export-folder.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const FILES: readonly ExportFile[] = [
  { path: 'README.md', mode: 0o644, text: 'read me\n' },
  { path: 'roles/api.json', mode: 0o644, text: '{}\n' },
  { path: 'apply.sh', mode: 0o755, text: '#!/bin/sh\n' },
];

async function exported(): Promise<string> {
  const folder = join(temporaryFolder(), 'out');
  expect(await writeExport(folder, 'vault', FILES)).toEqual({ written: 3, removed: 0 });
  return folder;
}

function stateOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  return Object.fromEntries(
    files.map(({ name, parentPath }) => {
      const path = join(parentPath, name);
      return [
        path.slice(folder.length + 1),
        `${(statSync(path).mode & 0o777).toString(8)} ${readFileSync(path, 'utf8')}`,
      ];
    }),
  );
}

it('holds exactly the files, each with its mode, and a second export writes nothing', async () => {
  const folder = await exported();
  const { '.pki-export.json': list, ...files } = stateOf(folder);
  expect(files).toEqual({
    'README.md': '644 read me\n',
    'roles/api.json': '644 {}\n',
    'apply.sh': '755 #!/bin/sh\n',
  });
  expect(list).toMatch(/^644 \{\n {2}"format": "pki-apply\/export",/);
  const before = stateOf(folder);
  expect(await writeExport(folder, 'vault', FILES)).toEqual({ written: 0, removed: 0 });
  expect(stateOf(folder)).toEqual(before);
});

it.each<[what: string, change: (folder: string) => void]>([
  ['whose mode is another', (folder) => chmodSync(join(folder, 'apply.sh'), 0o644)],
  ['that is gone', (folder) => rmSync(join(folder, 'apply.sh'))],
  ['that a power cut left empty', (folder) => truncateSync(join(folder, 'apply.sh'))],
])('a file %s is written again, and no other', async (_, change) => {
  const folder = await exported();
  const before = stateOf(folder);
  change(folder);
  expect(await writeExport(folder, 'vault', FILES)).toEqual({ written: 1, removed: 0 });
  expect(stateOf(folder)).toEqual(before);
});

it('new content of ours replaces the old, and what is no longer exported goes, with its folder', async () => {
  const folder = await exported();
  const next = [{ path: 'README.md', mode: 0o644, text: 'read me again\n' }];
  writeFileSync(join(folder, 'notes.txt'), 'mine');
  expect(await writeExport(folder, 'vault', next)).toEqual({ written: 1, removed: 2 });
  const { '.pki-export.json': _, ...files } = stateOf(folder);
  expect(files).toEqual({ 'README.md': '644 read me again\n', 'notes.txt': '644 mine' });
  expect(existsSync(join(folder, 'roles'))).toBe(false);
});

it('a folder in which someone else has something stays', async () => {
  const folder = await exported();
  writeFileSync(join(folder, 'roles', 'mine.json'), '[]');
  expect(await writeExport(folder, 'vault', FILES.slice(0, 1))).toEqual({ written: 0, removed: 2 });
  expect(readdirSync(join(folder, 'roles'))).toEqual(['mine.json']);
});

it.each<[what: string, change: (folder: string) => void, files: readonly ExportFile[]]>([
  ['was changed by hand', (folder) => writeFileSync(join(folder, 'roles/api.json'), '{"a":1}'), FILES],
  [
    'was changed, and is no longer exported',
    (folder) => writeFileSync(join(folder, 'roles/api.json'), 'x'),
    [],
  ],
  [
    'is a link now',
    (folder) => {
      rmSync(join(folder, 'roles/api.json'));
      symlinkSync('../README.md', join(folder, 'roles/api.json'));
    },
    FILES,
  ],
  [
    'is a folder now',
    (folder) => {
      rmSync(join(folder, 'roles/api.json'));
      mkdirSync(join(folder, 'roles/api.json'));
    },
    FILES,
  ],
  [
    'is behind a link now',
    (folder) => {
      renameSync(join(folder, 'roles'), join(folder, 'elsewhere'));
      symlinkSync('elsewhere', join(folder, 'roles'));
    },
    FILES,
  ],
])('a file that %s is refused before anything is written', async (_, change, files) => {
  const folder = await exported();
  change(folder);
  rmSync(join(folder, 'apply.sh'));
  const before = stateOf(folder);
  await expect(writeExport(folder, 'vault', files)).rejects.toThrow(/api\.json/);
  expect(stateOf(folder)).toEqual(before);
});

it.each([
  ['of another target', (text: string) => text.replace('"vault"', '"step-ca"')],
  ['that leads out of the folder', (text: string) => text.replace('"apply.sh"', '"../apply.sh"')],
  ['that names itself', (text: string) => text.replace('"apply.sh"', '".pki-export.json"')],
  ['of another format', (text: string) => text.replace('pki-apply/export', 'pki-apply/other')],
  [
    'with digests that are none',
    (text: string) => text.replace(/"apply\.sh": \[[^\]]*\]/, '"apply.sh": [1]'),
  ],
  [
    'with a digest that is none',
    (text: string) => text.replace(/"apply\.sh": \[[^\]]*\]/, '"apply.sh": ["x", 1]'),
  ],
  ['with no list of digests', (text: string) => text.replace(/"apply\.sh": \[[^\]]*\]/, '"apply.sh": "x"')],
  ['that is none', () => 'not JSON'],
])('a list %s is nothing to go by', async (_, change) => {
  const folder = await exported();
  const list = join(folder, '.pki-export.json');
  writeFileSync(list, change(readFileSync(list, 'utf8')));
  const before = stateOf(folder);
  await expect(writeExport(folder, 'vault', FILES)).rejects.toThrow(/\.pki-export\.json/);
  expect(stateOf(folder)).toEqual(before);
});

it('files of ours are read as they were left: none that was changed, and none of others', async () => {
  const folder = await exported();
  writeFileSync(join(folder, 'notes.txt'), 'mine');
  writeFileSync(join(folder, 'roles/api.json'), '{"a":1}');
  rmSync(join(folder, 'apply.sh'));
  symlinkSync('README.md', join(folder, 'apply.sh'));
  const found = readOwnFiles(folder, 'vault');
  expect([...found].map(([path, text]) => `${path}: ${text}`)).toEqual(['README.md: read me\n']);
  rmSync(join(folder, 'roles'), { recursive: true });
  writeFileSync(join(folder, 'roles'), '{}\n');
  expect([...readOwnFiles(folder, 'vault').keys()]).toEqual(['README.md']);
  expect(readOwnFiles(join(folder, 'none'), 'vault')).toEqual(new Map());
  expect(readOwnFiles(temporaryFolder(), 'vault')).toEqual(new Map());
  expect(() => readOwnFiles(folder, 'step-ca')).toThrow(/\.pki-export\.json/);
});

it('what the file system cannot have is its error, and no file of another hand', async () => {
  const folder = await exported();
  const before = stateOf(folder);
  const files = [...FILES, { path: `${'x'.repeat(300)}/a.json`, mode: 0o644, text: '' }];
  await expect(writeExport(folder, 'vault', files)).rejects.toThrow('ENAMETOOLONG');
  expect(stateOf(folder)).toEqual(before);
});

it('is none in what a repository keeps for itself', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, '.git/hooks'), { recursive: true });
  const inside = join(folder, '.git/hooks');
  const fault = expect.objectContaining({ cause: expect.objectContaining({ kind: 'inside-git' }) });
  await expect(writeExport(inside, 'vault', FILES)).rejects.toEqual(fault);
  await expect(readExported(inside, ['README.md'])).rejects.toEqual(fault);
  expect(() => readOwnFiles(inside, 'vault')).toThrow(fault);
  expect(readdirSync(inside)).toEqual([]);
});

it('gives texts of files that are there, and makes the folder for what comes', async () => {
  const folder = await exported();
  symlinkSync('README.md', join(folder, 'link'));
  const names = ['README.md', 'roles/api.json', 'none', 'link', 'roles'];
  expect([...(await readExported(folder, names))]).toEqual([
    ['README.md', 'read me\n'],
    ['roles/api.json', '{}\n'],
  ]);
  const fresh = join(temporaryFolder(), 'fresh');
  expect([...(await readExported(fresh, names)), existsSync(fresh)]).toEqual([true]);
});
