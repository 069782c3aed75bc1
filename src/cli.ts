#!/usr/bin/env node
/** argv → command → exit code. Ends the process early only where it cannot write the version. */
import { join } from 'node:path';
import { PROGRAM_VERSION } from './commands/version.ts';

// Answered before anything is loaded: scripts ask this often.
if (process.argv.length === 3 && ['--version', '-V'].includes(process.argv[2] ?? '')) {
  process.stdout.on('error', () => process.exit(1));
  process.stdout.write(`${PROGRAM_VERSION}\n`);
} else {
  // It wins (report/style.ts), and Node would warn on stderr that it does not.
  if (process.env['NO_COLOR']) delete process.env['FORCE_COLOR'];
  const { runCommand } = await import('./start/start.ts');
  process.exitCode = await runCommand(join(import.meta.dirname, 'command/main.cjs'), process.argv);
}
