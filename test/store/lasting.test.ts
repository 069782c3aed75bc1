/** What has to survive a power cut is synced in that order: content, then the name, and the folders above a new one. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runScript, script } from '../helpers/child.ts';
import { memoryFolder } from '../helpers/folders.ts';

const work = memoryFolder();

/** `fsync .pki`: each operation with its path below the folder. */
async function operationsOf(name: string, text: string): Promise<readonly string[]> {
  const root = join(work, name);
  mkdirSync(root);
  const path = await script(work, `${name}-script`, text);
  const log = join(work, `${name}-log`);
  expect(await runScript(path, [root], { log })).toMatchObject({ code: 0, stderr: '' });
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  return lines.map((line) => line.replace(/^\d+ /, '').replaceAll(`${root}/`, '').replaceAll(root, '.'));
}

it('the output folder, and every folder that was made for it', async () => {
  const operations = await operationsOf(
    'output',
    `import { OutputFolder } from './src/store/output-folder.ts';
    await OutputFolder.open(process.argv[2] + '/a/b/c');`,
  );
  expect(operations).toEqual([
    'mkdir a/b/c',
    'fsync a/b',
    'fsync a',
    'fsync .',
    'mkdir a/b/c/.pki',
    ...operations.slice(5),
  ]);
});

it('where files are, as soon as it is remembered', async () => {
  const operations = await operationsOf(
    'places',
    `import { savePlaces } from './src/store/observe/places.ts';
    import { OutputFolder } from './src/store/output-folder.ts';
    const output = await OutputFolder.open(process.argv[2]);
    await savePlaces(output, [{ id: 'servers/a', layout: { folder: 'x', files: {} } }]);`,
  );
  const draft = '.pki/places.json.draft';
  expect(operations.filter((line) => line.includes('places') || line === 'fsync .pki')).toEqual([
    `rm ${draft}`,
    `open ${draft}`,
    `writeFile ${draft}`,
    `write ${draft}`,
    `fsync ${draft}`,
    `rename ${draft}`,
    'fsync .pki',
  ]);
});
