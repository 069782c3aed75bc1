/** A plan in words, to the letter: what people read before they say yes. */
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/plan/plan.ts';
import { planText, warningTexts } from '../../src/report/plan.ts';
import { planJson } from '../../src/report/plan-json.ts';
import { COLOURED, PLAIN } from '../../src/report/style.ts';
import { aChange, aPlan, NOW } from '../helpers/entities.ts';

function planOf(...changes: readonly Parameters<typeof aChange>[0][]): Plan {
  return aPlan(changes.map(aChange), { now: NOW });
}

const text = (plan: Plan, verbose = false): string => planText(plan, { style: PLAIN, verbose });

const ISSUANCE = { notBefore: NOW, notAfter: NOW + 86399, cappedBy: null, subjectKeyId: null };
const EVERYTHING = planOf(
  {
    id: 'authorities/root',
    action: 'rekey',
    newKey: true,
    reasons: [
      { kind: 'differs', field: 'key', before: 'rsa-2048', after: 'rsa-4096' },
      { kind: 'requested' },
    ],
    issuance: ISSUANCE,
    consent: 'rekey-ca',
    affects: ['a', 'b', 'c', 'd', 'e', 'f'],
  },
  {
    id: 'servers/new',
    action: 'create',
    reasons: [{ kind: 'missing', artifact: 'key' }],
    issuance: { ...ISSUANCE, cappedBy: 'authorities/root' },
  },
  {
    id: 'servers/a',
    action: 'issue',
    reasons: [{ kind: 'issuer-changes', issuer: 'authorities/root' }],
    issuance: ISSUANCE,
    affects: ['x'],
  },
  { id: 'servers/b', action: 'refresh', reasons: [{ kind: 'stale', artifact: 'ca' }] },
  { id: 'servers/old', action: 'remove', reasons: [{ kind: 'not-in-manifest' }], consent: 'remove' },
  {
    id: 'servers/c',
    action: 'refuse',
    refusal: { kind: 'blocked', path: 'servers/c/key.pem', cause: { kind: 'directory' } },
  },
  { id: 'servers/d', action: 'keep' },
);

it('every action, with its reasons and what follows', () => {
  expect(text(EVERYTHING)).toBe(`± authorities/root  rekey    key: rsa-2048 → rsa-4096
                             requested
                             valid until 2026-11-24T11:59:59Z
                             6 entities follow: a, b, c, d, e and 1 more
                             needs consent: --allow rekey-ca
+ servers/new       create   valid for 1d, until 2026-11-24T11:59:59Z, the end of authorities/root
~ servers/a         issue    authorities/root changes
                             valid until 2026-11-24T11:59:59Z
                             1 entity follows: x
* servers/b         refresh  ca.pem is out of date
- servers/old       remove   no longer in the manifest
                             needs consent: --allow remove
! servers/c         refuse   "servers/c/key.pem" is a directory
                             hint: move it away, or make it a readable plain file, and run again

plan: 1 to create, 1 to issue, 1 to re-key, 1 to refresh, 1 to remove, 1 refused, 1 unchanged
`);
});

it('what stays is shown on request', () => {
  expect(text(planOf({ id: 'servers/d', action: 'keep' }))).toBe('plan: 1 unchanged, nothing to do\n');
  expect(text(planOf({ id: 'servers/d', action: 'keep' }), true)).toBe(
    '= servers/d  keep\n\nplan: 1 unchanged, nothing to do\n',
  );
});

it('an empty manifest', () => expect(text(planOf())).toBe('plan: nothing in the manifest, nothing to do\n'));

it('colours change nothing but the colour', () => {
  const coloured = planText(EVERYTHING, { style: COLOURED, verbose: false });
  expect(coloured).not.toBe(text(EVERYTHING));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
  expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(text(EVERYTHING));
});

describe('as JSON', () => {
  const json = planJson(EVERYTHING, 'pki.yaml') as { readonly changes: readonly Record<string, unknown>[] };
  it('says what it is, of what, and whether anything is due', () => {
    expect(json).toMatchObject({
      format: 'pki-plan',
      version: 1,
      manifest: 'pki.yaml',
      output: 'pki',
      pending: [],
      exposed: [],
      now: '2026-11-23T12:00:00Z',
      due: true,
      summary: { create: 1, issue: 1, rekey: 1, refresh: 1, remove: 1, keep: 1, refuse: 1 },
    });
    expect(planJson(planOf({ id: 'x', action: 'keep' }), 'pki.yaml')).toMatchObject({ due: false });
  });
  it('has all that the text has', () => {
    expect(json.changes[0]).toMatchObject({
      id: 'authorities/root',
      action: 'rekey',
      reasons: [
        {
          kind: 'differs',
          field: 'key',
          before: 'rsa-2048',
          after: 'rsa-4096',
          text: 'key: rsa-2048 → rsa-4096',
        },
        { kind: 'requested', text: 'requested' },
      ],
      issuance: { notBefore: '2026-11-23T12:00:00Z', notAfter: '2026-11-24T11:59:59Z', cappedBy: null },
      consent: 'rekey-ca',
      affects: ['a', 'b', 'c', 'd', 'e', 'f'],
    });
    expect(json.changes.find(({ action }) => action === 'refuse')).toMatchObject({
      issuance: null,
      refusal: { hint: 'move it away, or make it a readable plain file, and run again' },
    });
  });
  it('survives being written and read', () => expect(JSON.parse(JSON.stringify(json))).toEqual(json));
});

it('folders in which others may replace files: each that is open, and all of one user', () => {
  const exposed = [
    { folder: '.', uid: null },
    { folder: 'servers/a', uid: 999 },
    { folder: 'servers/b', uid: 1000 },
    { folder: 'servers/c', uid: 999 },
  ];
  expect(warningTexts({ exposed, remarks: [] }, '/out')).toEqual([
    '"/out" is writable by others, who could replace even private keys: run "chmod go-w /out"',
    '"/out/servers/a", "/out/servers/c" belong to another user (uid 999), who could replace even private keys there: run "chown" unless that is intended',
    '"/out/servers/b" belongs to another user (uid 1000), who could replace even private keys there: run "chown" unless that is intended',
  ]);
});
