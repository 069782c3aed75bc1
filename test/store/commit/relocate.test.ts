/** Files that come to a new place come as a set, wherever a run is ended, and are those that the plan was made from. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { Artifact } from '../../../src/pki/artifact.ts';
import { recover } from '../../../src/store/commit/recover.ts';
import { relocate } from '../../../src/store/commit/relocate.ts';
import { sha256 } from '../../../src/x509/public-key.ts';
import { runScript, script } from '../../helpers/child.ts';
import { memoryFolder } from '../../helpers/folders.ts';
import { through } from '../../helpers/output.ts';
import { inPairs } from '../../helpers/pairs.ts';

const work = memoryFolder();
const ID = 'servers/api';
const FILES: readonly Artifact[] = ['key', 'cert', 'ca'];
const RELOCATIONS = FILES.map((file) => {
  return { file, from: `old/${file}.pem`, to: `new/${file}.pem`, digest: sha256(Buffer.from(`the ${file}`)) };
});
let made = 0;
let path = '';

function folder(): string {
  const root = join(work, `${++made}`);
  for (const name of ['stage', 'commit'])
    mkdirSync(join(root, '.pki', name), { recursive: true, mode: 0o700 });
  mkdirSync(join(root, 'old'));
  for (const file of FILES) writeFileSync(join(root, `old/${file}.pem`), `the ${file}`);
  return root;
}

const found = (root: string): readonly string[] =>
  existsSync(join(root, 'new')) ? [...readdirSync(join(root, 'new'))].sort() : [];

beforeAll(async () => {
  path = await script(
    work,
    'relocate',
    `import { relocate } from './src/store/commit/relocate.ts';
    import { OutputFolder } from './src/store/output-folder.ts';
    const work = { id: '${ID}', relocations: ${JSON.stringify(RELOCATIONS)} };
    await relocate(await OutputFolder.open(process.argv[2]), work, 'run');`,
  );
});

it('all of them, with the modes of their kind, and the old ones stay', async () => {
  const root = folder();
  await through(root, (output) => relocate(output, { id: ID, relocations: RELOCATIONS }, 'run'));
  for (const file of FILES) expect(readFileSync(join(root, `new/${file}.pem`), 'utf8')).toBe(`the ${file}`);
  expect(statSync(join(root, 'new/key.pem')).mode & 0o777).toBe(0o600);
  expect(statSync(join(root, 'new/cert.pem')).mode & 0o777).toBe(0o644);
  expect(readdirSync(join(root, 'old'))).toHaveLength(FILES.length);
  expect(readdirSync(join(root, '.pki/commit'))).toEqual([]);
});

it('what is there already stays, and the others come', async () => {
  const root = folder();
  mkdirSync(join(root, 'new'));
  writeFileSync(join(root, 'new/key.pem'), 'mine');
  await through(root, (output) => relocate(output, { id: ID, relocations: RELOCATIONS }, 'run'));
  expect(readFileSync(join(root, 'new/key.pem'), 'utf8')).toBe('mine');
  expect(found(root)).toEqual(['ca.pem', 'cert.pem', 'key.pem']);
});

it('where all are there already, nothing is touched, and nothing is staged', async () => {
  const root = folder();
  mkdirSync(join(root, 'new'));
  for (const file of FILES) writeFileSync(join(root, `new/${file}.pem`), 'mine');
  rmSync(join(root, 'old'), { recursive: true });
  const before = readdirSync(root, { recursive: true });
  await through(root, (output) => relocate(output, { id: ID, relocations: RELOCATIONS }, 'run'));
  expect(readdirSync(root, { recursive: true })).toEqual(before);
  expect(readFileSync(join(root, 'new/key.pem'), 'utf8')).toBe('mine');
});

it('none of them, where one is not what it was when the plan was made', async () => {
  const root = folder();
  writeFileSync(join(root, 'old/ca.pem'), 'another');
  const run = through(root, (output) => relocate(output, { id: ID, relocations: RELOCATIONS }, 'run'));
  await expect(run).rejects.toThrow('"old/ca.pem" is not what it was when the plan was made');
  expect(found(root)).toEqual([]);
});

it('killed at any file operation, none of them or all: no key is alone in a new place', async () => {
  const log = join(work, 'log');
  await runScript(path, [folder()], { log });
  const count = readFileSync(log, 'utf8').trim().split('\n').length;
  const tasks = Array.from({ length: count }, (_, i) => async () => {
    const root = folder();
    await runScript(path, [root], { at: i + 1 });
    return root;
  });
  const ends = new Set<number>();
  for (const root of await inPairs(tasks, (task) => task())) {
    const before = found(root);
    const recovered = await through(root, (output) => recover(output));
    // What is only begun is a commit that the next run finishes, whatever its manifest says.
    if (before.length > 0 && before.length < FILES.length) expect(recovered).toEqual([ID]);
    expect([0, FILES.length]).toContain(found(root).length);
    ends.add(found(root).length);
  }
  expect(ends).toEqual(new Set([0, FILES.length]));
});
