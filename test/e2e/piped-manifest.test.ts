/** A manifest that is piped in, of a folder whose state is on record: it cannot be read twice. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CLI, runPki, runProgram } from '../helpers/cli.ts';
import { Project } from './project.ts';

const MANIFEST = `version: 1
defaults: { key: ecdsa-p256 }
authorities: { root: { commonName: Root } }
servers:
${Array.from({ length: 25 }, (_, i) => `  s${i}: { san: [s${i}.example.test] }`).join('\n')}
`;

async function applied(): Promise<Project> {
  const project = new Project(MANIFEST);
  // As it is typed: an engine that is asked for leaves no record.
  await runPki(['apply', '--skip-verify'], { cwd: project.folder });
  return project;
}

it('a manifest from a pipe is read once, and is about the working directory', async () => {
  const project = await applied();
  expect(existsSync(project.path('.pki/idle.bin'))).toBe(true);
  const env = { NODE: process.execPath, CLI };
  for (const script of [
    'cat pki.yaml | "$NODE" "$CLI" plan /dev/stdin',
    '"$NODE" "$CLI" plan /dev/stdin < pki.yaml',
    'exec 7<pki.yaml; "$NODE" "$CLI" plan /dev/fd/7',
    'mkfifo pipe; cat pki.yaml > pipe & "$NODE" "$CLI" plan pipe',
  ]) {
    const run = await runProgram('/bin/sh', ['-c', script], { cwd: project.folder, env });
    expect(run, script).toMatchObject({ code: 0, stdout: 'plan: 26 unchanged, nothing to do\n', stderr: '' });
  }
  rmSync(join(project.folder, 'pki'), { recursive: true });
  const apply = 'cat pki.yaml | "$NODE" "$CLI" apply --skip-verify /dev/stdin';
  const { code, stdout } = await runProgram('/bin/sh', ['-c', apply], { cwd: project.folder, env });
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('created in pki/') });
  expect(readdirSync(project.folder).sort()).toEqual(['pipe', 'pki', 'pki.yaml']);
});
