/** The row of `pki ocsp` in the table of commands. */
import { Option } from 'commander';
import type { OcspFlags } from './ocsp.ts';
import { jsonOption, MANIFEST } from './options.ts';
import type { CommandRow } from './row.ts';

/** Answers about certificates, for those who ask whether one is revoked. */
export const OCSP_COMMAND: CommandRow = {
  name: 'ocsp',
  says: 'sign OCSP responses for a web server, where the next are due',
  argument: MANIFEST,
  options: [
    new Option('--to <folder>', 'the folder for them; by default ocsp/ in the output folder'),
    jsonOption('print what was written as JSON'),
  ],
  examples: [
    ['pki apply --quiet && pki ocsp', 'daily, in cron'],
    ['pki ocsp --to /srv/ocsp', 'into the folder of a web server'],
  ],
  async run(manifest: string, flags: OcspFlags, { console, interruption }) {
    return (await import('./ocsp.ts')).ocspCommand(manifest, flags, console, interruption);
  },
};
