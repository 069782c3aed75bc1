/** `onChange`: the command that makes a service take its new files. */
import * as z from 'zod';
import type { Hook } from '../pki/hook.ts';
import { quote } from '../pki/printable.ts';
import { ADDRESS_KEYS, address } from './address.ts';
import { argv } from './argv.ts';
import { type Parsed, parsed, refused, using, wanted } from './problem.ts';

const HINT = 'write seconds or minutes, such as "30s" or "5m", an hour at most';
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60 };

/** Seconds, where nothing is said. */
const USUAL = 30;
const LONGEST = 3600;

const timeout = z
  .string(wanted('a length of time such as "30s"', HINT))
  .meta({ pattern: '^[1-9][0-9]{0,3}[sm]$', default: `${USUAL}s` })
  .transform(using(parseTimeout))
  .optional();

function parseTimeout(text: string): Parsed<number> {
  const [, digits, unit = ''] = /^([1-9]\d{0,3})([sm])$/.exec(text) ?? [];
  const seconds = Number(digits) * (UNITS[unit] ?? 0);
  if (digits === undefined) return refused('duration', `${quote(text)} is not a length of time`, HINT);
  return seconds <= LONGEST ? parsed(seconds) : refused('range', `timeout ${quote(text)} is too long`, HINT);
}

const verify = address.optional();

const shape = z.strictObject(
  { run: argv, timeout, verify },
  wanted('a map such as { run: [systemctl, reload, nginx] }'),
);

/** Its keys. */
export const HOOK_KEYS: readonly string[] = [...Object.keys(shape.shape), ...ADDRESS_KEYS];

/** A command, how long it may take, and where to see what came of it. */
export const onChange = shape.transform(
  ({ run, timeout: seconds = USUAL, verify: place }): Hook => ({
    run,
    timeout: seconds,
    ...(place === undefined ? {} : { verify: place }),
  }),
);
