/** What programs ask of the library is what is done: options of a request, and of a delivery. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { apply } from '../../src/library/apply.ts';
import { deliver } from '../../src/library/deliver.ts';
import { request } from '../../src/library/offline.ts';
import { openProject, type Project } from '../../src/library/project.ts';
import { temporaryFolder } from '../helpers/folders.ts';

async function open(manifest: object, folder: string): Promise<Project> {
  const opened = await openProject({ manifest: { version: 1, engine: 'node', ...manifest }, folder });
  if (!opened.ok) throw new Error(JSON.stringify(opened));
  return opened.project;
}

it('commands of a manifest run for a request only where they may', async () => {
  const folder = temporaryFolder();
  const root = { commonName: 'Root' };
  await apply(await open({ authorities: { root } }, folder));
  const sub = { commonName: 'Sub', issuer: 'root', passphrase: { command: ['echo', 'hush'] } };
  const project = await open({ authorities: { root: { ...root, key: 'offline' }, sub } }, folder);
  const stick = join(folder, 'stick');
  expect(await request(project, stick)).toMatchObject({ kind: 'consent' });
  expect(await request(project, stick, { mayRun: true })).toMatchObject({ kind: 'written' });
});

it('a delivery is of those that are named, by default of all', async () => {
  const to = [{ secret: 'shop/api-tls', context: 'none' }];
  const servers = { api: { commonName: 'api.test', deliver: to } };
  const project = await open({ authorities: { root: { commonName: 'Root' } }, servers }, temporaryFolder());
  await apply(project);
  expect((await deliver(project)).map(({ entity }) => entity)).toEqual(['servers/api']);
  expect(await deliver(project, { only: new Set(['authorities/root']) })).toEqual([]);
});
