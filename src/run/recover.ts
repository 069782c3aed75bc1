/** `pki recover`: what an interrupted run left half-way is finished, or given up, without anything else being done. */
import type { EntityId } from '../pki/entity.ts';
import { messageOf } from '../pki/errors.ts';
import { type DiscardOutcome, discard } from '../store/commit/discard.ts';
import { pending } from '../store/commit/pending.ts';
import { recover as finishAll } from '../store/commit/recover.ts';
import { commitName } from '../store/commit/roll-forward.ts';
import type { Rival } from '../store/lock.ts';
import { OutputFolder } from '../store/output-folder.ts';
import { checkOwn } from '../store/own.ts';
import { type LockOptions, waitForLock } from './lock-wait.ts';
import { clearWorkFolders, leaveTidy } from './upkeep.ts';

/** What to give up, and how long to wait for another run. */
export interface RecoverOptions extends Omit<LockOptions, 'clock'> {
  /** Entities, as `servers/api` or `api`, whose new files are given up. */
  readonly discard?: readonly string[];
}

/** What became of what was left half-way. */
export type RecoverResult =
  | { readonly kind: 'locked'; readonly by: Rival }
  /** Nothing of these is left half-way; nothing was done. */
  | { readonly kind: 'unknown'; readonly names: readonly string[] }
  | ({ readonly kind: 'done' } & RecoverOutcome);

/** One entity is in one of these. */
export interface RecoverOutcome {
  /** Their new files are in place. */
  readonly finished: readonly EntityId[];
  /** Given up: the old files are back. */
  readonly restored: readonly EntityId[];
  /** Given up, and the old files are back, but for the private key: the same one, in its new form. */
  readonly relocked: readonly EntityId[];
  /** Given up, though the new files were in place already: what was left to tidy stays as it is. */
  readonly placed: readonly EntityId[];
  readonly failed: readonly { readonly entity: EntityId; readonly why: string }[];
}

/**
 * Finishes what an interrupted apply left half-way in an output folder, as the next one would do first; or gives up
 * what `discard` names, and touches nothing else. @throws UserError where `.pki` is not this program's to use.
 */
export async function recover(
  { root }: { readonly root: string },
  options: RecoverOptions = {},
): Promise<RecoverResult> {
  checkOwn(root);
  const waiting = pending(root);
  const names = (options.discard ?? []).filter((name) => !waiting.some((id) => isNamed(id, name)));
  if (names.length > 0) return { kind: 'unknown', names };
  if (waiting.length === 0) return { kind: 'done', ...NOTHING };
  using output = await OutputFolder.open(root);
  return await recoverIn(output, waiting, options);
}

const NOTHING: RecoverOutcome = { finished: [], restored: [], relocked: [], placed: [], failed: [] };

function isNamed(id: EntityId, name: string): boolean {
  return id === name || id.endsWith(`/${name}`);
}

async function recoverIn(
  output: OutputFolder,
  waiting: readonly EntityId[],
  options: RecoverOptions,
): Promise<RecoverResult> {
  const clock = (): number => Math.floor(Date.now() / 1000);
  const lock = await waitForLock(output.own, { ...options, clock });
  if (!lock.held) return { kind: 'locked', by: lock.by };
  try {
    clearWorkFolders(output.own);
    const given = waiting.filter((id) => options.discard?.some((name) => isNamed(id, name)));
    return { kind: 'done', ...(given.length > 0 ? await discardAll(output, given) : await finish(output)) };
  } finally {
    leaveTidy(output.own);
    await lock.release();
  }
}

async function finish(output: OutputFolder): Promise<RecoverOutcome> {
  const failed: { entity: EntityId; why: string }[] = [];
  const finished = await finishAll(
    output,
    (entity, error) => void failed.push({ entity, why: messageOf(error) }),
  );
  return { ...NOTHING, finished, failed };
}

async function discardAll(output: OutputFolder, given: readonly EntityId[]): Promise<RecoverOutcome> {
  const ends: Record<DiscardOutcome, EntityId[]> = { restored: [], relocked: [], placed: [] };
  const failed: { entity: EntityId; why: string }[] = [];
  for (const entity of given) {
    try {
      ends[await discard(output, commitName(entity))].push(entity);
    } catch (error) {
      failed.push({ entity, why: messageOf(error) });
    }
  }
  return { ...NOTHING, ...ends, failed };
}
