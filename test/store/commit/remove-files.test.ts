/** An entity whose files go: all of them or some, in a folder of its own or in one with others. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { ALL_ARTIFACTS, type Artifact } from '../../../src/pki/artifact.ts';
import { filePath, type Located } from '../../../src/pki/files.ts';
import { ARCHIVE_FOLDER, COMMIT_FOLDER, stageFolder } from '../../../src/pki/paths.ts';
import { archiveFolder, removeFiles } from '../../../src/store/commit/commit.ts';
import { memoryFolder } from '../../helpers/folders.ts';
import { through } from '../../helpers/output.ts';

const ID = 'servers/api';
const STAMP = '2026-11-23T120000Z';
const FILES = ['key', 'cert', 'ca'] as const;

/** What is left of files and folders, and what came to the archive. */
async function removed(entity: Located, files: readonly Artifact[], beside: readonly string[] = []) {
  const root = memoryFolder();
  for (const folder of [stageFolder(ID), COMMIT_FOLDER]) mkdirSync(join(root, folder), { recursive: true });
  for (const path of [...FILES.map((file) => filePath(entity, file)), ...beside]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), path);
  }
  await through(root, (output) => removeFiles(output, { entity, files }, STAMP));
  const archive = join(root, archiveFolder(ID, STAMP));
  return {
    left: readdirSync(root, { recursive: true })
      .map(String)
      .filter((path) => !path.startsWith('.pki'))
      .sort(),
    kept: existsSync(archive) ? readdirSync(archive).sort() : [],
    commits: readdirSync(join(root, COMMIT_FOLDER)),
  };
}

const PLAIN: Located = { id: ID };
const at = (folder: string, cert = 'api.crt', key = 'api.key'): Located => ({
  id: ID,
  layout: { folder, files: { cert, key, ca: 'ca.crt' } },
});
const DONE = { commits: [] };
const PAIR = ['cert.pem', 'key.pem'];

it.each<[string, Located, readonly Artifact[], readonly string[], readonly string[], readonly string[]]>([
  ['all, and its folder', PLAIN, ALL_ARTIFACTS, [], ['servers'], PAIR],
  [
    'all, beside what is not its own',
    PLAIN,
    ALL_ARTIFACTS,
    [`${ID}/notes.txt`],
    ['servers', ID, `${ID}/notes.txt`],
    PAIR,
  ],
  ['one', PLAIN, ['ca'], [], ['servers', ID, `${ID}/cert.pem`, `${ID}/key.pem`], []],
  ['all in a folder that the manifest names', at('tls'), ALL_ARTIFACTS, [], [], PAIR],
  [
    'all in one with files of others',
    at('tls'),
    ALL_ARTIFACTS,
    ['tls/web.crt'],
    ['tls', 'tls/web.crt'],
    PAIR,
  ],
  ['all at the top, which stays', at('.'), ALL_ARTIFACTS, [], [], PAIR],
  ['all at the top, beside others', at('.'), ALL_ARTIFACTS, ['web.crt'], ['web.crt'], PAIR],
])('%s', async (_, entity, files, beside, left, kept) => {
  expect(await removed(entity, files, beside)).toEqual({ left, kept, ...DONE });
});

it('the archive of a run is below that of the entity', () => {
  expect(archiveFolder(ID, STAMP)).toBe(`${ARCHIVE_FOLDER}/${ID}/${STAMP}`);
});
