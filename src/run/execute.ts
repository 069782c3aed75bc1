/** Carries out the steps of a plan; reports what happens as events. */

import { OpensslError } from '../engine/openssl-call.ts';
import { lackingAlgorithm } from '../openssl/capabilities.ts';
import type { Maker } from '../pki/engine.ts';
import type { EntityId } from '../pki/entity.ts';
import { messageOf } from '../pki/errors.ts';
import { stageFolder } from '../pki/paths.ts';
import { type EngineMake, type Make, outputsOf } from '../plan/make.ts';
import type { Step } from '../plan/step.ts';
import { remove, removeFiles } from '../store/commit/commit.ts';
import { relocate } from '../store/commit/relocate.ts';
import { entitiesAtOnce } from '../store/descriptor.ts';
import { savePlaces } from '../store/observe/places.ts';
import { restoreLinks } from '../store/symlinks/write.ts';
import type { Listener, StepFailure } from './events.ts';
import { provide } from './provide.ts';
import { publish } from './publish.ts';
import { replacedLists } from './replaced-lists.ts';
import { placedBy, type Run, worksOf } from './run.ts';
import { take } from './take.ts';
import { laneOf, walk } from './walk.ts';

/** How the steps went. */
export interface Execution {
  /** Of an interrupted run, those from before. */
  readonly failures: readonly StepFailure[];
  /** Not finished, because a step of another entity failed. */
  readonly skipped: readonly EntityId[];
  /** Whose files are in place now, or gone. */
  readonly published: readonly EntityId[];
}

/** What stays where it is, who is notified of steps, and what ends them. */
export interface ExecuteOptions {
  /** Entities whose files stay where they are, and are to be found there again. */
  readonly pinned: ReadonlySet<EntityId>;
  readonly listener?: Listener;
  /** Once aborted nothing new starts, and what runs is waited for. */
  readonly signal?: AbortSignal;
}

/** Entities whose files are being synced at the same time: the disk does several as fast as one, and a flush does all. */
const PUBLISHING = 6;
const FLUSHING = 64;

/** A step that fails is in the result; rejects where work folders cannot be made, or moved files not be copied. */
export async function execute(
  run: Run,
  steps: readonly Step[],
  { pinned, listener, signal }: ExecuteOptions,
): Promise<Execution> {
  const failures: StepFailure[] = [];
  const skipped = new Set<EntityId>();
  const failedEntities = new Set<EntityId>();
  const published: EntityId[] = [];
  listener?.({ kind: 'started', steps });
  await run.staging.open();
  await prepareFiles(run, pinned);
  const prepared = { ...run, accessLists: replacedLists(run) };
  const walking = walk(steps, {
    lanes: {
      process: run.engine.atOnce,
      publish: entitiesAtOnce(run.flush === undefined ? PUBLISHING : FLUSHING),
    },
    run: (step) => runStep(prepared, step),
    begun: (step) => listener?.({ kind: 'step-started', step }),
    done(step) {
      if (laneOf(step) === 'publish') published.push(step.entity);
      listener?.({ kind: 'step-done', step });
    },
    failed(step, error) {
      failedEntities.add(step.entity);
      skipped.delete(step.entity);
      const failure = failureOf(step, error);
      // A step that the interruption ended did not fail.
      if (!signal?.aborted) failures.push(failure);
      listener?.({ kind: 'step-failed', step, failure });
    },
    skipped(step, because) {
      if (step.entity !== because.entity && !failedEntities.has(step.entity)) skipped.add(step.entity);
      listener?.({ kind: 'step-skipped', step, because: because.entity });
    },
    ...(signal === undefined ? {} : { signal }),
  });
  // Folders are made while the first calls run.
  await Promise.all([walking, run.staging.prepare(steps.map(({ entity }) => entity))]);
  return { failures, skipped: [...skipped], published };
}

/** Files come to where calls look for them: former locations first, then through damaged links. */
async function prepareFiles(run: Run, pinned: ReadonlySet<EntityId>): Promise<void> {
  const { output, byId, staging } = run;
  const works = worksOf(run);
  for (const work of works) await relocate(output, work, staging.run);
  await savePlaces(
    output,
    [...byId.values()].filter(({ id }) => !pinned.has(id)),
    // Until they are taken away, files that are no longer asked for are still there.
    new Map(works.map((work) => [work.id, { ...placedBy(work), deletes: [] }])),
  );
  for (const { id, relinks } of works) {
    const entity = relinks ? byId.get(id) : undefined;
    if (entity === undefined) continue;
    await staging.make(id);
    await restoreLinks(output, stageFolder(id, staging.run), entity);
  }
}

async function runStep(run: Run, step: Step): Promise<void> {
  await run.staging.make(step.entity);
  switch (step.kind) {
    case 'publish':
      return publish(run, step.entity);
    case 'remove':
      return takeAway(run, step.entity);
    default:
      return perform(run, step.make);
  }
}

/** Of an entity of the manifest, what is its own; of one that left it, what it had in its usual folder. */
async function takeAway({ output, byId, changes, staging: { run } }: Run, id: EntityId): Promise<void> {
  const [entity, change] = [byId.get(id), changes.get(id)];
  if (entity !== undefined && change?.action === 'revoke')
    return await removeFiles(output, { entity, files: change.deletes }, run, run);
  await remove(output, id, run, run);
}

async function perform(run: Run, make: Make): Promise<void> {
  const maker = make.op === 'take' ? taken(run, make) : await made(run, make);
  for (const file of outputsOf(make)) run.staging.checkMade(make.of, file, maker);
}

function taken(run: Run, make: Exclude<Make, EngineMake>): Maker {
  take(run, make);
  return 'the answer';
}

async function made(run: Run, make: EngineMake): Promise<Maker> {
  await provide(run, make);
  return await run.engine.perform(make);
}

function failureOf({ entity, kind }: Step, error: unknown): StepFailure {
  const problem = messageOf(error);
  if (!(error instanceof OpensslError)) return { entity, step: kind, problem, command: null, stderr: '' };
  const { command, program } = error;
  const algorithm = lackingAlgorithm(error.stderr);
  const lacks = algorithm === undefined ? {} : { lacks: { algorithm, program } };
  return { entity, step: kind, problem, command, stderr: withoutChatter(error.stderr), ...lacks };
}

/** What `openssl ca` and key generation say when all is well. */
const CHATTER =
  /^(Using configuration from|Check that the request|Signature ok|The Subject's Distinguished|\w+\s*:ASN\.1|Certificate is to be|Write out database|Database updated|[.+*-]*$)/;

function withoutChatter(stderr: string): string {
  return stderr
    .split('\n')
    .filter((line) => !CHATTER.test(line))
    .join('\n');
}
