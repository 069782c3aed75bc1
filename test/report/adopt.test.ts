/** What adopting a folder says: the manifest with its comments, the report beside it, and the same as JSON. */
import { describe, expect, it } from 'vitest';
import type { EntryNote, LeftOut } from '../../src/adopt/left-out.ts';
import type { Adoption } from '../../src/index.ts';
import type { Change } from '../../src/plan/change.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { Remark } from '../../src/plan/remark.ts';
import {
  adoptionJson,
  adoptionManifest,
  adoptionText,
  nothingToAdopt,
  placeText,
  takenText,
  writtenText,
} from '../../src/report/adopt.ts';
import { COLOURED, PLAIN } from '../../src/report/style.ts';
import { aChange, anAuthority, anInventory, aPlan, aServer, DAY, NOW } from '../helpers/entities.ts';

const NAMES = ['a', 'b', 'c'];
const inventory = anInventory(anAuthority(), ...NAMES.map((name) => aServer({ name })));

interface Given {
  readonly changes?: readonly Change[];
  readonly remarks?: readonly Remark[];
  readonly notes?: readonly EntryNote[];
  readonly leftOut?: readonly LeftOut[];
  readonly ignored?: readonly string[];
  readonly schema?: string;
  readonly plan?: Partial<Plan>;
}

const kept = (id: string): Change => aChange({ id, action: 'keep' });
const ALL = ['authorities/root', 'servers/a', 'servers/b', 'servers/c'];

/** Entities keep what they have, but for these changes. */
function anAdoption(given: Given = {}): Adoption {
  const others = (given.changes ?? []).map(({ id }) => id);
  const changes = [...ALL.filter((id) => !others.includes(id)).map(kept), ...(given.changes ?? [])];
  return {
    ok: true,
    folder: 'old pki',
    place: '/srv/pki',
    schema: given.schema ?? null,
    description: {
      manifest: {
        output: '.',
        defaults: {},
        entries: {
          authorities: new Map([['root', { commonName: 'Root' }]]),
          servers: new Map(NAMES.map((name) => [name, { issuer: 'root' }])),
          clients: new Map(),
          peers: new Map(),
          certificates: new Map(),
        },
      },
      leftOut: given.leftOut ?? [],
      notes: given.notes ?? [],
      certificates: new Map(),
      ignored: given.ignored ?? [],
    },
    inventory,
    warnings: [],
    plan: aPlan(changes, { now: NOW, remarks: given.remarks ?? [], ...given.plan }),
  };
}

const ISSUANCE = { notBefore: NOW, notAfter: NOW + 90 * DAY, cappedBy: null, subjectKeyId: null };
const ISSUED = aChange({
  id: 'servers/a',
  action: 'issue',
  issuance: ISSUANCE,
  reasons: [
    { kind: 'issuer-changes', issuer: 'authorities/root' },
    { kind: 'keeps-trust', notAfter: NOW, signsNew: false },
    { kind: 'expired', notAfter: NOW - DAY },
    { kind: 'expires', notAfter: NOW + DAY, seconds: DAY, window: 2 * DAY },
    { kind: 'key-mismatch' },
  ],
});
const REFUSED = aChange({
  id: 'servers/b',
  action: 'refuse',
  refusal: { kind: 'blocked', path: 'servers/b/key.pem', cause: { kind: 'link' } },
});

const RENAMED: Remark = {
  kind: 'renamed',
  entity: 'servers/c',
  reason: { kind: 'differs', field: 'subject', before: 'CN=\u001bc', after: 'CN=c' },
};

