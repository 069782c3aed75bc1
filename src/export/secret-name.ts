/** The Secret of a leaf in a cluster: what it is called, and that none replaces another. */
import type { EntityId } from '../pki/entity.ts';
import { metadataOf, objectName } from '../pki/kubernetes.ts';
import type { LeafPolicy } from './leaf.ts';
import type { OmissionCause } from './omission.ts';

/** As in the file of the output `secret`, where the leaf has that; or else as the leaf is called in other engines. */
export function secretName({ entity, slug }: LeafPolicy): string {
  return objectName(entity.outputs.includes('secret') ? entity.name : slug, metadataOf(entity, 'secret'));
}

/** The first leaf with a Secret of some name and namespace has it; a name that is stated may be the slug of another. */
export function secretClashes(leaves: readonly LeafPolicy[]): (leaf: LeafPolicy) => readonly OmissionCause[] {
  const owners = new Map<string, EntityId>();
  for (const leaf of leaves) if (!owners.has(placeOf(leaf))) owners.set(placeOf(leaf), leaf.entity.id);
  return (leaf) => {
    const of = owners.get(placeOf(leaf));
    return of === undefined || of === leaf.entity.id ? [] : [{ kind: 'secret', name: secretName(leaf), of }];
  };
}

function placeOf(leaf: LeafPolicy): string {
  return `${metadataOf(leaf.entity, 'secret').namespace ?? ''}/${secretName(leaf)}`;
}
