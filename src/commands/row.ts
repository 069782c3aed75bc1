/** What a command is: its words, its argument and options, and what runs. */
import type { Argument as CommandArgument, Option } from 'commander';
import type { Example } from '../report/help.ts';
import type { Console, ExitCode } from './console.ts';
import type { Interruption } from './interruption.ts';

/** What a command gets from the process. */
export interface Context {
  readonly console: Console;
  readonly interruption: Interruption;
}

/** The arguments of a command beside its options: one, several, or none. */
export type Argument = string | readonly string[] | undefined;

/** One command; its words are those of its help. */
export interface CommandRow {
  readonly name: string;
  readonly says: string;
  readonly argument: CommandArgument;
  readonly options: readonly Option[];
  /** For its help. */
  readonly examples: readonly Example[];
  /** Called with what commander read: the argument and the options of this row. */
  run(argument: Argument, flags: object, context: Context): Promise<ExitCode>;
}
