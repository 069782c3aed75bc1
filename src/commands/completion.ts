/** `pki completion SHELL`: the script by which a shell completes commands, options and their values. */
import type { Argument, Option } from 'commander';
import type { Completed, CompletedCommand, CompletedOption } from '../report/completion.ts';
import { bashCompletion } from '../report/completion-bash.ts';
import { fishCompletion } from '../report/completion-fish.ts';
import { zshCompletion } from '../report/completion-zsh.ts';
import { type Console, EXIT, type ExitCode } from './console.ts';

/** The supported shells. */
const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;
/** Their names. */
export type Shell = keyof typeof SCRIPTS;

/** The part of a row of the table that it uses. */
interface Row {
  readonly name: string;
  readonly says: string;
  readonly argument: Argument;
  readonly options: readonly Option[];
}

/** Prints the script for that shell; made from the table, so that it is always up to date. */
export function completionCommand(shell: Shell, rows: readonly Row[], console: Console): ExitCode {
  const help: CompletedCommand = {
    name: 'help',
    says: 'print help for a command',
    argument: rows.map(({ name }) => name),
    options: [],
  };
  console.raw(SCRIPTS[shell]([...rows.map(completed), help]));
  return EXIT.fine;
}

function completed({ name, says, argument, options }: Row): CompletedCommand {
  return {
    name,
    says,
    argument: completes(argument.name(), argument.argChoices),
    options: options.map(completedOption),
  };
}

function completedOption({ flags, long, short, description, argChoices, required }: Option): CompletedOption {
  const [, placeholder = ''] = /<(.*)>/.exec(flags) ?? [];
  return {
    long: long ?? flags,
    short: short ?? null,
    says: description,
    value: required ? completes(placeholder, argChoices) : null,
  };
}

/** By its placeholder in the help. */
function completes(placeholder: string, choices: readonly string[] | undefined): Completed {
  if (choices !== undefined) return choices;
  if (['file', 'manifest'].includes(placeholder)) return 'file';
  return placeholder === 'folder' ? 'folder' : 'free';
}
