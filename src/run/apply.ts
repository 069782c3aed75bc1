/** One apply: lock, finish what an earlier run began, look, plan, and carry the plan out. */

import { realpathSync } from 'node:fs';
import type { EntityId, Inventory } from '../pki/entity.ts';
import { messageOf } from '../pki/errors.ts';
import type { Allowance } from '../plan/allowance.ts';
import type { Refusal } from '../plan/blockage.ts';
import type { Agreement } from '../plan/consent.ts';
import { consentsNeeded, isDue, type Plan } from '../plan/plan.ts';
import { prunedWith } from '../plan/prune.ts';
import { recover } from '../store/commit/recover.ts';
import { OutputFolder } from '../store/output-folder.ts';
import { Secrets } from '../store/secrets.ts';
import type { ApplyOptions, ApplyResult } from './apply-options.ts';
import { carryOut, type RunOptions } from './carry-out.ts';
import { type HookOutcome, runHooks } from './hooks.ts';
import { foreknowledge } from './idle.ts';
import { keepIdle } from './keep.ts';
import { waitForLock } from './lock-wait.ts';
import { rememberAll, settledIn } from './remember.ts';
import { type OpenOptions, type Planned, plannedIn, type RunAgreement, settle } from './settle.ts';
import { clearWorkFolders, ignoreInGit, leaveTidy, pruneAll } from './upkeep.ts';

/**
 * Makes the output folder what the inventory says; the folder itself is made where it is missing.
 * @throws UserError where something is in the way that only its owner can remove; otherwise what the system or `review`
 * threw.
 */
export async function applyInventory(inventory: Inventory, options: ApplyOptions): Promise<ApplyResult> {
  // The output folder itself may be a link that the user made; nothing below it may.
  using output = await OutputFolder.open(options.root);
  const { secrets = new Secrets(options.root, inventory) } = options;
  return await applyIn(inventory, { ...options, root: realpathSync(options.root), output, secrets });
}

async function applyIn(inventory: Inventory, options: OpenOptions): Promise<ApplyResult> {
  const { output } = options;
  const lock = await waitForLock(output.own, options);
  if (!lock.held) return { kind: 'locked', by: lock.by };
  try {
    clearWorkFolders(output.own);
    return await applyLocked(inventory, options);
  } finally {
    leaveTidy(output.own);
    await lock.release();
  }
}

async function applyLocked(inventory: Inventory, options: OpenOptions): Promise<ApplyResult> {
  const stuck = await finishEarlier(options);
  await ignoreInGit(options.output.root);
  const known = foreknowledge(inventory, options);
  if (known.kind === 'idle') return { kind: 'nothing', plan: known.plan, held: [] };
  const watched = known.kind === 'watched' ? known : undefined;
  const planned = await plannedIn(inventory, stuck, options);
  const { plan, reader, brought } = planned;
  if (plan.doubt?.kind === 'behind') return { kind: 'refused', plan, refusals: [] };
  const given = isDue(plan) ? await options.review?.(plan) : undefined;
  const consents = new Set([...options.consents, ...(given ?? [])]);
  const settled = await settle(planned, consents, options);
  const result = await bringAbout(inventory, settled, { ...options, reader, brought, watched });
  const hooks = await hooksAfter(result, settled, { ...options, inventory, consents });
  const whole = {
    ...result,
    ...(brought.refused.length === 0 ? {} : { refusedAnswers: brought.refused }),
    ...(hooks.length === 0 ? {} : { hooks }),
  };
  const isWell = result.kind === 'nothing' || (result.kind === 'done' && !result.interrupted);
  if (!isWell) return whole;
  return { ...whole, ...(await pruneAll(options.output, prunedWith(settled.plan.prunes, consents))) };
}

function bringAbout(
  inventory: Inventory,
  { plan, agreement, observation, tokens }: RunAgreement,
  options: OpenOptions & Pick<Planned, 'reader' | 'brought'> & Pick<RunOptions, 'watched'>,
): Promise<ApplyResult> {
  if (agreement.isIdle)
    return nothingDone(plan, agreement, async () => {
      await rememberAll(options.output, settledIn(inventory, agreement.possible), observation);
      await keepIdle({ inventory, observation, plan }, options.watched, options);
    });
  return carryOut(inventory, observation, agreement, { ...options, tokens });
}

function hooksAfter(
  result: ApplyResult,
  { agreement, observation }: RunAgreement,
  options: OpenOptions & { readonly inventory: Inventory; readonly consents: ReadonlySet<Allowance> },
): Promise<readonly HookOutcome[]> {
  const published = result.kind === 'done' ? result.execution.published : [];
  const { folder } = options.secrets;
  const remembered = observation.hooks ?? new Map();
  return runHooks(agreement.possible.hooks, remembered, published, { ...options, folder });
}

async function nothingDone(
  plan: Plan,
  { withheld: blocked, awaiting: held }: Agreement,
  remember: () => Promise<void>,
): Promise<ApplyResult> {
  const refusals = blocked.filter(({ action }) => action === 'refuse');
  if (refusals.length > 0) return { kind: 'refused', plan, refusals };
  if (blocked.length > 0) return { kind: 'consent', plan, missing: consentsNeeded([...blocked, ...held]) };
  await remember();
  return { kind: 'nothing', plan, held };
}

/** Finishes what an earlier run had begun; what still cannot be finished holds up nothing else. */
async function finishEarlier({ output, listener }: OpenOptions): Promise<ReadonlyMap<EntityId, Refusal>> {
  const stuck = new Map<EntityId, Refusal>();
  const entities = await recover(output, (id, error) =>
    stuck.set(id, { kind: 'unfinished', entity: id, why: messageOf(error) }),
  );
  if (entities.length > 0) listener?.({ kind: 'recovered', entities });
  return stuck;
}
