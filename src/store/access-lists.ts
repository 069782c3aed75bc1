/**
 * POSIX access control lists of files (acl(5)), which node can neither read nor write: getfacl and setfacl do, where they
 * are installed. Where they are not, nothing says whether a file has one.
 */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { messageOf } from '../pki/errors.ts';
import { searchPath } from './process.ts';
import { StepError } from './step-error.ts';

/** Absolute paths of files that have more than a mode → what they have, as setfacl takes it. */
export type AccessLists = ReadonlyMap<string, string>;

/** Where nothing has one. */
export const NO_ACCESS_LISTS: AccessLists = new Map();

/** Those of all these files, in one call; of a link those of the file. What has none, or is not there, is not in it. */
export function readAccessLists(paths: readonly string[]): AccessLists {
  // It reads a path a line.
  const named = paths.filter((path) => !path.includes('\n'));
  if (named.length === 0) return NO_ACCESS_LISTS;
  const options = ['--skip-base', '--no-effective', '--numeric', '--absolute-names'];
  const { stdout } = run('getfacl', [...options, '-'], named.map((path) => `${path}\n`).join(''));
  return new Map((stdout ?? '').split('\n\n').flatMap(readBlock));
}

const HEADER = /^# file: (.*)\n(?:# .*\n)*/;

/** What stands for one file: comments, of which the first is its path, and an entry a line. */
function readBlock(block: string): readonly (readonly [path: string, list: string])[] {
  const [header, path] = HEADER.exec(block) ?? [];
  return header === undefined || path === undefined ? [] : [[plain(path), block.slice(header.length)]];
}

/** getfacl writes a backslash twice, and what would end its line as `\012`. */
function plain(path: string): string {
  return path.replaceAll(/\\(\\|[0-7]{3})/g, (_, what: string) =>
    what === '\\' ? what : String.fromCharCode(Number.parseInt(what, 8)),
  );
}

/** What the owning group has by a list, as the bits of a mode: those of the file itself are the mask. */
export function owningGroupBits(list: string): number {
  const rights = /^group::([r-])([w-])([x-])/m.exec(list)?.slice(1) ?? [];
  return rights.reduce((bits, right, i) => (right === '-' ? bits : bits | (0o040 >> i)), 0);
}

/**
 * Gives a file the list that another had; everyone who is not in it gets what the mode gives them.
 * @param path of a file in a folder of ours alone.
 * @throws StepError where that cannot be done: the file would be closed to those who need it, or open to others.
 */
export function giveAccessList(path: string, list: string, mode: number): void {
  const others = ['r', 'w', 'x'].map((right, i) => ((mode >> (2 - i)) & 1 ? right : '-')).join('');
  const { status, stderr, error } = run(
    'setfacl',
    ['--set-file=-', '--', path],
    list.replace(/^other::.*$/m, `other::${others}`),
  );
  if (status === 0) return;
  throw new StepError({ kind: 'no-access-list', path, detail: error ? messageOf(error) : stderr.trim() });
}

function run(program: string, args: readonly string[], input: string): SpawnSyncReturns<string> {
  const env = { ...searchPath(), LC_ALL: 'C' };
  return spawnSync(program, args, { input, env, encoding: 'utf8', maxBuffer: 1 << 28 });
}
