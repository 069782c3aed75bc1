/** The ledger as a witness: the time of its last line, and more of it only where that lies ahead. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readIssues } from '../../src/store/ledger-times.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const at = (iso: string): number => Date.parse(iso) / 1000;
const line = (time: string, ...reasons: readonly object[]): string => JSON.stringify({ time, reasons });
const expired = (iso: string) => ({ kind: 'expired', notAfter: at(iso) });

function issues(text: string | Uint8Array, now: string) {
  const root = temporaryFolder();
  mkdirSync(join(root, '.pki'), { mode: 0o700 });
  writeFileSync(join(root, '.pki/ledger.jsonl'), text);
  return readIssues(root, at(now));
}

describe('the last line', () => {
  it.each([
    ['of one', [line('2024-05-01T00:00:00Z')], '2024-05-01T00:00:00Z'],
    [
      'of two, in the order of writing',
      [line('2038-01-01T00:00:00Z'), line('2024-06-01T00:00:00Z')],
      '2024-06-01T00:00:00Z',
    ],
    [
      'after longer ones',
      [
        line('2024-01-01T00:00:00Z', { kind: 'x'.repeat(40_000) }),
        line('2024-07-01T00:00:00Z', { kind: 'y'.repeat(20_000) }),
      ],
      '2024-07-01T00:00:00Z',
    ],
  ])('%s is the newest', (_, lines, newest) => {
    expect(issues(`${lines.join('\n')}\n`, '2025-01-01T00:00:00Z')).toEqual({
      newest: at(newest),
      before: null,
      revived: false,
    });
  });

  it('is one that was written whole', () => {
    const text = `${line('2024-05-01T00:00:00Z')}\n${line('2024-08-01T00:00:00Z').slice(0, 30)}`;
    expect(issues(text, '2025-01-01T00:00:00Z')?.newest).toBe(at('2024-05-01T00:00:00Z'));
  });

  it.each([
    ['', 'empty'],
    ['nothing\n', 'no JSON'],
    ['{"time":5}\n', 'without a time'],
    ['{"time":"soon"}\n', 'without a real time'],
  ])('%j is no witness: %s', (text) => expect(issues(text, '2025-01-01T00:00:00Z')).toBeUndefined());

  it('is none where there is no ledger', () => {
    expect(readIssues(temporaryFolder(), 0)).toBeUndefined();
    const root = temporaryFolder();
    mkdirSync(join(root, '.pki/ledger.jsonl'), { recursive: true, mode: 0o700 });
    expect(readIssues(root, 0)).toBeUndefined();
  });
});

describe('lines after the clock', () => {
  const NOW = '2025-03-01T00:00:00Z';
  const first = line('2025-01-01T00:00:00Z');
  it.each([
    [
      'renewed what has not ended',
      [first, line('2031-01-01T00:00:00Z', expired('2026-01-01T00:00:00Z'))],
      true,
    ],
    [
      'renewed what has ended by now',
      [first, line('2031-01-01T00:00:00Z', expired('2025-02-01T00:00:00Z'))],
      false,
    ],
    [
      'renewed in time',
      [first, line('2031-01-01T00:00:00Z', { kind: 'expires', notAfter: at('2031-02-01T00:00:00Z') })],
      false,
    ],
    [
      'of which only a later run did',
      [first, line('2025-04-01T00:00:00Z'), line('2031-01-01T00:00:00Z', expired('2026-01-01T00:00:00Z'))],
      false,
    ],
  ])('%s', (_, lines, revived) => {
    expect(issues(`${lines.join('\n')}\n`, NOW)).toMatchObject({
      before: at('2025-01-01T00:00:00Z'),
      revived,
    });
  });

  it('with none before it', () => {
    expect(issues(`${line('2031-01-01T00:00:00Z', expired('2030-01-01T00:00:00Z'))}\n`, NOW)).toEqual({
      newest: at('2031-01-01T00:00:00Z'),
      before: null,
      revived: true,
    });
  });
});

describe('to the second', () => {
  const NOW = '2025-03-01T00:00:00Z';
  it('a last line of this moment is not after the clock', () => {
    expect(issues(`${line('2025-01-01T00:00:00Z')}\n${line(NOW)}\n`, NOW)).toEqual({
      newest: at(NOW),
      before: null,
      revived: false,
    });
  });

  it('nor is an earlier one, before one that is', () => {
    const lines = [line('2025-01-01T00:00:00Z'), line(NOW), line('2025-03-01T00:00:01Z')];
    expect(issues(`${lines.join('\n')}\n`, NOW)).toEqual({
      newest: at(NOW) + 1,
      before: at(NOW),
      revived: false,
    });
  });

  it.each([
    ['at this moment has ended', NOW, false],
    ['a second later has not', '2025-03-01T00:00:01Z', true],
  ])('what ends %s', (_, end, revived) => {
    const lines = [line('2025-01-01T00:00:00Z'), line('2031-01-01T00:00:00Z', expired(end))];
    expect(issues(`${lines.join('\n')}\n`, NOW)?.revived).toBe(revived);
  });
});
