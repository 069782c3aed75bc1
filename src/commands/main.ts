/** The command line: what can be typed, and what happens to the rest of the process. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { Consent } from '../index.ts';
import { CONSENTS, isConsent } from '../plan/change.ts';
import { type Console, EXIT, type ExitCode, processConsole } from './console.ts';
import { explainFailure } from './failure.ts';
import { Interruption } from './interruption.ts';
import { DEFAULT_MANIFEST } from './project.ts';
import { PROGRAM_VERSION } from './version.ts';

/**
 * Runs one command; never rejects. Exits by itself only where an output cannot be written, EPIPE aside.
 * @param argv as `process.argv`: node and the script come first.
 */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  const console = processConsole();
  const interruption = new Interruption();
  // `pki plan | head`: whoever reads has read enough. The work goes on, and the exit code is its own.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') return;
      if (stream === process.stdout) console.error(`cannot write to standard output (${error.code})`);
      process.exit(EXIT.failed);
    });
  }
  let code: ExitCode = EXIT.fine;
  const program = buildProgram(console, interruption, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(helpful(argv, program));
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.failed;
    return explainFailure(error, interruption.signal, console);
  }
}

/** `pki help plam` is as unknown as `pki plam`; commander would say nothing. */
function helpful(argv: readonly string[], program: Command): string[] {
  const [node = '', self = '', first, name] = argv;
  const isKnown =
    name === undefined || /^-|^help$/.test(name) || program.commands.some((one) => one.name() === name);
  return first === 'help' && !isKnown ? [node, self, name] : [...argv];
}

type Finish = (code: ExitCode) => void;

function buildProgram(console: Console, interruption: Interruption, finish: Finish): Command {
  const program = new Command('pki')
    .description('Private TLS from one manifest: planned, applied, and proven by real handshakes.')
    .version(PROGRAM_VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .exitOverride()
    .configureOutput({ outputError: (text) => void process.stderr.write(voice(text)) })
    .showSuggestionAfterError(true)
    .addHelpText('after', '\nThe manifest is pki.yaml where none is named.');
  addPlan(program, console, finish);
  addApply(program, console, interruption, finish);
  addRotate(program, console, interruption, finish);
  addRetire(program, console, interruption, finish);
  addVerify(program, console, interruption, finish);
  addValidate(program, console, finish);
  addStatus(program, console, finish);
  addHistory(program, console, finish);
  addAdopt(program, console, finish);
  for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);
  return program;
}

/** Commander's `error: unknown command 'plam'` in this program's voice. */
function voice(text: string): string {
  return text
    .replace(/^error: /, 'pki: error: ')
    .replace(/^\(Did you mean (.*)\?\)$/m, 'pki: hint: did you mean "$1"?');
}

function addPlan(program: Command, console: Console, finish: Finish): void {
  program
    .command('plan')
    .description('show what apply would change, and why; touch nothing')
    .argument('[manifest]', 'the manifest', DEFAULT_MANIFEST)
    .option('--json', 'print the plan as JSON')
    .addOption(new Option('--commands', 'print the openssl commands as a shell script').conflicts('json'))
    .option('--detailed-exitcode', 'exit with 2 when changes are due')
    .option('-v, --verbose', 'show what stays as it is, too')
    .addOption(new Option('--now <time>', 'plan as of this RFC 3339 time').argParser(parseTime))
    .addOption(new Option('--rotate <names>', 'plan what "pki rotate" would do').argParser(parseNames))
    .addOption(new Option('--retire <names>', 'plan what "pki retire" would do').argParser(parseNames))
    .action(async (manifest: string, flags) => {
      const { planCommand } = await import('./plan.ts');
      finish(await planCommand(manifest, flags, console));
    });
}

/** `api,clients/app` */
function parseNames(text: string): readonly string[] {
  return text.split(',').map((name) => name.trim());
}

/** What every command that changes things takes. */
function withApplyOptions(command: Command): Command {
  return command
    .option('--skip-verify', 'leave the proof out')
    .addOption(
      new Option('--verify <scope>', 'with over 1,000 pairs: prove all, or those touched (default)').choices([
        'all',
        'touched',
      ]),
    )
    .addOption(
      new Option('--allow <consents>', 'agree to what breaks something in use: rekey-ca, remove').argParser(
        parseConsents,
      ),
    )
    .addOption(
      new Option('--lock-timeout <seconds>', 'wait this long for another run to end').argParser(parseSeconds),
    )
    .option('--json', 'print the result as JSON')
    .option('-v, --verbose', 'show every check of the proof');
}

function addApply(program: Command, console: Console, interruption: Interruption, finish: Finish): void {
  const command = program
    .command('apply')
    .description('make it so, then prove it with real TLS handshakes')
    .argument('[manifest]', 'the manifest', DEFAULT_MANIFEST);
  withApplyOptions(command).action(async (manifest: string, flags) => {
    const { applyCommand } = await import('./apply.ts');
    finish(await applyCommand(manifest, flags, console, interruption));
  });
}

