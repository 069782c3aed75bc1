/** A saved plan against what is there now: it is carried out as it was shown, or not at all. */
import type { Inventory } from '../pki/entity.ts';
import type { Observation } from '../plan/observation.ts';
import type { Plan } from '../plan/plan.ts';
import { type Difference, differencesSince, type SavedPlan, snapshotOf } from '../plan/saved.ts';
import { UserError } from '../words/user-error.ts';

/** A saved plan that is to be carried out. */
export interface SavedRun {
  readonly plan: SavedPlan;
  /** Its file, as it was named. */
  readonly path: string;
  /** The version of this program. */
  readonly tool: string;
}

/** @param root the output folder, with links followed. @throws UserError where anything is not as it was. */
export function checkSaved(
  { plan: saved, path, tool }: SavedRun,
  root: string,
  inventory: Inventory,
  observation: Observation,
  plan: Plan,
): void {
  const differences: readonly Difference[] = [
    ...(saved.tool === tool ? [] : [{ kind: 'tool', made: saved.tool } as const]),
    ...(saved.output === root ? [] : [{ kind: 'output', was: saved.output } as const]),
    ...differencesSince(saved, snapshotOf(inventory, observation, plan)),
  ];
  if (differences.length === 0) return;
  const fault = { kind: 'changed', manifest: saved.manifest, made: saved.made, differences } as const;
  throw new UserError({ kind: 'saved-plan', path, fault });
}
