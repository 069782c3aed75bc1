/** Why a name on the command line is not an entity's. */
import type { EntityId } from '../pki/entity.ts';
import type { Advice } from '../words/advice.ts';

/** What is wrong with a name. */
export type NameProblem =
  | { readonly kind: 'ambiguous'; readonly name: string; readonly ids: readonly EntityId[] }
  /** Among all entities, or among those that the command is for. */
  | { readonly kind: 'unknown'; readonly name: string; readonly among: 'entities' | 'authorities' };

/** Both lines of the error. */
export function nameText(problem: NameProblem): Advice {
  if (problem.kind === 'ambiguous') {
    const ids = problem.ids.map((id) => `"${id}"`).join(' or ');
    return { problem: `"${problem.name}" could be several entities`, hint: `say ${ids}` };
  }
  const none = problem.among === 'entities' ? 'nothing' : 'no authority';
  return {
    problem: `${none} in the manifest is called "${problem.name}"`,
    hint: '"pki status" lists what there is',
  };
}
