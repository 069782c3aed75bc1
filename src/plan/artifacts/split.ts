/** `ca-1.pem`, `chain-1.pem` and so on: one certificate each of what `ca.pem` and `chain.pem` hold. */
import type { Entity } from '../../pki/entity.ts';
import type { ById } from '../../pki/issuers.ts';
import { CHAIN_SLOTS, isSplit, ROOT_SLOTS } from '../../pki/split.ts';
import type { Refusal } from '../blockage.ts';
import { chainParts, contentOf, type Part, trustParts } from '../parts.ts';
import { bundle } from './bundle.ts';
import type { BundleRule, Situation } from './rule.ts';

type Rule = BundleRule<readonly string[]>;

function slot(parts: (entity: Entity, byId: ById) => readonly Part[], nth: number): Rule {
  return { ...bundle(parts), nth };
}

/** The rule of the `nth` file of roots, from 0. */
export function rootSlot(nth: number): Rule {
  return slot(trustParts, nth);
}

/** The same of authorities between. */
export function chainSlot(nth: number): Rule {
  return slot(chainParts, nth);
}

/** What an entity has to have a file for: a certificate that none is left for must not be missing in silence. */
export function overflowOf({ entity, byId, members }: Situation): Refusal | null {
  if (!isSplit(entity)) return null;
  const lists = [
    { holds: 'roots', parts: trustParts(entity), room: ROOT_SLOTS.length },
    { holds: 'authorities', parts: chainParts(entity, byId), room: CHAIN_SLOTS.length },
  ] as const;
  for (const { holds, parts, room } of lists) {
    const count = contentOf(parts, members).length;
    if (count > room) return { kind: 'too-many', entity: entity.id, holds, count, room };
  }
  return null;
}
