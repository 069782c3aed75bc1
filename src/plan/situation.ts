/** What the files of one entity are compared with, where its certificate stays. */
import type { Entity, EntityId } from '../pki/entity.ts';
import { makesList } from '../pki/files.ts';
import type { Fingerprint } from '../x509/facts.ts';
import type { Situation } from './artifacts/rule.ts';
import type { Context } from './context.ts';
import { keyOf } from './key-decision.ts';
import type { EntityObservation } from './observation.ts';
import type { Member } from './parts.ts';

/**
 * @param previous earlier certificates that the entity keeps: it is a root of its own trust bundle.
 * @param list what becomes of its revocation list; where that is not decided yet, there will be one.
 */
export function situationOf(
  entity: Entity,
  observed: EntityObservation,
  previous: readonly Fingerprint[],
  { byId, outlooks, anchors }: Context,
  list: Pick<Member, 'list' | 'formerLists'> = makesList(entity) ? { list: null } : {},
): Situation {
  const { cert, presented } = observed;
  const key = keyOf(entity, observed);
  const own: Member = {
    id: entity.id,
    fingerprint: cert.state === 'present' ? cert.facts.fingerprint : null,
    keyId: key?.keyId ?? null,
    previous,
    previousChanges: false,
    routes: [],
    route: null,
    cross: [],
    crossChanges: false,
    ...list,
    ...(presented === undefined ? {} : { presented: presented.certificates }),
  };
  const members = (id: EntityId): Member | undefined => (id === entity.id ? own : outlooks.get(id));
  return { entity, byId, key, members, anchors };
}