function addRotate(program: Command, console: Console, interruption: Interruption, finish: Finish): void {
  const command = program
    .command('rotate')
    .description('give entities a new key and certificate, then prove it')
    .argument('<name...>', 'entities, such as servers/api or api')
    .option('-m, --manifest <file>', 'the manifest', DEFAULT_MANIFEST);
  withApplyOptions(command).action(async (names: readonly string[], flags) => {
    const { requestCommand } = await import('./rotate.ts');
    finish(await requestCommand('rekey', names, flags, console, interruption));
  });
}

function addRetire(program: Command, console: Console, interruption: Interruption, finish: Finish): void {
  const command = program
    .command('retire')
    .description('stop trusting the certificates that authorities had before their present ones')
    .argument('<authority...>', 'authorities, such as authorities/root or root')
    .option('-m, --manifest <file>', 'the manifest', DEFAULT_MANIFEST);
  withApplyOptions(command).action(async (names: readonly string[], flags) => {
    const { requestCommand } = await import('./rotate.ts');
    finish(await requestCommand('retire', names, flags, console, interruption));
  });
}

function addVerify(program: Command, console: Console, interruption: Interruption, finish: Finish): void {
  program
    .command('verify')
    .description('check certificates and handshakes again; change nothing')
    .argument('[manifest]', 'the manifest', DEFAULT_MANIFEST)
    .option('--json', 'print the result as JSON')
    .option('-v, --verbose', 'show every check')
    .action(async (manifest: string, flags) => {
      const { verifyCommand } = await import('./verify.ts');
      finish(await verifyCommand(manifest, flags, console, interruption));
    });
}

function addValidate(program: Command, console: Console, finish: Finish): void {
  program
    .command('validate')
    .description('check the manifest alone')
    .argument('[manifest]', 'the manifest', DEFAULT_MANIFEST)
    .action(async (manifest: string) => {
      const { validate } = await import('./validate.ts');
      finish(await validate(manifest, console));
    });
}

function addStatus(program: Command, console: Console, finish: Finish): void {
  program
    .command('status')
    .description('list every certificate and the days it has left; exit with 2 when something is due')
    .argument('[manifest]', 'the manifest', DEFAULT_MANIFEST)
    .option('--json', 'print the list as JSON')
    .addOption(new Option('--now <time>', 'as of this RFC 3339 time').argParser(parseTime))
    .action(async (manifest: string, flags) => {
      const { statusCommand } = await import('./status.ts');
      finish(await statusCommand(manifest, flags, console));
    });
}

function addHistory(program: Command, console: Console, finish: Finish): void {
  program
    .command('history')
    .description('list every certificate ever issued, also those that are gone')
    .argument('[name]', 'one entity, such as servers/api or api')
    .option('-m, --manifest <file>', 'the manifest', DEFAULT_MANIFEST)
    .option('--json', 'print the list as JSON')
    .action(async (name: string | undefined, flags) => {
      const { historyCommand } = await import('./history.ts');
      finish(await historyCommand(name, flags, console));
    });
}

function addAdopt(program: Command, console: Console, finish: Finish): void {
  program
    .command('adopt')
    .description('write a manifest for keys and certificates that another tool made; change nothing')
    .argument('<folder>', 'the folder that holds them')
    .option('-w, --write <file>', 'write the manifest into this new file instead of printing it')
    .option('--json', 'print everything that was found as JSON')
    .addOption(new Option('--now <time>', 'as of this RFC 3339 time').argParser(parseTime))
    .action(async (folder: string, flags) => {
      const { adoptCommand } = await import('./adopt.ts');
      finish(await adoptCommand(folder, flags, console));
    });
}

function parseTime(text: string): number {
  const form = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.exec(text);
  const milliseconds = form === null ? Number.NaN : Date.parse(text);
  // Date.parse takes 30 February for 1 March.
  const isDay = form?.[1] !== undefined && new Date(form[1]).toJSON()?.startsWith(form[1]);
  if (Number.isNaN(milliseconds) || !isDay)
    throw new InvalidArgumentError('write it as 2027-03-01T00:00:00Z');
  return Math.floor(milliseconds / 1000);
}

function parseSeconds(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('write whole seconds, such as 60');
  return Number(text);
}

function parseConsents(text: string, earlier: readonly Consent[] = []): readonly Consent[] {
  const given = text.split(',').map((word) => {
    const consent = word.trim();
    if (!isConsent(consent)) throw new InvalidArgumentError(`"${consent}" is none of ${CONSENTS.join(', ')}`);
    return consent;
  });
  return [...earlier, ...given];
}
