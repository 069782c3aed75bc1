/** Every command: its name, its arguments and options, and what runs. Each is loaded when it is called. */
import { Argument as CommandArgument, Option } from 'commander';
import { type ExportTarget, TARGETS } from '../export/target.ts';
import { keysOf } from '../pki/record.ts';
import type { Example } from '../report/help.ts';
import type { AdoptFlags } from './adopt.ts';
import type { ApplyFlags } from './apply.ts';
import { CHECK_COMMAND } from './check-row.ts';
import type { Shell } from './completion.ts';
import { DELIVER_COMMAND } from './deliver-row.ts';
import type { ExportFlags } from './export.ts';
import type { HistoryFlags } from './history.ts';
import { LOOK_COMMANDS } from './look-table.ts';
import { OCSP_COMMAND } from './ocsp-row.ts';
import { OFFLINE_COMMANDS } from './offline-table.ts';
import {
  APPLY_OPTIONS,
  allowPathOption,
  ENGINE_OPTION,
  jsonOption,
  lockTimeoutOption,
  MANIFEST,
  MANIFEST_OPTION,
  namesOption,
  nowOption,
  publicOption,
  trustClockOption,
  verboseOption,
} from './options.ts';
import type { PlanFlags } from './plan.ts';
import type { RecoverFlags } from './recover.ts';
import { REVOKE_COMMAND } from './revoke-row.ts';
import type { RequestFlags } from './rotate.ts';
import type { CommandRow } from './row.ts';

/** For the general help: from nothing to a PKI that is kept up to date. */
export const EXAMPLES: readonly Example[] = [
  ['pki init', 'write pki.yaml, a manifest to begin with'],
  ['pki plan', 'see what it makes'],
  ['pki apply', 'make it, and prove it; run it daily, and it renews'],
];

