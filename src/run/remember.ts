/** What a run records of entities that are as they should be, because no file shows it once it has changed. */
import type { Entity, Inventory } from '../pki/entity.ts';
import { newlyKnown } from '../plan/known.ts';
import type { Observation } from '../plan/observation.ts';
import type { Plan } from '../plan/plan.ts';
import { listsIn } from '../plan/revocations.ts';
import { saveKnown } from '../store/observe/known.ts';
import { saveLists } from '../store/observe/lists.ts';
import { savePlaces } from '../store/observe/places.ts';
import type { OutputFolder } from '../store/output-folder.ts';

/** All but those that were refused, lacked a consent, or were not part of the plan. */
export function settledIn({ entities }: Inventory, { pinned }: Pick<Plan, 'pinned'>): readonly Entity[] {
  return entities.filter(({ id }) => !pinned.has(id));
}

/** Where they are, which keys and earlier certificates their authorities have, and what is on their lists. */
export async function rememberAll(
  output: OutputFolder,
  settled: readonly Entity[],
  observation: Observation,
): Promise<void> {
  await savePlaces(output, settled);
  await rememberAuthorities(output, settled, observation);
}

/** The latter alone: it is to be written before anything is signed with those keys. */
export async function rememberAuthorities(
  output: OutputFolder,
  settled: readonly Entity[],
  observation: Observation,
): Promise<void> {
  await saveKnown(output, newlyKnown(settled, observation));
  await saveLists(output, listsIn(settled, observation));
}
