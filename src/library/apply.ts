/** Carrying a plan out, and proving what is there. */
import { availableParallelism } from 'node:os';
import { opensslBinary } from '../engine/binary.ts';
import { lackingMlDsa } from '../openssl/capabilities.ts';
import type { Allowance } from '../plan/allowance.ts';
import { waitingOf } from '../plan/change.ts';
import type { Plan } from '../plan/plan.ts';
import type { ApplyResult } from '../run/apply-options.ts';
import type { Listener } from '../run/events.ts';
import type { SavedRun } from '../run/saved.ts';
import type { Ask } from '../run/secrets.ts';
import type { Verification, VerifyOptions } from '../run/verify.ts';
import { Secrets } from '../store/secrets.ts';
import type { Advice } from '../words/advice.ts';
import { opensslText } from '../words/openssl.ts';
import type { Demands, PlanOptions } from './plan.ts';
import { clock, type Project } from './project.ts';

/** What apply may do, and who is notified. */
export interface ApplyOptions extends Demands, Pick<PlanOptions, 'engine'> {
  /** What may be done that breaks something in use; nothing by default. */
  readonly consents?: ReadonlySet<Allowance>;
  /** A folder that `request` wrote, and that came back with certificates. */
  readonly answers?: string;
  /** A plan from a file (`savedPlanAt`): anything but that is refused. */
  readonly saved?: SavedRun;
  /** Treats the clock as right, whatever was issued before. */
  readonly trustClock?: boolean;
  /** Sees the plan before anything is done, and may agree to more. */
  readonly review?: (plan: Plan) => Promise<ReadonlySet<Allowance>>;
  /** Leaves hooks (`onChange`) for a later run. */
  readonly skipHooks?: boolean;
  /** Shared with the proof, so that nothing is asked for twice (`secretsOf`). */
  readonly secrets?: Secrets;
  /** Asks the user for a password that the manifest has typed; absent: what needs one is refused. */
  readonly ask?: Ask;
  /** Seconds to wait for another run in the same folder to end; none by default. */
  readonly lockTimeout?: number;
  /** Called for every step as it goes. */
  readonly listener?: Listener;
  /** Ends what runs, and waiting for the lock; what is already published stays. */
  readonly signal?: AbortSignal;
}

/**
 * `ok`: all that was agreed to is done; what awaits a consent to be removed is no fault, nor is what waits for a key that
 * is offline while its certificate serves.
 */
export type Applied = ApplyResult & {
  readonly ok: boolean;
  /** The same, whatever became of hooks: the files are what they should be, and can be proven. */
  readonly inPlace: boolean;
};

/** Makes the folder what the manifest says. Call `openssl` first: this assumes one that works. */
export async function apply(project: Project, options: ApplyOptions = {}): Promise<Applied> {
  const { applyInventory } = await import('../run/apply.ts');
  const result = await applyInventory(project.inventory, {
    consents: new Set(),
    ...options,
    ...keptFrom(project),
    root: project.root,
    binary: opensslBinary(process.env),
    clock,
    // With one for each core, cores stand idle while openssl writes.
    processes: availableParallelism() + 2,
  });
  const inPlace = isInPlace(result);
  const ok = inPlace && (result.hooks ?? []).every(({ fault }) => fault === null);
  return { ...result, ok, inPlace };
}

function keptFrom({ key, inventory, warnings }: Project) {
  return key === undefined ? {} : { manifest: { key, inventory, warnings } };
}

function isInPlace(result: ApplyResult): boolean {
  if ('plan' in result && result.plan.changes.some((change) => waitingOf(change)?.serves === false))
    return false;
  if (result.refusedAnswers !== undefined) return false;
  if (result.kind !== 'done') return result.kind === 'nothing';
  return !result.interrupted && result.execution.failures.length + result.blocked.length === 0;
}

/** Passwords and passphrases of a project, each of which is had once. */
export function secretsOf({ root, inventory }: Project): Secrets {
  return new Secrets(root, inventory);
}

/** The openssl that would be used, or why it cannot be. */
export type Usable = { readonly ok: true; readonly version: string } | ({ readonly ok: false } & Advice);

/** Asks the openssl that would be used for its version. */
export async function openssl(signal?: AbortSignal): Promise<Usable> {
  const { probeOpenssl } = await import('../engine/probe.ts');
  const found = await probeOpenssl(opensslBinary(process.env), signal);
  return found.ok ? found : { ok: false, ...opensslText(found.fault) };
}

/** Whether an openssl of that version has all kinds of keys that the project's entities are to have. */
export function opensslFor({ inventory }: Project, version: string): Usable {
  const fault = lackingMlDsa(inventory.entities, { version, binary: opensslBinary(process.env) });
  return fault === undefined ? { ok: true, version } : { ok: false, ...opensslText(fault) };
}

/** Certificates judged by `openssl verify`, and every pair in real TLS handshakes. Changes no file of an entity. */
export async function verify(
  project: Project,
  options: Pick<VerifyOptions, 'onOutcome' | 'signal' | 'touched' | 'remember' | 'secrets' | 'isPublic'> = {},
): Promise<Verification> {
  const { verifyInventory } = await import('../run/verify.ts');
  return verifyInventory(project.inventory, {
    ...options,
    root: project.root,
    binary: opensslBinary(process.env),
    clock,
  });
}
