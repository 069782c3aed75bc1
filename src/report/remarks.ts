/** What is right and still worth knowing, and what waits for a renewal: in which reports it stands. */
import { type Change, isIssue } from '../plan/change.ts';
import type { Plan } from '../plan/plan.ts';
import { entitiesOf, isUrgent, type Remark } from '../plan/remark.ts';
import { remarkText } from '../words/remark.ts';
import { reasonJson } from './reason.ts';

/**
 * What waits for a renewal, or needs none.
 * @param isAll or only what stays of a file that is replaced now.
 */
export function notesOf({ remarks, changes }: Plan, isAll: boolean): readonly string[] {
  return remarks
    .filter((remark) => !isUrgent(remark) && remark.kind !== 'differs')
    .filter((remark) => isAll || isPassedOn(remark, changes))
    .map(remarkText);
}

/** What does not match the manifest, and waits for a renewal. */
export function laterTexts({ remarks }: Pick<Plan, 'remarks'>): readonly string[] {
  return remarks.filter(({ kind }) => kind === 'differs').map(remarkText);
}

/** Rights that the next file gets from the one that it replaces: reported when that happens, and not at every run. */
function isPassedOn(remark: Remark, changes: readonly Change[]): boolean {
  if (remark.kind === 'request-ignored')
    return changes.some((change) => change.id === remark.entity && isIssue(change));
  if (remark.kind !== 'group-readable') return false;
  return changes.some(
    (change) => change.id === remark.entity && 'writes' in change && change.writes.includes(remark.artifact),
  );
}

/** The entities, and the remark in words; what waits for a renewal also as a reason. */
export function remarkJson(remark: Remark): unknown {
  const common = { kind: remark.kind, entities: entitiesOf(remark), text: remarkText(remark) };
  return remark.kind === 'differs' ? { ...common, reason: reasonJson(remark.reason) } : common;
}
