/** When an apply of the library is ok: what was to be made is in place, and every command that had to run did its work. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { apply } from '../../src/library/apply.ts';
import { openProject } from '../../src/library/project.ts';
import { temporaryFolder } from '../helpers/folders.ts';

async function applied(command: string, ...consents: readonly 'run'[]) {
  const path = join(temporaryFolder(), 'pki.yaml');
  const client = `commonName: app, onChange: { run: ["${command}"] }`;
  writeFileSync(
    path,
    `version: 1\nengine: node\nauthorities: { root: { commonName: Root } }\nclients: { app: { ${client} } }\n`,
  );
  const opened = await openProject(path);
  if (!opened.ok) throw new Error(JSON.stringify(opened));
  const { ok, inPlace } = await apply(opened.project, { consents: new Set(consents) });
  return { ok, inPlace };
}

it.each([
  ['true', ['run'], true],
  ['false', ['run'], false],
  ['true', [], false],
] as const)(
  'the command "%s" with consents %j: it is all in place, and ok is %s',
  async (command, consents, ok) => {
    expect(await applied(command, ...consents)).toEqual({ ok, inPlace: true });
  },
);

it('is not ok while a client has to wait for a key that is elsewhere, whatever else is made', async () => {
  const manifest = {
    version: 1,
    engine: 'node',
    authorities: { root: { commonName: 'Root' }, away: { commonName: 'Away', key: 'offline' } },
    clients: { app: { commonName: 'App', issuer: 'root' }, far: { commonName: 'Far', issuer: 'away' } },
  };
  const opened = await openProject({ manifest, folder: temporaryFolder() });
  if (!opened.ok) throw new Error(JSON.stringify(opened));
  const result = await apply(opened.project);
  expect(result).toMatchObject({ kind: 'done', ok: false, inPlace: false });
  if (result.kind !== 'done') throw new Error(result.kind);
  const waiting = result.plan.changes.filter((change) => 'waiting' in change && change.waiting !== null);
  expect(waiting.map(({ id }) => id)).toContain('clients/far');
  expect(result.execution.failures).toEqual([]);
});
