/** What goes from the archive for good: said by the plan, and by the apply that did it, or did not. */
import type { ArchivedSet } from '../plan/observation.ts';
import { few } from '../words/few.ts';
import type { Message } from './message.ts';

/** `3 replaced sets of files, 2 with private keys: servers/a, servers/b`. */
export function setsText(sets: readonly ArchivedSet[]): string {
  const keys = sets.filter(({ holdsKey }) => holdsKey).length;
  const what = `${sets.length} replaced ${sets.length === 1 ? 'set' : 'sets'} of files`;
  const secret = keys === 0 ? '' : `, ${keys} with private keys`;
  return `${what}${secret}: ${few([...new Set(sets.map(({ entity }) => entity))])}`;
}

/** A block of a plan; none where nothing goes. */
export function pruneTexts(sets: readonly ArchivedSet[]): readonly string[] {
  if (sets.length === 0) return [];
  const consent = sets.some(({ holdsKey }) => holdsKey) ? ['  private keys need consent: --allow prune'] : [];
  return [[`older than "archive.keep", to be deleted for good: ${setsText(sets)}`, ...consent].join('\n')];
}

/** What stays in the archive without consent. */
export function keptMessages(
  due: readonly ArchivedSet[],
  pruned: readonly ArchivedSet[] | undefined,
): readonly Message[] {
  const gone = new Set((pruned ?? []).map(({ entity, folder }) => `${entity} ${folder}`));
  const kept = due.filter(({ entity, folder, holdsKey }) => holdsKey && !gone.has(`${entity} ${folder}`));
  if (kept.length === 0) return [];
  return [
    { kind: 'note', text: `left in the archive, though older than "archive.keep": ${setsText(kept)}` },
    { kind: 'hint', text: '"--allow prune" deletes them for good' },
  ];
}
