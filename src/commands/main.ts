/** The command line: what can be typed, and what happens to the rest of the process. */
import { Command, CommanderError } from 'commander';
import { commandHelp, generalHelp } from '../report/help.ts';
import { adviceMessages } from '../report/message.ts';
import { EXIT, type ExitCode, processConsole } from './console.ts';
import { explainFailure } from './failure.ts';
import { Interruption } from './interruption.ts';
import { watchOutputs } from './outputs.ts';
import type { Argument, CommandRow } from './row.ts';
import { COMMANDS, EXAMPLES } from './table.ts';
import { emptyAdvice, usageAdvice } from './usage.ts';
import { PROGRAM_VERSION } from './version.ts';

/**
 * Runs one command; never rejects.
 * @param argv as `process.argv`: node and the script come first.
 */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  const console = processConsole();
  const interruption = new Interruption();
  watchOutputs(console);
  // By default it ends the process without a word; with a listener, the write fails (EFBIG), and that is said.
  process.on('SIGXFSZ', () => {});
  keepOwnersRights();
  const context = { console, interruption };
  let code: ExitCode = EXIT.fine;
  const program = buildProgram(
    async (row, argument, flags) => {
      const empty = emptyAdvice(row, argument, flags);
      if (empty !== undefined) console.say(...adviceMessages(empty));
      code = empty === undefined ? await row.run(argument, flags, context) : EXIT.failed;
    },
    (text, where) => console.say(...adviceMessages(usageAdvice(text, where))),
  );
  try {
    await program.parseAsync(helpful(argv, program));
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.failed;
    return explainFailure(error, interruption.signal, console);
  }
}

/** Under a umask such as 777 this program, and openssl, could not go on with what they have just made. */
function keepOwnersRights(): void {
  const umask = process.umask();
  if ((umask & 0o700) !== 0) process.umask(umask & 0o077);
}

/** `pki help plam` is as unknown as `pki plam`, and `pki help help` is `pki help`: commander says nothing of either. */
function helpful(argv: readonly string[], program: Command): string[] {
  const [node = '', self = '', first, name] = argv;
  const isKnown = name === undefined || program.commands.some((one) => one.name() === name);
  return first === 'help' && !isKnown ? [node, self, name] : [...argv];
}

type Run = (row: CommandRow, argument: Argument, flags: object) => Promise<void>;

/** @param say what is wrong with a command line, and after which command. */
function buildProgram(run: Run, say: (text: string, where: string | null) => void): Command {
  const program = new Command('pki')
    .description('Private TLS from one manifest: planned, applied, and proven by real handshakes.')
    .version(PROGRAM_VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .exitOverride()
    .configureOutput({ outputError: (text) => say(text, null) })
    .showSuggestionAfterError(true)
    .addHelpText('after', generalHelp(EXAMPLES));
  for (const row of COMMANDS) {
    const command = program
      .command(row.name)
      .description(row.says)
      .addArgument(row.argument)
      .configureOutput({ outputError: (text) => say(text, row.name) })
      .addHelpText('after', commandHelp(row.examples));
    for (const option of row.options) command.addOption(option);
    command.action((argument: Argument, flags: object) => run(row, argument, flags));
  }
  return program;
}
