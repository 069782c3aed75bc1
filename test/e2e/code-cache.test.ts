/** The built command with what V8 made of it in an earlier run: another start, and the same words. */
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { plainEnvironment, REPOSITORY, type Run, runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const NOW = '2040-01-01T00:00:00Z';
const program = temporaryFolder();
const bundle = join(program, 'dist/command');
const project = temporaryFolder();

beforeAll(() => {
  const filter = (path: string): boolean => !/\.code(\.draft)?$/.test(path);
  cpSync(join(REPOSITORY, 'dist'), join(program, 'dist'), { recursive: true, filter });
  cpSync(join(REPOSITORY, 'package.json'), join(program, 'package.json'));
  writeFileSync(
    join(project, 'pki.yaml'),
    'version: 1\nauthorities: { root: { commonName: Root } }\nservers: { api: { commonName: api.test } }\n',
  );
});

function plan(
  env: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
  manifest = 'pki.yaml',
): Promise<Run> {
  const options = { cwd: project, env: { ...plainEnvironment(), ...env } };
  return runProgram(
    process.execPath,
    [...flags, join(program, 'dist/cli.js'), 'plan', manifest, '--now', NOW],
    options,
  );
}

function kept(): ReadonlyMap<string, Buffer> {
  const names = readdirSync(bundle).filter((name) => name.endsWith('.code'));
  return new Map(names.sort().map((name) => [name, readFileSync(join(bundle, name))]));
}

it('keeps the code of a first run, which the next ones take as it is', async () => {
  const first = await plan({ NODE_DISABLE_COMPILE_CACHE: '1' });
  expect(first).toMatchObject({ code: 0, stderr: '' });
  expect(kept().size).toBe(0);
  expect(await plan()).toEqual(first);
  const code = kept();
  expect([...code.keys()].map((name) => name.replace(/-.*/, ''))).toEqual(
    expect.arrayContaining(['core', 'main']),
  );
  expect(await plan()).toEqual(first);
  expect(kept()).toEqual(code);
});

it('keeps none of a run that ends with a mistake', async () => {
  for (const name of kept().keys()) rmSync(join(bundle, name));
  expect((await plan({}, [], 'missing.yaml')).code).toBe(1);
  expect(kept().size).toBe(0);
});

it('does without what is damaged, and what node made with other flags, and says nothing', async () => {
  const first = await plan();
  for (const [name, code] of kept()) writeFileSync(join(bundle, name), code.subarray(0, code.length / 2));
  expect(await plan()).toEqual(first);
  expect(await plan({}, ['--stack-size=900', '--no-opt'])).toEqual(first);
  expect(await plan()).toEqual(first);
});

it('runs the program as it is now, also where an edit leaves its length', async () => {
  await plan();
  const core = readdirSync(bundle).find((name) => /^core-.*\.cjs$/.test(name)) ?? '';
  const source = readFileSync(join(bundle, core), 'utf8');
  expect(source).toContain('to create');
  writeFileSync(join(bundle, core), source.replaceAll('to create', 'TO CREATE'));
  expect((await plan()).stdout).toContain('2 TO CREATE');
});
