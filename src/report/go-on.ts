/** By which command the rest of a run is done: apply knows nothing of what was asked for once. */
import type { EntityId } from '../pki/entity.ts';
import { type Change, isIssue, isWork, reasonsOf } from '../plan/change.ts';
import type { Plan } from '../plan/plan.ts';

/** As many names as fit into a line. */
const NAMES = 5;

/** In quotes, such as `"pki rotate servers/api" and "pki apply"`. @param published what is finished. */
export function goOnText({ changes }: Pick<Plan, 'changes'>, published: readonly EntityId[]): string {
  const done = new Set(published);
  const left = changes.filter((change) => isWork(change) && !done.has(change.id));
  const rotated = left.filter(isRotated);
  const retired = left.filter((change) => !isRotated(change) && isRetired(change));
  const commands = [
    ...commandsFor('rotate', rotated, rotated.some(isRetired) ? ' --retire' : ''),
    ...commandsFor('retire', retired),
    ...(left.length > 0 && rotated.length + retired.length === left.length ? [] : [othersCommand(left)]),
  ];
  return commands.join(' and ');
}

/** An import is an apply that has the answers, too. */
function othersCommand(left: readonly Change[]): string {
  const isAnswered = left.some((change) => isIssue(change) && change.answered);
  return isAnswered ? '"pki import FOLDER"' : '"pki apply"';
}

function isRotated(change: Change): boolean {
  return reasonsOf(change).some(({ kind }) => kind === 'requested');
}

function isRetired(change: Change): boolean {
  return reasonsOf(change).some((reason) => reason.kind === 'drops-trust' && reason.why === 'retired');
}

function commandsFor(command: string, changes: readonly Change[], option = ''): readonly string[] {
  if (changes.length === 0) return [];
  const names = changes.slice(0, NAMES).map(({ id }) => id);
  return [`"pki ${[command, ...names].join(' ')}${changes.length > NAMES ? ' …' : ''}${option}"`];
}
