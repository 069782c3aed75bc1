/** The row of `pki deliver` in the table of commands. */
import { Option } from 'commander';
import type { DeliverFlags } from './deliver.ts';
import { allowOption, allowPathOption, jsonOption, MANIFEST, namesOption, verboseOption } from './options.ts';
import type { CommandRow } from './row.ts';

/** Asks clusters. */
export const DELIVER_COMMAND: CommandRow = {
  name: 'deliver',
  says: 'put files into the Secrets of clusters that the manifest names (deliver), by kubectl',
  argument: MANIFEST,
  options: [
    namesOption('--only <names>', 'of these alone'),
    new Option('--dry-run', 'ask the clusters what would change, and change nothing'),
    new Option('--detailed-exitcode', 'with --dry-run: exit with 2 when something would'),
    allowOption(),
    allowPathOption(),
    jsonOption('print what became of each as JSON'),
    verboseOption('show what stays as it is, too'),
  ],
  examples: [
    ['pki deliver --dry-run', 'what would change in which cluster'],
    ['pki deliver --allow run', 'also into Secrets that are new in the manifest'],
  ],
  async run(manifest: string, flags: DeliverFlags, { console, interruption }) {
    return (await import('./deliver.ts')).deliverCommand(manifest, flags, console, interruption);
  },
};
