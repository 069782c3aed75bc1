/** `pki apply` and `pki rotate`: make the folder what the manifest says, then prove it. */
import { dirname, join, resolve } from 'node:path';
import {
  type Applied,
  type ApplyOptions,
  apply,
  type Demands,
  type EngineChoice,
  type EntityId,
  type Project,
  type SavedRun,
  savedPlanAt,
  secretsOf,
} from '../index.ts';
import { rotatedIn } from '../plan/part.ts';
import { resultJson, resultMessages, resultText, SAVED_DEMANDS } from '../report/outcome.ts';
import { startProgress } from '../report/progress.ts';
import type { Progress } from '../report/progress-live.ts';
import { askingAt } from './ask.ts';
import { type Allowed, askForConsents, unnamed } from './consent.ts';
import { type Console, EXIT, type ExitCode } from './console.ts';
import { keepHeapSmall } from './heap.ts';
import type { Interruption } from './interruption.ts';
import { resolveNames } from './names.ts';
import { openWithOpenssl } from './project.ts';
import { type ProofFlags, prove } from './proof.ts';
import { stopwatch } from './stopwatch.ts';
import { PROGRAM_VERSION } from './version.ts';

/** Options of `pki apply`, also those of `pki rotate` and `pki retire`. */
export interface ApplyFlags extends ProofFlags {
  readonly skipVerify?: boolean;
  readonly skipHooks?: boolean;
  /** Nothing is said where nothing was due. */
  readonly quiet?: boolean;
  /** Names of entities; of `pki apply` alone. */
  readonly only?: readonly string[];
  readonly allow?: readonly Allowed[];
  /** How much of a very large folder to prove. */
  readonly verify?: 'all' | 'touched';
  readonly trustClock?: boolean;
  /** Seconds. */
  readonly lockTimeout?: number;
  readonly engine?: EngineChoice;
}

/** `failed` without a usable manifest or openssl; otherwise the result of `applyProject`. */
export async function applyCommand(
  manifest: string,
  flags: ApplyFlags,
  console: Console,
  interruption: Interruption,
): Promise<ExitCode> {
  const saved = savedPlanAt(manifest);
  if (saved !== undefined) return applySaved({ plan: saved, path: manifest }, flags, console, interruption);
  const project = await openWithOpenssl(manifest, flags, console, interruption);
  if (project === undefined) return EXIT.failed;
  const only = resolveNames('only', flags.only ?? [], project.inventory, console);
  if (only === undefined) return EXIT.failed;
  return applyProject(project, { only }, flags, console, interruption.signal);
}

/** What was asked for when the plan was made holds; asked for again, it would be another plan. */
async function applySaved(
  { plan, path }: Omit<SavedRun, 'tool'>,
  flags: ApplyFlags,
  console: Console,
  interruption: Interruption,
): Promise<ExitCode> {
  const { rekey, retire, only, engine, trustClock } = plan.demands;
  if (flags.only !== undefined || flags.engine !== undefined || flags.trustClock) {
    console.say(...SAVED_DEMANDS);
    return EXIT.failed;
  }
  const project = await openWithOpenssl(plan.manifest, flags, console, interruption);
  if (project === undefined) return EXIT.failed;
  const requests = {
    rekey: new Set(rekey),
    retire: new Set(retire),
    only: new Set(only),
    saved: { plan, path, tool: PROGRAM_VERSION },
  };
  const asked = { ...flags, trustClock, ...(engine === undefined ? {} : { engine }) };
  return applyProject(project, requests, asked, console, interruption.signal);
}

/** What an apply is asked for beyond the manifest. */
type Requests = Demands & Pick<ApplyOptions, 'answers' | 'saved'>;

/** @param requests what is asked for beyond the manifest. */
export async function applyProject(
  project: Project,
  requests: Requests,
  flags: ApplyFlags,
  console: Console,
  signal: AbortSignal,
): Promise<ExitCode> {
  const watch = stopwatch();
  keepHeapSmall(project.inventory.entities.length);
  const secrets = secretsOf(project);
  const result = await run(project, { ...requests, secrets }, flags, console, signal);
  const code = codeOf(result);
  const isIdle = result.kind === 'nothing' && code === EXIT.fine && result.hooks === undefined;
  const quiet = flags.quiet === true && isIdle;
  if (!flags.json && !quiet) console.out(resultText(result, placeOf(project), watch()));
  if (!quiet) console.say(...resultMessages(result, project.root));
  // A service that did not take its files says nothing about these.
  const isProven = result.inPlace && !flags.skipVerify;
  const scope =
    flags.verify === 'all'
      ? ({ remember: 'all', secrets } as const)
      : ({ remember: 'changed', secrets, touched: touchedBy(result) } as const);
  const proof = isProven ? await prove(project, { ...flags, quiet }, console, signal, scope) : null;
  if (flags.json) console.json(resultJson(result, project, proof?.json ?? null));
  return code === EXIT.fine ? (proof?.code ?? code) : code;
}

/** The output folder, from where the manifest was named; what is piped in has no folder. */
function placeOf({ manifest, root, inventory }: Project): string {
  const place = join(dirname(manifest), inventory.output);
  return resolve(place) === root ? place : inventory.output;
}

function codeOf(result: Applied): ExitCode {
  if (result.kind === 'done' && result.interrupted) return EXIT.interrupted;
  return result.ok ? EXIT.fine : EXIT.failed;
}

function touchedBy(result: Applied): ReadonlySet<EntityId> {
  return new Set(result.kind === 'done' ? result.execution.published : []);
}

/** The flags that are also options of the library. */
function passedOn({
  lockTimeout,
  engine,
  skipHooks,
}: ApplyFlags): Pick<ApplyOptions, 'lockTimeout' | 'engine' | 'skipHooks'> {
  return {
    ...(skipHooks === undefined ? {} : { skipHooks }),
    ...(lockTimeout === undefined ? {} : { lockTimeout }),
    ...(engine === undefined ? {} : { engine }),
  };
}

/** The plan is shown to the user who has to agree to it, and determines the progress display. */
async function run(
  project: Project,
  requests: Requests & Pick<ApplyOptions, 'secrets'>,
  flags: ApplyFlags,
  console: Console,
  signal: AbortSignal,
): Promise<Applied> {
  let progress: Progress | undefined;
  const allowed = flags.allow ?? [];
  const ask = askingAt(signal);
  const asking = { isSilent: flags.json ?? false, rotated: rotatedIn(requests) };
  try {
    return await apply(project, {
      ...requests,
      trustClock: flags.trustClock ?? false,
      ...passedOn(flags),
      consents: unnamed(allowed),
      ...(ask === undefined ? {} : { ask }),
      signal,
      listener: (event) => progress?.listener(event),
      review: async (plan) => {
        const agreed = await askForConsents(plan, allowed, asking, console, signal);
        progress = await startProgress(process.stderr, process.stdout, plan.changes, signal);
        return agreed;
      },
    });
  } finally {
    await progress?.close();
  }
}
