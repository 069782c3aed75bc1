/** A folder with nothing to do, known by the state of its files: what a run finds of that, and what it leaves. */
import type { EntityId, Inventory } from '../pki/entity.ts';
import { idlePlan, idleUntil, isSelfContained } from '../plan/idle.ts';
import type { Observation } from '../plan/observation.ts';
import type { Plan } from '../plan/plan.ts';
import { areSettled, differOnlyIn, type FileStates, fileStates } from '../store/file-states.ts';
import { holds, idleKey, readIdle, saveIdle } from '../store/idle-record.ts';
import { isLong } from '../store/kept-manifest.ts';
import type { ApplyOptions } from './apply-options.ts';
import type { OpenOptions } from './settle.ts';

/** A folder before a run has looked at it. */
export interface Watched {
  readonly key: string;
  /** As they are, or as the run before left them: what is so at the end of this one has not changed since. */
  readonly states: FileStates;
}

/** What is said of a folder without a look at what is in its files. */
export type Foreknowledge =
  /** Nothing is to be done. */
  | { readonly kind: 'idle'; readonly plan: Plan }
  /** Whether there will be, once the run is over, can be known by these. */
  | ({ readonly kind: 'watched' } & Watched)
  | { readonly kind: 'none' };

const NONE: Foreknowledge = { kind: 'none' };

/** Asked under the lock, before anything is read. */
export function foreknowledge(inventory: Inventory, options: ApplyOptions): Foreknowledge {
  const { root, manifest, clock } = options;
  if (manifest === undefined || isAsked(options) || manifest.warnings.length > 0) return NONE;
  if (!isLong(inventory) || !isSelfContained(inventory)) return NONE;
  const key = idleKey(manifest.key);
  const now = clock();
  const record = readIdle(root);
  if (record !== undefined && holds(record, root, key, now))
    return { kind: 'idle', plan: idlePlan(inventory, now) };
  const states = record?.states ?? oldStates(root);
  return states === undefined ? NONE : { kind: 'watched', key, states };
}

/** What may change once more without a trace is not known by its state. */
function oldStates(root: string): FileStates | undefined {
  const states = fileStates(root);
  return states !== undefined && areSettled(states, Date.now()) ? states : undefined;
}

/** Whether anything is asked for beyond the manifest. */
function isAsked({ rekey, retire, only, engine, saved, answers, trustClock }: ApplyOptions): boolean {
  const names = [rekey, retire, only].some((ids) => (ids?.size ?? 0) > 0);
  return names || trustClock === true || [engine, saved, answers].some((value) => value !== undefined);
}

/** What a run has done, as it was found, planned and published. */
export interface Finished {
  readonly inventory: Inventory;
  readonly observation: Observation;
  readonly plan: Plan;
  readonly published: readonly EntityId[];
}

/**
 * The states of all files once they are old enough to show every further change; `undefined` where something else than
 * what was published has changed since the run began.
 */
export async function settledStates(
  { root }: Pick<ApplyOptions, 'root'>,
  { states: before }: Watched,
  published: readonly EntityId[],
): Promise<FileStates | undefined> {
  const states = fileStates(root);
  if (states === undefined || !differOnlyIn(before, states, new Set(published))) return undefined;
  // A timer counts from when its loop last looked at the clock, which is before all that was done since.
  for (let pauses = 0; !areSettled(states, Date.now()); pauses++) {
    if (pauses === MOST_PAUSES) return undefined;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  return states;
}

/** Milliseconds. Where a file system counts whole seconds, a folder is not known until a later run. */
const PAUSE = 5;
const MOST_PAUSES = 20;

/**
 * Records that nothing is left to do. @param states as they were before what is published was judged: what changed after that
 * has another one.
 * @param judged the first moment at which any of that is due.
 */
export async function recordIdle(
  { inventory, observation, plan, published }: Finished,
  { key, states }: Watched,
  judged: number | null,
  { output, clock }: Pick<OpenOptions, 'output' | 'clock'>,
): Promise<void> {
  const kept = idleUntil(inventory, observation, plan, new Set(published));
  if (kept === null || judged === null) return;
  const from = Math.max(plan.now, clock());
  const until = Math.min(kept, judged);
  if (until <= from) return;
  const entities = inventory.entities.length;
  await saveIdle(output.own, { key, output: inventory.output, entities, from, until, states });
}
