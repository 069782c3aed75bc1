/** What a run leaves in its folder beside the files of entities: what the next one goes by, and what keeps keys out of git. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Entity, Inventory } from '../../src/pki/entity.ts';
import { applyInventory } from '../../src/run/apply.ts';
import type { ApplyOptions } from '../../src/run/apply-options.ts';
import { keptManifest } from '../../src/store/kept-manifest.ts';
import { readPlaces } from '../../src/store/observe/places.ts';
import { anAuthority, anInventory, aServer, NOW } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';

const KEY = { key: { algorithm: 'ed25519' } } as const;
const ROOT = anAuthority({ name: 'root', ...KEY });
const layout = (folder: string) => ({ layout: { folder, files: {} } });
const server = (name: string, given: object = {}) =>
  aServer({ name, ...KEY, outputs: ['key', 'cert'], ...given });

function apply(root: string, inventory: Inventory, options: Partial<ApplyOptions> = {}) {
  const usual = { binary: 'openssl', engine: 'node', clock: () => NOW, processes: 1 } as const;
  return applyInventory(inventory, { root, ...usual, consents: new Set<never>(), ...options });
}

describe('where files are that are not in their usual places', () => {
  const outputsIn = (root: string) =>
    Object.fromEntries([...readPlaces(root)].map(([id, { folder, outputs }]) => [id, { folder, outputs }]));

  it('is known after a run, of what it made and of what it left as it was', async () => {
    const root = memoryFolder();
    const [one, two] = [server('one', layout('a')), server('two', layout('b'))];
    await apply(root, anInventory(ROOT, one));
    expect(outputsIn(root)['servers/one']).toEqual({
      folder: 'a',
      outputs: expect.arrayContaining(['key', 'cert']),
    });
    writeFileSync(join(root, '.pki/places.json'), '{}', { mode: 0o600 });
    // The first is as it should be, and the second is made.
    const result = await apply(root, anInventory(ROOT, one, two));
    expect(result).toMatchObject({ kind: 'done', execution: { published: ['servers/two'] } });
    expect(outputsIn(root)).toEqual({
      'servers/one': { folder: 'a', outputs: undefined },
      'servers/two': { folder: 'b', outputs: expect.arrayContaining(['key', 'cert']) },
    });
  });

  it('is forgotten once they are in their usual places', async () => {
    const root = memoryFolder();
    await apply(root, anInventory(ROOT, server('one', layout('a'))));
    await apply(root, anInventory(ROOT, server('one'), server('two')));
    expect(outputsIn(root)).toEqual({});
  });
});

it('keys are kept out of git from the first run on, also where there was nothing to do', async () => {
  const root = memoryFolder();
  await apply(root, anInventory(ROOT));
  expect(readFileSync(join(root, '.gitignore'), 'utf8')).toBe(
    '# private keys and certificates made by pki: not for version control\n*\n',
  );
  writeFileSync(join(root, '.gitignore'), 'mine\n');
  expect(await apply(root, anInventory(ROOT))).toMatchObject({ kind: 'nothing' });
  expect(readFileSync(join(root, '.gitignore'), 'utf8')).toBe('mine\n');
});

it.each([
  [25, true],
  [24, false],
])(
  'a run that made all of %d entities leaves its manifest and what it has seen: %s',
  async (count, isLeft) => {
    const root = memoryFolder();
    const others: readonly Entity[] = Array.from({ length: count - 1 }, (_, i) => server(`s${i}`));
    const manifest = { key: 'a'.repeat(64), inventory: anInventory(ROOT, ...others), warnings: [] };
    const done = await apply(root, manifest.inventory, { manifest });
    expect(done).toMatchObject({ kind: 'done', execution: { failures: [] } });
    expect(keptManifest(root, manifest.key) !== undefined).toBe(isLeft);
    expect(existsSync(join(root, '.pki/cache.json'))).toBe(isLeft);
  },
);
