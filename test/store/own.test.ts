/** `.pki` is used only where no one else can have put anything into it. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { indexNames, isTracked } from '../../src/store/git-index.ts';
import { readLedger } from '../../src/store/ledger.ts';
import { readPlaces } from '../../src/store/observe/places.ts';
import { OutputFolder } from '../../src/store/output-folder.ts';
import { checkOwn, readOwn } from '../../src/store/own.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const work = temporaryFolder();
const isRoot = process.geteuid?.() === 0;
let made = 0;

function folder(): string {
  const path = join(work, `${++made}`);
  mkdirSync(path);
  return path;
}

function withOwn(path = folder()): string {
  for (const name of ['commit', 'archive'])
    mkdirSync(join(path, '.pki', name), { recursive: true, mode: 0o700 });
  writeFileSync(join(path, '.pki/ledger.jsonl'), '');
  writeFileSync(
    join(path, '.pki/places.json'),
    '{"format":1,"places":{"servers/a":{"folder":"x","files":{}}}}',
  );
  return path;
}

const git = (cwd: string, ...args: readonly string[]): void =>
  void execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.test', ...args], {
    cwd,
    stdio: 'pipe',
  });

function hasGit(): boolean {
  try {
    execFileSync('git', ['--version'], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}

/** What every use says of such a folder. */
async function expectRefused(root: string, words: string): Promise<void> {
  expect(() => checkOwn(root)).toThrow(words);
  await expect(OutputFolder.open(root)).rejects.toThrow(words);
}

describe('an owner', () => {
  it.skipIf(!isRoot).each(['.pki', '.pki/commit', '.pki/archive'])(
    'that is another user, of %s, is named, and so is the way to trust it (needs root)',
    async (name) => {
      const root = withOwn();
      chownSync(join(root, name), 65_534, 65_534);
      expect(() => checkOwn(root)).toThrow(`"${join(root, name)}" belongs to another user (uid 65534)`);
      if (name === '.pki') await expectRefused(root, 'belongs to another user');
    },
  );

  it.skipIf(!isRoot)(
    'of a file in it counts as well: the ledger stops, a hint is not taken (needs root)',
    () => {
      const root = withOwn();
      expect(readPlaces(root).size).toBe(1);
      for (const name of ['ledger.jsonl', 'places.json']) chownSync(join(root, '.pki', name), 65_534, 65_534);
      expect(() => readLedger(root)).toThrow('ledger.jsonl" belongs to another user (uid 65534)');
      expect(readPlaces(root).size).toBe(0);
      expect(() => readOwn(root, 'places.json', 100)).toThrow(
        expect.objectContaining({ hint: expect.stringContaining('PKI_TRUST_OWNER=65534') }),
      );
    },
  );
});

it.each(['stage', 'scratch', 'commit', 'archive', 'outgoing'])(
  'a folder in it that others can write to is refused: %s',
  (name) => {
    const path = join(withOwn(), '.pki', name);
    mkdirSync(path, { recursive: true });
    chmodSync(path, 0o777);
    expect(() => checkOwn(join(path, '../..'))).toThrow(`"${path}" is open to others (mode 777)`);
  },
);

it('what is not there, or is a file, is nothing to look into', () => {
  expect(() => checkOwn(join(work, 'nowhere'))).not.toThrow();
  const path = folder();
  writeFileSync(join(path, 'file'), '');
  expect(() => checkOwn(join(path, 'file'))).not.toThrow();
  expect(readOwn(path, 'ledger.jsonl', 100)).toEqual({ state: 'missing' });
});

describe.skipIf(!isRoot)('a link on the way to the output folder', () => {
  /** The output folder behind a link, and who owns the link and the folder that it is in. */
  function behindLink(link: number, above: number): string {
    const [place, elsewhere] = [folder(), folder()];
    chownSync(place, above, above);
    chmodSync(place, 0o1777);
    symlinkSync(elsewhere, join(place, 'pki'));
    lchownSync(join(place, 'pki'), link, link);
    return join(place, 'pki');
  }

  it.each([
    ['itself', ''],
    ['above it', '/below'],
  ])('%s, of another user in a folder of a third, is not followed', async (_, below) => {
    const path = behindLink(65534, 1234);
    mkdirSync(join(path, 'below'));
    const problem = "(uid 65534) made in a folder that is not that user's";
    expect(() => checkOwn(`${path}${below}`)).toThrow(problem);
    await expect(OutputFolder.open(`${path}${below}`)).rejects.toThrow(problem);
    expect(readdirSync(join(path, 'below'))).toEqual([]);
  });

  it.each([
    ['of our own', 0, 1234],
    ['of the user whose folder it is in', 1234, 1234],
  ])('%s is followed', (_, link, above) => expect(() => checkOwn(behindLink(link, above))).not.toThrow());
});

