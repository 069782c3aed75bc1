// What `pki recover` says became of what was left half-way.
import { expect, it } from 'vitest';
import type { RecoverResult } from '../../src/index.ts';
import { recoveredText, recoverMessages } from '../../src/report/recover.ts';

it('says of each entity which of its files are there, and of a key that is in another form that it is the same', () => {
  const text = recoveredText({
    kind: 'done',
    finished: ['servers/a'],
    restored: ['servers/b'],
    relocked: ['servers/c'],
    placed: ['servers/d'],
    failed: [],
  });
  expect(text).toBe(`servers/a: its new files are in place
servers/b: has its old files again; new keys and certificates are in the archive
servers/c: has its old files again, but for key.pem: the same key, encrypted or not as the interrupted run left it; new certificates are in the archive
servers/d: its new files were in place already, and the rest is given up
`);
});

const NONE = { finished: [], restored: [], relocked: [], placed: [], failed: [] } as const;
const FAILED: RecoverResult = {
  ...NONE,
  kind: 'done',
  failed: [
    { entity: 'servers/a', why: 'the disk is full' },
    { entity: 'clients/b c', why: 'EPERM' },
  ],
};

it('says that there was nothing, and nothing of what failed, which is an error', () => {
  expect(recoveredText({ ...NONE, kind: 'done' })).toBe('recovered: nothing was left half-way\n');
  expect(recoveredText(FAILED)).toBe('');
  expect(recoveredText({ kind: 'unknown', names: ['x'] })).toBe('');
});

const by = {
  since: 'then',
  pid: 7,
  host: 'here',
  lock: 'pki/.pki/lock',
  isVisible: true,
  started: null,
  nonce: '',
} as const;
const BUSY = [
  'error: another run has been at work since then (process 7 on here)',
  'hint: wait for it to end and run again, or let "--lock-timeout 60s" wait for it',
];

it.each<[what: string, RecoverResult, isGivenUp: boolean, messages: readonly string[]]>([
  ['all done', { ...NONE, kind: 'done', finished: ['servers/a'] }, false, []],
  ['another run', { kind: 'locked', by }, false, BUSY],
  [
    'another run that cannot be seen',
    { kind: 'locked', by: { ...by, isVisible: false } },
    false,
    [...BUSY, 'hint: the process is not visible from here: if it is gone, delete "pki/.pki/lock"'],
  ],
  [
    'names of nothing',
    { kind: 'unknown', names: ['x', 'y'] },
    true,
    [
      'error: nothing of "x" is left half-way',
      'hint: "pki plan" names what is',
      'error: nothing of "y" is left half-way',
      'hint: "pki plan" names what is',
    ],
  ],
  [
    'what cannot be finished',
    FAILED,
    false,
    [
      'error: the new files of servers/a cannot be put in place: the disk is full',
      'hint: fix the cause and run again; or give the new files up, which are below ".pki/commit": "pki recover --discard servers/a"',
      'error: the new files of clients/b c cannot be put in place: EPERM',
      `hint: fix the cause and run again; or give the new files up, which are below ".pki/commit": "pki recover --discard 'clients/b c'"`,
    ],
  ],
  [
    'what cannot be given up',
    FAILED,
    true,
    [
      'error: the old files of servers/a cannot be put back: the disk is full',
      'hint: fix the cause and run "pki recover --discard servers/a" again',
      'error: the old files of clients/b c cannot be put back: EPERM',
      `hint: fix the cause and run "pki recover --discard 'clients/b c'" again`,
    ],
  ],
])('%s', (_, result, isGivenUp, messages) =>
  expect(recoverMessages(result, isGivenUp).map(({ kind, text }) => `${kind}: ${text}`)).toEqual(messages),
);
