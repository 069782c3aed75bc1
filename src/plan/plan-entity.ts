/** One entity: what is on disk against what is wanted → one Change. Pure; the caller goes from roots to leaves. */
import { ALL_ARTIFACTS, type Artifact } from '../pki/artifact.ts';
import type { Entity } from '../pki/entity.ts';
import { isManaged, isOwed } from '../pki/files.ts';
import type { Change } from './change.ts';
import type { Context } from './context.ts';
import { type FilesPlan, planFiles } from './files-plan.ts';
import { keptTrustIn } from './kept-trust.ts';
import { areLeftCopies } from './left-lists.ts';
import type { EntityObservation } from './observation.ts';
import { identityOf, type PairPlan, planPair } from './pair-plan.ts';
import { planWork } from './work-plan.ts';

/** @param context its outlooks already hold the authorities above the entity, and the other roots that it trusts. */
export function planEntity(entity: Entity, seen: EntityObservation, context: Context): Change {
  const pair = planPair(entity, ownFiles(entity, seen, context), context);
  if ('action' in pair) return pair;
  const files = planFiles(pair);
  if ('action' in files) return files;
  return files.reasons.length === 0 ? asItIs(pair, files) : planWork(pair, files);
}

function asItIs(pair: PairPlan, { contents }: FilesPlan): Change {
  const { entity, waiting } = pair;
  const same = { ...identityOf(entity), ...keptTrustIn(pair, contents.previous) };
  return waiting === null ? { ...same, action: 'keep' } : { ...same, action: 'wait', waiting };
}

const MISSING = { state: 'missing' } as const;

/** Files that are not the entity's own count as missing. */
function ownFiles(entity: Entity, seen: EntityObservation, { pieces }: Context): EntityObservation {
  // Of the files left behind, only wanted ones matter.
  const behind = new Set(seen.formerLocation?.files.map(({ file }) => file));
  const isAsked = (file: Artifact): boolean => file === 'previous' || isOwed(entity, file);
  const copies: readonly Artifact[] = areLeftCopies(entity, seen, pieces);
  const isOwn = (file: Artifact): boolean =>
    isManaged(entity, file) || copies.includes(file) || isLeftover(file, seen);
  const others = ALL_ARTIFACTS.filter((file) => !isOwn(file) || (behind.has(file) && !isAsked(file)));
  return others.length === 0
    ? seen
    : { ...seen, ...Object.fromEntries(others.map((file) => [file, MISSING])) };
}

/** What is damaged there may have become another program's. */
function isLeftover(file: Artifact, seen: EntityObservation): boolean {
  return seen.leftovers?.includes(file) === true && ['present', 'encrypted'].includes(seen[file].state);
}
