/**
 * `pki rotate <name…>` and `pki retire <authority…>`: what a manifest cannot say, because it is done once. Entities are
 * named as `servers/api` or, where only one has that name, `api`.
 */
import type { EntityId, Inventory, Requests } from '../index.ts';
import { type ApplyFlags, applyProject } from './apply.ts';
import { type Console, EXIT, type ExitCode } from './console.ts';
import { openOrExplain } from './project.ts';

export interface RequestFlags extends ApplyFlags {
  readonly manifest: string;
}

/** @param request what is to be done to the entities named. */
export async function requestCommand(
  request: keyof Requests,
  names: readonly string[],
  flags: RequestFlags,
  console: Console,
  signal: AbortSignal,
): Promise<ExitCode> {
  const project = await openOrExplain(flags.manifest, console);
  if (project === undefined) return EXIT.failed;
  const candidates = project.inventory.entities.filter(
    ({ kind }) => request === 'rekey' || kind === 'authority',
  );
  const found = names.map((name) =>
    resolveName(name, candidates, request === 'rekey' ? 'nothing' : 'no authority'),
  );
  const problems = found.flatMap((entry) => ('problem' in entry ? [entry] : []));
  for (const { problem, hint } of problems) {
    console.error(problem);
    console.hint(hint);
  }
  if (problems.length > 0) return EXIT.failed;
  const ids = new Set(found.flatMap((entry) => ('id' in entry ? [entry.id] : [])));
  return applyProject(project, { [request]: ids }, flags, console, signal);
}

export type ResolvedName = { readonly id: EntityId } | { readonly problem: string; readonly hint: string };

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
