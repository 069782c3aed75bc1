/** One apply: lock, finish what an earlier run began, look, plan, and carry the plan out. */

import { randomBytes } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { openEngine } from '../engine/auto.ts';
import type { Tokens } from '../engine/tokens.ts';
import { type EntityId, type Inventory, kindOf } from '../pki/entity.ts';
import { messageOf } from '../pki/errors.ts';
import { byIdOf } from '../pki/issuers.ts';
import type { Refusal } from '../plan/blockage.ts';
import type { Change } from '../plan/change.ts';
import { type Agreement, agreementOn } from '../plan/consent.ts';
import type { Observation } from '../plan/observation.ts';
import { namedIn, planAsked } from '../plan/part.ts';
import { consentsNeeded, isDue, type Plan } from '../plan/plan.ts';
import { prunedWith } from '../plan/prune.ts';
import { stepsOf } from '../plan/steps.ts';
import { isoTime } from '../plan/validity.ts';
import { recover } from '../store/commit/recover.ts';
import { Flush } from '../store/flush.ts';
import { Ledger } from '../store/ledger.ts';
import { Cache, isWorthwhile } from '../store/observe/cache.ts';
import { ListRecord } from '../store/observe/lists.ts';
import { observe } from '../store/observe/observe.ts';
import { Reader } from '../store/observe/reader.ts';
import { dropOutgoing } from '../store/outgoing.ts';
import { OutputFolder } from '../store/output-folder.ts';
import { Secrets } from '../store/secrets.ts';
import { type Answers, answersIn } from './answers.ts';
import type { ApplyOptions, ApplyResult } from './apply-options.ts';
import { execute } from './execute.ts';
import { Expected } from './expected.ts';
import { announceHooks, runHooks } from './hooks.ts';
import { waitForLock } from './lock-wait.ts';
import { atMoment } from './look.ts';
import { Published } from './published.ts';
import { rememberAll, rememberAuthorities, settledIn } from './remember.ts';
import type { Run } from './run.ts';
import { checkSaved } from './saved.ts';
import { haveAnswers } from './secrets.ts';
import { Staging } from './staging.ts';
import { Taken } from './taken.ts';
import { askTokens, tokensOf } from './tokens.ts';
import { clearWorkFolders, ignoreInGit, leaveTidy, pruneAll } from './upkeep.ts';

/**
 * Makes the output folder what the inventory says; the folder itself is made where it is missing.
 * @throws UserError where something is in the way that only its owner can remove; otherwise what the system or `review`
 * threw.
 */
export async function applyInventory(inventory: Inventory, options: ApplyOptions): Promise<ApplyResult> {
  // The output folder itself may be a link that the user made; nothing below it may.
  using output = await OutputFolder.open(options.root);
  const { secrets = new Secrets(options.root, inventory.output) } = options;
  return await applyIn(inventory, { ...options, root: realpathSync(options.root), output, secrets });
}

/** The same, with the output folder open. */
interface OpenOptions extends ApplyOptions {
  readonly output: OutputFolder;
  readonly secrets: Secrets;
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
  const { root, output, clock } = options;
  const stuck = await finishEarlier(options);
  await ignoreInGit(output.root);
  const cache = new Cache(root, Date.now());
  const now = clock();
  const { rekey = new Set(), retire = new Set(), only = new Set(), engine } = options;
  const reader = new Reader(options.secrets, namedIn({ rekey, retire, only }));
  const observation = atMoment(observe(root, inventory, cache, reader), root, inventory, now);
  await cache.save(output.own);
  const brought = answersFor(inventory, observation, { ...options, reader });
  const asked = {
    now,
    clock: options.trustClock ? 'trusted' : 'compared',
    rekey,
    retire,
    only,
    answers: brought.taken,
    ...(engine === undefined ? {} : { engine }),
  } as const;
  let plan = withStuck(planAsked(inventory, observation, asked), stuck);
  if (options.saved !== undefined) checkSaved(options.saved, root, inventory, observation, plan);
  if (plan.doubt?.kind === 'behind') return { kind: 'refused', plan, refusals: [] };
  const given = isDue(plan) ? await options.review?.(plan) : undefined;
  const consents = new Set([...options.consents, ...(given ?? [])]);
  const agreed = (made: Plan, seen: Observation): Agreement =>
    agreementOn(made, {
      consents,
      requested: namedIn(asked),
      replan: (pinned) => planAsked(inventory, seen, { ...asked, pinned }),
    });
  let seen = observation;
  let agreement = agreed(plan, seen);
  const tokens = tokensOf(inventory.entities, { ...options, reader });
  while (
    (await haveAnswers(agreement, inventory, seen, { ...options, reader })) ||
    (await askTokens(agreement, inventory, reader.tokens, tokens))
  ) {
    const secrets = options.secrets.faults();
    seen = { ...atMoment(observe(root, inventory, undefined, reader), root, inventory, now), secrets };
    plan = withStuck(planAsked(inventory, seen, asked), stuck);
    agreement = agreed(plan, seen);
  }
  const result = agreement.isIdle
    ? await nothingDone(plan, agreement, () =>
        rememberAll(output, settledIn(inventory, agreement.possible), seen),
      )
    : await carryOut(inventory, seen, agreement, {
        ...options,
        reader,
        tokens,
        brought: brought.taken,
      });
  const hooks = await runHooks(
    agreement.possible.hooks,
    seen.hooks ?? new Map(),
    result.kind === 'done' ? result.execution.published : [],
    { ...options, inventory, consents, folder: options.secrets.folder },
  );
  const isWell = result.kind === 'nothing' || (result.kind === 'done' && !result.interrupted);
  const whole = {
    ...result,
    ...(brought.refused.length === 0 ? {} : { refusedAnswers: brought.refused }),
    ...(hooks.length === 0 ? {} : { hooks }),
  };
  return isWell ? { ...whole, ...(await pruneAll(output, prunedWith(plan.prunes, consents))) } : whole;
}

