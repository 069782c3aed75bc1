/** The row of `pki check` in the table of commands. */
import { Argument as CommandArgument, Option } from 'commander';
import { PROTOCOLS } from '../pki/starttls.ts';
import type { CheckFlags } from './check.ts';
import { allowPathOption, jsonOption, secondsOption } from './options.ts';
import type { CommandRow } from './row.ts';

/** Asks servers that run. */
export const CHECK_COMMAND: CommandRow = {
  name: 'check',
  says: 'ask a server that runs what it serves, and compare that with the files; change nothing',
  argument: new CommandArgument('[host:port]', 'where the server listens'),
  options: [
    new Option('-m, --manifest <file>', 'the manifest; by default pki.yaml where there is one'),
    new Option('--all', 'every server and peer of the manifest that has an address'),
    new Option('--as <name>', 'the server or peer that it should be'),
    new Option('--with <name>', 'the client or peer that it should let in'),
    new Option('--name <name>', 'ask for this name instead of the host'),
    new Option('--starttls <protocol>', 'how TLS begins').choices(PROTOCOLS),
    secondsOption('--timeout <seconds>', 'for each connection; 10 by default'),
    allowPathOption(),
    jsonOption('print what was found as JSON'),
  ],
  examples: [
    ['pki check localhost:8443', 'does it serve what is on disk?'],
    ['pki check localhost:8443 --with clients/app', 'and who is let in?'],
    ['pki check --all', 'each entry with an address'],
    ['pki check localhost:5432 --starttls postgres', 'TLS that begins later'],
  ],
  async run(place: string | undefined, flags: CheckFlags, { console, interruption }) {
    return (await import('./check.ts')).checkCommand(place, flags, console, interruption);
  },
};
