/** How an apply went: as text for stdout and stderr, and as JSON. */
import type { ApplyResult, Project } from '../index.ts';
import { type EntityId, unreachable } from '../pki/entity.ts';
import { type Change, isWork, waitingOf } from '../plan/change.ts';
import { consentsNeeded, type Plan } from '../plan/plan.ts';
import { refusalText } from '../words/refusal.ts';
import { clockMessages } from './clock.ts';
import { consentMessages } from './consent.ts';
import { goOnText } from './go-on.ts';
import { hookJson, hookMessages } from './hooks.ts';
import { leaverMessages } from './leavers.ts';
import { adviceMessages, type Message } from './message.ts';
import { leftText, warningTexts } from './plan.ts';
import { archivedJson, planJson } from './plan-json.ts';
import { keptMessages, setsText } from './prune.ts';
import { refusedMessages } from './refused-answers.ts';
import { notesOf } from './remarks.ts';
import { executionText, failureTexts, lackTexts, skippedText } from './run.ts';
import { waitingMessages } from './waiting.ts';

type Done = Extract<ApplyResult, { readonly kind: 'done' }>;

/** For options that would make another plan of a saved one. */
export const SAVED_DEMANDS: readonly Message[] = [
  {
    kind: 'error',
    text: 'a saved plan is carried out as it is: "--only", "--engine" and "--trust-clock" are part of it',
  },
  { kind: 'hint', text: 'give them to "pki plan --out"' },
];

/**
 * The summary, or nothing where nothing was tried; ends with a newline.
 * @param place the output folder, as a user would name it.
 * @param took ` (1.2s)`, where progress was shown.
 */
export function resultText(result: ApplyResult, place: string, took = ''): string {
  switch (result.kind) {
    case 'nothing':
      return `applied: nothing to do, ${restText(result)}\n${prunedText(result)}`;
    case 'done':
      return `${executionText(result.execution, result.plan.changes, place)}${took}\n${prunedText(result)}`;
    case 'locked':
    case 'refused':
    case 'consent':
      return '';
    default:
      return unreachable(result);
  }
}

/** What is there when nothing was to be done: with `--only` and the like, that is not everything. */
function restText({
  held,
  plan: { left, changes },
}: Extract<ApplyResult, { readonly kind: 'nothing' }>): string {
  if (held.length > 0) return 'some files are no longer in the manifest';
  if (changes.some((change) => waitingOf(change) !== null)) return 'the rest matches the manifest';
  return left.length === 0 ? 'everything matches the manifest' : 'what was asked for matches the manifest';
}

function prunedText({ pruned = [] }: ApplyResult): string {
  return pruned.length === 0 ? '' : `deleted from the archive: ${setsText(pruned)}\n`;
}

/** Everything that was not done and why, then what is worth knowing. @param root the output folder. */
export function resultMessages(result: ApplyResult, root: string): readonly Message[] {
  const ofPlan = 'plan' in result ? warningTexts(result.plan, root) : [];
  const warnings = [...ofPlan, ...(result.warnings ?? [])];
  const clock = 'plan' in result ? clockMessages(result.plan) : [];
  return [
    ...clock,
    ...refusedMessages(result.refusedAnswers ?? []),
    ...endingMessages(result),
    ...hookMessages(result.hooks ?? []),
    ...leftMessages(result),
    ...keptInArchive(result),
    ...passedOn(result),
    ...warnings.map((text): Message => ({ kind: 'warning', text })),
  ];
}

/** A warning says it of those that could not be deleted. */
function keptInArchive(result: ApplyResult): readonly Message[] {
  const isSettled = result.kind === 'nothing' || result.kind === 'done';
  return isSettled && result.warnings === undefined ? keptMessages(result.plan.prunes, result.pruned) : [];
}

function passedOn(result: ApplyResult): readonly Message[] {
  const texts = result.kind === 'done' ? notesOf(result.plan, false) : [];
  return texts.map((text) => ({ kind: 'note', text }));
}

/** For an apply that ran to its end. */
function leftMessages(result: ApplyResult): readonly Message[] {
  const isSettled = result.kind === 'nothing' || (result.kind === 'done' && !result.interrupted);
  return isSettled && result.plan.left.length > 0 ? [{ kind: 'note', text: leftText(result.plan) }] : [];
}

