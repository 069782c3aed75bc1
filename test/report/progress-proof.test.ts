import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Outcome } from '../../src/handshake/outcome.ts';
import { proofProgress } from '../../src/report/progress.ts';

const good = { ok: true } as Outcome;
const bad = { ok: false } as Outcome;
const TERMINAL = { isTTY: true, columns: 80 };

function watched(stdout: { isTTY?: boolean } = TERMINAL, columns = 80) {
  const written: string[] = [];
  let now = 0;
  const stderr = { ...TERMINAL, columns, write: (text: string) => written.push(text) };
  const progress = proofProgress(stderr, stdout, () => now);
  return {
    written,
    close: progress.close,
    at(milliseconds: number, outcome: Outcome) {
      now = milliseconds;
      progress.onOutcome(outcome, 5560);
    },
  };
}

beforeEach(() => void vi.stubEnv('CI', ''));
afterEach(() => void vi.unstubAllEnvs());

it('shows how far it is, not too often, and what went wrong, and takes the line away', () => {
  const { at, close, written } = watched();
  at(10, good);
  at(499, good);
  at(500, good);
  at(599, bad);
  at(600, good);
  close();
  expect(written).toEqual([
    '\r\x1b[Kproving: 3 of 5560 handshakes',
    '\r\x1b[Kproving: 5 of 5560 handshakes, 8/s, 10m 56s left, 1 wrong',
    '\r\x1b[K',
  ]);
});

it('says how fast it goes, and how long it will take', () => {
  const { at, written } = watched();
  for (let i = 0; i <= 1000; i++) at(i, good);
  at(10_000, good);
  expect(written.slice(-1)).toEqual(['\r\x1b[Kproving: 1002 of 5560 handshakes, 100/s, 46s left']);
});

it('keeps to one line of a narrow terminal, which it could not take away otherwise', () => {
  const { at, written } = watched(TERMINAL, 40);
  at(0, bad);
  at(1000, good);
  expect(written).toEqual(['\r\x1b[Kproving: 2 of 5560 handshakes, 2/s, 46m']);
});

it('shows nothing of a proof that is over soon', () => {
  const { at, close, written } = watched();
  at(499, good);
  close();
  expect(written).toEqual([]);
});

it('shows nothing where the results do not go to a terminal, nor in CI', () => {
  const piped = watched({});
  piped.at(1000, good);
  vi.stubEnv('CI', 'true');
  const built = watched();
  built.at(1000, good);
  expect([...piped.written, ...built.written]).toEqual([]);
});
