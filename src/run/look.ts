/** Looking at the output folder, and the plan of what was seen: everything before a run takes the lock. Writes nothing. */

import type { EngineChoice } from '../pki/engine.ts';
import type { EntityId, Inventory } from '../pki/entity.ts';
import type { Observation, Sight } from '../plan/observation.ts';
import { namedIn, planAsked } from '../plan/part.ts';
import type { Plan } from '../plan/plan.ts';
import { accountsFor } from '../store/accounts.ts';
import { withIssues } from '../store/ledger-times.ts';
import { withArchive } from '../store/observe/archive.ts';
import { Cache } from '../store/observe/cache.ts';
import { observe } from '../store/observe/observe.ts';
import { Reader } from '../store/observe/reader.ts';
import { checkOwn } from '../store/own.ts';
import { Secrets } from '../store/secrets.ts';

/** What is asked for, and as of when. */
export interface LookOptions {
  readonly rekey?: ReadonlySet<EntityId>;
  readonly retire?: ReadonlySet<EntityId>;
  readonly only?: ReadonlySet<EntityId>;
  /** Who makes keys and certificates. */
  readonly engine?: EngineChoice;
  /** A question, of any moment; without it the clock is asked, and compared with what was issued. */
  readonly now?: number;
  readonly trustClock?: boolean;
  /** By default what this user may read. */
  readonly sight?: Exclude<Sight, 'all'>;
  /** Reads the clock, in seconds since 1970. */
  readonly clock: () => number;
}

/** What was seen, with all that depends on the moment. @param root the output folder. */
export function atMoment(seen: Observation, root: string, inventory: Inventory, now: number): Observation {
  const accounts = accountsFor(inventory);
  const looked = accounts === undefined ? seen : { ...seen, accounts };
  return withArchive(withIssues(looked, root, now), root, inventory, now);
}

function readableIn(
  root: string,
  inventory: Inventory,
  now: number,
  asked: ReadonlySet<EntityId>,
): Observation {
  checkOwn(root);
  const reader = new Reader(new Secrets(root, inventory), asked);
  const seen = observe(root, inventory, new Cache(root, Date.now()), reader, 'readable');
  return atMoment(seen, root, inventory, now);
}

/** The folder may be a copy out of a repository: it is read, and nothing in it is carried out, nor asked of this host. */
function publicIn(root: string, inventory: Inventory, now: number): Observation {
  const { exposed: _, ...seen } = observe(root, inventory, undefined, new Reader(), 'public');
  return withIssues(seen, root, now);
}

/** What this user may read, without a plan of it. @param root the output folder. */
export function look(root: string, inventory: Inventory, now: number): Observation {
  return readableIn(root, inventory, now, new Set());
}

/** @param root the output folder. @throws UserError where apply would stop as well. */
export function lookAndPlan(
  root: string,
  inventory: Inventory,
  { now, trustClock, sight = 'readable', clock, ...demands }: LookOptions,
): { readonly plan: Plan; readonly observation: Observation } {
  const moment = now ?? clock();
  const observation =
    sight === 'public'
      ? publicIn(root, inventory, moment)
      : readableIn(root, inventory, moment, namedIn(demands));
  const clocked = now === undefined ? ({ clock: trustClock ? 'trusted' : 'compared' } as const) : {};
  return {
    plan: planAsked(inventory, observation, { ...demands, ...clocked, now: moment }),
    observation,
  };
}
