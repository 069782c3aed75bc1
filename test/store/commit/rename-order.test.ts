/**
 * What is read together is replaced together: nothing comes between the renames of key, certificate and full chain. And
 * the list of a former key is there before that of the new one takes its place.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { ALL_ARTIFACTS, ARTIFACTS, type Artifact } from '../../../src/pki/artifact.ts';
import { COMMIT_FOLDER, stageFolder } from '../../../src/pki/paths.ts';
import { runScript, script } from '../../helpers/child.ts';
import { memoryFolder } from '../../helpers/folders.ts';

const ID = 'servers/api';

it('a former key’s list, others, then key, certificate and full chain, with nothing between them', async () => {
  const root = memoryFolder();
  for (const folder of [stageFolder(ID), COMMIT_FOLDER, ID])
    mkdirSync(join(root, folder), { recursive: true });
  for (const artifact of ALL_ARTIFACTS) {
    for (const folder of [stageFolder(ID), ID])
      writeFileSync(join(root, folder, ARTIFACTS[artifact].file), folder);
  }
  const request = {
    entity: { id: ID },
    writes: ALL_ARTIFACTS,
    deletes: [],
    stamp: '2026-11-23T120000Z-abcdef',
  };
  const path = await script(
    root,
    'commit',
    `import { commit } from './src/store/commit/commit.ts';
    import { OutputFolder } from './src/store/output-folder.ts';
    await commit(await OutputFolder.open(process.argv[2]), ${JSON.stringify(request)});`,
  );
  const log = join(root, 'log');
  expect(await runScript(path, [root], { log })).toMatchObject({ code: 0, stderr: '' });
  const operations = readFileSync(log, 'utf8').trim().split('\n');
  const renames = operations
    .map((line) => /^\d+ (\w+) (.*)$/.exec(line) ?? [])
    .map(([, name = '', file = '']) => `${name} ${basename(file)}`);
  const first = renames.indexOf('rename former-crls.pem');
  const pair: readonly Artifact[] = ['key', 'cert', 'fullchain'];
  const others = ALL_ARTIFACTS.filter((artifact) => !pair.includes(artifact) && artifact !== 'former-crls');
  expect(others.length).toBeGreaterThan(3);
  expect(renames.slice(first, first + ALL_ARTIFACTS.length)).toEqual(
    ['former-crls' as const, ...others, ...pair].map((artifact) => `rename ${ARTIFACTS[artifact].file}`),
  );
});
