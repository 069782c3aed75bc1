/** Whose files are to be, as the plan decides it: what differs, what this process may do, and which folders are exposed. */
import { describe, expect, it } from 'vitest';
import type { Ownership } from '../../src/pki/ownership.ts';
import { claimOf, exposedIn, grantFor, lackingRight } from '../../src/plan/grant.ts';
import { type Accounts, type EntityObservation, NOTHING, type Owner } from '../../src/plan/observation.ts';
import { anInventory, aServer, observed } from '../helpers/entities.ts';

const [ROOT, WEB, DB] = [0, 33, 70];
const ACCOUNTS: Accounts = {
  users: new Map([
    ['root', ROOT],
    ['web', WEB],
    ['gone', null],
  ]),
  groups: new Map([
    ['root', ROOT],
    ['ssl', DB],
    ['gone', null],
  ]),
  own: { uid: 500, gid: 500 },
  memberOf: new Set([500, DB]),
  mayGive: false,
};
const OWN: Owner = ACCOUNTS.own;

/** A key and a certificate with these owners, in a folder with that. */
function owned(key: Owner, cert: Owner, folder?: Owner | null): EntityObservation {
  const at = (owner: Owner) => ({ state: 'present', mode: 0o600, owner }) as const;
  return {
    ...observed({
      key: { ...at(key), facts: { keyId: 'k', spec: 'ecdsa-p256', keyIdentifier: 'i' } },
      csr: { ...at(cert), facts: { keyId: 'k', subject: [], san: [], signatureFits: true } },
    }),
    ...(folder === undefined ? {} : { folder }),
  };
}

const server = (ownership?: Ownership) =>
  aServer({ name: 'api', ...(ownership === undefined ? {} : { ownership }) });
const claim = (
  ownership: Ownership | undefined,
  files: EntityObservation,
  accounts: Accounts | undefined = ACCOUNTS,
) =>
  claimOf(server(ownership), files, {
    accounts,
    written: new Map([['servers/api owner', 'defaults']]),
  });

describe('what differs', () => {
  it('is nothing where nothing is stated, or nothing is known of accounts', () => {
    expect(claim(undefined, owned(OWN, OWN))).toBeUndefined();
    expect(claimOf(server({ owner: 'web' }), owned(OWN, OWN), {})).toBeUndefined();
  });

  it.each<[string, Ownership, unknown]>([
    [
      'an unknown user, where it is written',
      { owner: 'gone' },
      { kind: 'no-account', of: 'owner', name: 'gone', at: 'defaults' },
    ],
    [
      'one that was not looked up',
      { owner: 'new' },
      { kind: 'no-account', of: 'owner', name: 'new', at: 'defaults' },
    ],
    [
      'an unknown group',
      { owner: 'web', group: 'gone' },
      { kind: 'no-account', of: 'group', name: 'gone', at: 'servers/api' },
    ],
  ])('%s is refused', (_, ownership, refusal) => expect(claim(ownership, owned(OWN, OWN))).toEqual(refusal));

  const grant = { files: [], isOwnFolder: false };
  it.each<[string, Ownership, EntityObservation, unknown]>([
    [
      'nothing, where all is as stated: root is a user, too',
      { owner: 'root', group: 'root' },
      owned({ uid: ROOT, gid: ROOT }, { uid: ROOT, gid: ROOT }, { uid: ROOT, gid: ROOT }),
      {
        grant: {
          ...grant,
          uid: ROOT,
          gid: ROOT,
          stated: { owner: 'root', group: 'root' },
          isOwnFolder: true,
        },
        reasons: [],
      },
    ],
    [
      'files by whose they are, and the folder among them',
      { owner: 'web' },
      owned({ uid: ROOT, gid: 1 }, OWN, { uid: ROOT, gid: 1 }),
      {
        grant: { ...grant, uid: WEB, gid: null, stated: { owner: 'web' }, isOwnFolder: true },
        reasons: [
          { kind: 'owner', of: 'owner', files: ['key', 'folder'], before: 'root', after: 'web' },
          { kind: 'owner', of: 'owner', files: ['csr'], before: '500', after: 'web' },
        ],
      },
    ],
    [
      'the group alone, in a folder that is shared or was not seen',
      { group: 'ssl' },
      owned({ uid: WEB, gid: DB }, { uid: WEB, gid: ROOT }),
      {
        grant: { ...grant, uid: null, gid: DB, stated: { group: 'ssl' } },
        reasons: [{ kind: 'owner', of: 'group', files: ['csr'], before: 'root', after: 'ssl' }],
      },
    ],
    [
      'nothing in a folder that is not there',
      { owner: 'web' },
      observed({ folder: null }),
      { grant: { ...grant, uid: WEB, gid: null, stated: { owner: 'web' }, isOwnFolder: true }, reasons: [] },
    ],
    [
      'a mode alone is of no owner',
      { mode: 0o640 },
      owned(OWN, OWN),
      { grant: { ...grant, uid: null, gid: null, stated: { mode: 0o640 } }, reasons: [] },
    ],
  ])('%s', (_, ownership, files, expected) => expect(claim(ownership, files)).toEqual(expected));

  it('is given to files that are neither written nor deleted', () => {
    const found = claim({ owner: 'web' }, owned(OWN, OWN, OWN));
    if (found === undefined || !('grant' in found)) throw new Error('nothing is claimed');
    const of = (writes: readonly ('key' | 'csr')[], deletes: readonly ('key' | 'csr')[]) =>
      grantFor(found, { writes, deletes }).files;
    expect([of([], []), of(['key'], []), of([], ['key']), of(['csr'], ['key'])]).toEqual([
      ['key', 'csr'],
      ['csr'],
      ['csr'],
      [],
    ]);
  });
});

