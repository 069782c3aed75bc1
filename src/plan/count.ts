/** How many changes of a plan there are of each kind. */
import type { Action } from './change.ts';
import type { Plan } from './plan.ts';

/** Changes by action; an action that no change has counts 0. */
export function countActions({ changes }: Pick<Plan, 'changes'>): Readonly<Record<Action, number>> {
  const counts = {
    create: 0,
    issue: 0,
    rekey: 0,
    refresh: 0,
    revoke: 0,
    remove: 0,
    keep: 0,
    wait: 0,
    refuse: 0,
  };
  for (const { action } of changes) counts[action]++;
  return counts;
}
