/** Commander's errors in this program's voice: what is wrong, and what to type instead. */
import { listed } from '../manifest/suggest.ts';
import { visible } from '../pki/printable.ts';
import { COMMANDS_TRIED, OPTIONS_TRIED } from '../report/typed.ts';
import type { Advice } from '../words/advice.ts';
import type { Argument, CommandRow } from './row.ts';
import { COMMANDS } from './table.ts';

/** Where the error was found: after the name of a command, or before any. */
type Where = string | null;

/** @param text as commander prints it, `error: unknown command 'list'` and perhaps a suggestion. */
export function usageAdvice(text: string, where: Where): Advice {
  const [, message = text, similar] =
    /^error: ([\s\S]*?)(?:\n\(Did you mean (?:one of )?(.*)\?\))?\n?$/.exec(text) ?? [];
  const guess = similar === undefined ? undefined : `did you mean ${listed(similar.split(', '))}?`;
  for (const [pattern, advise] of KNOWN) {
    const found = pattern.exec(message);
    if (found !== null) return visibly(advise(found.slice(1), where, guess));
  }
  return visibly({ problem: quoted(message), hint: guess ?? helpHint(where) });
}

type Advise = (words: readonly string[], where: Where, guess: string | undefined) => Advice;

const KNOWN: readonly (readonly [RegExp, Advise])[] = [
  [
    /^unknown command '([\s\S]*)'$/,
    ([word = ''], _, guess) => ({
      problem: `unknown command "${word}"`,
      hint: COMMANDS_TRIED.get(word.toLowerCase()) ?? guess ?? helpHint(null),
    }),
  ],
  [
    /^unknown option '([\s\S]*)'$/,
    ([text = ''], where, guess) => {
      const [flag = '', value] = text.split('=');
      return value !== undefined && isOptionOf(flag, where)
        ? { problem: `"${flag}" takes no value`, hint: `write "${flag}" alone, or leave it out` }
        : { problem: `unknown option "${text}"`, hint: optionHint(flag, where) ?? guess ?? helpHint(where) };
    },
  ],
  [
    /^option '.*?(--[\w-]+).*?' argument '([\s\S]*)' is invalid\. ([\s\S]*)$/,
    ([flag = '', value = '', why = '']) => ({
      problem: `"${value}" is no value of "${flag}"`,
      hint: `${why.replace(/^Allowed choices are (.*)\.$/, (_, choices: string) => choiceHint(choices))}${switchHint(flag, value)}`,
    }),
  ],
  [
    /^command-argument value '([\s\S]*)' is invalid for argument '(.*)'\. Allowed choices are (.*)\.$/,
    ([value = '', name = '', choices = '']) => ({
      problem: `"${value}" is no ${name}`,
      hint: choiceHint(choices),
    }),
  ],
  [
    /^too many arguments for '(.*)'\. Expected (\d+) .* but got (\d+)\.$/,
    ([command = '', wanted = '', given = '']) => ({
      problem: `too many arguments for "${command}": ${given}, where it takes ${wanted}`,
      hint: helpHint(command),
    }),
  ],
];

/**
 * For an argument or option that is there and empty, as `--to "$UNSET"` is: as a path it would mean the working directory.
 * Absent where there is none.
 */
export function emptyAdvice(row: CommandRow, argument: Argument, flags: object): Advice | undefined {
  const option = row.options.find((one) => Reflect.get(flags, one.attributeName()) === '');
  const problem =
    argument === '' ? `"" is no ${row.argument.name()}` : option && `"" is no value of "${option.long}"`;
  return problem === undefined
    ? undefined
    : { problem, hint: 'write one; where a variable stands for it, that is empty or not set' };
}

/** What switches it off, where that is meant. */
function switchHint(flag: string, value: string): string {
  const skip = `--skip-${flag.slice(2)}`;
  const isOff = /^(?:none|no|off|false|never|skip|0)$/i.test(value);
  return isOff && owners(skip).length > 0 ? `; "${skip}" leaves it out` : '';
}

function owners(flag: string): typeof COMMANDS {
  return COMMANDS.filter(({ options }) => options.some((one) => one.long === flag || one.short === flag));
}

function isOptionOf(flag: string, where: Where): boolean {
  return owners(flag).some(({ name }) => name === where);
}

/** A word of other programs, or an option of another command. */
function optionHint(flag: string, where: Where): string | undefined {
  const names = owners(flag).map(({ name }) => `pki ${name}`);
  const tried = OPTIONS_TRIED.get(flag);
  const [first] = names;
  if (tried !== undefined || first === undefined) return tried;
  return where === null
    ? `options stand behind the command: "${first} ${flag}"`
    : `it is an option of ${listed(names, 'and')}`;
}

function choiceHint(choices: string): string {
  return `write ${listed(choices.split(', '))}`;
}

function helpHint(where: Where): string {
  return where === null ? '"pki --help" lists the commands' : `"pki ${where} --help" shows what it takes`;
}

/** Commander's own quotes. */
function quoted(message: string): string {
  return message.replaceAll(/'([^']*)'/g, '"$1"');
}

/** What was typed may be anything. */
function visibly({ problem, hint }: Advice): Advice {
  return { problem: visible(problem), hint: visible(hint) };
}
