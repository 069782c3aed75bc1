/** Entities by their names on the command line: `servers/api` or, where only one has that name, `api`. */
import type { Demands, EntityId, Inventory } from '../index.ts';
import { requestOf } from '../pki/key-place.ts';
import { adviceMessages } from '../report/message.ts';
import { type NameProblem, nameText } from '../report/names.ts';
import type { Console } from './console.ts';

/** The entities named; `undefined` where a name is not an entity's, which has then been reported. */
export function resolveNames(
  request: keyof Demands,
  names: readonly string[],
  { entities }: Inventory,
  console: Console,
): ReadonlySet<EntityId> | undefined {
  const among = request === 'retire' ? 'authorities' : 'entities';
  const candidates = among === 'entities' ? entities : entities.filter(({ kind }) => kind === 'authority');
  const found = names
    .map((name) => resolveName(name, candidates, among))
    .map((one) => (request === 'rekey' ? withKeyHere(one, entities) : one));
  const problems = found.filter((one) => typeof one !== 'string');
  console.say(...problems.flatMap((problem) => adviceMessages(nameText(problem))));
  return problems.length > 0 ? undefined : new Set(found.filter((one) => typeof one === 'string'));
}

/** The entities that `--only` names; `undefined` without it, `null` where a name is wrong, which has then been reported. */
export function resolveOnly(
  only: readonly string[] | undefined,
  inventory: Inventory,
  console: Console,
): ReadonlySet<EntityId> | undefined | null {
  return only === undefined ? undefined : (resolveNames('only', only, inventory, console) ?? null);
}

/** What has its key elsewhere gets another from there alone. */
function withKeyHere(found: EntityId | NameProblem, entities: Inventory['entities']): EntityId | NameProblem {
  const entity = entities.find(({ id }) => id === found);
  const request = entity && requestOf(entity);
  if (entity === undefined || request === undefined) return found;
  return { kind: 'key-elsewhere', id: entity.id, path: request.path };
}

/** A name may be that of both a server and a client: then the whole id is needed. */
function resolveName(
  name: string,
  entities: Inventory['entities'],
  among: 'entities' | 'authorities',
): EntityId | NameProblem {
  const ids = entities.filter((entity) => entity.id === name || entity.name === name).map(({ id }) => id);
  const [only] = ids;
  if (only === undefined) return { kind: 'unknown', name, among };
  return ids.length === 1 ? only : { kind: 'ambiguous', name, ids };
}