describe('the manifest', () => {
  const comments = (adoption: Adoption): readonly string[] =>
    adoptionManifest(adoption)
      .split('\n')
      .filter((line) => /#|^ {2}\S/.test(line));

  it('is whole, and says where it is from and what it would change', () => {
    expect(adoptionManifest(anAdoption({ schema: 'schema.json' }))).toMatchInlineSnapshot(`
      "# yaml-language-server: $schema=schema.json
      # Written by "pki adopt" from "old pki" on 2026-11-23: 1 authority, 3 servers.
      # Everything is as described here: "pki apply" would change nothing.

      version: 1
      output: .
      authorities:
        root:
          commonName: Root
      servers:
        a:
          issuer: root
        b:
          issuer: root
        c:
          issuer: root
      "
    `);
  });

  it('has a comment on each entry that does not conform, and why', () => {
    const adoption = anAdoption({ changes: [ISSUED, REFUSED], remarks: [RENAMED] });
    expect(comments(adoption).join('\n')).toMatchInlineSnapshot(`
      "# Written by "pki adopt" from "old pki" on 2026-11-23: 1 authority, 3 servers.
      # 1 of 4 are as described here. "pki plan" shows what apply would do about the others.
        root:
        # follows its issuer: authorities/root changes
        # due for renewal: expired 2026-11-22T12:00:00Z
        # due for renewal: expires in 1d (2026-11-24T12:00:00Z); renewal is due 2d before the end
        # does not conform: the certificate does not match the private key
        a:
        # does not conform: "servers/b/key.pem" is a symbolic link
        b:
        # does not conform: subject: CN=␛c → CN=c, at the next renewal
        c:"
    `);
  });

  it.each<[what: string, given: Given, text: string]>([
    ['nothing', {}, '"pki apply" would change nothing.'],
    [
      'a subject',
      { remarks: [RENAMED] },
      '"pki apply" would change nothing before a certificate is renewed.',
    ],
    [
      'two subjects',
      { remarks: [RENAMED, { ...RENAMED, entity: 'servers/a' }] },
      '"pki apply" would change nothing before certificates are renewed.',
    ],
  ])('where all is as it says but for %s', (_, given, text) => {
    expect(comments(anAdoption(given))).toContain(`# Everything is as described here: ${text}`);
  });

  it('an entry that is due is counted once, also where its subject changes as well', () => {
    const remarks: readonly Remark[] = [RENAMED, { ...RENAMED, entity: 'servers/a' }];
    expect(comments(anAdoption({ changes: [ISSUED], remarks }))).toContain(
      '# 2 of 4 are as described here. "pki plan" shows what apply would do about the others.',
    );
  });
});

describe('the report', () => {
  const leftOut: readonly LeftOut[] = [
    { paths: ['x.pem', 'x.key'], subject: 'CN=x', why: { kind: 'link' } },
    { paths: ['y.pem'], subject: null, why: { kind: 'link' } },
    { paths: ['z.key'], subject: null, why: { kind: 'no-certificate', request: null, unread: null } },
    { paths: [], subject: null, why: { kind: 'no-host' } },
  ];
  const NOTE = (id: string, note: EntryNote['note']): EntryNote => ({ id, note });

  it('is whole', () => {
    const given: Given = {
      changes: [ISSUED, REFUSED],
      remarks: [
        RENAMED,
        {
          kind: 'differs',
          entities: ['servers/a'],
          reason: { kind: 'differs', field: 'keyUsage', before: 'a', after: 'b' },
        },
      ],
      notes: [
        NOTE('servers/a', { kind: 'attribute', attribute: 'UID' }),
        NOTE('servers/c', { kind: 'attribute', attribute: 'UID' }),
        NOTE('servers/c', { kind: 'common-name', before: 'c', after: null }),
        NOTE('servers/b', { kind: 'idle-root' }),
      ],
      leftOut,
      ignored: ['readme', 'notes'],
    };
    expect(adoptionText(anAdoption(given), PLAIN)).toMatchInlineSnapshot(`
      "adopted: 1 authority, 3 servers
      conform: authorities/root
      ~ servers/a  issue    authorities/root changes
                            the current certificate stays trusted until 2026-11-23T12:00:00Z, or until "pki retire"
                            expired 2026-11-22T12:00:00Z
                            expires in 1d (2026-11-24T12:00:00Z); renewal is due 2d before the end
                            the certificate does not match the private key
                            valid until 2027-02-21T12:00:00Z
      ! servers/b  refuse   "servers/b/key.pem" is a symbolic link
                            hint: move it away, or make it a readable plain file, and run again

      plan: 1 to issue, 1 refused, 2 unchanged
      warning: servers/a, servers/c: a manifest cannot have UID in the subject
      note: servers/c: a manifest cannot have the common name c here; described with none
      note: servers/b: says CA:TRUE, but signs nothing here and has SANs: perhaps meant to be a server
      note: servers/c: the next renewal changes its subject: CN=␛c → CN=c
      left out:
        "x.pem" and "x.key" (CN=x), "y.pem": is a symbolic link, which is not followed
          hint: adopt the folder that it leads to
        "z.key": a private key without a certificate in this folder
        "": for TLS servers, without a DNS name, IP address or URI that a client could check
      2 unrelated files ignored
      "
    `);
    const coloured = adoptionText(anAdoption(given), COLOURED).replaceAll('\u001b', '^');
    const marked = coloured.split('\n').filter((line) => /^\^|hint:/.test(line));
    expect(marked.join('\n')).toMatchInlineSnapshot(`
      "^[1madopted: 1 authority, 3 servers^[22m
      ^[32mconform:^[39m authorities/root
      ^[33m~^[39m ^[1mservers/a^[22m  ^[33missue  ^[39m  authorities/root changes
      ^[31m!^[39m ^[1mservers/b^[22m  ^[31mrefuse ^[39m  "servers/b/key.pem" is a symbolic link
                            hint: move it away, or make it a readable plain file, and run again
      ^[1mplan: 1 to issue, 1 refused, 2 unchanged^[22m
      ^[33mwarning:^[39m servers/a, servers/c: a manifest cannot have UID in the subject
      ^[33mnote:^[39m servers/c: a manifest cannot have the common name c here; described with none
      ^[33mnote:^[39m servers/b: says CA:TRUE, but signs nothing here and has SANs: perhaps meant to be a server
      ^[33mnote:^[39m servers/c: the next renewal changes its subject: CN=␛c → CN=c
      ^[33mleft out:^[39m
      ^[2m    hint: adopt the folder that it leads to^[22m"
    `);
  });

  it('says a remark once, also of an entity that is due, and of what notes say already none', () => {
    const remarks: readonly Remark[] = [
      { kind: 'request-ignored', entity: 'servers/a', ignored: ['x'] },
      {
        kind: 'differs',
        entities: ['servers/a'],
        reason: { kind: 'differs', field: 'keyUsage', before: 'a', after: 'b' },
      },
    ];
    for (const changes of [[ISSUED], []]) {
      const lines = adoptionText(anAdoption({ changes, remarks }), PLAIN).split('\n');
      expect(lines.filter((line) => line.startsWith('note:'))).toHaveLength(1);
    }
  });

  it('calls none conforming whose names the next certificate will not have', () => {
    const reason = { kind: 'differs', field: 'san', before: 'dns:a.', after: 'none' } as const;
    const given = { kind: 'differs', entities: ['servers/a', 'servers/b'], reason } as const;
    const usage: Remark = { ...given, entities: ['servers/c'], reason: { ...reason, field: 'keyUsage' } };
    const adoption = anAdoption({
      remarks: [{ ...given, kind: 'renamed', entity: 'servers/b' }, given, usage],
    });
    expect(adoptionText(adoption, PLAIN)).toContain('conform: authorities/root, servers/c\n');
    const manifest = adoptionManifest(adoption);
    expect(manifest).toContain(
      '# Everything is as described here: "pki apply" would change nothing before certificates are renewed.\n',
    );
    expect(manifest.match(/# does not conform: san: dns:a\. → none, at the next renewal\n/g)).toHaveLength(3);
    const json = adoptionJson(adoption, null) as { entities: readonly { conforms: boolean }[] };
    expect(json.entities.map(({ conforms }) => conforms)).toEqual([true, false, false, true]);
  });

  it.each<[count: number, line: string | undefined]>([
    [0, undefined],
    [1, '1 unrelated file ignored'],
    [2, '2 unrelated files ignored'],
  ])('of %d files that have nothing to do with it: %j', (count, line) => {
    const text = adoptionText(anAdoption({ ignored: Array.from({ length: count }, String) }), PLAIN);
    expect(text.split('\n').find((one) => one.includes('ignored'))).toBe(line);
  });

  it('names a dozen of each', () => {
    const some = (count: number): readonly LeftOut[] =>
      Array.from({ length: count }, (__, i) => ({ paths: [`${i}`], subject: null, why: { kind: 'link' } }));
    const named = Array.from({ length: 12 }, (__, i) => `"${i}"`).join(', ');
    const link = 'is a symbolic link, which is not followed';
    expect(adoptionText(anAdoption({ leftOut: some(12) }), PLAIN)).toContain(`  ${named}: ${link}\n`);
    expect(adoptionText(anAdoption({ leftOut: some(13) }), PLAIN)).toContain(
      `  ${named}, and 1 more: ${link}\n`,
    );
  });

  it.each([
    [['a.pem'], '"a.pem" (CN=a)'],
    [['a.pem', 'b.pem'], '"a.pem" and "b.pem" (CN=a)'],
    [['a.pem', 'b.pem', 'c.pem'], '"a.pem", "b.pem" and "c.pem" (CN=a)'],
    [['a.pem', 'b.pem', 'c.pem', 'd.pem'], '"a.pem", "b.pem" and 2 more (CN=a)'],
  ])('names the files of a certificate: %j', (paths, text) => {
    const leftOut: readonly LeftOut[] = [{ paths, subject: 'CN=a', why: { kind: 'circle' } }];
    expect(adoptionText(anAdoption({ leftOut }), PLAIN)).toContain(`\n  ${text}: `);
  });

  it('gives every hint of a group once', () => {
    const leftOut = [1, 2, 2].map((position): LeftOut => {
      const why = { kind: 'bundle', path: 'all.pem', position, count: 2 } as const;
      return { paths: ['all.pem'], subject: `CN=${position}`, why };
    });
    const lines = adoptionText(anAdoption({ leftOut }), PLAIN).split('\n');
    expect(lines.filter((line) => line.includes('hint:'))).toEqual([
      expect.stringContaining('put the first one into'),
      expect.stringContaining('put certificate 2 into'),
    ]);
  });

  it('says nothing of a plan where nothing is due, and of conforming entries where there are none', () => {
    expect(adoptionText(anAdoption(), PLAIN)).toBe(
      `adopted: 1 authority, 3 servers\nconform: ${ALL.join(', ')}\n`,
    );
    const issue = ALL.map((id) => aChange({ id, action: 'issue', issuance: ISSUANCE }));
    expect(adoptionText(anAdoption({ changes: issue }), PLAIN)).not.toContain('conform:');
  });
});

it('as JSON, whole', () => {
  const adoption = anAdoption({
    changes: [ISSUED, REFUSED, aChange({ id: 'servers/old', action: 'remove' })],
    remarks: [RENAMED],
    notes: [{ id: 'servers/a', note: { kind: 'idle-root' } }],
    leftOut: [{ paths: ['y.pem'], subject: 'CN=y', why: { kind: 'link' } }],
    ignored: ['readme'],
  });
  const { text, ...rest } = adoptionJson(adoption, 'pki.yaml') as Record<string, unknown>;
  expect(text).toBe(adoptionManifest(adoption));
  expect(JSON.stringify(rest, null, 1)).toMatchInlineSnapshot(`
    "{
     "format": "pki-adopt",
     "version": 1,
     "folder": "old pki",
     "place": "/srv/pki",
     "manifest": "pki.yaml",
     "now": "2026-11-23T12:00:00Z",
     "entities": [
      {
       "id": "authorities/root",
       "kind": "authority",
       "conforms": true,
       "action": "keep",
       "reasons": [],
       "refusal": null,
       "notes": []
      },
      {
       "id": "servers/a",
       "kind": "server",
       "conforms": false,
       "action": "issue",
       "reasons": [
        {
         "kind": "issuer-changes",
         "issuer": "authorities/root",
         "text": "authorities/root changes"
        },
        {
         "kind": "keeps-trust",
         "notAfter": 1795435200,
         "signsNew": false,
         "text": "the current certificate stays trusted until 2026-11-23T12:00:00Z, or until \\"pki retire\\""
        },
        {
         "kind": "expired",
         "notAfter": 1795348800,
         "text": "expired 2026-11-22T12:00:00Z"
        },
        {
         "kind": "expires",
         "notAfter": 1795521600,
         "seconds": 86400,
         "window": 172800,
         "text": "expires in 1d (2026-11-24T12:00:00Z); renewal is due 2d before the end"
        },
        {
         "kind": "key-mismatch",
         "text": "the certificate does not match the private key"
        }
       ],
       "refusal": null,
       "notes": [
        {
         "kind": "idle-root",
         "text": "says CA:TRUE, but signs nothing here and has SANs: perhaps meant to be a server"
        }
       ]
      },
      {
       "id": "servers/b",
       "kind": "server",
       "conforms": false,
       "action": "refuse",
       "reasons": [],
       "refusal": {
        "problem": "\\"servers/b/key.pem\\" is a symbolic link",
        "hint": "move it away, or make it a readable plain file, and run again"
       },
       "notes": []
      },
      {
       "id": "servers/c",
       "kind": "server",
       "conforms": false,
       "action": "keep",
       "reasons": [],
       "refusal": null,
       "notes": []
      }
     ],
     "removals": [
      "servers/old"
     ],
     "leftOut": [
      {
       "paths": [
        "y.pem"
       ],
       "subject": "CN=y",
       "why": {
        "kind": "link",
        "text": "is a symbolic link, which is not followed",
        "hint": "adopt the folder that it leads to"
       }
      }
     ],
     "ignored": [
      "readme"
     ]
    }"
  `);
});

it('what else it says', () => {
  const why: LeftOut['why'] = { kind: 'bundle', path: 'all.pem', position: 1, count: 2 };
  const bundled = { paths: ['all.pem'], subject: 'CN=a', why };
  expect(nothingToAdopt(anAdoption({ leftOut: [bundled] }))).toEqual({
    problem: 'nothing of "old pki" can be adopted as it is',
    hint: 'follow the hints on what is left out, and adopt again',
  });
  expect(nothingToAdopt(anAdoption())).toEqual({
    problem: '"old pki" holds no authority with its key, and nothing that one of its authorities signed',
    hint: 'adopt the folder that holds the key and the certificate of the root',
  });
  expect(takenText('pki.yaml')).toEqual({
    problem: '"pki.yaml" is there already, and is not overwritten',
    hint: 'name a new file, or move the old one away',
  });
  expect(writtenText('my pki.yaml')).toBe(
    'wrote "my pki.yaml"; "pki plan \'my pki.yaml\'" shows what apply would do',
  );
  expect(placeText(anAdoption())).toMatchInlineSnapshot(`"save it in "/srv/pki", for example as pki.yaml"`);
});
