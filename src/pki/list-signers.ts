/** Whose revocation lists a program checks. */
import type { Entity } from './entity.ts';
import { type ById, issuersAbove, rootAbove } from './issuers.ts';
import { bridgedBy } from './key-place.ts';

/**
 * All authorities by which peers of an entity may be signed: those whose certificates lead to a root that it trusts. Of an
 * authority, those that its own chain is checked with. A revoked one needs no list any more, nor does what is below it.
 */
export function listSigners(entity: Entity, byId: ById): readonly Entity[] {
  const all = entity.kind === 'authority' ? [entity, ...issuersAbove(entity, byId)] : below(entity, byId);
  // What a cross-signed authority signed is on one list, whichever of its certificates leads there.
  const signers = all.map((one) => byId.get(bridgedBy(one) ?? one.id) ?? one);
  return [...new Set(signers)].filter(({ revoked }) => revoked === undefined);
}

function below({ trust }: Pick<Entity, 'trust'>, byId: ById): readonly Entity[] {
  return [...byId.values()].filter(
    (one) => one.kind === 'authority' && trust.includes(rootAbove(one, byId) ?? one.id),
  );
}
