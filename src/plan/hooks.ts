/** Hooks: what is run once the files of an entity are in place, and again until it succeeds. Pure. */
import { argvKey } from '../pki/argv.ts';
import type { Entity, EntityId } from '../pki/entity.ts';
import { filePath } from '../pki/files.ts';
import type { Hook } from '../pki/hook.ts';
import { type Change, isWork } from './change.ts';
import type { Observation } from './observation.ts';

/** A hook that is due. */
export interface PlannedHook {
  readonly entity: EntityId;
  readonly hook: Hook;
  /** Its files change in this plan, or changed in an earlier run, after which it did not succeed. */
  readonly why: 'changes' | 'pending';
  /** Relative to the output folder. */
  readonly changed: readonly string[];
  /** This folder has not run its command, so that it takes consent. */
  readonly isNew: boolean;
}

/** In the order of the inventory: authorities before what they sign. */
export function hooksFor(
  entities: readonly Entity[],
  changes: readonly Change[],
  { hooks, commands }: Pick<Observation, 'hooks' | 'commands'>,
): readonly PlannedHook[] {
  const byId = new Map(changes.map((change) => [change.id, change]));
  return entities.flatMap((entity): readonly PlannedHook[] => {
    const { id: entityId, onChange: hook } = entity;
    const pending = hooks?.get(entityId);
    const change = byId.get(entityId);
    const isChanged = change !== undefined && isWork(change);
    if (hook === undefined || (!isChanged && pending === undefined)) return [];
    const paths = isChanged ? pathsIn(entity, change) : [];
    const changed = [...new Set([...(pending ?? []), ...paths])];
    const isNew = commands?.has(argvKey(hook.run)) !== true;
    return [{ entity: entityId, hook, why: isChanged ? 'changes' : 'pending', changed, isNew }];
  });
}

function pathsIn(entity: Entity, change: Change): readonly string[] {
  if (!isWork(change)) return [];
  const { writes, deletes, chmods } = change;
  return [...writes, ...deletes, ...chmods].map((file) => filePath(entity, file));
}
