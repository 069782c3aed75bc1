/** How a run ends, in the words that people read, and what a command says of names, files and failures. */
import { describe, expect, it } from 'vitest';
import type { LeftOutWhy } from '../../src/adopt/left-out.ts';
import type { ApplyResult } from '../../src/index.ts';
import type { Change } from '../../src/plan/change.ts';
import type { Exposure } from '../../src/plan/exposure.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { consentQuestion } from '../../src/report/consent.ts';
import { failureAdvice } from '../../src/report/failure.ts';
import { leftOutHint, leftOutJson, leftOutText } from '../../src/report/left-out.ts';
import type { Message } from '../../src/report/message.ts';
import { type NameProblem, nameText } from '../../src/report/names.ts';
import { resultMessages, resultText } from '../../src/report/outcome.ts';
import { UserError } from '../../src/words/user-error.ts';
import { aChange, aPlan } from '../helpers/entities.ts';

const planOf = (changes: readonly Change[], exposed: readonly Exposure[] = []): Plan =>
  aPlan(changes, { exposed });
const lines = (messages: readonly Message[]): readonly string[] =>
  messages.map(({ kind, text }) => `${kind}: ${text}`);
const said = (result: ApplyResult): readonly string[] => lines(resultMessages(result, '/out'));

const removal = aChange({ id: 'servers/old', action: 'remove', consent: 'remove' });
const refused = aChange({
  id: 'servers/a',
  action: 'refuse',
  refusal: { kind: 'blocked', path: 'servers/a/key.pem', cause: { kind: 'link' } },
});
const rekeyed = aChange({
  id: 'authorities/root',
  action: 'rekey',
  consent: 'rekey-ca',
  affects: ['servers/a', 'servers/b'],
});
const follower = aChange({ id: 'servers/b', action: 'issue' });
const plan = planOf([rekeyed, follower]);
const execution = { failures: [], skipped: [], published: ['servers/b'] };
const failure = { entity: 'servers/a', step: 'sign', problem: 'no', command: null, stderr: '' } as const;

const REFUSED = [
  'error: "servers/a/key.pem" is a symbolic link',
  'hint: move it away, or make it a readable plain file, and run again',
];
const HELD = [
  'note: left in place, though no longer in the manifest: servers/old',
  'hint: "--allow remove" moves their keys and certificates to the archive',
];
const CONSENT = [
  'error: re-keying an authority makes every copy of its certificate elsewhere obsolete, and needs consent: authorities/root (1 below is issued again)',
  'hint: to consent, pass "--allow rekey-ca"',
];

