// A plan in a file: carried out as it was shown, or refused with what has changed since.
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { copyOf, Project, stateOf } from './project.ts';

const MANIFEST = `version: 1
authorities: { root: { commonName: Root } }
servers: { api: { commonName: api.example.test } }
clients: { app: {} }
`;
const MORE = MANIFEST.replace('app: {}', 'app: {}, other: {}');

let complete: Project;
beforeAll(async () => {
  complete = new Project(MANIFEST);
  await complete.apply();
});

/** Where another client is wanted, and a plan for that was saved. */
async function saved(): Promise<Project> {
  const project = copyOf(complete);
  project.write(MORE);
  const run = await project.pki(['plan', '--out', 'it.plan']);
  expect(run, run.stderr).toMatchObject({ code: 0 });
  expect(run.stdout).toContain('+ clients/other');
  expect(run.stderr).toContain('saved: "pki apply it.plan" does this, or says what has changed since');
  return project;
}

const applied = (project: Project, ...args: readonly string[]) =>
  project.pki(['apply', 'it.plan', '--skip-verify', ...args]);

describe('a saved plan', () => {
  it('is carried out, from wherever it is named, and once', async () => {
    const project = await saved();
    const file = join(project.folder, 'it.plan');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).not.toContain('PRIVATE KEY');
    mkdirSync(join(project.folder, 'elsewhere'));
    cpSync(file, join(project.folder, 'elsewhere/it.plan'));
    const run = await project.pki(['apply', 'it.plan', '--skip-verify'], {
      cwd: join(project.folder, 'elsewhere'),
    });
    expect(run, run.stderr).toMatchObject({ code: 0 });
    expect(existsSync(project.path('clients/other/key.pem'))).toBe(true);
    const state = stateOf(project.out);
    const again = await applied(project);
    expect(again).toMatchObject({ code: 1 });
    expect(again.stderr).toMatch(
      /nothing is done by "it\.plan", because since .*key\.pem of clients\/other has changed/,
    );
    expect(again.stderr).toContain(
      `pki: hint: look at it again: pki plan --out it.plan ${realpathSync(join(project.folder, 'pki.yaml'))}`,
    );
    expect(stateOf(project.out)).toMatchObject({ 'clients/other/key.pem': state['clients/other/key.pem'] });
  });

  it.each<readonly [string, (project: Project) => void, RegExp]>([
    ['the manifest', (project) => project.write(MORE.replace('Root', 'Root 2')), /the manifest has changed/],
    [
      'a file',
      (project) => cpSync(project.path('clients/app/cert.pem'), project.path('servers/api/cert.pem')),
      /since .* cert\.pem of servers\/api has changed\n/,
    ],
    [
      'a mode',
      (project) => chmodSync(project.path('servers/api/key.pem'), 0o644),
      /key\.pem of servers\/api has changed/,
    ],
    [
      'the folder',
      (project) => {
        renameSync(project.out, join(project.folder, 'other'));
        mkdirSync(project.out);
      },
      /cert\.pem of authorities\/root has changed/,
    ],
  ])('does nothing once %s has changed, and says so', async (_, change, words) => {
    const project = await saved();
    change(project);
    const run = await applied(project);
    expect(run).toMatchObject({ code: 1 });
    expect(run.stderr).toMatch(words);
    expect(existsSync(project.path('clients/other'))).toBe(false);
  });

  it('belongs to its manifest and folder, not to those that lie beside a copy of it', async () => {
    const [project, other] = [await saved(), copyOf(complete)];
    other.write(MORE);
    cpSync(join(project.folder, 'it.plan'), join(other.folder, 'it.plan'));
    const run = await applied(other);
    expect(run, run.stderr).toMatchObject({ code: 0 });
    expect(existsSync(other.path('clients/other'))).toBe(false);
    expect(existsSync(project.path('clients/other'))).toBe(true);
  });

  it('keeps what was asked for by name, and takes nothing beside it', async () => {
    const project = copyOf(complete);
    const key = readFileSync(project.path('servers/api/key.pem'), 'utf8');
    await project.pki(['plan', '--rotate', 'api', '--out', 'it.plan']);
    expect(await applied(project, '--only', 'app')).toMatchObject({ code: 1 });
    expect(await applied(project)).toMatchObject({ code: 0 });
    expect(project.read('servers/api/key.pem')).not.toBe(key);
  });

  it('is written over an earlier one, and over nothing else', async () => {
    const project = await saved();
    expect(await project.pki(['plan', '--out', 'it.plan'])).toMatchObject({ code: 0 });
    const run = await project.pki(['plan', '--out', 'pki.yaml']);
    expect(run).toMatchObject({ code: 1 });
    expect(run.stderr).toContain('"pki.yaml" is there, and is no saved plan');
    expect(readFileSync(join(project.folder, 'pki.yaml'), 'utf8')).toBe(MORE);
    const file = join(project.folder, 'it.plan');
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 200));
    expect((await applied(project)).stderr).toContain('"it.plan" is not a whole saved plan');
  });
});
