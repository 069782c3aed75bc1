/** Plans in files: shown to someone first, and carried out later as they were shown. */
import type { EntityId } from '../pki/entity.ts';
import { type SavedPlan, snapshotOf } from '../plan/saved.ts';
import { lookAndPlan } from '../run/look.ts';
import { fileOfManifest } from '../store/manifest-file.ts';
import { realOf } from '../store/own.ts';
import { readSavedPlan, writeSavedPlan } from '../store/saved-plan.ts';
import { UserError } from '../words/user-error.ts';
import { type Planned, type PlanOptions, plannedOf } from './plan.ts';
import { clock, type Project } from './project.ts';

/** What to plan. A saved plan is one of now, and of everything. */
export interface SavedOptions extends Omit<PlanOptions, 'now' | 'sight'> {
  /** The version of the program that saves it, and has to carry it out. */
  readonly tool: string;
}

/**
 * Plans, and writes the plan into a file for `apply` (`ApplyOptions.saved`). There are digests in it and no secrets.
 * @throws UserError where the file is something else, or where not everything can be seen.
 */
export async function savePlan(
  project: Project,
  path: string,
  { tool, ...options }: SavedOptions,
): Promise<Planned> {
  const { inventory, root } = project;
  const manifest = fileOfManifest(project.manifest);
  if (manifest === null) throw new UserError({ kind: 'saved-plan', path, fault: { kind: 'no-file' } });
  const { plan, observation } = lookAndPlan(root, inventory, { ...options, clock });
  if (observation.unseen !== undefined)
    throw new UserError({ kind: 'saved-plan', path, fault: { kind: 'unseen' } });
  const names = (ids: ReadonlySet<EntityId> | undefined): readonly EntityId[] => [...(ids ?? [])];
  const saved: SavedPlan = {
    tool,
    made: plan.now,
    manifest,
    output: realOf(root),
    demands: {
      rekey: names(options.rekey),
      retire: names(options.retire),
      only: names(options.only),
      ...(options.engine === undefined ? {} : { engine: options.engine }),
      trustClock: options.trustClock ?? false,
    },
    ...snapshotOf(inventory, observation, plan),
  };
  await writeSavedPlan(path, saved);
  return plannedOf(plan);
}

/** The plan in a file; `undefined` where that is no saved plan, but a manifest. @throws UserError where it is damaged. */
export function savedPlanAt(path: string): SavedPlan | undefined {
  return readSavedPlan(path);
}
