/** What has to survive a power cut is synced in that order: content, then the name, and the folders above a new one. */
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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
    `open ${draft}`,
    `writeFile ${draft}`,
    `write ${draft}`,
    `fsync ${draft}`,
    `rename ${draft}`,
    'fsync .pki',
  ]);
});

describe('what is asked of another machine', () => {
  const STAGED = '.pki/stage/run/servers.api';
  const asked = (more: string) => `
    import { mkdirSync, writeFileSync } from 'node:fs';
    import { OutputFolder } from './src/store/output-folder.ts';
    import { archiveOutgoing, saveOutgoing } from './src/store/outgoing.ts';
    const output = await OutputFolder.open(process.argv[2]);
    const staged = process.argv[2] + '/${STAGED}';
    mkdirSync(staged, { recursive: true, mode: 0o700 });
    for (const name of ['csr.pem', 'key.pem']) writeFileSync(staged + '/' + name, name);
    const asked = { notBefore: 1, notAfter: 2, newKey: true };
    await saveOutgoing(output, 'servers/api', 'run', asked);
    ${more}`;

  it('is whole before it is there', async () => {
    const operations = await operationsOf('asked', asked(''));
    const from = operations.indexOf('mkdir .pki/outgoing');
    // Those of a folder are synced together.
    expect(operations.slice(from - 4, from).sort()).toEqual([
      `fsync ${STAGED}`,
      ...['asked.json', 'csr.pem', 'key.pem'].map((name) => `fsync ${STAGED}/${name}`),
    ]);
    expect(operations.slice(from - 1)).toEqual([
      `fsync ${STAGED}`,
      'mkdir .pki/outgoing',
      `rename ${STAGED}`,
      ...['.', '.pki', '.pki/outgoing'].map((folder) => `fsync ${folder}`),
    ]);
  });

  it('is in the archive before anything else is asked, and only its owner can look there', async () => {
    const operations = await operationsOf(
      'again',
      asked("await archiveOutgoing(output, 'servers/api', 'run');"),
    );
    expect(operations.slice(operations.indexOf('rename .pki/outgoing/servers.api'))).toEqual([
      'rename .pki/outgoing/servers.api',
      ...['.', '.pki', '.pki/archive', '.pki/archive/servers', '.pki/archive/servers/api'].map(
        (folder) => `fsync ${folder}`,
      ),
    ]);
    const modes = ['outgoing', 'archive', 'archive/servers/api'].map(
      (folder) => statSync(join(work, 'again/.pki', folder)).mode & 0o777,
    );
    expect(modes).toEqual([0o700, 0o700, 0o700]);
  });
});

it('what is removed is gone, with its folder, before that is done with', async () => {
  const operations = await operationsOf(
    'removed',
    `import { mkdirSync, writeFileSync } from 'node:fs';
    import { OutputFolder } from './src/store/output-folder.ts';
    import { remove } from './src/store/commit/commit.ts';
    const output = await OutputFolder.open(process.argv[2]);
    for (const folder of ['servers/api', '.pki/stage/run/servers.api', '.pki/commit'])
      mkdirSync(process.argv[2] + '/' + folder, { recursive: true, mode: 0o700 });
    for (const name of ['csr.pem', 'key.pem']) writeFileSync(process.argv[2] + '/servers/api/' + name, name);
    await remove(output, 'servers/api', 'then', 'run');`,
  );
  const archive = '.pki/archive/servers/api';
  expect(operations.slice(operations.indexOf('link servers/api/key.pem'))).toEqual([
    'link servers/api/key.pem',
    `rename ${archive}/then/key.pem.draft`,
    ...['.', '.pki', '.pki/archive', '.pki/archive/servers', archive, `${archive}/then`].map(
      (folder) => `fsync ${folder}`,
    ),
    'unlink servers/api/key.pem',
    'unlink servers/api/csr.pem',
    'fsync servers/api',
    'rmdir servers/api',
    'fsync servers',
    'unlink .pki/commit/servers.api/order.json',
    'rmdir .pki/commit/servers.api',
  ]);
});