function answersFor(
  inventory: Inventory,
  observation: Observation,
  { answers, output, reader }: OpenOptions & { readonly reader: Reader },
): Answers {
  if (answers === undefined) return { taken: new Map(), refused: [] };
  return answersIn(answers, { output, inventory, observation, reader });
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

function withStuck(plan: Plan, stuck: ReadonlyMap<EntityId, Refusal>): Plan {
  const refused = [...stuck].map(([id, refusal]): Change => {
    return { id, kind: kindOf(id) ?? 'authority', affects: [], action: 'refuse', refusal };
  });
  return { ...plan, changes: [...plan.changes.filter(({ id }) => !stuck.has(id)), ...refused] };
}

async function carryOut(
  inventory: Inventory,
  observation: Observation,
  { possible: plan, awaiting: held, withheld: blocked }: Agreement,
  options: OpenOptions & {
    readonly reader: Reader;
    readonly tokens: Tokens;
    readonly brought: Answers['taken'];
  },
): Promise<ApplyResult> {
  const { root, output, reader, binary, processes, listener, signal } = options;
  // Two runs may fall into one second.
  const name = `${isoTime(plan.now).replaceAll(':', '')}-${randomBytes(3).toString('hex')}`;
  const byId = byIdOf(inventory.entities);
  const changes = new Map(plan.changes.map((change) => [change.id, change]));
  // A consent is remembered, whatever happens from here on.
  await rememberAuthorities(output, settledIn(inventory, plan), observation);
  using staging = new Staging(output, name);
  const place = { root, own: output.own, binary, processes, run: name, byId, signal };
  const keys = { keyring: reader.keyring, tokens: options.tokens };
  const engine = await openEngine(plan.engine, place, staging, keys);
  using flush = isMany(plan, options) ? Flush.of(output.own) : undefined;
  const run: Run = {
    root,
    output,
    byId,
    changes,
    engine,
    staging,
    published: new Published(output, byId, changes, new Expected(observation), reader.keyring),
    ledger: new Ledger(output.own),
    lists: new ListRecord(root, output.own),
    taken: Taken.in(root, inventory.entities, observation, plan.changes),
    reader,
    flush,
    answers: options.brought,
    now: plan.now,
  };
  await announceHooks(output.own, observation.hooks ?? new Map(), plan.hooks);
  const execution = await execute(run, stepsOf(plan, inventory), {
    pinned: plan.pinned,
    ...(listener === undefined ? {} : { listener }),
    ...(signal === undefined ? {} : { signal }),
  }).finally(() => engine.close());
  for (const id of execution.published) if (options.brought.has(id)) dropOutgoing(output.own, id);
  if (isWorthwhile(execution.published.length, inventory.entities.length)) await cacheAll(run, inventory);
  return { kind: 'done', plan, held, blocked, execution, interrupted: signal?.aborted ?? false };
}

/** Below 100, starting a program that flushes costs more than it saves. */
function isMany({ changes }: Plan, { flushFrom = 100 }: ApplyOptions): boolean {
  return changes.filter(({ action }) => action === 'create').length >= flushFrom;
}

/** So that the next plan of a large folder is quick, and the next apply has nothing left to write. */
async function cacheAll({ root, output, reader }: Run, inventory: Inventory): Promise<void> {
  const cache = new Cache(root, Date.now());
  observe(root, inventory, cache, reader);
  await cache.save(output.own, 1);
}