describe('a run that ended with', () => {
  it.each<[what: string, ApplyResult, out: string, said: readonly string[]]>([
    [
      'nothing to do',
      { kind: 'nothing', plan: planOf([]), held: [] },
      'applied: nothing to do, everything matches the manifest\n',
      [],
    ],
    [
      'nothing to do of what was asked for',
      { kind: 'nothing', plan: { ...planOf([]), left: ['servers/b'] }, held: [] },
      'applied: nothing to do, what was asked for matches the manifest\n',
      ['note: still due, and not part of this: servers/b'],
    ],
    [
      'nothing but leftovers',
      {
        kind: 'nothing',
        plan: planOf(
          [],
          [
            { folder: '.', uid: null },
            { folder: 'servers', uid: null },
          ],
        ),
        held: [removal],
      },
      'applied: nothing to do, some files are no longer in the manifest\n',
      [
        ...HELD,
        'warning: "/out" is writable by others, who could replace even private keys: run "chmod go-w /out"',
        'warning: "/out/servers" is writable by others, who could replace even private keys: run "chmod go-w /out/servers"',
      ],
    ],
    ['a refusal', { kind: 'refused', plan, refusals: [refused] }, '', REFUSED],
    [
      'a consent that is missing',
      {
        kind: 'consent',
        plan,
        missing: new Map([
          ['rekey-ca', ['authorities/root']],
          ['remove', ['servers/old']],
        ]),
      },
      '',
      CONSENT,
    ],
    [
      'everything done',
      { kind: 'done', plan, held: [], blocked: [], execution, interrupted: false },
      'applied: 1 issued in pki/ (2s)\n',
      [],
    ],
    [
      'some of it done',
      {
        kind: 'done',
        plan,
        held: [removal],
        blocked: [refused, rekeyed],
        execution: { failures: [failure], skipped: ['servers/c'], published: [] },
        interrupted: false,
        warnings: ['the archive is not pruned: no'],
      },
      'applied: nothing (2s)\n',
      [
        'error: "servers/a": could not issue the certificate: no',
        'note: 1 entity was not finished because of that: servers/c',
        'hint: fix the cause and run "pki apply" again; finished work is kept',
        ...HELD,
        ...REFUSED,
        ...CONSENT,
        'warning: the archive is not pruned: no',
      ],
    ],
    [
      'an interruption',
      { kind: 'done', plan, held: [removal], blocked: [refused], execution, interrupted: true },
      'applied: 1 issued in pki/ (2s)\n',
      ['error: interrupted with 1 entity left; what is finished stays, and "pki apply" goes on from there'],
    ],
  ])('%s', (_, result, out, expected) => {
    expect(resultText(result, 'pki', ' (2s)')).toBe(out);
    expect(said(result)).toEqual(expected);
  });

  it.each([
    [0, ''],
    [1, ' with 1 entity left'],
    [2, ' with 2 entities left'],
  ])('an interruption that leaves %i', (left, words) => {
    const ids = ['authorities/root', 'servers/b'] as const;
    const done = { ...execution, published: ids.slice(left) };
    const keep = aChange({ id: 'servers/kept', action: 'keep' });
    const result: ApplyResult = {
      ...{ kind: 'done', plan: planOf([rekeyed, follower, keep]), held: [], blocked: [], execution: done },
      interrupted: true,
    };
    expect(said(result)).toEqual([
      `error: interrupted${words}; what is finished stays, and "pki apply" goes on from there`,
    ]);
  });

  it('what is older than it is kept, and stays without consent, is named where the run came to its end', () => {
    const prunes = [{ entity: 'servers/b', folder: '1', time: 0, holdsKey: true }];
    const due = aPlan([], { prunes });
    const done = { kind: 'done', plan: due, held: [], blocked: [], execution, interrupted: false } as const;
    const kept = [
      'note: left in the archive, though older than "archive.keep": 1 replaced set of files, 1 with private keys: servers/b',
      'hint: "--allow prune" deletes them for good',
    ];
    expect(said({ kind: 'nothing', plan: due, held: [] })).toEqual(kept);
    expect(said(done)).toEqual(kept);
    expect(said({ ...done, pruned: prunes })).toEqual([]);
    expect(said({ ...done, warnings: ['the archive is not pruned: no'] })).toEqual([
      'warning: the archive is not pruned: no',
    ]);
    expect(said({ kind: 'refused', plan: due, refusals: [refused] })).toEqual(REFUSED);
  });

  it('what is due beside what was asked for is named unless the run was interrupted', () => {
    const left = { ...planOf([]), left: ['servers/b'] };
    const done = { kind: 'done', plan: left, held: [], blocked: [], execution, interrupted: false } as const;
    expect(said(done)).toEqual(['note: still due, and not part of this: servers/b']);
    expect(said({ ...done, interrupted: true })).toHaveLength(1);
    expect(said({ kind: 'refused', plan: left, refusals: [refused] })).toEqual(REFUSED);
  });

  it('what left the manifest is valid for some time, whether its files go or stay', () => {
    const leaving = (id: 'servers/old' | 'clients/gone', notAfter: number) =>
      aChange({
        id,
        action: 'remove',
        consent: 'remove',
        reasons: [{ kind: 'not-in-manifest', notAfter }] as never,
      });
    const [stays, goes] = [leaving('servers/old', 1_800_000_000), leaving('clients/gone', 1_790_000_000)];
    const done = { kind: 'done', blocked: [], execution, interrupted: false } as const;
    const until = (moment: string, names: string) => [
      `note: valid until ${moment} at the latest, for anyone with the key: ${names}`,
      'hint: to have it refused before that, put its entry back with "revoked: true", below an authority with "crl: true"',
    ];
    expect(said({ ...done, plan: planOf([goes]), held: [stays] })).toEqual([
      ...HELD,
      ...until('2027-01-15T08:00:00Z', 'servers/old, clients/gone'),
    ]);
    expect(said({ ...done, plan: planOf([goes]), held: [] })).toEqual(
      until('2026-09-21T14:13:20Z', 'clients/gone'),
    );
    expect(said({ kind: 'nothing', plan: planOf([]), held: [stays] })).toEqual([
      ...HELD,
      ...until('2027-01-15T08:00:00Z', 'servers/old'),
    ]);
  });

  it.each([true, false])('another run at work; visible from here: %s', (isVisible) => {
    const by = { host: 'box', pid: 7, started: null, nonce: 'ab', since: '2026-01-01T00:00:00Z' };
    const unseen = 'hint: the process is not visible from here: if it is gone, delete "/out/.pki/lock"';
    expect(said({ kind: 'locked', by: { ...by, lock: '/out/.pki/lock', isVisible } })).toEqual([
      'error: another run has been at work since 2026-01-01T00:00:00Z (process 7 on box)',
      'hint: wait for it to end and run again, or let "--lock-timeout 60s" wait for it',
      ...(isVisible ? [] : [unseen]),
    ]);
  });
});

