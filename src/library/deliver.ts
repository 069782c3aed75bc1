/** Delivery into clusters: what is in the output folder, as Secrets. */
import type { Delivered, DeliverOptions } from '../run/deliver.ts';
import type { Project } from './project.ts';

/**
 * Puts key, chain and roots of every entry with `deliver` into its Secrets, by `kubectl`. What another manager has set there
 * is not overwritten. Makes nothing: `apply` comes first.
 * @throws UserError where another user may have written what was agreed to.
 */
export async function deliver(
  project: Project,
  options: Omit<DeliverOptions, 'root'> = {},
): Promise<readonly Delivered[]> {
  const { deliverAll } = await import('../run/deliver.ts');
  return deliverAll(project.inventory, { ...options, root: project.root });
}
