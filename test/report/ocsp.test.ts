/** What is said of revoked certificates that responses call good, because no list has them yet. */
import { expect, it } from 'vitest';
import { unlistedMessages } from '../../src/report/ocsp.ts';

const root = 'authorities/root' as const;
const other = 'authorities/other' as const;
const hint = { kind: 'hint', text: 'run "pki apply --allow revoke", then this again' };
const warning = (text: string) => ({
  kind: 'warning',
  text: expect.stringContaining(`${text} until apply has listed `),
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
