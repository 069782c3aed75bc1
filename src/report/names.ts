/** Why a name on the command line is not an entity's. */
import type { EntityId } from '../pki/entity.ts';
import { visible } from '../pki/printable.ts';
import type { Advice } from '../words/advice.ts';

/** What is wrong with a name. */
export type NameProblem =
  | { readonly kind: 'ambiguous'; readonly name: string; readonly ids: readonly EntityId[] }
  /** It is to get another key, and its own is where `path` came from. */
  | { readonly kind: 'key-elsewhere'; readonly id: EntityId; readonly path: string }
  /** Among all entities, or among those that the command is for. */
  | { readonly kind: 'unknown'; readonly name: string; readonly among: 'entities' | 'authorities' };

/** Both lines of the error. */
export function nameText(problem: NameProblem): Advice {
  if (problem.kind === 'ambiguous') {
    const ids = problem.ids.map((id) => `"${id}"`).join(' or ');
    return { problem: `"${problem.name}" could be several entities`, hint: `say ${ids}` };
  }
  if (problem.kind === 'key-elsewhere')
    return {
      problem: `the key of ${problem.id} is elsewhere, and is not made here`,
      hint: visible(`put a request with a new key into "${problem.path}", and run "pki apply"`),
    };
  const none = problem.among === 'entities' ? 'nothing' : 'no authority';
  return {
    problem: `${none} in the manifest is called "${problem.name}"`,
    hint: '"pki status" lists what there is',
  };
}
