/** Access control lists, read and given by the programs that there are for it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { giveAccessList, owningGroupBits, readAccessLists } from '../../src/store/access-lists.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const LIST = 'user::rw-\nuser:65531:r--\ngroup::---\nmask::r--\nother::---';
const hasAcl = ['getfacl', 'setfacl'].every((name) => spawnSync(name, ['--version']).status === 0);

describe.skipIf(!hasAcl)('with getfacl and setfacl', () => {
  it.each(['key.pem', 'a b.pem', 'a\\b.pem', 'a\\012b.pem', 'c\rd.pem', 'Zoë.pem', '-R', '# file: x'])(
    'a file named %j gets the list that another has',
    (name) => {
      const folder = join(temporaryFolder(), name);
      mkdirSync(folder);
      const made = (file: string): string => {
        writeFileSync(join(folder, `${file} ${name}`), 'x', { mode: 0o600 });
        return join(folder, `${file} ${name}`);
      };
      const [old, fresh, plain] = [made('old'), made('fresh'), made('plain')];
      giveAccessList(old, LIST, 0o600);
      const lists = readAccessLists([old, plain, join(folder, 'nothing'), 'a\nb']);
      expect([...lists]).toEqual([[old, expect.stringContaining(LIST)]]);
      giveAccessList(fresh, lists.get(old) ?? '', 0o604);
      expect(readAccessLists([fresh]).get(fresh)).toContain(LIST.replace('other::---', 'other::r--'));
      expect(statSync(fresh).mode & 0o777).toBe(0o644);
    },
  );

  it('a list that cannot be given is said, with what setfacl says', () => {
    const path = join(temporaryFolder(), 'none');
    expect(() => giveAccessList(path, LIST, 0o600)).toThrow(/cannot be given to ".*none": .*No such file/);
  });
});

it.each(['---', '--x', '-w-', '-wx', 'r--', 'r-x', 'rw-', 'rwx'])(
  'what the mode gives others is in the list that a file is given: %s',
  (others) => {
    const folder = temporaryFolder();
    const script = '#!/bin/sh\n/bin/cat >"$0.list"\necho "$*" >"$0.args"\n';
    writeFileSync(join(folder, 'setfacl'), script, { mode: 0o755 });
    const before = process.env['PATH'];
    process.env['PATH'] = folder;
    try {
      const bits = [...others].reduce((mode, one) => mode * 2 + (one === '-' ? 0 : 1), 0);
      giveAccessList(join(folder, 'x'), LIST, 0o640 | bits);
    } finally {
      process.env['PATH'] = before;
    }
    const given = readFileSync(join(folder, 'setfacl.list'), 'utf8');
    expect(given).toBe(LIST.replace('other::---', `other::${others}`));
    expect(readFileSync(join(folder, 'setfacl.args'), 'utf8')).toBe(`--set-file=- -- ${folder}/x\n`);
  },
);

it('lists are asked for once: numbers of users, whole names, a path a line, and none that has two', () => {
  const folder = temporaryFolder();
  const script = '#!/bin/sh\n/bin/cat >"$0.paths"\necho "$*" >"$0.args"\necho call >>"$0.calls"\n';
  writeFileSync(join(folder, 'getfacl'), `${script}printf '# file: /x\\n# owner: 0\\n%s\\n' '${LIST}'\n`, {
    mode: 0o755,
  });
  vi.stubEnv('PATH', folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  expect([...readAccessLists(['/x', '/y z', '/a\nb'])]).toEqual([['/x', `${LIST}\n`]]);
  const said = (what: string): string => readFileSync(join(folder, `getfacl.${what}`), 'utf8');
  expect(said('paths')).toBe('/x\n/y z\n');
  expect(said('calls')).toBe('call\n');
  expect(said('args')).toBe('--skip-base --no-effective --numeric --absolute-names -\n');
});

it('without setfacl, that is what is said', () => {
  const before = process.env['PATH'];
  process.env['PATH'] = temporaryFolder();
  try {
    expect(readAccessLists(['/x'])).toEqual(new Map());
    expect(() => giveAccessList('/x', LIST, 0o600)).toThrow(/cannot be given to "\/x": .*ENOENT/);
  } finally {
    process.env['PATH'] = before;
  }
});

it.each([
  ['user::rw-\ngroup::---\nmask::r--\nother::---', 0],
  ['user::rw-\ngroup::r--\nmask::r--\nother::---', 0o040],
  ['user::rw-\ngroup:5:rwx\ngroup::rw-\nmask::r--\nother::---', 0o060],
  ['', 0],
])('of %j, the owning group has %d', (list, bits) => {
  expect(owningGroupBits(list)).toBe(bits);
});
