/** The row of `pki ocsp` in the table of commands. */
import { Option } from 'commander';
import type { OcspFlags } from './ocsp.ts';
import { allowPathOption, jsonOption, MANIFEST } from './options.ts';
import type { CommandRow } from './row.ts';

/** Answers about certificates, for those who ask whether one is revoked. */
export const OCSP_COMMAND: CommandRow = {
  name: 'ocsp',
  says: 'sign OCSP responses for a web server, where the next are due, or answer by itself',
  argument: MANIFEST,
  options: [
    new Option('--to <folder>', 'the folder for them; by default ocsp/ in the output folder'),
    new Option(
      '--serve <host:port>',
      'answer here until interrupted, for tests and small networks',
    ).conflicts(['to', 'json']),
    allowPathOption(),
    jsonOption('print what was written as JSON'),
  ],
  examples: [
    ['pki apply --quiet && pki ocsp', 'daily, in cron'],
    ['pki ocsp --to /srv/ocsp', 'into the folder of a web server'],
    ['pki ocsp --serve 127.0.0.1:8080', 'a responder; port 0 is any that is free'],
  ],
  async run(manifest: string, flags: OcspFlags, { console, interruption }) {
    return (await import('./ocsp.ts')).ocspCommand(manifest, flags, console, interruption);
  },
};
