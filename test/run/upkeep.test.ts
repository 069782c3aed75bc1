/** What a run does for its folder beside the plan. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clearWorkFolders, ignoreInGit, leaveTidy, pruneAll } from '../../src/run/upkeep.ts';
import { Folder } from '../../src/store/folder.ts';
import { OutputFolder } from '../../src/store/output-folder.ts';
import { memoryFolder } from '../helpers/folders.ts';

function folder(...paths: readonly string[]): string {
  const root = memoryFolder();
  mkdirSync(join(root, '.pki'), { mode: 0o700 });
  for (const path of paths) {
    mkdirSync(join(root, '.pki', path), { recursive: true, mode: 0o700 });
    writeFileSync(join(root, '.pki', path, 'key.pem'), 'x');
  }
  return root;
}

const own = (root: string): Folder => Folder.open(join(root, '.pki'));
const left = (root: string): readonly string[] => readdirSync(join(root, '.pki')).sort();

describe('what a run makes before anything is certain', () => {
  it.each([
    ['before a run', clearWorkFolders],
    ['after it', leaveTidy],
  ])('goes %s, and nothing else does', (_, clear) => {
    const root = folder('stage/servers.api', 'scratch', 'archive/servers/api', 'commit');
    using open = own(root);
    clear(open);
    expect(left(root)).toEqual(['archive', 'commit']);
    clear(open);
    expect(left(root)).toEqual(['archive', 'commit']);
  });

  it('and what keeps it after a run is for the next one to say', () => {
    const inTheWay = {
      removeTree: () => {
        throw new Error('in the way');
      },
    } as never;
    expect(() => leaveTidy(inTheWay)).not.toThrow();
    expect(() => clearWorkFolders(inTheWay)).toThrow('in the way');
  });
});

describe('the archive is pruned', () => {
  const set = (name: string) => ({ entity: 'servers/api', folder: name }) as never;
  const pruned = async (root: string, ...names: readonly string[]) => {
    using output = await OutputFolder.open(root);
    return pruneAll(output, names.map(set));
  };

  it('of the sets that are named, and of folders that are empty then', async () => {
    const root = folder('archive/servers/api/one', 'archive/servers/api/two');
    expect(await pruned(root)).toEqual({});
    expect(await pruned(root, 'one')).toEqual({ pruned: [set('one')] });
    expect(readdirSync(join(root, '.pki/archive/servers/api'))).toEqual(['two']);
    expect(await pruned(root, 'two')).toEqual({ pruned: [set('two')] });
    expect(existsSync(join(root, '.pki/archive/servers/api'))).toBe(false);
  });

  it('as far as it goes, and what keeps the rest is a warning', async () => {
    const root = folder('archive/servers/api/one', 'archive/servers/api/two');
    using output = await OutputFolder.open(root);
    const found = await pruneAll(output, [set('one'), { entity: 'clients/none', folder: 'x' } as never]);
    expect(found).toEqual({
      pruned: [set('one')],
      warnings: [expect.stringMatching(/^the archive is not pruned: /)],
    });
  });
});

it('keys have no business in a repository, and a file that is there already stays', async () => {
  const root = folder();
  const path = join(root, '.gitignore');
  using output = Folder.open(root);
  await ignoreInGit(output);
  expect(readFileSync(path, 'utf8')).toMatch(/^# .*\n\*\n$/);
  expect(statSync(path).mode & 0o777).toBe(0o644);
  writeFileSync(path, 'mine');
  await ignoreInGit(output);
  expect(readFileSync(path, 'utf8')).toBe('mine');
});
