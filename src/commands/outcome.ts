/** How an apply went, said to people and to machines. */
import type { ApplyResult, Change, Consent, EntityId, Plan, Project } from '../index.ts';
import { consentsNeeded } from '../plan/plan.ts';
import { exposedTexts } from '../report/plan.ts';
import { planJson } from '../report/plan-json.ts';
import { executionText, failureTexts, skippedText } from '../report/run.ts';
import { refusalText } from '../words/refusal.ts';
import { CONSENT_WORDS, followersText } from './consent.ts';
import { type Console, EXIT, type ExitCode } from './console.ts';

/** The code is `fine` only where nothing that was agreed to is left undone. */
export function explainResult(
  result: ApplyResult,
  flags: { readonly json?: boolean },
  console: Console,
  { root }: Pick<Project, 'root'>,
): ExitCode {
  const code = explainEnding(result, flags, console);
  const exposed = 'plan' in result ? exposedTexts(result.plan, root) : [];
  for (const warning of [...exposed, ...(result.warnings ?? [])]) console.warning(warning);
  return code;
}

function explainEnding(
  result: ApplyResult,
  { json }: { readonly json?: boolean },
  console: Console,
): ExitCode {
  switch (result.kind) {
    case 'nothing':
      if (!json) console.out(nothingText(result.held));
      explainHeld(result.held, console);
      return EXIT.fine;
    case 'locked':
      explainLock(result.by, console);
      return EXIT.failed;
    case 'refused':
      explainRefusals(result.refusals, console);
      return EXIT.failed;
    case 'consent':
      for (const [consent, ids] of result.missing)
        if (consent !== 'remove') explainConsent(consent, ids, result.plan, console);
      return EXIT.failed;
    case 'done':
      return explainDone(result, json ?? false, console);
  }
}

function nothingText(held: readonly Change[]): string {
  const rest = held.length === 0 ? 'everything is as the manifest says' : 'but something is left over';
  return `applied: nothing to do, ${rest}\n`;
}

function explainLock(
  { since, pid, host, lock, isVisible }: Extract<ApplyResult, { kind: 'locked' }>['by'],
  console: Console,
): void {
  console.error(`another run has been at work since ${since} (process ${pid} on ${host})`);
  console.hint('wait for it to end and run again, or let "--lock-timeout 60" wait for it');
  if (isVisible) return;
  console.hint(`from here nobody can see that process: once you are sure that it is gone, delete "${lock}"`);
}

function explainRefusals(refusals: readonly Change[], console: Console): void {
  for (const change of refusals) {
    if (change.action !== 'refuse') continue;
    const { problem, hint } = refusalText(change.refusal);
    console.error(problem);
    console.hint(hint);
  }
}

function explainConsent(consent: Consent, ids: readonly EntityId[], plan: Plan, console: Console): void {
  console.error(`${CONSENT_WORDS[consent]}, and needs consent: ${ids.join(', ')}${followersText(ids, plan)}`);
  console.hint(`"--allow ${consent}" does it`);
}

/** Removals wait without making the run a failure. */
function explainHeld(held: readonly Change[], console: Console): void {
  for (const [consent, ids] of consentsNeeded(held)) {
    console.note(`left in place, though no longer in the manifest: ${ids.join(', ')}`);
    console.hint(`"--allow ${consent}" moves their keys and certificates to the archive`);
  }
}

function explainDone(
  { execution, interrupted, plan, held, blocked }: Extract<ApplyResult, { kind: 'done' }>,
  json: boolean,
  console: Console,
): ExitCode {
  if (!json) console.out(`${executionText(execution, plan.changes)}\n`);
  for (const text of failureTexts(execution.failures)) console.error(text);
  if (interrupted) {
    console.error('interrupted; what is finished stays, and the next apply goes on from there');
    return EXIT.interrupted;
  }
  const skipped = skippedText(execution);
  if (skipped !== undefined) console.note(skipped);
  const hasFailed = execution.failures.length > 0;
  if (hasFailed) console.hint('mend the cause and run "pki apply" again: it goes on with what is missing');
  explainHeld(held, console);
  explainRefusals(blocked, console);
  for (const [consent, ids] of consentsNeeded(blocked)) explainConsent(consent, ids, plan, console);
  return hasFailed || blocked.length > 0 ? EXIT.failed : EXIT.fine;
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
    warnings: result.warnings ?? [],
    held: 'held' in result ? result.held.map(({ id }) => id) : [],
    blocked: 'blocked' in result ? result.blocked.map(({ id }) => id) : [],
    verification,
  };
}