describe.skipIf(!hasGit())('a repository (needs git)', () => {
  function repository(...args: readonly string[]): string {
    const top = folder();
    git(top, 'init', '-q', ...args);
    withOwn(mkdirs(join(top, 'deploy/pki')));
    writeFileSync(join(top, 'other'), '');
    git(top, 'add', 'other');
    return top;
  }

  function mkdirs(path: string): string {
    mkdirSync(path, { recursive: true });
    return path;
  }

  it('that does not track it is none of its concern', () => {
    expect(() => checkOwn(join(repository(), 'deploy/pki'))).not.toThrow();
  });

  it.each(['2', '3', '4'])(
    'that tracks it, with an index of version %s, makes it unusable',
    async (version) => {
      const top = repository();
      git(top, 'add', '-f', 'deploy');
      if (version === '3') git(top, 'update-index', '--skip-worktree', 'deploy/pki/.pki/ledger.jsonl');
      else git(top, 'update-index', '--index-version', version);
      expect(readFileSync(join(top, '.git/index')).readUInt32BE(4)).toBe(Number(version));
      await expectRefused(join(top, 'deploy/pki'), 'is tracked by git');
      for (const name of ['ledger.jsonl', 'places.json'])
        git(top, 'update-index', '--force-remove', `deploy/pki/.pki/${name}`);
      expect(() => checkOwn(join(top, 'deploy/pki'))).not.toThrow();
    },
  );

  it('is seen from a clone, a worktree, a submodule and an index in two parts', () => {
    const top = repository();
    git(top, 'add', '-f', 'deploy');
    git(top, 'commit', '-q', '-m', 'all');
    const [clone, tree, outer] = [`${top}-clone`, `${top}-tree`, folder()];
    git(work, 'clone', '-q', top, clone);
    git(top, 'worktree', 'add', '-q', tree);
    git(outer, 'init', '-q');
    git(outer, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', top, 'sub');
    git(top, 'update-index', '--split-index');
    for (const place of [top, clone, tree, join(outer, 'sub')])
      expect(isTracked(join(place, 'deploy/pki/.pki'))).toBe(true);
    expect(isTracked(join(outer, '.pki'))).toBe(false);
  });

  it('of names that a file system takes for the same', () => {
    const top = repository();
    renamed(top, 'deploy/pki/.PKI');
    expect(isTracked(join(top, 'deploy/pki/.pki'))).toBe(true);
    expect(isTracked(join(top, 'deploy/pki/.pk'))).toBe(false);
  });

  function renamed(top: string, path: string): void {
    cpSync(join(top, 'deploy/pki/.pki'), join(top, path), { recursive: true });
    git(top, 'add', '-f', path);
  }

  it('that says where the output folder is may not say that it is elsewhere', async () => {
    const [top, home] = [repository(), folder()];
    symlinkSync(home, join(top, 'out'));
    symlinkSync('deploy', join(top, 'inside'));
    expect(() => checkOwn(join(top, 'out'))).not.toThrow();
    symlinkSync('/nowhere', join(top, 'dangling'));
    git(top, 'add', '-f', 'out', 'inside', 'dangling');
    await expectRefused(join(top, 'out'), `"${join(top, 'out')}" is a link that is tracked by git`);
    expect(() => checkOwn(join(top, 'inside/pki'))).not.toThrow();
    for (const name of ['out/deeper', 'dangling'])
      await expect(OutputFolder.open(join(top, name))).rejects.toThrow('leads out of the repository');
    expect(readdirSync(home)).toEqual([]);
  });

  it('with names of objects of 32 octets is read alike', () => {
    const top = repository('--object-format=sha256');
    git(top, 'add', '-f', 'deploy');
    expect(indexNames(readFileSync(join(top, '.git/index')))).toEqual([
      'deploy/pki/.pki/ledger.jsonl',
      'deploy/pki/.pki/places.json',
      'other',
    ]);
  });

  it('whose index is of a form that is not known is looked through for the name', () => {
    const top = repository();
    git(top, 'add', '-f', 'deploy');
    const index = join(top, '.git/index');
    const bytes = readFileSync(index);
    bytes.writeUInt32BE(9, 4);
    writeFileSync(index, bytes);
    expect(indexNames(bytes)).toBeUndefined();
    expect(isTracked(join(top, 'deploy/pki/.pki'))).toBe(true);
    rmSync(index);
    execFileSync('mkfifo', [index]);
    expect(isTracked(join(top, 'deploy/pki/.pki'))).toBe(false);
  });

  it.each([10, 11, 40, 80, 200])('whose index is cut off after %d octets ends no run', (length) => {
    const top = repository();
    git(top, 'add', '-f', 'deploy');
    const index = join(top, '.git/index');
    writeFileSync(index, readFileSync(index).subarray(0, length));
    expect(typeof isTracked(join(top, 'deploy/pki/.pki'))).toBe('boolean');
    expect(existsSync(index)).toBe(true);
  });
});
