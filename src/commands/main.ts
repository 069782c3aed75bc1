/** The command line: what can be typed, and what happens to the rest of the process. */
import { Command, CommanderError } from 'commander';
import { outputLostText } from '../report/failure.ts';
import { commandHelp, generalHelp } from '../report/help.ts';
import { adviceMessages } from '../report/message.ts';
import { EXIT, type ExitCode, processConsole } from './console.ts';
import { explainFailure } from './failure.ts';
import { Interruption } from './interruption.ts';
import type { Argument, CommandRow } from './row.ts';
import { COMMANDS, EXAMPLES } from './table.ts';
import { usageAdvice } from './usage.ts';
import { PROGRAM_VERSION } from './version.ts';

/**
 * Runs one command; never rejects. Exits by itself only where an output cannot be written, EPIPE aside.
 * @param argv as `process.argv`: node and the script come first.
 */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  const console = processConsole();
  const interruption = new Interruption();
  // `pki plan | head`: the reader has read enough. The work goes on, and the exit code is unchanged.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') return;
      if (stream === process.stdout) console.say({ kind: 'error', text: outputLostText(error.code) });
      process.exit(EXIT.failed);
    });
  }
  // By default it ends the process without a word; with a listener, the write fails (EFBIG), and that is said.
  process.on('SIGXFSZ', () => {});
  const context = { console, interruption };
  let code: ExitCode = EXIT.fine;
  const program = buildProgram(
    async (row, argument, flags) => {
      code = await row.run(argument, flags, context);
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
