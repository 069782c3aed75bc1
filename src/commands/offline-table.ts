/** The commands by which keys on other machines sign. */
import { Argument as CommandArgument, Option } from 'commander';
import type { ImportFlags } from './import.ts';
import {
  APPLY_OPTIONS,
  allowOption,
  allowPathOption,
  lockTimeoutOption,
  MANIFEST_OPTION,
} from './options.ts';
import type { OutgoingFlags } from './request.ts';
import type { CommandRow } from './row.ts';
import type { SignFlags } from './sign.ts';

/** In the order in which they are called, on one machine, on the other, and on the first again. */
export const OFFLINE_COMMANDS: readonly CommandRow[] = [
  {
    name: 'request',
    says: 'ask the machine that has an offline key for what waits for it',
    argument: new CommandArgument('<folder>', 'a new folder, to be taken there'),
    options: [MANIFEST_OPTION, allowOption(), lockTimeoutOption(), allowPathOption()],
    examples: [['pki request stick', 'requests, and a script that signs them']],
    async run(folder: string, flags: OutgoingFlags, { console, interruption }) {
      return (await import('./request.ts')).requestCommand(folder, flags, console, interruption);
    },
  },
  {
    name: 'sign',
    says: 'show what such a folder asks for, and sign it on a yes; takes no manifest',
    argument: new CommandArgument('<folder>', 'the folder that "pki request" wrote'),
    options: [
      new Option(
        '--key <file>',
        'the private key of the authority; "pkcs11:…": one on a token',
      ).makeOptionMandatory(),
      new Option('--certificate <file>', 'its certificate; by default the one in the folder'),
      new Option(
        '--passphrase <source>',
        'of the key, or its PIN: env:NAME or file:PATH; else it is asked for',
      ),
      new Option('--yes', 'sign without asking'),
    ],
    examples: [['pki sign stick --key root.key', 'where the key of the root is']],
    async run(folder: string, flags: SignFlags, { console, interruption }) {
      return (await import('./sign.ts')).signCommand(folder, flags, console, interruption);
    },
  },
  {
    name: 'import',
    says: 'take what was signed there, and go on with all that needs it',
    argument: new CommandArgument('<folder>', 'the folder, brought back'),
    options: [MANIFEST_OPTION, ...APPLY_OPTIONS],
    examples: [['pki import stick', 'judged like what is made here']],
    async run(folder: string, flags: ImportFlags, { console, interruption }) {
      return (await import('./import.ts')).importCommand(folder, flags, console, interruption);
    },
  },
];
