/** The part of a plan that is carried out: what was agreed to, and needs nothing that was not. Pure. */
import type { EntityId } from '../pki/entity.ts';
import { type Allowance, isGiven } from './allowance.ts';
import { type Change, type Consent, consentsOf } from './change.ts';
import { consentsNeeded, type Plan } from './plan.ts';

/** A plan, divided by what was agreed to. */
export interface Agreement {
  /** What is carried out. */
  readonly possible: Plan;
  /** Removals that await a consent. They hold up nothing: the files stay, and everything else goes on. */
  readonly awaiting: readonly Change[];
  /** Refused, or lacking a consent: these stay as they are, and so does what depends on them. */
  readonly withheld: readonly Change[];
  /** Nothing is carried out: nothing is left to do, or something asked for by name is withheld. */
  readonly isIdle: boolean;
}

/** The consents that were given, what was asked for by name, and a way to plan again. */
export interface Asked {
  readonly consents: ReadonlySet<Allowance>;
  /** Entities of which something was asked for by name; if that cannot be done, nothing is. */
  readonly requested: ReadonlySet<EntityId>;
  /** Those of them that were to get a new key, or to end the trust in former ones. */
  readonly rotated: ReadonlySet<EntityId>;
  /** The same plan with these entities as they are on the disk. */
  readonly replan: (pinned: ReadonlySet<EntityId>) => Plan;
}

/** Plans again with everything withheld as it is on the disk, until no more has to be withheld. */
export function agreementOn(plan: Plan, asked: Asked): Agreement {
  const { requested, replan } = asked;
  const awaiting = plan.changes.filter((change) => change.action === 'remove' && isLacking(change, asked));
  const withheld: Change[] = [];
  let made = plan;
  // What an authority's current certificate cannot vouch for shows only once that has to stay.
  for (let more = withheldIn(plan, asked); more.length > 0; more = withheldIn(made, asked)) {
    withheld.push(...more);
    made = replan(new Set(withheld.map(({ id }) => id)));
  }
  const changes = made.changes.filter(({ id }) => !awaiting.some((change) => change.id === id));
  // Even where it is pinned because of another.
  const isInVain = [...requested].some((id) => made.pinned.has(id));
  const isIdle = isInVain || changes.every(({ action }) => action === 'keep' || action === 'wait');
  return { possible: { ...made, changes }, awaiting, withheld, isIdle };
}

type Given = Pick<Asked, 'consents' | 'rotated'>;

function withheldIn({ changes }: Plan, given: Given): readonly Change[] {
  return changes.filter((change) => isWithheld(change, given));
}

function isLacking(change: Change, { consents, rotated }: Given): boolean {
  return consentsOf(change).some((consent) => !isGiven(consents, consent, change.id, rotated));
}

/** Refused, or lacks a consent. */
function isWithheld(change: Change, given: Given): boolean {
  return change.action === 'refuse' || (change.action !== 'remove' && isLacking(change, given));
}

/** Consents that a plan needs, each with the entities it is about. */
export function consentsIn({ changes, prunes, hooks }: Plan): ReadonlyMap<Consent, readonly EntityId[]> {
  const keys = new Set(prunes.filter(({ holdsKey }) => holdsKey).map(({ entity }) => entity));
  const needed = new Map(consentsNeeded(changes));
  if (keys.size > 0) needed.set('prune', [...keys]);
  // A hook waits for its consent, and holds up no file.
  const runs = [
    ...(needed.get('run') ?? []),
    ...hooks.flatMap(({ entity, isNew }) => (isNew ? [entity] : [])),
  ];
  if (runs.length > 0) needed.set('run', [...new Set(runs)]);
  return needed;
}
