/** `pki plan`: the dry run. Writes nothing, and needs no right to write. */
import {
  type Demands,
  type EngineChoice,
  type Plan,
  type Planned,
  type Project,
  plan,
  planCommands,
  savePlan,
} from '../index.ts';
import { isDue } from '../plan/plan.ts';
import { clockMessages } from '../report/clock.ts';
import { planText, savedText, warningTexts } from '../report/plan.ts';
import { planJson } from '../report/plan-json.ts';
import { refusalText } from '../words/refusal.ts';
import { type Console, EXIT, type ExitCode } from './console.ts';
import { resolveNames } from './names.ts';
import type { ManifestFlags } from './options.ts';
import { openOrExplain } from './project.ts';
import { PROGRAM_VERSION } from './version.ts';

/** Options of `pki plan`. */
export interface PlanFlags extends ManifestFlags {
  readonly json?: boolean;
  readonly commands?: boolean;
  readonly detailedExitcode?: boolean;
  readonly verbose?: boolean;
  /** What `pki rotate` and `pki retire` would do to these. */
  readonly rotate?: readonly string[];
  readonly retire?: readonly string[];
  readonly only?: readonly string[];
  /** Seconds since 1970. */
  readonly now?: number;
  readonly trustClock?: boolean;
  readonly public?: boolean;
  /** A file for the plan. */
  readonly out?: string;
  readonly engine?: EngineChoice;
}

/** `failed` where something is refused; `due` only where `detailedExitcode` asks for it. */
export async function planCommand(manifest: string, flags: PlanFlags, console: Console): Promise<ExitCode> {
  const project = await openOrExplain(manifest, flags, console);
  if (project === undefined) return EXIT.failed;
  const rekey = resolveNames('rekey', flags.rotate ?? [], project.inventory, console);
  const retire = resolveNames('retire', flags.retire ?? [], project.inventory, console);
  const only = resolveNames('only', flags.only ?? [], project.inventory, console);
  if (rekey === undefined || retire === undefined || only === undefined) return EXIT.failed;
  const made = await planned(project, { rekey, retire, only }, flags);
  await show(project, made, flags, console);
  console.say(...clockMessages(made));
  console.say(...warningTexts(made, project.root).map((text) => ({ kind: 'warning', text }) as const));
  const refusals = made.changes.flatMap((change) => (change.action === 'refuse' ? change.refusal : []));
  // A script does not mention what it leaves out.
  if (flags.commands)
    console.say(
      ...refusals.map((refusal) => ({ kind: 'error', text: refusalText(refusal).problem }) as const),
    );
  if (flags.out !== undefined) console.say({ kind: 'note', text: savedText(flags.out) });
  if (!made.ok) return EXIT.failed;
  return flags.detailedExitcode && isDue(made) ? EXIT.due : EXIT.fine;
}

/** Planned, and saved where a file is named for it. */
function planned(project: Project, demands: Demands, flags: PlanFlags): Promise<Planned> {
  const options = {
    ...demands,
    trustClock: flags.trustClock ?? false,
    ...(flags.engine === undefined ? {} : { engine: flags.engine }),
  };
  if (flags.out !== undefined) return savePlan(project, flags.out, { ...options, tool: PROGRAM_VERSION });
  return plan(project, {
    ...options,
    ...(flags.now === undefined ? {} : { now: flags.now }),
    ...(flags.public ? { sight: 'public' as const } : {}),
  });
}

async function show(project: Project, made: Plan, flags: PlanFlags, console: Console): Promise<void> {
  if (flags.json) console.json(planJson(made, project.manifest));
  else if (flags.commands) {
    // With a clock that is behind, the script would issue certificates, which must not happen.
    if (made.doubt?.kind !== 'behind') console.raw(await planCommands(project, made));
  } else console.out(planText(made, { style: console.style, verbose: flags.verbose ?? false }));
}
