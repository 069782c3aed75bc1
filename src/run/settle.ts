/** From a look at the folder to what will be done: a plan, agreed to, with all secrets and tokens that it needs. */

import type { Tokens } from '../engine/tokens.ts';
import { type EntityId, type Inventory, kindOf } from '../pki/entity.ts';
import type { Allowance } from '../plan/allowance.ts';
import type { Refusal } from '../plan/blockage.ts';
import type { Change } from '../plan/change.ts';
import { type Agreement, agreementOn } from '../plan/consent.ts';
import type { Observation } from '../plan/observation.ts';
import { namedIn, planAsked, rotatedIn } from '../plan/part.ts';
import type { Plan } from '../plan/plan.ts';
import { Cache } from '../store/observe/cache.ts';
import { observe } from '../store/observe/observe.ts';
import { Reader } from '../store/observe/reader.ts';
import type { OutputFolder } from '../store/output-folder.ts';
import type { Secrets } from '../store/secrets.ts';
import { type Answers, answersIn } from './answers.ts';
import type { ApplyOptions } from './apply-options.ts';
import { atMoment } from './look.ts';
import { checkSaved } from './saved.ts';
import { haveAnswers } from './secrets.ts';
import { askTokens, tokensOf } from './tokens.ts';

/** Options of a run that holds the lock. */
export interface OpenOptions extends ApplyOptions {
  readonly output: OutputFolder;
  readonly secrets: Secrets;
}

/** What was seen, and the plan of it, before anything is agreed to. */
export interface Planned {
  readonly inventory: Inventory;
  readonly observation: Observation;
  readonly plan: Plan;
  readonly reader: Reader;
  readonly brought: Answers;
  /** Looks again, with what has become readable since. */
  readonly look: () => Observation;
  readonly planOf: (seen: Observation) => Plan;
  /** The same plan with these entities as they are on the disk. */
  readonly replan: (seen: Observation, pinned: ReadonlySet<EntityId>) => Plan;
}

/** What will be done. */
export interface RunAgreement {
  readonly observation: Observation;
  readonly plan: Plan;
  readonly agreement: Agreement;
  readonly tokens: Tokens;
}

/**
 * @param stuck what an earlier run began and cannot be finished.
 * @throws UserError where it is not the plan that was saved.
 */
export async function plannedIn(
  inventory: Inventory,
  stuck: ReadonlyMap<EntityId, Refusal>,
  options: OpenOptions,
): Promise<Planned> {
  const { root, output, clock } = options;
  const now = clock();
  const demands = demandsIn(options);
  const reader = new Reader(options.secrets, namedIn(demands));
  const lookWith = (cache?: Cache) => atMoment(observe(root, inventory, cache, reader), root, inventory, now);
  const cache = new Cache(root, Date.now());
  const observation = lookWith(cache);
  await cache.save(output.own);
  const brought = answersFor(inventory, observation, { ...options, reader });
  const asked = { ...demands, now, answers: brought.taken };
  const planOf = (seen: Observation) => withStuck(planAsked(inventory, seen, asked), stuck);
  const plan = planOf(observation);
  if (options.saved !== undefined) checkSaved(options.saved, root, inventory, observation, plan);
  const look = () => ({ ...lookWith(), secrets: options.secrets.faults() });
  const replan = (seen: Observation, pinned: ReadonlySet<EntityId>) =>
    planAsked(inventory, seen, { ...asked, pinned });
  return { inventory, observation, plan, reader, brought, look, planOf, replan };
}

/** What was asked for beyond the manifest. */
function demandsIn({ rekey, retire, only, engine, trustClock }: ApplyOptions) {
  return {
    clock: trustClock ? 'trusted' : 'compared',
    rekey: rekey ?? new Set<EntityId>(),
    retire: retire ?? new Set<EntityId>(),
    only: only ?? new Set<EntityId>(),
    ...(engine === undefined ? {} : { engine }),
  } as const;
}

/** Plans again for as long as secrets that were had, or tokens that were asked, show more. */
export async function settle(
  { inventory, reader, look, planOf, replan, ...first }: Planned,
  consents: ReadonlySet<Allowance>,
  options: OpenOptions,
): Promise<RunAgreement> {
  const [requested, rotated] = [namedIn(options), rotatedIn(options)];
  const agreed = (plan: Plan, seen: Observation): Agreement =>
    agreementOn(plan, { consents, requested, rotated, replan: (pinned) => replan(seen, pinned) });
  const tokens = tokensOf(inventory.entities, { ...options, reader });
  let { observation, plan } = first;
  let agreement = agreed(plan, observation);
  while (
    (await haveAnswers(agreement, inventory, observation, { ...options, reader })) ||
    (await askTokens(agreement, inventory, reader.tokens, tokens))
  ) {
    observation = look();
    plan = planOf(observation);
    agreement = agreed(plan, observation);
  }
  return { observation, plan, agreement, tokens };
}

function answersFor(
  inventory: Inventory,
  observation: Observation,
  { answers, output, reader }: OpenOptions & { readonly reader: Reader },
): Answers {
  if (answers === undefined) return { taken: new Map(), refused: [] };
  return answersIn(answers, { output, inventory, observation, reader });
}

function withStuck(plan: Plan, stuck: ReadonlyMap<EntityId, Refusal>): Plan {
  const refused = [...stuck].map(([id, refusal]): Change => {
    return { id, kind: kindOf(id) ?? 'authority', affects: [], action: 'refuse', refusal };
  });
  return { ...plan, changes: [...plan.changes.filter(({ id }) => !stuck.has(id)), ...refused] };
}
