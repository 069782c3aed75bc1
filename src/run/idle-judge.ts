/** Whether what a run has made needs nothing more, by the plan that comes next. */
import type { Entity, EntityId, Inventory } from '../pki/entity.ts';
import { idleUntil } from '../plan/idle.ts';
import type { EntityObservation } from '../plan/observation.ts';
import { planInventory } from '../plan/plan.ts';
import { knownOf } from '../store/observe/observe.ts';
import type { KeyId } from '../x509/facts.ts';

/** Fewer at once would repeat the plans of authorities too often; more of them are held. */
const BATCH = 100;

/** Plans entities as they come, authorities first, and holds few of the others. */
export class IdleJudge {
  readonly #root: string;
  readonly #inventory: Inventory;
  readonly #now: number;
  readonly #authorities = new Map<Entity, EntityObservation>();
  #leaves = new Map<Entity, EntityObservation>();
  #until: number | null = Number.POSITIVE_INFINITY;
  /** Those of leaves. One that serves two of them is worth saying, and these need not be held at once. */
  readonly #keys = new Set<KeyId>();
  /** What the records of the folder say of authorities; of other entities they decide nothing here. */
  #known: ReturnType<typeof knownOf> | undefined;

  /** @param now seconds since 1970. */
  constructor(root: string, inventory: Inventory, now: number) {
    this.#root = root;
    this.#inventory = inventory;
    this.#now = now;
  }

  add(entity: Entity, observed: EntityObservation): void {
    (entity.kind === 'authority' ? this.#authorities : this.#leaves).set(entity, observed);
    if (entity.kind !== 'authority' && this.#isShared(observed)) this.#until = null;
    if (this.#leaves.size >= Math.max(BATCH, this.#authorities.size)) this.#judge();
  }

  #isShared({ key }: EntityObservation): boolean {
    if (key.state !== 'present') return false;
    const isKnown = this.#keys.has(key.facts.keyId);
    this.#keys.add(key.facts.keyId);
    return isKnown;
  }

  /**
   * The first moment at which any of them is due by itself; `null` where anything is due already, or worth saying.
   * @param kept leaves that stay as they were planned. What a run has come to know of authorities is about their keys, too.
   */
  until(kept: Iterable<EntityObservation> = []): number | null {
    this.#judge();
    const ofAuthorities = new Set([...(this.#known?.known ?? [])].flatMap(([, { keys }]) => [...keys]));
    for (const { key } of kept)
      if (key.state === 'present' && ofAuthorities.has(key.facts.keyId)) this.#until = null;
    return this.#until;
  }

  #judge(): void {
    const all = new Map([...this.#authorities, ...this.#leaves]);
    this.#leaves = new Map();
    if (this.#until === null) return;
    const inventory = { ...this.#inventory, entities: [...all.keys()] };
    const entities = byId(all);
    const authorities = [...this.#authorities.keys()];
    this.#known ??= knownOf(this.#root, authorities, byId(this.#authorities));
    const observation = { entities, orphans: [], ...this.#known };
    const plan = planInventory(inventory, observation, { now: this.#now });
    const until = idleUntil(inventory, observation, plan);
    this.#until = until === null ? null : Math.min(this.#until, until);
  }
}

function byId(seen: ReadonlyMap<Entity, EntityObservation>): ReadonlyMap<EntityId, EntityObservation> {
  return new Map([...seen].map(([{ id }, observed]) => [id, observed]));
}
