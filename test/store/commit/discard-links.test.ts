/** A commit that is given up between links: half of the new names are there, and the old set comes back, behind its links. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ARTIFACTS, type Artifact, modeOf } from '../../../src/pki/artifact.ts';
import { filePath } from '../../../src/pki/files.ts';
import { COMMIT_FOLDER } from '../../../src/pki/paths.ts';
import { discard } from '../../../src/store/commit/discard.ts';
import type { Order } from '../../../src/store/commit/order.ts';
import { linksOf } from '../../../src/store/symlinks/stage.ts';
import { memoryFolder } from '../../helpers/folders.ts';
import { through } from '../../helpers/output.ts';

const ID = 'servers/api';
const ARCHIVE = '.pki/archive/servers/api/then';
const WAITING = join(COMMIT_FOLDER, 'servers.api');
const [OLD, NEW] = ['..v-1', '..v-2'];
const nameOf = (file: Artifact): string => ARTIFACTS[file].file;

interface Scene {
  /** Files by the folder that they are in, below the output folder. */
  readonly files: Readonly<Record<string, readonly Artifact[]>>;
  /** Names that are links. */
  readonly links: readonly Artifact[];
  readonly current: string;
  readonly order: Partial<Order>;
}

/** What was said of it, how the entity's folder is then, and what the archive has. */
async function givenUp({ files, links, current, order }: Scene) {
  const root = memoryFolder();
  for (const folder of ['.pki', '.pki/commit', WAITING, ID])
    mkdirSync(join(root, folder), { recursive: true, mode: 0o700 });
  for (const [folder, artifacts] of Object.entries(files)) {
    mkdirSync(join(root, folder), { recursive: true });
    const generation = folder.endsWith(OLD) ? 'old' : 'new';
    for (const file of artifacts)
      writeFileSync(join(root, folder, nameOf(file)), `${generation} ${file}`, { mode: modeOf(file) });
  }
  symlinkSync(current, join(root, ID, '..data'));
  for (const file of links) symlinkSync(`..data/${nameOf(file)}`, join(root, ID, nameOf(file)));
  const whole: Order = { id: ID, moves: [], deletes: [], archive: ARCHIVE, removes: null, ...order };
  writeFileSync(join(root, WAITING, 'order.json'), JSON.stringify(whole));
  const outcome = await through(root, (output) => discard(output, 'servers.api'));
  expect(readdirSync(join(root, COMMIT_FOLDER))).toEqual([]);
  return { outcome, folder: shown(join(root, ID)), archive: shown(join(root, ARCHIVE)) };
}

/** Names, with where links lead and what files say. */
function shown(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => {
      const [path, stat] = [join(folder, name), lstatSync(join(folder, name))];
      if (stat.isSymbolicLink()) return `${name} -> ${readlinkSync(path)}`;
      return stat.isDirectory() ? `${name}/` : `${name}: ${readFileSync(path, 'utf8')}`;
    });
}

const linked = (...files: readonly Artifact[]) =>
  files.map((file) => `${nameOf(file)} -> ..data/${nameOf(file)}`);

describe('a new version with a file more', () => {
  const files = ['key', 'cert', 'combined'] as const;
  const order = { links: linksOf({ id: ID, publish: 'symlinks' }, NEW, files) };
  const before = { [`${ID}/${OLD}`]: ['key', 'cert', 'ca'] } as const;
  const old = {
    outcome: 'restored',
    folder: [`..data -> ${OLD}`, `${OLD}/`, ...linked('ca', 'cert', 'key')],
    archive: ['cert.pem: new cert', 'key.pem: new key'],
  };

  it('that no link leads to yet', async () => {
    const scene = { links: ['key', 'cert', 'ca'], current: OLD, order } as const;
    expect(await givenUp({ ...scene, files: { ...before, [`${WAITING}/version`]: files } })).toEqual(old);
    expect(await givenUp({ ...scene, files: { ...before, [`${ID}/${NEW}`]: files } })).toEqual(old);
  });

  it('that is behind the link, but not under all its names', async () => {
    const scene = { current: NEW, order, files: { ...before, [`${ID}/${NEW}`]: files } };
    expect(await givenUp({ ...scene, links: ['key', 'cert', 'ca'] })).toEqual(old);
  });

  it('of which one new name is there, and another is not', async () => {
    const more = [...files, 'fullchain'] as const;
    const scene = { current: NEW, files: { ...before, [`${ID}/${NEW}`]: more } };
    const links = { ...order.links, files: more };
    expect(await givenUp({ ...scene, order: { links }, links: ['key', 'cert', 'ca', 'combined'] })).toEqual(
      old,
    );
  });

  it('that has all its names is in place', async () => {
    const scene = { current: NEW, order, files: { ...before, [`${ID}/${NEW}`]: files } };
    expect(await givenUp({ ...scene, links: files })).toEqual({
      outcome: 'placed',
      folder: [`..data -> ${NEW}`, `${OLD}/`, `${NEW}/`, ...linked('cert', 'combined', 'key')],
      archive: [],
    });
  });
});

describe('plain files for links', () => {
  const files = ['key', 'cert', 'ca', 'combined'] as const;
  const moves = files.map((file) => [file, filePath({ id: ID }, file)] as const);
  const order = { moves, links: linksOf({ id: ID }, null, files) };
  const old = [`..data -> ${OLD}`, `${OLD}/`, ...linked('ca', 'cert', 'key')];
  const archive = ['cert.pem: new cert', 'key.pem: new key'];

  it('of which some have come to their places', async () => {
    const scene = {
      current: OLD,
      order,
      links: ['cert', 'ca'],
      files: {
        [`${ID}/${OLD}`]: ['key', 'cert', 'ca'],
        [ID]: ['key', 'combined'],
        [WAITING]: ['cert', 'ca'],
      },
    } as const;
    expect(await givenUp(scene)).toEqual({ outcome: 'restored', folder: old, archive });
  });

  it('of which none has', async () => {
    const scene = {
      current: OLD,
      order,
      links: ['key', 'cert', 'ca'],
      files: { [`${ID}/${OLD}`]: ['key', 'cert', 'ca'], [WAITING]: files },
    } as const;
    expect(await givenUp(scene)).toEqual({ outcome: 'restored', folder: old, archive });
  });
});
