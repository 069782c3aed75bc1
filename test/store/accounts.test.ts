/** Users and groups by name: what the programs of the system answer, and what is made of that. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { accountsFor } from '../../src/store/accounts.ts';
import { UserError } from '../../src/words/user-error.ts';
import { aServer } from '../helpers/entities.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const before = process.env['PATH'];
let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
  process.env['PATH'] = folder;
});
afterEach(() => {
  process.env['PATH'] = before;
});

/** In the place of the real one. */
const program = (name: string, lines: string): void =>
  writeFileSync(join(folder, name), `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
const stated = (...ownerships: readonly object[]) =>
  accountsFor({ entities: ownerships.map((ownership, i) => aServer({ name: `s${i}`, ownership })) });

it('nothing is asked where the manifest names none', () => {
  expect(accountsFor({ entities: [aServer()] })).toBeUndefined();
  expect(stated({ mode: 0o640 })).toMatchObject({ users: new Map(), groups: new Map() });
});

it('who runs it is in its own group, and in those that the system says', () => {
  vi.spyOn(process, 'getegid').mockReturnValue(100);
  const groups = vi.spyOn(process, 'getgroups').mockReturnValue([27, 100, 999]);
  expect([...(stated({ owner: '0' })?.memberOf ?? [])].sort()).toEqual([100, 27, 999]);
  groups.mockReturnValue([]);
  expect(stated({ owner: '0' })).toMatchObject({ memberOf: new Set([100]), own: { gid: 100 } });
  vi.restoreAllMocks();
});

it('a number stands for itself', () => {
  const found = stated({ owner: '0', group: '65531' }, { owner: '1000' });
  expect([...(found?.users ?? [])]).toEqual([
    ['0', 0],
    ['1000', 1000],
  ]);
  expect([...(found?.groups ?? [])]).toEqual([['65531', 65531]]);
});

it.each([
  ['a number', 'echo 1004', 1004],
  ['a number among other lines', 'echo "sssd: slow"; echo 7', 7],
  ['nothing', 'exit 0', null],
  ['that there is none', 'echo "id: no such user" >&2; exit 1', null],
  ['a number, and fails', 'echo 5; exit 1', null],
  ['something else', 'echo uid=5', null],
])('of a user, id says %s', (_, lines, number) => {
  program('id', `[ "$1 $2" = "-u www" ] || exit 9\n${lines}`);
  expect(stated({ owner: 'www' })?.users.get('www')).toBe(number);
});

it.each([
  ['a line', 'echo "ssl:x:113:a,b"', 113],
  ['a line without a password', 'echo "ssl::113:"', 113],
  ['nothing', 'exit 2', null],
  ['something else', 'echo "ssl:x:none:"', null],
])('of a group, getent says %s', (_, lines, number) => {
  program('getent', `[ "$1 $2" = "group ssl" ] || exit 9\n${lines}`);
  expect(stated({ group: 'ssl' })?.groups.get('ssl')).toBe(number);
});

it('where there is no getent, groups are those of the file', () => {
  const [, name = '', id] = /^([^:\n]+):[^:]*:([1-9]\d*):/m.exec(readFileSync('/etc/group', 'latin1')) ?? [];
  expect(id).toBeDefined();
  const { groups } = stated({ group: name }, { group: 'no-such-group-here' }) ?? {};
  expect([...(groups ?? [])]).toEqual([
    [name, Number(id)],
    ['no-such-group-here', null],
  ]);
});

it('each name is asked for once', () => {
  program('id', `echo call >>'${folder}/calls'; echo 3`);
  expect([...(stated({ owner: 'a' }, { owner: 'a' }, { owner: 'b' })?.users ?? [])]).toEqual([
    ['a', 3],
    ['b', 3],
  ]);
  expect(readFileSync(join(folder, 'calls'), 'utf8')).toBe('call\ncall\n');
});

it('a program that is killed has not answered, and no run goes on without', () => {
  program('getent', 'kill -9 $$');
  expect(() => stated({ group: 'ssl' })).toThrow(UserError);
  expect(() => stated({ group: 'ssl' })).toThrow(/getent/);
});

it('whose process this is', () => {
  const found = stated({ mode: 0o600 });
  expect(found?.own).toEqual({ uid: process.geteuid?.(), gid: process.getegid?.() });
  expect(found?.memberOf).toEqual(new Set([process.getegid?.(), ...(process.getgroups?.() ?? [])]));
});
