/** A small PKI in which everything matches the manifest, and what tests of plans say about it. */
import { expect } from 'vitest';
import type { Authority, EndEntity, Entity, EntityId, Inventory } from '../../src/pki/entity.ts';
import { planInventory } from '../../src/plan/plan.ts';
import type { Reason } from '../../src/plan/reason.ts';
import type { ChangeRecord } from '../../src/report/plan-json.ts';
import {
  aClient,
  anAuthority,
  anInventory,
  aServer,
  DAY,
  dns,
  type FlatPlan,
  flatPlan,
  ip,
  NOW,
  World,
} from '../helpers/entities.ts';

export const ROOT = anAuthority({ name: 'root' });
export const SERVICES = anAuthority({
  name: 'services',
  issuer: 'authorities/root',
  trust: ['authorities/root'],
  validity: 1095 * DAY,
});
export const API = aServer({
  name: 'api',
  issuer: 'authorities/services',
  san: [dns('api.example.test'), ip('127.0.0.1'), ip('::1')],
});
export const BILLING = aClient({ name: 'billing' });
export const ALL = anInventory(ROOT, SERVICES, API, BILLING);

export const [root, services, api, billing] = [ROOT.id, SERVICES.id, API.id, BILLING.id] as const;

/** A folder in which everything matches the manifest. */
export function settled(inventory: Inventory = ALL, now = NOW): World {
  const world = new World();
  world.carryOut(planInventory(inventory, world.observation(inventory), { now }), inventory);
  return world;
}

export function planOf(
  world: World,
  inventory: Inventory = ALL,
  options: { now?: number; rekey?: readonly EntityId[] } = {},
): FlatPlan {
  const { now = NOW, rekey = [] } = options;
  return flatPlan(inventory, world.observation(inventory), { now, rekey: new Set(rekey) });
}

/** What is expected of an entity; what is not named is expected to stay. */
export type Expected = Readonly<Record<EntityId, Partial<ChangeRecord>>>;

export function expectPlan(plan: FlatPlan, expected: Expected): void {
  const actual = Object.fromEntries(
    plan.changes.map((change) => {
      const fields = Object.keys(expected[change.id] ?? { action: 'keep' }) as (keyof ChangeRecord)[];
      return [change.id, Object.fromEntries(fields.map((field) => [field, change[field]]))];
    }),
  );
  const kept = Object.fromEntries(plan.changes.map(({ id }) => [id, { action: 'keep' }]));
  expect(actual).toEqual({ ...kept, ...expected });
}

/** What a plan does about certificates; files that only follow from them are left out. */
export function decided(plan: FlatPlan): Readonly<Record<EntityId, string>> {
  const decisions = plan.changes.filter(({ action }) => action !== 'keep' && action !== 'refresh');
  return Object.fromEntries(decisions.map(({ id, action }) => [id, action]));
}

/** The manifest with one entity changed. */
export function withChanged(id: EntityId, changes: Partial<Authority> | Partial<EndEntity>): Inventory {
  return {
    ...ALL,
    entities: ALL.entities.map((entity) =>
      entity.id === id ? ({ ...entity, ...changes } as Entity) : entity,
    ),
  };
}

export const LEAF_FILES = ['csr', 'cert', 'chain', 'fullchain', 'ca'] as const;
/** What hangs directly from the root has no chain. */
export const UNCHAINED = ['csr', 'cert', 'fullchain', 'ca'] as const;

export const missing = (artifact: Extract<Reason, { kind: 'missing' }>['artifact']): Reason => ({
  kind: 'missing',
  artifact,
});
export const stale = (artifact: Extract<Reason, { kind: 'stale' }>['artifact']): Reason => ({
  kind: 'stale',
  artifact,
});
export const changes = (issuer: EntityId): Reason => ({ kind: 'issuer-changes', issuer });
export const differs = (
  field: Extract<Reason, { kind: 'differs' }>['field'],
  before: string,
  after: string,
): Reason => ({
  kind: 'differs',
  field,
  before,
  after,
});
