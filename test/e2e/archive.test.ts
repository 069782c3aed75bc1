// `archive: { keep }`: how long what was replaced is kept, from the manifest to the disk.
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { REPOSITORY } from '../helpers/cli.ts';
import { copyOf, Project, publishedState, put } from './project.ts';

const MANIFEST = `
version: 1
authorities: { root: { commonName: Root } }
servers: { a: { commonName: a.example.test } }
`;
const KEEPS_A_DAY = `archive: { keep: 1d }\n${MANIFEST}`;
const HOUR = 3_600_000;

let applied: Project;
beforeAll(async () => {
  applied = new Project(MANIFEST);
  await applied.apply();
});

/** What a run of so many hours ago would have called its archive folder. */
function stamp(hoursAgo: number): string {
  return `${new Date(Date.now() - hoursAgo * HOUR).toISOString().slice(0, 19).replaceAll(':', '')}Z-abcdef`;
}

/** Puts a key into the archive that was replaced so many hours ago. */
function archived(project: Project, id: string, hoursAgo: number): string {
  const folder = project.path('.pki/archive', id, stamp(hoursAgo));
  put(join(folder, 'key.pem'), 'an old key');
  return folder;
}

/** The same with nothing but a certificate in it. */
function withoutKey(project: Project, id: string, hoursAgo: number): string {
  const folder = archived(project, id, hoursAgo);
  renameSync(join(folder, 'key.pem'), join(folder, 'cert.pem'));
  return folder;
}

it('plan and apply name what is older; keys go with a yes, but never the newest of an entity', async () => {
  const project = copyOf(applied);
  const old = [archived(project, 'servers/a', 25), archived(project, 'servers/a', 24 * 400)];
  const others = [
    archived(project, 'servers/a', 23),
    archived(project, 'authorities/root', 0),
    archived(project, 'clients/gone', 24 * 400),
    project.path('.pki/archive/servers/a/notes'),
  ];
  mkdirSync(others[3] ?? '');
  const before = publishedState(project.out);
  project.write(KEEPS_A_DAY);
  const plan = await project.pki(['plan', '--detailed-exitcode']);
  expect(plan.code).toBe(2);
  expect(plan.stdout).toContain('2 replaced sets of files, 2 with private keys: servers/a');
  expect(plan.stdout).toContain('--allow prune');
  const json = JSON.parse((await project.pki(['plan', '--json'])).stdout);
  expect(json.prunes).toMatchObject([
    { entity: 'servers/a', holdsKey: true, folder: stampOf(old[1]) },
    { entity: 'servers/a', holdsKey: true, folder: stampOf(old[0]) },
  ]);

  const asked = await project.pki(['apply', '--skip-verify']);
  expect(asked.code).toBe(0);
  expect(asked.stderr).toContain('left in the archive, though older than "archive.keep": 2 replaced sets');
  expect(old.filter(existsSync)).toEqual(old);

  const run = await project.pki(['apply', '--skip-verify', '--json', '--allow', 'prune']);
  expect(JSON.parse(run.stdout)).toMatchObject({ result: 'nothing', pruned: json.prunes });
  expect(old.filter(existsSync)).toEqual([]);
  expect(others.filter(existsSync)).toEqual(others);
  expect(publishedState(project.out)).toEqual(before);
  expect(await project.pki(['plan', '--detailed-exitcode'])).toMatchObject({ code: 0 });
});

it('certificates alone go without a question, and are named', async () => {
  const project = copyOf(applied);
  const old = [withoutKey(project, 'servers/a', 25), withoutKey(project, 'clients/gone', 24 * 400)];
  project.write(KEEPS_A_DAY);
  const run = await project.applyByCommand();
  expect(run.stdout).toContain('deleted from the archive: 2 replaced sets of files: clients/gone, servers/a');
  expect(old.filter(existsSync)).toEqual([]);
  expect(existsSync(project.path('.pki/archive/clients/gone'))).toBe(false);
});

it('nothing goes by a clock that is years ahead, with a yes or without', async () => {
  const project = copyOf(applied);
  const archive = project.path('.pki/archive/servers/a');
  const young = [1, 2, 3].map((hours) => archived(project, 'servers/a', hours));
  project.write(KEEPS_A_DAY);
  const preload = pathToFileURL(join(REPOSITORY, 'test/helpers/clock.mjs')).href;
  const env = (days: number) => ({
    NODE_OPTIONS: `--import=${preload}`,
    PKI_CLOCK: String(Date.now() + days * 24 * HOUR),
  });
  const allowed = ['apply', '--skip-verify', '--allow', 'prune'];
  for (const days of [6 * 365, 6 * 365 + 0.5])
    expect(await project.pki(allowed, { env: env(days) })).toMatchObject({ code: 0 });
  expect(young.filter(existsSync)).toEqual(young);
  // Back in the present, as well.
  expect(await project.pki(allowed)).toMatchObject({ code: 0 });
  expect(young.filter(existsSync)).toEqual(young);
  expect(readdirSync(archive).length).toBeGreaterThanOrEqual(young.length);
});

it('what an apply itself replaces is kept until a later one finds it too old', async () => {
  const project = copyOf(applied);
  project.write(KEEPS_A_DAY.replace('a.example.test }', 'a.example.test, key: ed25519 }'));
  const key = project.read('servers/a/key.pem');
  await project.applyByCommand('--allow', 'prune');
  const archive = project.path('.pki/archive/servers/a');
  const [made = ''] = readdirSync(archive);
  expect(project.read('.pki/archive/servers/a', made, 'key.pem')).toBe(key);
  await project.applyByCommand('--allow', 'prune');
  expect(readdirSync(archive)).toEqual([made]);
  const old = stamp(25);
  renameSync(join(archive, made), join(archive, old));
  await project.applyByCommand('--allow', 'prune');
  expect(readdirSync(archive)).toEqual([old]);
  const newer = archived(project, 'servers/a', 1);
  await project.applyByCommand('--allow', 'prune');
  expect(readdirSync(archive)).toEqual([stampOf(newer)]);
});

function stampOf(path = ''): string {
  return basename(path);
}

it('without it everything stays', async () => {
  const project = copyOf(applied);
  const old = archived(project, 'servers/a', 24 * 4000);
  await project.apply();
  expect(existsSync(old)).toBe(true);
});

it('plan, status and verify remove nothing', async () => {
  const project = copyOf(applied);
  const old = archived(project, 'servers/a', 25);
  project.write(KEEPS_A_DAY);
  for (const command of ['plan', 'status', 'verify']) await project.pki([command]);
  expect(existsSync(old)).toBe(true);
});