it('a consent is asked for with what it is about, and how many follow', () => {
  expect(consentQuestion('remove', ['servers/old', 'servers/x'], plan)).toBe(
    'pki: files of entities that are no longer in the manifest are archived: servers/old, servers/x\npki: type "yes" to continue, anything else to skip: ',
  );
  const both = planOf([
    { ...rekeyed, affects: ['servers/a', 'servers/b'] },
    { ...follower, id: 'servers/a' },
    follower,
  ]);
  expect(consentQuestion('rekey-ca', ['authorities/root'], both)).toContain(
    'authorities/root (2 below are issued again)\n',
  );
});

it('a consent is asked for after what the rollover does not bring to everybody', () => {
  const shared = { kind: 'shared-key', entities: ['servers/a', 'servers/b'] } as const;
  const remarks = [{ kind: 'same-name', entity: 'authorities/root' } as const, shared];
  const question = consentQuestion('rekey-ca', ['authorities/root'], { ...planOf([rekeyed]), remarks });
  expect(question).toMatch(
    /^pki: warning: authorities\/root: ca\.pem holds two roots .*\npki: re-keying .*\n.*: $/,
  );
  const other = consentQuestion('rekey-ca', ['authorities/other'], { ...planOf([rekeyed]), remarks });
  expect(other).not.toContain('warning');
});

it.each<[NameProblem, problem: string, hint: string]>([
  [
    { kind: 'ambiguous', name: 'a', ids: ['servers/a', 'clients/a'] },
    '"a" could be several entities',
    'say "servers/a" or "clients/a"',
  ],
  [
    { kind: 'unknown', name: 'a', among: 'entities' },
    'nothing in the manifest is called "a"',
    '"pki status" lists what there is',
  ],
  [
    { kind: 'unknown', name: 'a', among: 'authorities' },
    'no authority in the manifest is called "a"',
    '"pki status" lists what there is',
  ],
])('a name is no entity’s: %j', (problem, text, hint) => {
  expect(nameText(problem)).toEqual({ problem: text, hint });
});

const systemError = (code: string, more: object = {}): Error =>
  Object.assign(new Error('x'), { code, ...more });

