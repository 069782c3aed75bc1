/** Carrying out what of a plan was agreed to. */

import { randomBytes } from 'node:crypto';
import { openEngine } from '../engine/auto.ts';
import type { Tokens } from '../engine/tokens.ts';
import type { Entity, Inventory } from '../pki/entity.ts';
import { byIdOf } from '../pki/issuers.ts';
import type { Agreement } from '../plan/consent.ts';
import type { Observation } from '../plan/observation.ts';
import type { Plan } from '../plan/plan.ts';
import { stepsOf } from '../plan/steps.ts';
import { isoTime } from '../plan/validity.ts';
import { Flush } from '../store/flush.ts';
import { Ledger } from '../store/ledger.ts';
import { ListRecord } from '../store/observe/lists.ts';
import { savePlaces } from '../store/observe/places.ts';
import type { Reader } from '../store/observe/reader.ts';
import { dropOutgoing } from '../store/outgoing.ts';
import type { OutputFolder } from '../store/output-folder.ts';
import type { Answers } from './answers.ts';
import type { ApplyOptions, ApplyResult } from './apply-options.ts';
import { type Execution, execute } from './execute.ts';
import { Expected } from './expected.ts';
import { announceHooks } from './hooks.ts';
import type { Watched } from './idle.ts';
import { keepForNext } from './keep.ts';
import { Published } from './published.ts';
import { rememberAuthorities, settledIn } from './remember.ts';
import { placedBy, type Run, worksOf } from './run.ts';
import { Staging } from './staging.ts';
import { Taken } from './taken.ts';

/** What the steps work with. */
export interface RunOptions extends ApplyOptions {
  readonly output: OutputFolder;
  readonly reader: Reader;
  readonly tokens: Tokens;
  readonly brought: Answers;
  /** Absent: whether nothing is left to do is found by the next run. */
  readonly watched: Watched | undefined;
}

/** @param agreement what was agreed to; with something left to do. */
export async function carryOut(
  inventory: Inventory,
  observation: Observation,
  { possible: plan, awaiting: held, withheld: blocked }: Agreement,
  options: RunOptions,
): Promise<ApplyResult> {
  const { root, output, reader, binary, processes, signal, brought } = options;
  // Two runs may fall into one second.
  const name = `${isoTime(plan.now).replaceAll(':', '')}-${randomBytes(3).toString('hex')}`;
  // A consent is remembered, whatever happens from here on.
  await rememberAuthorities(output, settledIn(inventory, plan), observation);
  using staging = new Staging(output, name);
  const byId = byIdOf(inventory.entities);
  const place = { root, own: output.own, binary, processes, run: name, byId, signal };
  const engine = await openEngine(plan.engine, place, staging, {
    keyring: reader.keyring,
    tokens: options.tokens,
  });
  using flush = isMany(plan, options) ? Flush.of(output.own) : undefined;
  const run = { ...partsOf(inventory, observation, plan, options), engine, staging, flush };
  await announceHooks(output.own, observation.hooks ?? new Map(), plan.hooks);
  const execution = await executed(run, inventory, plan, options).finally(() => engine.close());
  for (const id of execution.published) if (brought.taken.has(id)) dropOutgoing(output.own, id);
  const placed = new Map(worksOf(run).map((work) => [work.id, placedBy(work)]));
  await savePlaces(output, doneOf(inventory, plan, execution), placed);
  const finished = { inventory, observation, plan, published: execution.published };
  const isWhole = held.length + blocked.length === 0;
  await keepForNext(finished, isWhole ? options.watched : undefined, options);
  return { kind: 'done', plan, held, blocked, execution, interrupted: signal?.aborted ?? false };
}

/** Entities that are as they should be now. */
function doneOf(
  { entities }: Inventory,
  { pinned, changes }: Plan,
  { published }: Execution,
): readonly Entity[] {
  const kept = changes.flatMap(({ id, action }) => (action === 'keep' ? [id] : []));
  const done = new Set([...published, ...kept]);
  return entities.filter(({ id }) => done.has(id) && !pinned.has(id));
}

/** What steps share that needs no closing. */
function partsOf(
  inventory: Inventory,
  observation: Observation,
  plan: Plan,
  { root, output, reader, brought }: RunOptions,
): Omit<Run, 'engine' | 'staging' | 'flush'> {
  const byId = byIdOf(inventory.entities);
  const changes = new Map(plan.changes.map((change) => [change.id, change]));
  return {
    root,
    output,
    byId,
    changes,
    published: new Published(output, byId, changes, new Expected(observation), reader.keyring),
    ledger: new Ledger(output.own),
    lists: new ListRecord(root, output.own),
    taken: Taken.in(root, inventory.entities, observation, plan.changes),
    reader,
    answers: brought.taken,
    now: plan.now,
  };
}

function executed(
  run: Run,
  inventory: Inventory,
  plan: Plan,
  { listener, signal }: RunOptions,
): Promise<Execution> {
  return execute(run, stepsOf(plan, inventory), {
    pinned: plan.pinned,
    ...(listener === undefined ? {} : { listener }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Below 100, starting a program that flushes costs more than it saves. */
function isMany({ changes }: Plan, { flushFrom = 100 }: ApplyOptions): boolean {
  return changes.filter(({ action }) => action === 'create').length >= flushFrom;
}
