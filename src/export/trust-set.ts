/** Sets of roots that leaves trust together: what pods mount to verify their peers, under one name whichever tool puts it there. */
import type { Authority, EntityId, Inventory } from '../pki/entity.ts';
import { nameSlug } from './slug.ts';

/** Roots that some leaves trust together. */
export interface TrustSet {
  readonly name: string;
  readonly roots: readonly Authority[];
}

/** That of one entity. */
export type TrustSetOf = (trust: readonly EntityId[]) => TrustSet;

/** Finds them among the authorities of a manifest. */
export function trustSetOf({ entities }: Pick<Inventory, 'entities'>): TrustSetOf {
  const byId = new Map<EntityId, Authority>();
  for (const entity of entities) if (entity.kind === 'authority') byId.set(entity.id, entity);
  return (trust) => {
    const roots = trust.flatMap((id) => byId.get(id) ?? []);
    const names = roots.map(({ name }) => name).sort();
    // `+` is in no short name, so that one for several roots is no root's.
    return { name: `pki-trust-${nameSlug(names.join('+'))}`, roots };
  };
}

/** Each set of roots that a leaf trusts, once. */
export function trustSets(inventory: Inventory): readonly TrustSet[] {
  const setOf = trustSetOf(inventory);
  const sets = new Map<string, TrustSet>();
  for (const { kind, trust } of inventory.entities) {
    const set = setOf(trust);
    if (kind !== 'authority' && set.roots.length > 0 && !sets.has(set.name)) sets.set(set.name, set);
  }
  return [...sets.values()];
}