/** In the order of the help. */
export const COMMANDS: readonly CommandRow[] = [
  {
    name: 'init',
    says: 'write a small manifest to begin with; overwrite nothing',
    argument: MANIFEST,
    options: [],
    examples: [
      ['pki init', 'pki.yaml, to be changed and applied'],
      ['pki init staging.yaml', 'another one beside it'],
    ],
    async run(manifest: string, _: object, { console }) {
      return (await import('./init.ts')).initCommand(manifest, console);
    },
  },
  {
    name: 'plan',
    says: 'show what apply would change, and why; touch nothing',
    argument: MANIFEST,
    options: [
      jsonOption('print the plan as JSON'),
      new Option('--commands', 'print the openssl commands as a shell script').conflicts('json'),
      new Option('--detailed-exitcode', 'exit with 2 when changes are due'),
      verboseOption('show what stays as it is, too'),
      nowOption('plan as of this RFC 3339 time'),
      publicOption(),
      new Option('--out <file>', 'save the plan, for "pki apply <file>"').conflicts([
        'now',
        'public',
        'commands',
      ]),
      trustClockOption(),
      namesOption('--rotate <names>', 'plan what "pki rotate" would do'),
      namesOption('--retire <names>', 'plan what "pki retire" would do'),
      namesOption('--only <names>', 'plan nothing but these, and what follows from them'),
      ENGINE_OPTION,
      allowPathOption(),
    ],
    examples: [
      ['pki plan --now 2027-03-01T00:00:00Z', 'what will be due by then'],
      ['pki plan --detailed-exitcode', 'for CI: ends with 2 when something is due'],
      ['pki plan --commands >make.sh', 'the same by hand, as a shell script'],
      ['pki plan --out reviewed.plan', 'for "pki apply reviewed.plan"'],
      ['pki plan --public', 'in a pull request, without any key'],
    ],
    async run(manifest: string, flags: PlanFlags, { console }) {
      const known = (await import('./idle.ts')).idlePlanCommand(manifest, flags, console);
      if (known !== undefined) return known;
      return (await import('./plan.ts')).planCommand(manifest, flags, console);
    },
  },
  {
    name: 'apply',
    says: 'apply the manifest, then prove it with real TLS handshakes',
    argument: MANIFEST,
    options: [
      namesOption('--only <names>', 'do nothing but these, and what follows from them'),
      ...APPLY_OPTIONS,
    ],
    examples: [
      ['pki apply', 'everything, and the proof'],
      ['pki apply --only servers/api', 'this server alone'],
      ['pki apply --allow remove', 'and archive what left the manifest'],
    ],
    async run(manifest: string, flags: ApplyFlags, { console, interruption }) {
      return (await import('./apply.ts')).applyCommand(manifest, flags, console, interruption);
    },
  },
  {
    name: 'rotate',
    says: 'give entities a new key and certificate, then prove it',
    argument: new CommandArgument('<name...>', 'entities, such as servers/api or api'),
    options: [
      MANIFEST_OPTION,
      new Option('--retire', 'stop trusting the certificates that are replaced, at once: the key was stolen'),
      ...APPLY_OPTIONS,
    ],
    examples: [
      ['pki rotate servers/api', 'a new key for one server'],
      ['pki rotate root --allow rekey-ca', 'an authority, and all below it'],
      ['pki rotate root --retire --allow rekey-ca', 'the same for a stolen key'],
    ],
    async run(names: readonly string[], flags: RequestFlags, { console, interruption }) {
      return (await import('./rotate.ts')).requestCommand('rekey', names, flags, console, interruption);
    },
  },
  {
    name: 'retire',
    says: 'stop trusting the previous certificates of authorities',
    argument: new CommandArgument('<authority...>', 'authorities, such as authorities/root or root'),
    options: [MANIFEST_OPTION, ...APPLY_OPTIONS],
    examples: [['pki retire root', 'once every client has the new ca.pem']],
    async run(names: readonly string[], flags: RequestFlags, { console, interruption }) {
      return (await import('./rotate.ts')).requestCommand('retire', names, flags, console, interruption);
    },
  },
  REVOKE_COMMAND,
  OCSP_COMMAND,
  ...OFFLINE_COMMANDS,
  {
    name: 'recover',
    says: 'finish, or give up, what an interrupted apply left half-way; issue nothing',
    argument: MANIFEST,
    options: [
      namesOption('--discard <names>', 'put their old files back instead'),
      lockTimeoutOption(),
      allowPathOption(),
    ],
    examples: [
      ['pki recover', 'finish what was begun'],
      ['pki recover --discard servers/api', 'put its old files back'],
    ],
    async run(manifest: string, flags: RecoverFlags, { console, interruption }) {
      return (await import('./recover.ts')).recoverCommand(manifest, flags, console, interruption);
    },
  },
  ...LOOK_COMMANDS,
  CHECK_COMMAND,
  DELIVER_COMMAND,
  {
    name: 'history',
    says: 'list every certificate ever issued, including removed ones',
    argument: new CommandArgument('[name]', 'one entity, such as servers/api or api'),
    options: [MANIFEST_OPTION, jsonOption('print the list as JSON'), allowPathOption()],
    examples: [['pki history servers/api', 'every certificate that it ever had']],
    async run(name: string | undefined, flags: HistoryFlags, { console }) {
      return (await import('./history.ts')).historyCommand(name, flags, console);
    },
  },
  {
    name: 'adopt',
    says: 'write a manifest for keys and certificates that another tool made; change nothing',
    argument: new CommandArgument('<folder>', 'the folder that holds them'),
    options: [
      new Option('-w, --write <file>', 'write the manifest into this new file instead of printing it'),
      jsonOption('print everything that was found as JSON'),
      nowOption('as of this RFC 3339 time'),
    ],
    examples: [
      ['pki adopt /etc/pki/own', 'print the manifest'],
      ['pki adopt tls --write pki.yaml', 'write it into a new file'],
    ],
    async run(folder: string, flags: AdoptFlags, { console }) {
      return (await import('./adopt.ts')).adoptCommand(folder, flags, console);
    },
  },
  {
    name: 'export',
    says: 'write files for another engine, which then issues what the manifest says, or for a cluster',
    argument: new CommandArgument('<target>', 'the engine').choices(keysOf(TARGETS)),
    options: [
      MANIFEST_OPTION,
      new Option('--to <folder>', 'the folder for them; by default export/ and the target'),
      new Option('--vault <url>', 'issuers of cert-manager that ask OpenBao or Vault there, and hold no key'),
      new Option('--sops', 'seal Secrets by sops, for those whom .sops.yaml names'),
      allowPathOption(),
    ],
    examples: [
      ['pki export vault --to roles', 'roles and policies of OpenBao or Vault'],
      ['pki export cert-manager', 'issuers and Certificates of a cluster'],
      ['pki export kubernetes', 'what apply made, as Secrets and ConfigMaps'],
    ],
    async run(target: ExportTarget, flags: ExportFlags, { console }) {
      return (await import('./export.ts')).exportCommand(target, flags, console);
    },
  },
  {
    name: 'completion',
    says: 'print the script by which a shell completes all of this',
    argument: new CommandArgument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish'] satisfies Shell[]),
    options: [],
    examples: [
      ['source <(pki completion bash)', 'in ~/.bashrc'],
      ['source <(pki completion zsh)', 'in ~/.zshrc, behind compinit'],
      ['pki completion fish | source', 'in ~/.config/fish/config.fish'],
    ],
    async run(shell: Shell, _: object, { console }) {
      return (await import('./completion.ts')).completionCommand(shell, COMMANDS, console);
    },
  },
];
