/** Finishing what an interrupted run left, without planning anything. */
import type { RecoverOptions, RecoverResult } from '../run/recover.ts';
import type { Project } from './project.ts';

/** `ok`: nothing is left half-way of what was asked for. */
export type Recovered = RecoverResult & { readonly ok: boolean };

/**
 * Finishes what an interrupted apply left half-way in an output folder, as the next one would do first; or gives up what
 * `discard` names, and touches nothing else. @throws UserError where `.pki` is not ours to use.
 */
export async function recover(
  { root }: Pick<Project, 'root'>,
  options: RecoverOptions = {},
): Promise<Recovered> {
  const { recover: recoverIn } = await import('../run/recover.ts');
  const result = await recoverIn({ root }, options);
  return { ...result, ok: result.kind === 'done' && result.failed.length === 0 };
}
