/** Entities as a command line names them: `servers/api` or, where only one has that name, `api`. */
import type { Demands, EntityId, Inventory } from '../index.ts';
import type { Console } from './console.ts';

/** The entities named; `undefined` where one of the names is none, which then has been said. */
export function resolveNames(
  request: keyof Demands,
  names: readonly string[],
  { entities }: Inventory,
  console: Console,
): ReadonlySet<EntityId> | undefined {
  const [candidates, none] =
    request === 'rekey'
      ? [entities, 'nothing']
      : [entities.filter(({ kind }) => kind === 'authority'), 'no authority'];
  const found = names.map((name) => resolveName(name, candidates, none));
  const problems = found.flatMap((entry) => ('problem' in entry ? [entry] : []));
  for (const { problem, hint } of problems) {
    console.error(problem);
    console.hint(hint);
  }
  if (problems.length > 0) return undefined;
  return new Set(found.flatMap((entry) => ('id' in entry ? [entry.id] : [])));
}

type ResolvedName = { readonly id: EntityId } | { readonly problem: string; readonly hint: string };

/** A name may be that of a server and a client at once: then it takes the whole id. */
function resolveName(name: string, entities: Inventory['entities'], none: string): ResolvedName {
  const matching = entities.filter((entity) => entity.id === name || entity.name === name);
  const [only] = matching;
  if (only !== undefined && matching.length === 1) return { id: only.id };
  if (matching.length > 1) {
    const ids = matching.map(({ id }) => `"${id}"`).join(' or ');
    return { problem: `"${name}" could be several entities`, hint: `say ${ids}` };
  }
  return { problem: `${none} in the manifest is called "${name}"`, hint: '"pki status" lists what there is' };
}
