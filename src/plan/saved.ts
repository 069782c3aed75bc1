/**
 * A plan that was saved, to be carried out later: what was seen when it was made, by digests, and what it does. Nothing is
 * ever done by it: apply plans again, and goes on only where that gives the same. So it holds no secret, and to change
 * it gains no one more than a refusal. Pure.
 */
import { createHash } from 'node:crypto';
import { ALL_ARTIFACTS, type Artifact } from '../pki/artifact.ts';
import type { EngineChoice } from '../pki/engine.ts';
import type { EntityId, Inventory } from '../pki/entity.ts';
import type { Action } from './change.ts';
import type { FileState, KeyState, Observation } from './observation.ts';
import type { Plan } from './plan.ts';

/** How the file of one begins, so that it is never taken for a manifest. */
export const SAVED_FORMAT = 'pki-saved-plan';

/** What an entity can be said to become. */
export const ACTIONS = [
  'keep',
  'create',
  'issue',
  'rekey',
  'refresh',
  'revoke',
  'remove',
  'wait',
  'refuse',
] as const satisfies readonly Action[];

/** The beginning of a SHA-256 in hex: enough that no other content has it. */
type Digest = string;

/** What one entity had, by file, and what becomes of it. */
export interface SavedEntity {
  readonly action: Action;
  /** Of the whole change, moments apart. */
  readonly does: Digest;
  /** Of what each file says; those that are not there are left out. */
  readonly seen: Readonly<Partial<Record<Artifact, Digest>>>;
}

/** What apply compares. */
export interface Snapshot {
  /** Of all that the manifest means, other files beside it included. */
  readonly inventory: Digest;
  readonly entities: Readonly<Record<EntityId, SavedEntity>>;
  /** Of what is done beside that: hooks, and what an interrupted run left. */
  readonly rest: Digest;
}

/** What was asked for beyond the manifest. */
export interface SavedDemands {
  readonly rekey: readonly EntityId[];
  readonly retire: readonly EntityId[];
  readonly only: readonly EntityId[];
  readonly engine?: EngineChoice;
  readonly trustClock: boolean;
}

/** A plan as it stands in its file. */
export interface SavedPlan extends Snapshot {
  /** Of this program. */
  readonly tool: string;
  /** When it was made, in seconds since 1970. */
  readonly made: number;
  /** Both absolute, with links followed. */
  readonly manifest: string;
  readonly output: string;
  readonly demands: SavedDemands;
}

/** What is not as it was. */
export type Difference =
  | { readonly kind: 'tool'; readonly made: string }
  | { readonly kind: 'output'; readonly was: string }
  | { readonly kind: 'manifest' }
  | { readonly kind: 'file'; readonly entity: EntityId; readonly artifact: Artifact }
  | {
      readonly kind: 'action';
      readonly entity: EntityId;
      readonly before: Action | null;
      readonly after: Action | null;
    }
  | { readonly kind: 'rest' };

/** Of what was seen, and planned. */
export function snapshotOf(inventory: Inventory, observation: Observation, plan: Plan): Snapshot {
  const entities = plan.changes.map((change): readonly [EntityId, SavedEntity] => {
    const { affects: _, ...rest } = change;
    return [change.id, { action: change.action, does: digest(rest), seen: seenOf(change.id, observation) }];
  });
  const hooks = plan.hooks.map(({ entity, hook }) => [entity, hook]);
  return {
    // By what path the manifest was named means nothing, and what the command line allows is asked for again.
    inventory: digest({ ...inventory, written: undefined, allowedPaths: undefined }),
    entities: Object.fromEntries(entities),
    rest: digest([hooks, plan.pending]),
  };
}

function seenOf(id: EntityId, { entities }: Observation): SavedEntity['seen'] {
  const observed = entities.get(id);
  if (observed === undefined) return {};
  const there = ALL_ARTIFACTS.filter((artifact) => observed[artifact].state !== 'missing');
  return Object.fromEntries(there.map((artifact) => [artifact, digest(withoutOpening(observed[artifact]))]));
}

/** The same whether it could be opened or not: a plan may be made where no passwords are, and applied where they are. */
function withoutOpening(file: FileState<unknown> | KeyState): unknown {
  if (file.state !== 'present') return file;
  const { lock: _, ...rest } = { lock: undefined, ...file };
  const { facts } = rest;
  const isSealed = typeof facts === 'object' && facts !== null && 'mark' in facts;
  return isSealed ? { ...rest, facts: { ...facts, content: null } } : rest;
}

/**
 * In what two snapshots differ; nothing: the plan is the same. Another manifest also looks at other files, and does other
 * things; a file that has changed does other things: neither needs words of its own.
 */
export function differencesSince(before: Snapshot, now: Snapshot): readonly Difference[] {
  if (before.inventory !== now.inventory) return [{ kind: 'manifest' }];
  const ids = [...new Set([...Object.keys(before.entities), ...Object.keys(now.entities)])];
  const files = ids.flatMap((entity) => filesChanged(entity, before.entities[entity], now.entities[entity]));
  const changed = new Set(files.flatMap((one) => (one.kind === 'file' ? [one.entity] : [])));
  const actions = ids
    .filter((entity) => !changed.has(entity))
    .flatMap((entity) => actionChanged(entity, before.entities[entity], now.entities[entity]));
  const all = [...files, ...actions];
  return all.length === 0 && before.rest !== now.rest ? [{ kind: 'rest' }] : all;
}

function filesChanged(
  entity: EntityId,
  before: SavedEntity | undefined,
  now: SavedEntity | undefined,
): readonly Difference[] {
  if (before === undefined || now === undefined) return [];
  return ALL_ARTIFACTS.filter((artifact) => before.seen[artifact] !== now.seen[artifact]).map((artifact) => ({
    kind: 'file',
    entity,
    artifact,
  }));
}

function actionChanged(
  entity: EntityId,
  before: SavedEntity | undefined,
  now: SavedEntity | undefined,
): readonly Difference[] {
  if (before?.does === now?.does) return [];
  return [{ kind: 'action', entity, before: before?.action ?? null, after: now?.action ?? null }];
}

/** Moments, which go on while a plan waits; that a certificate has come due meanwhile is another reason. */
const MOMENTS: ReadonlySet<string> = new Set([
  'notBefore',
  'notAfter',
  'seconds',
  'thisUpdate',
  'nextUpdate',
]);

function digest(value: unknown): Digest {
  return createHash('sha256').update(JSON.stringify(value, plainValue)).digest('hex').slice(0, 32);
}

function plainValue(key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Map || value instanceof Set) return [...value];
  return MOMENTS.has(key) && typeof value === 'number' ? undefined : value;
}
