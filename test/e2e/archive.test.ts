// `archive: { keep }`: how long what was replaced is kept, from the manifest to the disk.
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
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

it('an apply removes what is older, also of what left the manifest, and keeps what is younger', async () => {
  const project = copyOf(applied);
  const old = [archived(project, 'servers/a', 25), archived(project, 'clients/gone', 24 * 400)];
  const young = [archived(project, 'servers/a', 23), archived(project, 'authorities/root', 0)];
  const others = project.path('.pki/archive/servers/a/notes');
  mkdirSync(others);
  const before = publishedState(project.out);
  project.write(KEEPS_A_DAY);
  expect(await project.apply()).toMatchObject({ stdout: expect.stringContaining('nothing to do') });
  expect(old.filter(existsSync)).toEqual([]);
  expect([...young, others].filter((path) => !existsSync(path))).toEqual([]);
  expect(existsSync(project.path('.pki/archive/clients/gone'))).toBe(false);
  expect(publishedState(project.out)).toEqual(before);
});

it('what an apply itself replaces is kept until a later one finds it too old', async () => {
  const project = copyOf(applied);
  project.write(KEEPS_A_DAY.replace('a.example.test }', 'a.example.test, key: ed25519 }'));
  const key = project.read('servers/a/key.pem');
  await project.apply();
  const archive = project.path('.pki/archive/servers/a');
  const [made = ''] = readdirSync(archive);
  expect(project.read('.pki/archive/servers/a', made, 'key.pem')).toBe(key);
  await project.apply();
  expect(readdirSync(archive)).toEqual([made]);
  renameSync(join(archive, made), join(archive, stamp(25)));
  await project.apply();
  expect(existsSync(archive)).toBe(false);
});

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
