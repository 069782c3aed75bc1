/** Commands of the manifest: those that were run here, and hooks that are still due. */
import type { Entity } from '../../pki/entity.ts';
import { namesCommands } from '../../plan/commands.ts';
import type { Observation } from '../../plan/observation.ts';
import { readCommands } from '../commands.ts';
import { readHooks } from '../hooks.ts';

/** Nothing is read where the manifest names none. @param root the output folder. */
export function observeCommands(
  root: string,
  entities: readonly Entity[],
): Pick<Observation, 'commands' | 'hooks'> {
  if (!namesCommands(entities)) return {};
  const hooks = readHooks(root);
  return { commands: readCommands(root), ...(hooks.size === 0 ? {} : { hooks }) };
}
