/** Users and groups of this host by name: asked of the system, which may have them from a directory (LDAP, SSSD). */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Inventory } from '../pki/entity.ts';
import { errorCode } from '../pki/errors.ts';
import type { Accounts } from '../plan/observation.ts';
import { UserError } from '../words/user-error.ts';
import { mayChown, searchPath } from './process.ts';

/** What a plan has to know of them; `undefined` where the manifest names none. */
export function accountsFor({ entities }: Pick<Inventory, 'entities'>): Accounts | undefined {
  const stated = entities.flatMap(({ ownership }) => ownership ?? []);
  if (stated.length === 0) return undefined;
  const own = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
  const users = stated.flatMap(({ owner }) => owner ?? []);
  const groups = stated.flatMap(({ group }) => group ?? []);
  return {
    users: numbersOf(users, userNumber),
    groups: numbersOf(groups, groupNumber),
    own,
    memberOf: new Set([own.gid, ...(process.getgroups?.() ?? [])]),
    mayGive: mayChown() ?? own.uid === 0,
  };
}

function numbersOf(
  names: readonly string[],
  find: (name: string) => number | null,
): ReadonlyMap<string, number | null> {
  return new Map([...new Set(names)].map((name) => [name, /^\d+$/.test(name) ? Number(name) : find(name)]));
}

/** id(1) is everywhere (POSIX). */
function userNumber(name: string): number | null {
  return numberIn(answer('id', ['-u', name]) ?? '', /^(\d+)$/m);
}

/** getent(1) is where groups may come from a directory; elsewhere they are in the file. */
function groupNumber(name: string): number | null {
  const found = answer('getent', ['group', name]);
  if (found !== undefined) return numberIn(found, /^[^:]*:[^:]*:(\d+):/m);
  const line = readFileSync('/etc/group', 'latin1')
    .split('\n')
    .find((text) => text.startsWith(`${name}:`));
  return numberIn(line ?? '', /^[^:]*:[^:]*:(\d+):/);
}

function numberIn(text: string, pattern: RegExp): number | null {
  const number = pattern.exec(text)?.[1];
  return number === undefined ? null : Number(number);
}

/** A directory that does not answer must not hold up a run for ever. Milliseconds. */
const PATIENCE = 30_000;

/** What a program prints, nothing where it fails; `undefined` where there is no such program. */
function answer(program: string, args: readonly string[]): string | undefined {
  const { error, stdout, status } = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: PATIENCE,
    env: searchPath(),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  if (error !== undefined && errorCode(error) === 'ENOENT') return undefined;
  if (error !== undefined || status === null)
    throw new UserError({ kind: 'no-answer', program, name: args.at(-1) ?? '' });
  return status === 0 ? stdout : '';
}
