/** The authorities that issue leaves: those that another engine takes over, with what is above them. */
import type { Authority, Entity, EntityId, Inventory } from '../pki/entity.ts';
import { byIdOf, issuersAbove } from '../pki/issuers.ts';
import type { LeafPolicy } from './leaf.ts';
import { nameSlug } from './slug.ts';

/** One of them. */
export interface IssuingAuthority {
  readonly entity: Authority;
  /** What it is called in other engines. */
  readonly slug: string;
  /** Nearest first; empty for a root. */
  readonly above: readonly Entity[];
  readonly leaves: readonly LeafPolicy[];
}

/** Those with leaves, in the order of the manifest. */
export function issuingAuthorities(
  { entities }: Inventory,
  leaves: readonly LeafPolicy[],
): readonly IssuingAuthority[] {
  const byId = byIdOf(entities);
  const byIssuer = new Map<EntityId, LeafPolicy[]>();
  for (const leaf of leaves) byIssuer.set(leaf.issuer.id, [...(byIssuer.get(leaf.issuer.id) ?? []), leaf]);
  return entities.flatMap((entity) => {
    const issued = byIssuer.get(entity.id);
    if (entity.kind !== 'authority' || issued === undefined) return [];
    return [{ entity, slug: nameSlug(entity.name), above: issuersAbove(entity, byId), leaves: issued }];
  });
}
