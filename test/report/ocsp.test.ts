/** What is said of responses: what was signed and until when, and of revoked certificates that no list has yet. */
import { describe, expect, it } from 'vitest';
import type { OcspResult, OcspWritten } from '../../src/index.ts';
import { ocspJson, ocspMessages, ocspText, unlistedMessages } from '../../src/report/ocsp.ts';
import { PLAIN } from '../../src/report/style.ts';

const root = 'authorities/root' as const;
const other = 'authorities/other' as const;
const hint = { kind: 'hint', text: 'run "pki apply --allow revoke", then this again' };
const warning = (text: string) => ({
  kind: 'warning',
  text: `${text} until apply has listed ${/^1 /.test(text) ? 'it' : 'them'}`,
});

type Unlisted = Parameters<typeof unlistedMessages>[0];

it.each<[string, Unlisted, readonly unknown[]]>([
  ['none', [], []],
  ['an authority of which all are listed', [{ authority: root, unlisted: [] }], []],
  [
    'one',
    [{ authority: root, unlisted: ['01'] }],
    [warning('1 certificate of "authorities/root" that the manifest revokes is answered with "good"'), hint],
  ],
  [
    'two, beside an authority without any',
    [
      { authority: other, unlisted: [] },
      { authority: root, unlisted: ['01', '02'] },
    ],
    [
      warning('2 certificates of "authorities/root" that the manifest revokes are answered with "good"'),
      hint,
    ],
  ],
])('%s', (_, authorities, expected) => {
  expect(unlistedMessages(authorities)).toEqual(expected);
});

it('says nothing of what to do then where that is something else', () => {
  const [, advice] = unlistedMessages([{ authority: root, unlisted: ['01'] }], '');
  expect(advice?.text).toBe('run "pki apply --allow revoke"');
});

const END = Date.UTC(2026, 10, 30, 12) / 1000;
const WRITTEN: OcspWritten = {
  authority: root,
  signer: root,
  signed: 0,
  kept: 0,
  revoked: 0,
  nextUpdate: END,
  unlisted: [],
};
const RESULT: OcspResult = { authorities: [], failures: [], folder: '/out', written: 0, removed: 0 };

describe('of an authority', () => {
  const until = 'good until 2026-11-30T12:00:00Z, signed';
  it.each<[Partial<OcspWritten>, string]>([
    [{ nextUpdate: null }, 'no certificates to answer for'],
    [{ signed: 1 }, `1 response signed; ${until} by itself`],
    [{ signed: 2, kept: 1, revoked: 1 }, `2 responses signed, 1 up to date, 1 revoked; ${until} by itself`],
    [{ kept: 1 }, `1 response up to date; ${until} by itself`],
    [{ kept: 3, signer: 'certificates/ocsp' }, `3 responses up to date; ${until} by certificates/ocsp`],
  ])('%j: %s', (written, expected) => {
    const [line] = ocspText({ ...RESULT, authorities: [{ ...WRITTEN, ...written }] }, PLAIN).split('\n');
    expect(line).toBe(`authorities/root: ${expected}`);
  });
});

it.each([
  [0, 0, 'nothing to do'],
  [1, 0, '1 file written'],
  [2, 1, '2 files written, 1 removed'],
  [0, 2, '0 files written, 2 removed'],
])('%i files written and %i removed: %s', (written, removed, expected) => {
  expect(ocspText({ ...RESULT, written, removed }, PLAIN)).toBe(`/out: ${expected}\n`);
});

describe('as messages and as JSON', () => {
  const result: OcspResult = {
    ...RESULT,
    authorities: [
      { ...WRITTEN, unlisted: ['01'] },
      { ...WRITTEN, authority: other, nextUpdate: null },
    ],
    failures: [{ authority: other, fault: { kind: 'ended', signer: other } }],
    written: 2,
    removed: 1,
  };
  const problem = 'the certificate of "authorities/other" has ended, or ends within minutes';
  const advice = 'run "pki apply" first';

  it('what no list has comes first, then each failure with what to do', () => {
    expect(ocspMessages(result)).toEqual([
      warning('1 certificate of "authorities/root" that the manifest revokes is answered with "good"'),
      hint,
      { kind: 'error', text: problem },
      { kind: 'hint', text: advice },
    ]);
  });

  it('dates are written out, and none is null', () => {
    expect(ocspJson(result)).toEqual({
      format: 'pki-ocsp',
      version: 1,
      folder: '/out',
      written: 2,
      removed: 1,
      authorities: [
        { ...WRITTEN, unlisted: ['01'], nextUpdate: '2026-11-30T12:00:00Z' },
        { ...WRITTEN, authority: other, nextUpdate: null },
      ],
      failures: [{ authority: other, problem, hint: advice }],
    });
  });
});