it.each<[what: string, unknown, problem: string, hint: string | undefined]>([
  [
    'a system error with a hint',
    systemError('ENOSPC', { syscall: 'write', path: '/out/a' }),
    'cannot write "/out/a" (ENOSPC)',
    'free some space on the disk and run again: it goes on with what is missing',
  ],
  [
    'a name that is not UTF-8',
    systemError('ENOENT', { syscall: 'lstat', path: '/bad\ufffd' }),
    'cannot lstat "/bad\ufffd" (ENOENT)',
    'a folder above has a name that is not UTF-8, which this program cannot reach: rename it, or work elsewhere',
  ],
  [
    'one that nobody foresaw',
    systemError('EIO'),
    'cannot work on (EIO)',
    'look at the file system below the output folder',
  ],
  [
    'what the user can move',
    new UserError({ kind: 'nothing-to-verify', root: '/out' }),
    '"/out" holds no certificate of this manifest',
    'run "pki apply" first',
  ],
  ['a defect', new Error('Internal error: x'), 'Internal error: x', undefined],
  ['an error of node with a code', systemError('ERR_X'), 'x', undefined],
  ['no error at all', 'text', 'text', undefined],
  // Codes of Node.js are defects of this program, and not the system's word.
  ...['ERR_INVALID_ARG_TYPE', 'NOTE', 'ZERR', 'EX-1', 'e1'].map(
    (code): [string, unknown, string, undefined] => [
      `the code ${code}`,
      Object.assign(new Error('of node'), { code }),
      'of node',
      undefined,
    ],
  ),
  ['a number for a code', Object.assign(new Error('of another'), { code: 5 }), 'of another', undefined],
])('what was thrown: %s', (_, error, problem, hint) => {
  expect(failureAdvice(error)).toEqual(hint === undefined ? { problem } : { problem, hint });
});

