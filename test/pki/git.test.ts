/** Names that file systems give to git's own folder (git-config(1): core.protectHFS, core.protectNTFS). */
import { describe, expect, it } from 'vitest';
import { foldedName, leadsIntoGit } from '../../src/pki/git.ts';

describe('a path leads into the folder of git', () => {
  it.each([
    '.git',
    '.git/config',
    'a/.git',
    'a/.git/hooks/pre-commit',
    '.GIT',
    '.Git/x',
    '.g\u200cit',
    '.g\u200cI\u200ft',
    '.git\ufeff',
    '\u202a.git',
    '.gi\u206at',
    'git~1',
    'GIT~1/config',
    '.git.',
    '.git...',
    '.git ',
    '.git . .',
    '.git::$INDEX_ALLOCATION',
    'git~1 :x',
  ])('%j', (path) => expect(leadsIntoGit(path)).toBe(true));
});

describe('a path does not', () => {
  it.each([
    '',
    'git',
    '.gitignore',
    '.github/x',
    'a.git',
    'a.git/x',
    '.git-x',
    ' .git',
    '..git',
    'git~2',
    'git~10',
    'xgit~1',
    '. git',
    ':.git',
    'x:.git',
  ])('%j', (path) => expect(leadsIntoGit(path)).toBe(false));
});

it('names are folded as disks do, in one form of accents', () => {
  expect(foldedName('Ke\u0301Y\u200d')).toBe('k\u00e9y');
  expect(foldedName('a\u200e\u202e\u206fb')).toBe('ab');
  expect(foldedName('a b')).toBe('a b');
});
