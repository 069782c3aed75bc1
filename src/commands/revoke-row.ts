/** The words of `pki revoke`. */
import { Argument as CommandArgument, Option } from 'commander';
import { allowPathOption, MANIFEST_OPTION } from './options.ts';
import type { RevokeFlags } from './revoke.ts';
import type { CommandRow } from './row.ts';

/** It changes the manifest at most; what follows from that is for apply. */
export const REVOKE_COMMAND: CommandRow = {
  name: 'revoke',
  says: 'show the edit by which an entry is revoked; with --write, make it',
  argument: new CommandArgument('<name>', 'an entry, such as clients/ann or ann'),
  options: [
    MANIFEST_OPTION,
    new Option('--reason <reason>', 'why, such as keyCompromise or cessationOfOperation'),
    new Option('--write', 'make the edit; comments and layout stay'),
    allowPathOption(),
  ],
  examples: [
    ['pki revoke servers/api', 'see the edit'],
    ['pki revoke servers/api --reason keyCompromise', 'where its key has leaked'],
  ],
  async run(name: string, flags: RevokeFlags, { console }) {
    return (await import('./revoke.ts')).revokeCommand(name, flags, console);
  },
};
