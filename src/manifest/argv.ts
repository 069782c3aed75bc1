/** Commands in a manifest: a list of words, the program first. */
import * as z from 'zod';
import type { Argv } from '../pki/argv.ts';
import { quote } from '../pki/printable.ts';
import { type Parsed, parsed, refused, using, wanted } from './problem.ts';

const HINT = 'write the program and each argument as an item of a list: [systemctl, reload, nginx]';

/** More are a script, which belongs into a file. */
const MOST = 100;
const LONGEST = 4096;

/** A program and its arguments; no shell looks at them. */
export const argv = z
  .array(
    z.string(wanted('a text', 'put numbers and words such as true in quotes')),
    wanted('a list of words', HINT),
  )
  .meta({ minItems: 1, maxItems: MOST, examples: [['systemctl', 'reload', 'nginx']] })
  .transform(using(parseArgv));

/** Good words, or what is wrong with the first bad one. */
export function parseArgv(words: readonly string[]): Parsed<Argv> {
  if (words.length === 0 || words[0] === '') return refused('command', 'a command names no program', HINT);
  if (words.length > MOST)
    return refused('command', `a command has more than ${MOST} words`, 'put it into a script');
  if (words.some((word) => word.length > LONGEST))
    return refused(
      'command',
      `a command has a word of more than ${LONGEST} characters`,
      'put it into a file',
    );
  const bad = words.find((word) => /[\0\r\n]/.test(word));
  if (bad === undefined) return parsed(words);
  const shown = quote(bad.slice(0, 40));
  return refused('command', `a command has the word ${shown}, which is no single line`, HINT);
}
