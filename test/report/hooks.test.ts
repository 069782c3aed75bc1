/** What a hook printed, as much of it as fits on a screen, and how it ended. */
import { expect, it } from 'vitest';
import { hookMessages } from '../../src/report/hooks.ts';

const lines = (count: number): string => Array.from({ length: count }, (_, i) => `line ${i + 1}\n`).join('');
const shown = (output: string): readonly string[] =>
  hookMessages([{ entity: 'servers/api', run: ['reload', 'a b'], output, fault: null }]).map(
    ({ text }) => text,
  );
const ran = "ran the hook of servers/api: reload 'a b'";
const note = (text: string): string => `hook of servers/api: ${text}`;

it.each<[what: string, output: string, said: readonly string[]]>([
  ['nothing', '', []],
  ['nothing but blank lines', '\n  \n', []],
  ['a line', 'done\n', ['done']],
])('it printed %s', (_, output, said) => {
  expect(shown(output)).toEqual([...said.map(note), ran]);
});

it('twenty lines are all there, and of more the last ones, with their number', () => {
  expect(shown(lines(20))).toHaveLength(21);
  expect(shown(lines(20))[0]).toBe(note('line 1'));
  const more = shown(lines(23));
  expect(more).toHaveLength(22);
  expect(more.slice(0, 2)).toEqual([note('(3 lines before these)'), note('line 4')]);
});
