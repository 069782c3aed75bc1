/** What was asked for beyond the manifest is part of a saved plan, so that it is carried out as it was shown. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { apply } from '../../src/library/apply.ts';
import { openProject } from '../../src/library/project.ts';
import { type SavedOptions, savedPlanAt, savePlan } from '../../src/library/saved-plan.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const NOTHING = { rekey: [], retire: [], only: [], trustClock: false };

it.each<[Omit<SavedOptions, 'tool'>, object]>([
  [{}, NOTHING],
  [{ rekey: new Set(['clients/app']) }, { ...NOTHING, rekey: ['clients/app'] }],
  [{ retire: new Set(['authorities/root']) }, { ...NOTHING, retire: ['authorities/root'] }],
  [{ only: new Set(['clients/app']) }, { ...NOTHING, only: ['clients/app'] }],
  [{ trustClock: true }, { ...NOTHING, trustClock: true }],
  [{ engine: 'node' }, { ...NOTHING, engine: 'node' }],
])('%o', async (options, demands) => {
  const folder = temporaryFolder();
  const [manifest, path] = [join(folder, 'pki.yaml'), join(folder, 'saved.json')];
  writeFileSync(
    manifest,
    'version: 1\nauthorities: { root: { commonName: Root } }\nclients: { app: { commonName: App } }\n',
  );
  const opened = await openProject(manifest);
  if (!opened.ok) throw new Error(JSON.stringify(opened));
  const { now, ok } = await savePlan(opened.project, path, { tool: '1.2.3', ...options });
  expect(ok).toBe(true);
  expect(savedPlanAt(path)).toMatchObject({ tool: '1.2.3', made: now, demands });
  expect(savedPlanAt(path)?.demands).toEqual(demands);
  expect(savedPlanAt(manifest)).toBeUndefined();
});

it('what not everything was seen for is no plan to be carried out', async () => {
  const folder = temporaryFolder();
  const [manifest, path] = [join(folder, 'pki.yaml'), join(folder, 'saved.json')];
  writeFileSync(manifest, 'version: 1\nengine: node\nauthorities: { root: { commonName: Root } }\n');
  const opened = await openProject(manifest);
  if (!opened.ok) throw new Error(JSON.stringify(opened));
  await apply(opened.project);
  // Programs without types hand over anything.
  const options = { tool: '1.2.3', sight: 'public' } as SavedOptions;
  await expect(savePlan(opened.project, path, options)).rejects.toMatchObject({
    cause: { kind: 'saved-plan', fault: { kind: 'unseen' } },
  });
  expect(existsSync(path)).toBe(false);
});
