/** The disk that the durability tests trust: what it keeps, what it may lose, and that it misses nothing of a run. */
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runScript, script } from './child.ts';
import { memoryFolder } from './folders.ts';
import { type Disk, PowerCuts, restore } from './power-cut.ts';

const work = memoryFolder();
let made = 0;

/** Runs a text over a folder with `old` (synced) and `folder/` in it. */
async function cutsOf(code: string): Promise<{ cuts: PowerCuts; root: string }> {
  const name = `run-${++made}`;
  const root = join(work, name);
  mkdirSync(join(root, 'folder'), { recursive: true });
  writeFileSync(join(root, 'old'), 'old');
  const path = await script(
    work,
    `script-${made}`,
    `import fs from 'node:fs';
    import { execFileSync } from 'node:child_process';
    import { promisify } from 'node:util';
    process.chdir(process.argv[2]);
    const sync = (path) => { const fd = fs.openSync(path, 'r'); fs.fsyncSync(fd); fs.closeSync(fd); };
    ${code}`,
  );
  const cuts = new PowerCuts(root);
  const journal = join(work, `${name}.journal`);
  expect(await runScript(path, [root], { journal })).toMatchObject({ code: 0, stderr: '' });
  cuts.read(journal);
  return { cuts, root };
}

/** Files with their content, folders with a slash, links with an arrow; sorted. */
function shown({ remains }: Disk): string {
  const texts = [...remains].map(([path, one]) => {
    if (one.kind === 'folder') return `${path}/`;
    return one.kind === 'link' ? `${path}->${one.target}` : `${path}=${one.bytes}`;
  });
  return inOrder(texts.filter((text) => text !== '/').join(' '));
}

const inOrder = (words: string): string => words.split(' ').sort().join(' ');

it.each<[what: string, code: string, ends: readonly string[]]>([
  [
    'a file that is not synced may be missing or empty, and one that is written over may be as it was',
    `fs.writeFileSync('new', 'new'); fs.writeFileSync('old', Buffer.from('more'));`,
    ['folder/ old=more', 'folder/ old=more new=new', 'folder/ old=old', 'folder/ old=old new='],
  ],
  [
    'a synced file may still be missing',
    `fs.writeFileSync('new', 'new'); sync('new');`,
    ['folder/ old=old', 'folder/ old=old new=new'],
  ],
  [
    'with its folder synced it is there',
    `fs.writeFileSync('new', 'new'); sync('new'); sync('.');`,
    ['folder/ old=old new=new'],
  ],
  [
    'a rename without syncing first may leave an empty file: what is new by name is not so by content',
    `fs.writeFileSync('new', 'new'); fs.renameSync('new', 'old'); sync('.');`,
    ['folder/ old=', 'folder/ old=new'],
  ],
  [
    'a rename into another folder never has two names, and lasts with either folder',
    `fs.renameSync('old', 'folder/old'); sync('folder');`,
    ['folder/ folder/old=old'],
  ],
  [
    'names are independent of each other',
    `fs.renameSync('old', 'folder/a'); fs.symlinkSync('a', 'folder/b');`,
    [
      'folder/ folder/a=old',
      'folder/ folder/a=old folder/b->a',
      'folder/ old=old',
      'folder/ old=old folder/b->a',
    ],
  ],
  [
    'a sync speaks of what was there when it began',
    `const fd = fs.openSync('folder', 'r');
     const synced = promisify(fs.fsync)(fd);
     fs.renameSync('old', 'folder/old');
     await synced;`,
    ['folder/ folder/old=old', 'folder/ old=old'],
  ],
  [
    'what failed has not happened',
    `try { fs.renameSync('nothing', 'old'); } catch {} try { fs.mkdirSync('folder'); } catch {}`,
    ['folder/ old=old'],
  ],
  [
    'what another program made lasts once it is synced here',
    `execFileSync('sh', ['-c', 'printf key > folder/key; printf csr > folder/csr']);
     sync('folder/key'); sync('folder');`,
    ['folder/ old=old folder/key=key folder/csr=', 'folder/ old=old folder/key=key folder/csr=csr'],
  ],
  [
    'what another program made goes along with its folder, for certain only if it is synced',
    `execFileSync('sh', ['-c', 'printf key > folder/key']);
     sync('folder/key');
     fs.renameSync('folder', 'moved');
     sync('.');`,
    ['old=old moved/', 'old=old moved/ moved/key=key'],
  ],
  [
    'what comes into a folder whose making has not ended yet is in that folder',
    `const making = promisify(fs.mkdir)('made');
     while (!fs.existsSync('made'));
     fs.renameSync('old', 'made/old');
     await making;
     sync('made'); sync('.');`,
    ['folder/ made/ made/old=old'],
  ],
  [
    'what comes into a folder that is seen before its making has ended is in that folder',
    `const making = promisify(fs.mkdir)('made');
     while (!fs.existsSync('made'));
     fs.renameSync('old', 'made/old');
     sync('.');
     await making;
     sync('made'); sync('.');`,
    ['folder/ made/ made/old=old'],
  ],
  [
    'paths through descriptors are real ones',
    `const fd = fs.openSync('folder', 'r');
     fs.writeFileSync('/proc/self/fd/' + fd + '/new', 'new', { flush: true });
     fs.renameSync('folder', 'moved');
     fs.linkSync('/proc/self/fd/' + fd + '/new', '/proc/self/fd/' + fd + '/more');
     fs.fsyncSync(fd);
     sync('.');`,
    ['old=old moved/ moved/new=new moved/more=new'],
  ],
])('%s', async (_, code, ends) => {
  const { cuts } = await cutsOf(code);
  const found = [...cuts.at(cuts.moments - 1)].map(shown);
  expect(new Set(found)).toEqual(new Set(ends.map(inOrder)));
});

it('misses nothing: everything on the disk is the folder as it is', async () => {
  const { cuts, root } = await cutsOf(`
    fs.mkdirSync('a/b/c', { recursive: true });
    fs.writeFileSync('a/b/c/x', 'one');
    fs.appendFileSync('a/b/c/x', ' two');
    fs.renameSync('a/b', 'folder/b');
    fs.symlinkSync('b/c', 'folder/link');
    fs.writeFileSync('folder/link/y', 'y', { mode: 0o600, flush: true });
    fs.linkSync('folder/link/y', 'z');
    fs.chmodSync('old', 0o640);
    fs.truncateSync('z', 0);
    await promisify(fs.writeFile)('w', 'www', { flag: 'wx' });
    await promisify(fs.rename)('w', 'old');
    await promisify(fs.rmdir)('a');
    fs.copyFileSync('folder/b/c/x', 'copy');
    fs.unlinkSync('folder/b/c/x');
    fs.mkdirSync('gone/deep', { recursive: true });
    fs.writeFileSync('gone/deep/file', '');
    fs.rmSync('gone', { recursive: true });
  `);
  const everything = [...cuts.at(cuts.moments - 1)].find(({ what }) => what.endsWith('everything'));
  const again = join(work, `${++made}`);
  if (everything !== undefined) restore(everything, again);
  expect(listing(again)).toEqual(listing(root));
  expect(listing(root)).toContain('folder/link -> b/c');
});

function listing(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => {
      const stat = lstatSync(join(folder, path));
      const mode = (stat.mode & 0o7777).toString(8);
      if (stat.isSymbolicLink()) return `${path} -> ${readlinkSync(join(folder, path))}`;
      return stat.isFile() ? `${path} ${mode} ${readFileSync(join(folder, path))}` : `${path} ${mode}`;
    })
    .sort();
}