function endingMessages(result: ApplyResult): readonly Message[] {
  switch (result.kind) {
    case 'nothing':
      return [
        ...heldMessages(result.held),
        ...leaverMessages([...result.held, ...result.plan.changes]),
        ...waitingMessages(result.plan.changes),
      ];
    case 'locked':
      return lockMessages(result.by);
    case 'refused':
      return refusalMessages(result.refusals);
    case 'consent':
      return [...result.missing].flatMap(([consent, ids]) =>
        consent === 'remove' ? [] : consentMessages(consent, ids, result.plan),
      );
    case 'done':
      return doneMessages(result);
    default:
      return unreachable(result);
  }
}

/** The holder of the lock, and what can be done. */
export function lockMessages({
  since,
  pid,
  host,
  lock,
  isVisible,
}: Extract<ApplyResult, { readonly kind: 'locked' }>['by']): readonly Message[] {
  const problem = `another run has been at work since ${since} (process ${pid} on ${host})`;
  const hint = 'wait for it to end and run again, or let "--lock-timeout 60s" wait for it';
  const unseen = `the process is not visible from here: if it is gone, delete "${lock}"`;
  return [
    ...adviceMessages({ problem, hint }),
    ...(isVisible ? [] : [{ kind: 'hint', text: unseen } as const]),
  ];
}

function refusalMessages(refusals: readonly Change[]): readonly Message[] {
  const advices = refusals.flatMap((change) =>
    change.action === 'refuse' ? [refusalText(change.refusal)] : [],
  );
  // What keeps an authority from signing is said once, and not of each that it would sign.
  return [...new Map(advices.map((advice) => [advice.problem, advice])).values()].flatMap(adviceMessages);
}

/** Removals wait without making the run a failure. */
function heldMessages(held: readonly Change[]): readonly Message[] {
  return [...consentsNeeded(held)].flatMap(([consent, ids]): readonly Message[] => [
    { kind: 'note', text: `left in place, though no longer in the manifest: ${ids.join(', ')}` },
    { kind: 'hint', text: `"--allow ${consent}" moves their keys and certificates to the archive` },
  ]);
}

function doneMessages({ execution, interrupted, plan, held, blocked }: Done): readonly Message[] {
  const failures = failureTexts(execution.failures).map((text): Message => ({ kind: 'error', text }));
  if (interrupted) return [...failures, interruptedMessage(plan, execution.published)];
  const skipped = skippedText(execution);
  return [
    ...failures,
    ...(skipped === undefined ? [] : [{ kind: 'note', text: skipped } as const]),
    ...lackTexts(execution.failures).map((text): Message => ({ kind: 'hint', text })),
    ...(failures.length === 0 ? [] : [goOnMessage(plan, execution.published)]),
    ...heldMessages(held),
    ...leaverMessages([...held, ...plan.changes]),
    ...waitingMessages(plan.changes),
    ...refusalMessages(blocked),
    ...[...consentsNeeded(blocked)].flatMap(([consent, ids]) => consentMessages(consent, ids, plan, blocked)),
  ];
}

function interruptedMessage(plan: Plan, published: readonly EntityId[]): Message {
  const done = new Set(published);
  const left = plan.changes.filter((change) => isWork(change) && !done.has(change.id)).length;
  const count = left === 0 ? '' : ` with ${left} ${left === 1 ? 'entity' : 'entities'} left`;
  return {
    kind: 'error',
    text: `interrupted${count}; what is finished stays, and ${goOnText(plan, published)} goes on from there`,
  };
}

function goOnMessage(plan: Plan, published: readonly EntityId[]): Message {
  const text = `fix the cause and run ${goOnText(plan, published)} again; finished work is kept`;
  return { kind: 'hint', text };
}

/** docs/json.md */
export function resultJson(result: ApplyResult, project: Project, verification: unknown): unknown {
  return {
    format: 'pki-apply',
    version: 1,
    result: result.kind,
    plan: 'plan' in result ? planJson(result.plan, project.manifest) : null,
    published: result.kind === 'done' ? result.execution.published : [],
    failures: result.kind === 'done' ? result.execution.failures : [],
    hooks: (result.hooks ?? []).map(hookJson),
    warnings: result.warnings ?? [],
    pruned: (result.pruned ?? []).map(archivedJson),
    refusedAnswers: (result.refusedAnswers ?? []).map(({ entity }) => entity),
    held: 'held' in result ? result.held.map(({ id }) => id) : [],
    blocked: 'blocked' in result ? result.blocked.map(({ id }) => id) : [],
    verification,
  };
}