describe('what a process may not give', () => {
  const [MINE, THEIRS] = [OWN, { uid: WEB, gid: 500 }];
  const lacking = (
    ownership: Ownership,
    files: EntityObservation,
    isWritten = false,
    accounts: Accounts | null = ACCOUNTS,
  ) => {
    const found = claimOf(server(ownership), files, {
      accounts: {
        ...ACCOUNTS,
        users: new Map([...ACCOUNTS.users, ['me', 500]]),
        groups: new Map([...ACCOUNTS.groups, ['mine', 500]]),
      },
    });
    if (found === undefined || !('grant' in found)) throw new Error('nothing is claimed');
    const right = lackingRight(
      server(ownership),
      files,
      found,
      isWritten,
      accounts === null ? {} : { accounts },
    );
    return right?.kind === 'no-right' ? right.of : right;
  };

  it.each<[string, Ownership, EntityObservation, boolean, 'owner' | 'group' | undefined]>([
    ['its files to another user', { owner: 'web' }, owned(MINE, MINE), false, 'owner'],
    ['new files to another user', { owner: 'web' }, NOTHING, true, 'owner'],
    ['nothing, where nothing is to be done', { owner: 'web' }, NOTHING, false, undefined],
    [
      'nothing, where all is so already',
      { owner: 'web' },
      owned({ uid: WEB, gid: 1 }, { uid: WEB, gid: 1 }),
      false,
      undefined,
    ],
    [
      'new files beside some of another user',
      { owner: 'web' },
      owned({ uid: WEB, gid: 1 }, { uid: WEB, gid: 1 }),
      true,
      'owner',
    ],
    ['files of others to itself', { owner: 'me' }, owned(MINE, THEIRS), false, 'owner'],
    ['new files to itself: it may', { owner: 'me' }, owned(MINE, MINE), true, undefined],
    ['its files to a group that it is in: it may', { group: 'ssl' }, owned(MINE, MINE), false, undefined],
    ['its files to another group', { group: 'root' }, owned(MINE, MINE), false, 'group'],
    [
      'the group of files whose owner is right already',
      { owner: 'web', group: 'root' },
      owned({ uid: WEB, gid: 1 }, { uid: WEB, gid: 1 }),
      false,
      'group',
    ],
    ['files of others to its group', { group: 'ssl' }, owned(MINE, THEIRS), false, 'group'],
    [
      'files of others that have the group already: it may',
      { group: 'ssl' },
      owned(MINE, { uid: WEB, gid: DB }),
      false,
      undefined,
    ],
    [
      'the group, where the owner is right',
      { owner: 'me', group: 'root' },
      owned(MINE, MINE),
      false,
      'group',
    ],
    [
      'the owner, where the group is right',
      { owner: 'web', group: 'ssl' },
      owned({ uid: 500, gid: DB }, { uid: 500, gid: DB }),
      false,
      'owner',
    ],
    ['what it is not asked to', { mode: 0o640 }, owned(MINE, THEIRS), true, undefined],
  ])('%s', (_, ownership, files, isWritten, expected) => {
    expect(lacking(ownership, files, isWritten)).toBe(expected);
    expect(lacking(ownership, files, isWritten, { ...ACCOUNTS, mayGive: true })).toBeUndefined();
    expect(lacking(ownership, files, isWritten, null)).toBeUndefined();
  });
});

it('a folder is not exposed to the user that the manifest gives it to', () => {
  const inventory = anInventory(
    aServer({ name: 'api', ownership: { owner: 'web' } }),
    aServer({ name: 'other' }),
  );
  const all = [
    { folder: 'servers/api', uid: WEB },
    { folder: 'servers/api', uid: DB },
    { folder: 'servers/api', uid: null },
    { folder: 'servers/other', uid: WEB },
  ];
  const seen = { entities: new Map(), orphans: [] };
  expect(exposedIn(inventory, { ...seen, accounts: ACCOUNTS })).toEqual([]);
  expect(exposedIn(inventory, { ...seen, exposed: all })).toEqual(all);
  expect(exposedIn(inventory, { ...seen, exposed: all, accounts: ACCOUNTS })).toEqual(all.slice(1));
});
