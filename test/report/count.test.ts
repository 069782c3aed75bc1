/** Numbers in words. */
import { expect, it } from 'vitest';
import { durationText } from '../../src/report/count.ts';

it.each([
  [0, '0s'],
  [0.04, '0.0s'],
  [1.23, '1.2s'],
  [9.94, '9.9s'],
  [9.96, '10s'],
  [12.4, '12s'],
  [59.4, '59s'],
  [59.6, '1m 0s'],
  [80, '1m 20s'],
  [3600, '60m 0s'],
])('%d seconds are %s', (seconds, text) => expect(durationText(seconds)).toBe(text));
