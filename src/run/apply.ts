/** One apply: lock, finish what an earlier run began, look, plan, and carry the plan out. */

import { randomBytes } from 'node:crypto';
import { chmodSync, lstatSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { OpensslEngine } from '../engine/openssl.ts';
import type { EntityId, Inventory } from '../pki/entity.ts';
import { messageOf } from '../pki/errors.ts';
import { byIdOf } from '../pki/issuers.ts';
import { PRIVATE_FOLDER, SCRATCH_FOLDER, STAGE_FOLDER } from '../pki/paths.ts';
import type { Refusal } from '../plan/blockage.ts';
import type { Change, Consent } from '../plan/change.ts';
import { type Agreement, agreementOn } from '../plan/consent.ts';
import { consentsNeeded, isDue, kindOf, type Plan, planInventory } from '../plan/plan.ts';
import { stepsOf } from '../plan/steps.ts';
import { isoTime } from '../plan/validity.ts';
import { recover } from '../store/commit/commit.ts';
import { pruneArchive } from '../store/commit/prune.ts';
import { ensureFolder, removeTree, sync, writeNew } from '../store/disk.ts';
import { Ledger } from '../store/ledger.ts';
import { type Attempt, type Rival, tryLock } from '../store/lock.ts';
import { Cache, WORTHWHILE } from '../store/observe/cache.ts';
import { observe } from '../store/observe/observe.ts';
import { savePlaces } from '../store/observe/places.ts';
import { checkOwnFolders } from '../store/user-error.ts';
import type { Listener } from './events.ts';
import { type Execution, execute } from './execute.ts';
import { Published } from './published.ts';
import type { Run } from './run.ts';
import { Staging } from './staging.ts';

/** Where and with what an apply works, what it may do, and what hears of it. */
export interface ApplyOptions {
  /** The output folder, absolute. */
  readonly root: string;
  /** The openssl to run: a path, or a name to be found in `PATH`. */
  readonly binary: string;
  /** Reads the clock, in seconds since 1970. */
  readonly clock: () => number;
  /** How many openssl processes at once. */
  readonly processes: number;
  /** What was agreed to beforehand. */
  readonly consents: ReadonlySet<Consent>;
  /** Sees the plan, under the lock and before anything is done, and says what else is agreed to. */
  readonly review?: (plan: Plan) => Promise<ReadonlySet<Consent>>;
  /** Entities to re-key. */
  readonly rekey?: ReadonlySet<EntityId>;
  /** Authorities whose earlier certificates are no longer to be trusted. */
  readonly retire?: ReadonlySet<EntityId>;
  /** Seconds to wait for another run to end; none by default. */
  readonly lockTimeout?: number;
  readonly listener?: Listener;
  /** Ends what runs, and waiting for the lock; what is published by then stays. */
  readonly signal?: AbortSignal;
}

/** How an apply ended. A step that failed is part of it, and no rejection. */
export type ApplyResult = Ending & {
  /** What went wrong beside it, in words. */
  readonly warnings?: readonly string[];
};

type Ending =
  /** `held`: removals that await a consent. */
  | { readonly kind: 'nothing'; readonly plan: Plan; readonly held: readonly Change[] }
  | { readonly kind: 'locked'; readonly by: Rival }
  | { readonly kind: 'refused'; readonly plan: Plan; readonly refusals: readonly Change[] }
  | {
      readonly kind: 'consent';
      readonly plan: Plan;
      readonly missing: ReadonlyMap<Consent, readonly EntityId[]>;
    }
  | {
      readonly kind: 'done';
      readonly plan: Plan;
      readonly held: readonly Change[];
      /** Refused, or not agreed to: these stayed as they are, and everything that does not need them went on. */
      readonly blocked: readonly Change[];
      readonly execution: Execution;
      readonly interrupted: boolean;
    };

/**
 * Makes the output folder what the inventory says; the folder itself is made where it is missing.
 * @throws UserError where something is in the way that only its owner can move; else what the system or `review` threw.
 */
export async function applyInventory(inventory: Inventory, options: ApplyOptions): Promise<ApplyResult> {
  ensureFolder(options.root, 0o755);
  // The output folder itself may be a link that the user made; nothing below it may.
  return applyIn(inventory, { ...options, root: realpathSync(options.root) });
}

async function applyIn(inventory: Inventory, options: ApplyOptions): Promise<ApplyResult> {
  const { root } = options;
  const own = join(root, PRIVATE_FOLDER);
  checkOwnFolders(root);
  ensureFolder(own, 0o700);
  // The folder holds private keys: it may have been opened to others.
  if ((statSync(own).mode & 0o077) !== 0) chmodSync(own, 0o700);
  const lock = await waitForLock(own, options);
  if (!lock.held) return { kind: 'locked', by: lock.by };
  try {
    clearWorkFolders(root);
    const result = await applyLocked(inventory, options);
    const warnings = pruned(root, inventory, options);
    return warnings.length === 0 ? result : { ...result, warnings };
  } finally {
    leaveTidy(root);
    lock.release();
  }
}

/** Old folders that cannot be removed are no reason to keep back how the run went. */
function pruned(root: string, { archiveFor }: Inventory, { clock }: ApplyOptions): readonly string[] {
  try {
    if (archiveFor !== undefined) pruneArchive(root, clock() - archiveFor);
    return [];
  } catch (error) {
    return [`the archive is not pruned: ${messageOf(error)}`];
  }
}

function leaveTidy(root: string): void {
  try {
    clearWorkFolders(root);
  } catch {
    // The next run begins with this, and says what is in the way; how this one went is more important.
  }
}

/** How often a waiting run looks whether the lock is free, in milliseconds. */
const LOOK_AGAIN = 100;

async function waitForLock(own: string, { clock, lockTimeout = 0, signal }: ApplyOptions): Promise<Attempt> {
  const deadline = monotonic() + lockTimeout;
  for (;;) {
    const attempt = tryLock(own, isoTime(clock()));
    if (attempt.held || monotonic() >= deadline) return attempt;
    await setTimeout(LOOK_AGAIN);
    signal?.throwIfAborted();
  }
}

/** Seconds of a clock that is never set. `performance` would take 5 ms to load. */
function monotonic(): number {
  return Number(process.hrtime.bigint()) / 1e9;
}

async function applyLocked(inventory: Inventory, options: ApplyOptions): Promise<ApplyResult> {
  const { root, clock } = options;
  const stuck = await finishEarlier(options);
  await ignoreInGit(root);
  const cache = new Cache(root, Date.now());
  const observation = observe(root, inventory, cache);
  cache.save();
  const { rekey = new Set(), retire = new Set() } = options;
  const asked = { now: clock(), rekey, retire };
  const plan = withStuck(planInventory(inventory, observation, asked), stuck);
  const agreed = isDue(plan) ? await options.review?.(plan) : undefined;
  const agreement = agreementOn(plan, {
    consents: new Set([...options.consents, ...(agreed ?? [])]),
    requested: new Set([...rekey, ...retire]),
    replan: (pinned) => planInventory(inventory, observation, { ...asked, pinned }),
  });
  return agreement.isIdle
    ? nothingDone(plan, agreement, () => savePlaces(root, inventory.entities))
    : carryOut(inventory, agreement, options);
}

function nothingDone(
  plan: Plan,
  { withheld: blocked, awaiting: held }: Agreement,
  remember: () => void,
): ApplyResult {
  const refusals = blocked.filter(({ action }) => action === 'refuse');
  if (refusals.length > 0) return { kind: 'refused', plan, refusals };
  if (blocked.length > 0) return { kind: 'consent', plan, missing: consentsNeeded([...blocked, ...held]) };
  remember();
  return { kind: 'nothing', plan, held };
}

/** Finishes what an earlier run had begun; what still cannot be finished hinders nothing else. */
async function finishEarlier({ root, listener }: ApplyOptions): Promise<ReadonlyMap<EntityId, Refusal>> {
  const stuck = new Map<EntityId, Refusal>();
  const entities = await recover(root, (id, error) =>
    stuck.set(id, { kind: 'unfinished', entity: id, why: messageOf(error) }),
  );
  if (entities.length > 0) listener?.({ kind: 'recovered', entities });
  return stuck;
}

function withStuck(plan: Plan, stuck: ReadonlyMap<EntityId, Refusal>): Plan {
  const refused = [...stuck].map(([id, refusal]): Change => {
    return { id, kind: kindOf(id) ?? 'authority', affects: [], action: 'refuse', refusal };
  });
  return { ...plan, changes: [...plan.changes.filter(({ id }) => !stuck.has(id)), ...refused] };
}

/** What a run makes before anything is certain; all of it in one go, because single removals wait for every sync. */
function clearWorkFolders(root: string): void {
  for (const folder of [STAGE_FOLDER, SCRATCH_FOLDER]) removeTree(join(root, folder));
}

async function carryOut(
  inventory: Inventory,
  { possible: plan, awaiting: held, withheld: blocked }: Agreement,
  options: ApplyOptions,
): Promise<ApplyResult> {
  const { root, binary, processes, listener, signal } = options;
  // Two runs may fall into one second.
  const name = `${isoTime(plan.now).replaceAll(':', '')}-${randomBytes(3).toString('hex')}`;
  const byId = byIdOf(inventory.entities);
  const changes = new Map(plan.changes.map((change) => [change.id, change]));
  const engine = new OpensslEngine({ root, binary, processes, run: name, byId, signal });
  const run: Run = {
    root,
    byId,
    changes,
    engine,
    staging: new Staging(root, name),
    published: new Published(root, byId, changes),
    ledger: new Ledger(root),
    now: plan.now,
  };
  const execution = await execute(run, stepsOf(plan, inventory), {
    pinned: plan.pinned,
    ...(listener === undefined ? {} : { listener }),
    ...(signal === undefined ? {} : { signal }),
  }).finally(() => engine.close());
  if (execution.published.length >= WORTHWHILE) rememberAll(root, inventory);
  return { kind: 'done', plan, held, blocked, execution, interrupted: signal?.aborted ?? false };
}

/** So that the next plan of a large folder is quick, and the next apply has nothing left to write. */
function rememberAll(root: string, inventory: Inventory): void {
  const cache = new Cache(root, Date.now());
  observe(root, inventory, cache);
  cache.save();
}

/** Keeps keys out of a repository. A `.gitignore` that is there already stays as it is. */
async function ignoreInGit(root: string): Promise<void> {
  const path = join(root, '.gitignore');
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return;
  writeNew(path, '# private keys and certificates made by pki: not for version control\n*\n', 0o644);
  await sync(root);
}
