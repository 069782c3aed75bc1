/** The commands that look at what is there and change nothing: their rows in the table of commands. */
import { Option } from 'commander';
import type { EngineSource } from '../index.ts';
import {
  allowPathOption,
  jsonOption,
  MANIFEST,
  type ManifestFlags,
  namesOption,
  nowOption,
  publicOption,
  verboseOption,
} from './options.ts';
import type { CommandRow } from './row.ts';
import type { StatusFlags } from './status.ts';
import type { VerifyFlags } from './verify.ts';

/** In the order of the help. */
export const LOOK_COMMANDS: readonly CommandRow[] = [
  {
    name: 'verify',
    says: 'check certificates and handshakes again; change nothing',
    argument: MANIFEST,
    options: [
      jsonOption('print the result as JSON'),
      verboseOption('show every check'),
      publicOption(),
      new Option('--sample <path>', 'judge certificates in files that another engine issued').conflicts(
        'public',
      ),
      new Option('--against <engine>', 'ask an engine that runs by "pki export", and judge its answers')
        .choices(['step-ca', 'vault', 'cert-manager'] satisfies EngineSource['kind'][])
        .conflicts('public'),
      new Option('--at <place>', 'where that is: a URL, or the context of a cluster'),
      new Option('--token <source>', 'for vault: env:NAME or file:PATH; by default BAO_TOKEN'),
      new Option('--keys <folder>', 'for step-ca: with keys of provisioners; by default that of the export'),
      namesOption('--only <names>', 'of a sample: judge nothing but these'),
      allowPathOption(),
    ],
    examples: [
      ['pki verify --verbose', 'every check and every handshake'],
      ['pki verify --public', 'certificates and bundles, without any key'],
      ['pki verify --sample issued', 'what another engine issued, field by field'],
    ],
    async run(manifest: string, flags: VerifyFlags, { console, interruption }) {
      return (await import('./verify.ts')).verifyCommand(manifest, flags, console, interruption);
    },
  },
  {
    name: 'validate',
    says: 'check the manifest only',
    argument: MANIFEST,
    options: [allowPathOption()],
    examples: [['pki validate staging.yaml', 'for an editor or a commit hook']],
    async run(manifest: string, flags: ManifestFlags, { console }) {
      return (await import('./validate.ts')).validate(manifest, flags, console);
    },
  },
  {
    name: 'status',
    says: 'list every certificate and the days it has left; exit with 2 when something is due',
    argument: MANIFEST,
    options: [
      jsonOption('print the list as JSON'),
      nowOption('as of this RFC 3339 time'),
      publicOption(),
      new Option('--ocsp <folder>', 'where "pki ocsp" has its files; by default ocsp/ in the output folder'),
      allowPathOption(),
    ],
    examples: [
      ['pki status', 'what ends when'],
      ['pki status --now 2027-03-01T00:00:00Z', 'what will be due by then'],
    ],
    async run(manifest: string, flags: StatusFlags, { console }) {
      return (await import('./status.ts')).statusCommand(manifest, flags, console);
    },
  },
];
