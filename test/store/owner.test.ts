/** Whose files are relied on, and which folders are reported because another user may replace what is in them. */
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { observe } from '../../src/store/observe/observe.ts';
import { trustedOwners } from '../../src/store/owner.ts';
import { anAuthority, anInventory, aServer } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';

it.each<[what: string, environment: Record<string, string>, uid: number, trusted: readonly number[]]>([
  ['a user', {}, 1000, [0, 1000]],
  ['a user for whom sudo was called by another', { SUDO_UID: '1001' }, 1000, [0, 1000]],
  ['root', {}, 0, [0]],
  ['root, called by sudo', { SUDO_UID: '1000' }, 0, [0, 1000]],
  ['root with a setting', { PKI_TRUST_OWNER: '1000, 65534' }, 0, [0, 1000, 65_534]],
  ['a user with a setting', { PKI_TRUST_OWNER: '7' }, 1000, [0, 7, 1000]],
  ['settings that name no one', { PKI_TRUST_OWNER: 'me,-1, ,1e3', SUDO_UID: 'x' }, 0, [0]],
])('%s trusts', (_, environment, uid, trusted) => {
  expect([...(trustedOwners(environment, uid) ?? [])].sort((a, b) => a - b)).toEqual(trusted);
});

it('a system without users has nobody to distrust', () => {
  expect(trustedOwners({}, undefined)).toBeNull();
});

it.skipIf(process.geteuid?.() !== 0)(
  'a folder of another user is reported like one that all may write to (needs root)',
  () => {
    const root = memoryFolder();
    const inventory = anInventory(anAuthority(), aServer({ name: 'a' }), aServer({ name: 'b' }));
    for (const id of ['authorities/root', 'servers/a', 'servers/b'])
      mkdirSync(join(root, id), { recursive: true });
    expect(observe(root, inventory).exposed).toBeUndefined();
    chownSync(join(root, 'servers/a'), 65_534, 65_534);
    chmodSync(join(root, 'servers/b'), 0o777);
    expect(observe(root, inventory).exposed).toEqual([
      { folder: 'servers/a', uid: 65_534 },
      { folder: 'servers/b', uid: null },
    ]);
    chownSync(root, 1, 1);
    expect(observe(root, inventory).exposed?.[0]).toEqual({ folder: '.', uid: 1 });
  },
);
