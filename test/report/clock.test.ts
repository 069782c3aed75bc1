/** A clock that cannot be right: an error where it is behind, a warning where it was ahead. */
import { expect, it } from 'vitest';
import type { ClockDoubt } from '../../src/plan/clock.ts';
import { clockMessages } from '../../src/report/clock.ts';
import { NOW } from '../helpers/entities.ts';

const [BEFORE, NEWEST] = ['2026-11-23T12:00:00Z', '2026-11-23T12:01:00Z'];
const HINT =
  'hint: set the clock and run again; if it is right now, and was ahead then, pass "--trust-clock"';

it.each<[ClockDoubt['kind'], by: ClockDoubt['by'], texts: readonly string[]]>([
  [
    'behind',
    'ledger',
    [
      `error: the clock says ${BEFORE}, but certificates were issued here at ${NEWEST}: nothing is issued by a clock that is behind`,
      HINT,
    ],
  ],
  [
    'behind',
    'program',
    [
      `error: the clock says ${BEFORE}, but this program is younger than ${NEWEST}: nothing is issued by a clock that is behind`,
      HINT,
    ],
  ],
  [
    'behind',
    'servers/a',
    [
      `error: the clock says ${BEFORE}, but the certificate of servers/a begins at ${NEWEST}: nothing is issued by a clock that is behind`,
      HINT,
    ],
  ],
  [
    'ahead',
    'servers/a',
    [
      `warning: the clock was ahead: it is ${BEFORE}, but the certificate of servers/a begins at ${NEWEST}; certificates that have not begun are issued again`,
    ],
  ],
])('%s, by %s', (kind, by, texts) => {
  const doubt = { kind, clock: NOW, newest: NOW + 60, by } as ClockDoubt;
  expect(clockMessages({ doubt }).map((one) => `${one.kind}: ${one.text}`)).toEqual(texts);
});

it('nothing of a clock that is right', () => expect(clockMessages({ doubt: null })).toEqual([]));
