/**
 * Part of a plan: what was asked for by name, and what necessarily follows or comes before. Everything else stays as it
 * is, whatever is due elsewhere. Pure.
 */
import type { Entity, EntityId, Inventory } from '../pki/entity.ts';
import { bridgedBy } from '../pki/key-place.ts';
import type { Change } from './change.ts';
import type { Observation } from './observation.ts';
import { type Plan, type PlanOptions, planInventory } from './plan.ts';

/** What to plan, and whether nothing else. */
export interface PartOptions extends PlanOptions {
  /** Entities for which everything due is done, and only those. */
  readonly only?: ReadonlySet<EntityId>;
}

/** The whole plan, unless something is asked for by name. */
export function planAsked(inventory: Inventory, observation: Observation, options: PartOptions): Plan {
  const whole = planInventory(inventory, observation, options);
  const named = namedIn(options);
  if (named.size === 0) return whole;
  const planned = planPart({ inventory, observation, options, whole }, named, new Set());
  // Nothing leaves the folder for being old or having left the manifest, as long as that was not asked for.
  const changes = planned.changes.filter(({ action }) => action !== 'remove');
  return { ...planned, changes, prunes: [], left: leftOf(whole, changes) };
}

interface Question {
  readonly inventory: Inventory;
  readonly observation: Observation;
  readonly options: PartOptions;
  readonly whole: Plan;
}

/**
 * @param named what is done, with what follows from it.
 * @param made authorities that are made, because those that are named need them: nothing follows from a first
 * certificate.
 */
function planPart(question: Question, named: ReadonlySet<EntityId>, made: ReadonlySet<EntityId>): Plan {
  const { inventory, observation, options, whole } = question;
  const part = new Set([...named, ...made, ...followersOf(question, named)]);
  const others = inventory.entities.map(({ id }) => id).filter((id) => !part.has(id));
  const pinned = new Set([...(options.pinned ?? []), ...others]);
  const planned = planInventory(inventory, observation, { ...options, pinned });
  // An entity that needs others takes them along; otherwise the plan would say that nothing is due.
  const inVain = inventory.entities.filter(({ id }) => part.has(id) && planned.pinned.has(id));
  const vouchers = new Set(inVain.flatMap(vouchersOf).filter((id) => !part.has(id)));
  const needed = whole.changes.filter(({ id, action }) => vouchers.has(id) && action !== 'keep');
  if (needed.length === 0) return planned;
  const again = needed.filter((change) => !isFirst(change));
  return planPart(question, withIds(named, again), withIds(made, needed));
}

function isFirst(change: Change): boolean {
  return change.action === 'create' && change.consents.every((consent) => consent === 'run');
}

function withIds(ids: ReadonlySet<EntityId>, changes: readonly Change[]): ReadonlySet<EntityId> {
  return new Set([...ids, ...changes.map(({ id }) => id)]);
}

/** Everything that is asked for by name. */
export function namedIn({
  only,
  ...asked
}: Pick<PartOptions, 'rekey' | 'retire' | 'only'>): ReadonlySet<EntityId> {
  return new Set([...rotatedIn(asked), ...(only ?? [])]);
}

/** What is asked by name to get a new key, or to end the trust in former ones. */
export function rotatedIn({ rekey, retire }: Pick<PartOptions, 'rekey' | 'retire'>): ReadonlySet<EntityId> {
  return new Set([...(rekey ?? []), ...(retire ?? [])]);
}

/** Found by comparison: what changes otherwise than where those that are named stay as they are. Firsts follow nothing. */
function followersOf(
  { inventory, observation, options, whole }: Question,
  named: ReadonlySet<EntityId>,
): readonly EntityId[] {
  const { rekey: _, retire: __, ...rest } = options;
  const without = planInventory(inventory, observation, { ...rest, pinned: named });
  const before = new Map(without.changes.map((change) => [change.id, described(change)]));
  return whole.changes
    .filter((change) => !isFirst(change) && before.get(change.id) !== described(change))
    .map(({ id }) => id);
}

function vouchersOf(entity: Entity): readonly EntityId[] {
  const { issuer, trust } = entity;
  const lender = bridgedBy(entity);
  return [...(issuer === null ? [] : [issuer]), ...(lender === null ? [] : [lender]), ...trust];
}

function described({ affects: _, ...change }: Change): string {
  return JSON.stringify(change);
}

function leftOf(whole: Plan, changes: readonly Change[]): readonly EntityId[] {
  const done = new Set(changes.flatMap(({ id, action }) => (action === 'keep' ? [] : [id])));
  return whole.changes.flatMap(({ id, action }) => (action === 'keep' || done.has(id) ? [] : [id]));
}
