/** Carries out the steps of a plan; reports what happens as events. */

import type { Command } from '../openssl/command.ts';
import { stepCommand } from '../openssl/step-command.ts';
import type { EntityId } from '../pki/entity.ts';
import { messageOf } from '../pki/errors.ts';
import type { Step } from '../plan/steps.ts';
import { remove } from '../store/commit/commit.ts';
import type { Listener, StepFailure } from './events.ts';
import { OpensslError } from './openssl.ts';
import { publish } from './publish.ts';
import { laneOf, walk } from './walk.ts';
import { callsAtOnce } from './workers.ts';
import type { Workshop } from './workshop.ts';

/** How the steps went. */
export interface Execution {
  /** Of an interrupted run, those from before. */
  readonly failures: readonly StepFailure[];
  /** Not finished, because a step of another entity failed. */
  readonly skipped: readonly EntityId[];
  /** Whose files are in place now, or gone. */
  readonly published: readonly EntityId[];
}

/** How much at once, who is told, and what ends it. */
export interface ExecuteOptions {
  /** How many openssl processes at once. */
  readonly processes: number;
  readonly listener?: Listener;
  /** Once aborted nothing new starts, and what runs is waited for. */
  readonly signal?: AbortSignal;
}

/** Entities whose files are being synced at the same time: the disk does several as fast as one. */
const PUBLISHING = 6;

/** A step that fails is in the result; rejects where work folders cannot be made, or moved files not be copied. */
export async function execute(
  workshop: Workshop,
  steps: readonly Step[],
  { processes, listener, signal }: ExecuteOptions,
): Promise<Execution> {
  const failures: StepFailure[] = [];
  const skipped = new Set<EntityId>();
  const failedEntities = new Set<EntityId>();
  const published: EntityId[] = [];
  listener?.({ kind: 'started', steps });
  workshop.open();
  await workshop.relocate();
  await workshop.restoreLinks();
  const walking = walk(steps, {
    lanes: { process: callsAtOnce(processes), publish: PUBLISHING },
    run: (step) => runStep(workshop, step),
    begun: (step) => listener?.({ kind: 'step-started', step }),
    done(step) {
      if (laneOf(step) === 'publish') published.push(step.entity);
      listener?.({ kind: 'step-done', step });
    },
    failed(step, error) {
      failedEntities.add(step.entity);
      skipped.delete(step.entity);
      const failure = failureOf(step, error);
      // What the interruption ended did not fail.
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
  await Promise.all([walking, workshop.prepareAhead(steps)]);
  return { failures, skipped: [...skipped], published };
}

async function runStep(workshop: Workshop, step: Step): Promise<void> {
  workshop.stage(step.entity);
  if (step.kind === 'publish') return publish(workshop, workshop.entity(step.entity));
  if (step.kind === 'remove') return remove(workshop.root, step.entity, workshop.stamp, workshop.stamp);
  if (step.kind !== 'sign' && step.kind !== 'cross') return runCommand(workshop, step);
  return workshop.caDatabases.lend((database) => runCommand(workshop, step, database));
}

async function runCommand(workshop: Workshop, step: Step, database?: string): Promise<void> {
  const command = stepCommand(step, workshop.byId, { run: workshop.stamp, database });
  if (command === null) throw new Error(`Internal error: nothing to run for ${step.id}`);
  await workshop.openssl.run({ ...command, isLong: isLong(step) });
  for (const path of outputsOf(command)) workshop.checkMade(path);
}

/** Finding primes takes seconds, everything else some milliseconds. */
function isLong(step: Step): boolean {
  return step.kind === 'request' && step.weight > 2;
}

/** The files that a call writes, by its arguments. */
function outputsOf({ args }: Command): readonly string[] {
  return args.flatMap((arg, i) => (args[i - 1] === '-out' || args[i - 1] === '-keyout' ? [arg] : []));
}

function failureOf({ entity, kind }: Step, error: unknown): StepFailure {
  const problem = messageOf(error);
  if (!(error instanceof OpensslError)) return { entity, step: kind, problem, command: null, stderr: '' };
  return { entity, step: kind, problem, command: error.command, stderr: withoutChatter(error.stderr) };
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
