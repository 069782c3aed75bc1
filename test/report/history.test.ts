/** What was issued, on terminals of several widths. */
import { expect, it } from 'vitest';
import { historyText } from '../../src/report/history.ts';
import { COLOURED, PLAIN } from '../../src/report/style.ts';
import type { LedgerEntry } from '../../src/store/ledger.ts';

const SERIAL = '7e1f00c0ffee'.padEnd(40, 'd');
const WHY = '0 1 2 3 4 5 6 7 8 9'.replaceAll(' ', ' was never seen before, and ');
const entry = (entity: string, ...kinds: readonly string[]): LedgerEntry => ({
  time: '2031-02-03T04:05:06Z',
  entity,
  issuer: 'authorities/root',
  serial: SERIAL,
  subject: 'CN=a',
  san: [],
  notBefore: '2031-02-03T04:00:06Z',
  notAfter: '2031-05-04T04:00:05Z',
  fingerprint: 'f',
  keyId: 'k',
  reasons: JSON.parse(JSON.stringify(kinds.map((kind) => ({ kind })))),
});
const ENTRIES = [entry('authorities/root', 'requested'), entry('servers/api', WHY)];
/** Of the table below: what stands before the reasons, and the longer of these. */
const WIDTH = 22 + 18 + 42 + 22 + WHY.length;

it('is a table where there is no terminal, or one that is wide enough', () => {
  const lines = historyText(ENTRIES, PLAIN).split('\n');
  expect(lines).toEqual([
    `time${' '.repeat(36)}serial${' '.repeat(36)}until${' '.repeat(17)}why`,
    `2031-02-03T04:05:06Z  authorities/root  ${SERIAL}  2031-05-04T04:00:05Z  requested`,
    `2031-02-03T04:05:06Z  servers/api       ${SERIAL}  2031-05-04T04:00:05Z  ${WHY}`,
    '',
  ]);
  for (const columns of [0, WIDTH]) expect(historyText(ENTRIES, PLAIN, columns)).toBe(lines.join('\n'));
});

it.each([WIDTH - 1, 80, 70])('has some lines for each at %i columns, and whole serial numbers', (columns) => {
  const lines = historyText(ENTRIES, PLAIN, columns).trimEnd().split('\n');
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(columns);
  expect(lines.slice(0, 5)).toEqual([
    '2031-02-03T04:05:06Z  authorities/root',
    `  ${SERIAL}, until 2031-05-04T04:00:05Z`,
    '  requested',
    '2031-02-03T04:05:06Z  servers/api',
    `  ${SERIAL}, until 2031-05-04T04:00:05Z`,
  ]);
  expect(lines.slice(5).join('').replaceAll(/ +/g, ' ').trim()).toBe(WHY);
});

it('does not count colours', () => {
  expect(historyText(ENTRIES, COLOURED, WIDTH).split('\n')).toHaveLength(4);
});
