/** What of a plan is carried out: what was agreed to, and does not need what was not. Pure. */
import type { EntityId } from '../pki/entity.ts';
import { type Change, type Consent, consentOf } from './change.ts';
import type { Plan } from './plan.ts';

/** A plan, divided by what was agreed to. */
export interface Agreement {
  /** What is carried out. */
  readonly possible: Plan;
  /** Removals that nobody agreed to. What left the manifest is in nobody's way: it stays, and everything else goes on. */
  readonly held: readonly Change[];
  /** Refused, or not agreed to: these stay as they are, and what cannot do without them does as well. */
  readonly blocked: readonly Change[];
  /** Nothing is carried out: nothing is left to do, or something asked for by name is blocked. */
  readonly isIdle: boolean;
}

/** Consents and requests of whoever runs apply, and a way to plan again. */
export interface Asked {
  readonly consents: ReadonlySet<Consent>;
  /** Entities of which something was asked for by name: whoever asked for it in vain did not ask for the rest. */
  readonly requested: ReadonlySet<EntityId>;
  /** The same plan with these entities as they are on the disk. */
  readonly replan: (pinned: ReadonlySet<EntityId>) => Plan;
}

/** Plans again, once at most, with everything blocked as it is on the disk; removals that are held do not block. */
export function agreementOn(plan: Plan, { consents, requested, replan }: Asked): Agreement {
  const held = plan.changes.filter(
    (change) => change.action === 'remove' && isMissing(change.consent, consents),
  );
  const blocked = plan.changes.filter((change) => isWithheld(change, consents));
  const made = blocked.length === 0 ? plan : replan(new Set(blocked.map(({ id }) => id)));
  const changes = made.changes.filter(({ id }) => !held.some((change) => change.id === id));
  // Also where it is pinned for another's sake.
  const isInVain = [...requested].some((id) => made.pinned.has(id));
  const isIdle = isInVain || changes.every(({ action }) => action === 'keep');
  return { possible: { ...made, changes }, held, blocked, isIdle };
}

function isMissing(consent: Consent | null, given: ReadonlySet<Consent>): boolean {
  return consent !== null && !given.has(consent);
}

/** Refused, or lacks a consent that was not given. */
function isWithheld(change: Change, given: ReadonlySet<Consent>): boolean {
  return change.action === 'refuse' || (change.action !== 'remove' && isMissing(consentOf(change), given));
}
