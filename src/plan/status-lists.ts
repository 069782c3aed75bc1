/** How every revocation list stands on a day, in the terms of the plan of that day. Pure. */
import type { Entity, EntityId, Inventory } from '../pki/entity.ts';
import { makesList } from '../pki/files.ts';
import { renewWindow } from '../pki/renewal.ts';
import { isWork } from './change.ts';
import { NOTHING, type Observation } from './observation.ts';
import type { Plan } from './plan.ts';

/** `due`: apply would make the next one; `ended`: what reads it refuses everyone; `missing`: there is none that can be read. */
export type ListState = 'ok' | 'due' | 'ended' | 'missing';

/** The list of one authority. */
export interface ListRow {
  readonly authority: EntityId;
  readonly state: ListState;
  /** What is on disk, or `null` where it cannot be read. */
  readonly list: {
    /** Decimal; `null`: it has none. */
    readonly number: string | null;
    /** How many certificates it revokes. */
    readonly revoked: number;
    /** Seconds since 1970. */
    readonly thisUpdate: number;
    /** `null`: it never ends. */
    readonly nextUpdate: number | null;
  } | null;
  /** Seconds until its end, negative once that has passed; `null` where it has none. */
  readonly secondsLeft: number | null;
}

/** Of all authorities that make one, in the order of the inventory. The plan must be one of this observation. */
export function listRows(
  { entities }: Inventory,
  observation: Observation,
  { changes, now }: Pick<Plan, 'changes' | 'now'>,
): readonly ListRow[] {
  const made = new Set(changes.flatMap((change) => (isWork(change) && change.list ? [change.id] : [])));
  return entities.filter(makesList).map((entity) => {
    const { crl } = observation.entities.get(entity.id) ?? NOTHING;
    if (crl.state !== 'present')
      return { authority: entity.id, state: 'missing', list: null, secondsLeft: null };
    const { number, entries, thisUpdate, nextUpdate } = crl.facts;
    const secondsLeft = nextUpdate === null ? null : nextUpdate - now;
    const list = { number, revoked: entries.length, thisUpdate, nextUpdate };
    return {
      authority: entity.id,
      state: stateOf(entity, secondsLeft, made.has(entity.id)),
      list,
      secondsLeft,
    };
  });
}

/** Also of an authority that cannot make another one now. */
function stateOf(entity: Entity, secondsLeft: number | null, isMade: boolean): ListState {
  if (secondsLeft !== null && secondsLeft < 0) return 'ended';
  return isMade || isEnding(entity, secondsLeft) ? 'due' : 'ok';
}

/** Whether a list of the authority is inside its renewal window, or past it. @param secondsLeft `null`: it never ends. */
export function isEnding(entity: Entity, secondsLeft: number | null): boolean {
  const terms = entity.kind === 'authority' ? entity.crl?.list : undefined;
  if (terms === undefined || secondsLeft === null) return false;
  return secondsLeft <= renewWindow(terms.renewBefore, terms.validity);
}
