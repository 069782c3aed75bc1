/** What is right on the disk and still worth knowing: nothing is done about it, and the user may want to. */
import type { Entity, EntityId } from '../pki/entity.ts';
import { groupBy } from '../pki/group.ts';
import { diffSubject, type FieldChange, subjectChange } from './diff.ts';
import { type EntityObservation, NOTHING, type Observation } from './observation.ts';

/** One of them. */
export type Remark =
  /** A subject that stays until a renewal, which writes it in another way. */
  | { readonly kind: 'renamed'; readonly entity: EntityId; readonly reason: FieldChange }
  /** RFC 5280 wants a positive serial number; verifiers take it in a root. */
  | { readonly kind: 'zero-serial'; readonly entity: EntityId }
  /** Entities with certificates of their own for one and the same private key. */
  | { readonly kind: 'shared-key'; readonly entities: readonly EntityId[] };

/** Of all entities, in their order. */
export function remarksOf(entities: readonly Entity[], observation: Observation): readonly Remark[] {
  const seen = entities.map((entity) => [entity, observation.entities.get(entity.id) ?? NOTHING] as const);
  return [...seen.flatMap(([entity, observed]) => remarksOn(entity, observed)), ...sharedKeys(seen)];
}

function remarksOn(entity: Entity, { cert }: EntityObservation): readonly Remark[] {
  if (cert.state !== 'present') return [];
  const { subject, serial } = cert.facts;
  const isSame = diffSubject(subject, entity).length === 0;
  const renamed = isSame ? subjectChange(entity, cert.facts) : [];
  return [
    ...renamed.map((reason) => ({ kind: 'renamed', entity: entity.id, reason }) as const),
    ...(serial === '00' && entity.issuer === null
      ? [{ kind: 'zero-serial', entity: entity.id } as const]
      : []),
  ];
}

function sharedKeys(seen: readonly (readonly [Entity, EntityObservation])[]): readonly Remark[] {
  const pairs = seen.flatMap(([entity, { key, cert }]) => {
    const isPair =
      key.state === 'present' && cert.state === 'present' && key.facts.keyId === cert.facts.keyId;
    return isPair ? [{ entity, keyId: key.facts.keyId }] : [];
  });
  return [...groupBy(pairs, ({ keyId }) => keyId).values()].flatMap((group): readonly Remark[] => {
    const all = group.map(({ entity }) => entity);
    const authorities = all.filter(({ kind }) => kind === 'authority');
    // A leaf with an authority's key gets another one, and that is a reason, no remark.
    const holders = authorities.length > 0 ? authorities : all;
    return holders.length > 1 ? [{ kind: 'shared-key', entities: holders.map(({ id }) => id) }] : [];
  });
}
