/** The dry run as a value: what is on disk against what is wanted, for the whole inventory (design §2). Pure. */
import {
  type Entity,
  type EntityId,
  type EntityKind,
  entityId,
  FOLDERS,
  type Inventory,
} from '../model/entity.ts';
import { type Action, type Change, type Consent, NO_CHANGE } from './change.ts';
import { keyOwners } from './key-decision.ts';
import { nameDer } from './name.ts';
import { NOTHING, type Observation } from './observation.ts';
import { type Context, planEntity } from './plan-entity.ts';
import { type Standing, standingOf } from './standing.ts';

export interface Plan {
  /** Seconds since 1970; the moment the plan speaks of. */
  readonly now: number;
  readonly output: string;
  /** Authorities before what they sign, then as in the manifest; every entity has one, also where nothing changes. */
  readonly changes: readonly Change[];
}

export interface PlanOptions {
  readonly now: number;
  /** Entities to re-key on request. */
  readonly rekey?: ReadonlySet<EntityId>;
  /** Authorities whose earlier certificates are no longer to be trusted. */
  readonly retire?: ReadonlySet<EntityId>;
}

export function planInventory(inventory: Inventory, observation: Observation, options: PlanOptions): Plan {
  const byId = new Map(inventory.entities.map((entity) => [entity.id, entity]));
  const standings = new Map<EntityId, Standing>();
  const context: Context = {
    byId,
    owners: keyOwners(inventory.entities, observation),
    standings,
    rekey: options.rekey ?? new Set(),
    retire: options.retire ?? new Set(),
    orphansOf: (authority) => hasOrphans(authority, inventory, observation),
    now: options.now,
  };
  const changes = inventory.entities.map((entity) => {
    const observed = observation.entities.get(entity.id) ?? NOTHING;
    const change = planEntity(entity, observed, context);
    if (entity.kind === 'authority') standings.set(entity.id, standingOf(entity, observed, change));
    return change;
  });
  const removals = observation.strangers.flatMap(removal);
  return { now: options.now, output: inventory.output, changes: [...withAffected(changes), ...removals] };
}

/** An entity that left the manifest: its files go to the archive, once somebody agrees. */
function removal(id: EntityId): readonly Change[] {
  const kind = parseEntityId(id)?.kind;
  if (kind === undefined) return [];
  return [
    { ...NO_CHANGE, id, kind, action: 'remove', reasons: [{ kind: 'not-in-manifest' }], consent: 'remove' },
  ];
}

/** Whether certificates on disk were issued under this authority's name, though its own files are gone. */
function hasOrphans(authority: Entity, { entities }: Inventory, observation: Observation): boolean {
  const name = nameDer(authority.subject);
  return entities.some(({ id, issuer }) => {
    const cert = observation.entities.get(id)?.cert;
    return issuer === authority.id && cert?.state === 'present' && cert.facts.issuerDer === name;
  });
}

/** Turns every reason that points up to an issuer into an entry in that issuer's blast radius. */
function withAffected(changes: readonly Change[]): readonly Change[] {
  const affected = new Map<EntityId, EntityId[]>();
  for (const { id, reasons } of changes) {
    for (const issuer of issuersIn(reasons)) {
      const list = affected.get(issuer) ?? [];
      list.push(id);
      affected.set(issuer, list);
    }
  }
  return changes.map((change) => ({ ...change, affects: affected.get(change.id) ?? [] }));
}

function issuersIn(reasons: Change['reasons']): ReadonlySet<EntityId> {
  return new Set(reasons.flatMap((reason) => (reason.kind === 'issuer-changes' ? [reason.issuer] : [])));
}

/** Whether apply would do anything. */
export function isDue(plan: Plan): boolean {
  return plan.changes.some(({ action }) => action !== 'keep');
}

export function countActions(plan: Plan): Readonly<Record<Action, number>> {
  const counts = { create: 0, issue: 0, rekey: 0, refresh: 0, remove: 0, keep: 0, refuse: 0 };
  for (const { action } of plan.changes) counts[action]++;
  return counts;
}

/** Consents that changes need, each with the entities it is about. */
export function consentsNeeded(changes: readonly Change[]): ReadonlyMap<Consent, readonly EntityId[]> {
  const needed = new Map<Consent, EntityId[]>();
  for (const { consent, id } of changes) {
    if (consent !== null) needed.set(consent, [...(needed.get(consent) ?? []), id]);
  }
  return needed;
}

/** `servers/api` → its parts, or `undefined` for what is no entity's id. */
function parseEntityId(id: string): { readonly kind: EntityKind; readonly name: string } | undefined {
  for (const kind of Object.keys(FOLDERS) as EntityKind[]) {
    const prefix = entityId(kind, '');
    if (id.startsWith(prefix)) return { kind, name: id.slice(prefix.length) };
  }
  return undefined;
}