describe('what adopting leaves out', () => {
  it.each([
    [1, 'the certificate shares "all.pem" with other PEM blocks'],
    [3, 'the certificate has no file of its own: "all.pem" holds 3'],
  ])('a bundle of %d is named with how many certificates it holds', (count, text) => {
    expect(leftOutText({ kind: 'bundle', path: 'all.pem', position: 1, count })).toBe(text);
  });

  it.each<[LeftOutWhy, string]>([
    [
      { kind: 'unreadable', fault: { kind: 'blocked', cause: { kind: 'unreadable', code: 'EACCES' } } },
      'cannot be read (EACCES)',
    ],
    [{ kind: 'unreadable', fault: { kind: 'gone' } }, 'disappeared'],
    [{ kind: 'unreadable', fault: { kind: 'empty' } }, 'is empty'],
    [{ kind: 'unreadable', fault: { kind: 'no-pem' } }, 'holds no PEM'],
    [{ kind: 'unreadable', fault: { kind: 'several-keys' } }, 'holds several private keys'],
    [
      { kind: 'unreadable', fault: { kind: 'flawed-pem', flaw: { kind: 'byte-order-mark', line: 1 } } },
      'has a byte order mark in line 1, which not every program reads',
    ],
    [{ kind: 'unreadable', fault: { kind: 'utf16' } }, 'is text in UTF-16, which no program reads as PEM'],
    [
      { kind: 'unreadable', fault: { kind: 'foreign-key', format: { kind: 'putty' } } },
      'is a private key in the format of PuTTY, which this version cannot use',
    ],
    [
      { kind: 'unreadable', fault: { kind: 'rare-label', label: 'X509 CERTIFICATE' } },
      'has the label "X509 CERTIFICATE", which not every program reads',
    ],
    [
      { kind: 'unreadable', fault: { kind: 'unusable', detail: 'holds no readable private key' } },
      'holds no readable private key',
    ],
    [{ kind: 'path', fault: { kind: 'braces' } }, 'has "{" or "}" in its name'],
    [{ kind: 'path', fault: { kind: 'not-utf8' } }, 'has a name that is not UTF-8'],
    [{ kind: 'path', fault: { kind: 'invalid', message: 'leads out' } }, 'leads out'],
    [
      { kind: 'path', fault: { kind: 'written-differently' } },
      'has a name that a manifest would write differently',
    ],
    [{ kind: 'path', fault: { kind: 'case-twin' } }, 'differs from another file in letter case only'],
  ])('%j: the words are the detail of its JSON, also below an authority', (why, text) => {
    expect(leftOutText(why)).toBe(text);
    const recorded = { kind: why.kind, detail: text };
    const hint = leftOutHint(why) ?? null;
    expect(leftOutJson(why)).toEqual({ ...recorded, text, hint });
    expect(leftOutJson({ kind: 'issuer-left-out', issuer: 'CN=a', because: why })).toEqual({
      kind: 'issuer-left-out',
      issuer: 'CN=a',
      because: recorded,
      text: `below CN=a, which is left out: ${text}`,
      hint,
    });
  });

  it.each<[LeftOutWhy, string | undefined]>([
    [
      { kind: 'bundle', path: 'a b/all.pem', position: 1, count: 3 },
      'put the first one into a file of its own with "openssl x509 -in \'a b/all.pem\' -out CERT", and adopt again',
    ],
    [
      { kind: 'bundle', path: 'all.pem', position: 3, count: 3 },
      'put certificate 3 into a file of its own with "awk \'/-----BEGIN CERTIFICATE-----/ {n++} n == 3\' all.pem | openssl x509 -out CERT", and adopt again',
    ],
    [
      { kind: 'bundle', path: 'all.pem', position: null, count: 3 },
      'copy it out of "all.pem" into a file of its own, and adopt again',
    ],
    [
      { kind: 'together', path: '-x.pem' },
      'put each into a file of its own with "openssl x509 -in ./-x.pem -out CERT" and "openssl pkey -in ./-x.pem -out KEY", and adopt again',
    ],
    [
      { kind: 'foreign-key', keyPath: 'a.key', format: { kind: 'der' } },
      'convert it with "openssl pkey -inform DER -in KEY -out PEM", and adopt again',
    ],
    [{ kind: 'foreign-key', keyPath: 'a.key', format: { kind: 'tpm' } }, undefined],
    [
      { kind: 'format', format: 'a certificate in DER' },
      'convert it with "openssl x509 -inform DER -in FILE -out CERT", and adopt again',
    ],
    [
      { kind: 'unread-key', keyPath: 'a.p12', because: { kind: 'format', format: 'PKCS#12' } },
      'convert it with "openssl pkcs12 -in FILE -noenc -out PEM", and adopt again',
    ],
    [{ kind: 'unreadable', fault: { kind: 'utf16' } }, 'save it as UTF-8, and adopt again'],
    [{ kind: 'revoked', by: 'folder' }, undefined],
  ])('%j: what can be done', (why, hint) => {
    expect(leftOutHint(why)).toBe(hint);
  });

  it.each<[LeftOutWhy, string]>([
    [{ kind: 'revoked', by: 'folder' }, 'revoked: it is in a folder of that name'],
    [
      { kind: 'unread-key', keyPath: 'a.key', because: { kind: 'format', format: 'DER' } },
      'its private key "a.key": DER: only PEM files can be managed',
    ],
    [
      { kind: 'unread-key', keyPath: 'a.key', because: { kind: 'link' } },
      'its private key "a.key" is a symbolic link, which is not followed',
    ],
    [
      { kind: 'revoked', by: 'database', path: 'index.txt', date: 1_767_225_600, reason: 'keyCompromise' },
      'revoked on 2026-01-01 (keyCompromise), according to "index.txt"',
    ],
    [
      { kind: 'revoked', by: 'crl', path: 'x.crl', date: null, reason: null },
      'revoked, according to "x.crl"',
    ],
    [
      { kind: 'ca-database', count: 1, taken: 0 },
      'the database of another tool with 1 revoked certificate: it is not continued',
    ],
    [
      { kind: 'crl', issuer: 'CN=A', count: 2, nextUpdate: 1_767_225_600, isTrusted: true },
      'a revocation list of CN=A with 2 certificates, valid until 2026-01-01: it is not continued',
    ],
  ])('%j: in words', (why, text) => {
    expect(leftOutText(why)).toBe(text);
  });

  it('JSON has dates as text, and formats by their kinds', () => {
    const revoked = { kind: 'revoked', by: 'crl', path: 'x.crl', date: 1_767_225_600, reason: null } as const;
    expect(leftOutJson(revoked)).toMatchObject({ by: 'crl', date: '2026-01-01T00:00:00Z', reason: null });
    const foreign = { kind: 'foreign-key', keyPath: 'a.key', format: { kind: 'openssh' } } as const;
    expect(leftOutJson(foreign)).toMatchObject({ keyPath: 'a.key', format: 'openssh' });
  });
});
