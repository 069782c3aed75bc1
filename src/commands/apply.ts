/** `pki apply`: makes the folder what the manifest says, then proves it. */
import { type ApplyResult, apply, type Consent, openssl, type Project, plan } from '../index.ts';
import { isDue } from '../plan/plan.ts';
import { planJson } from '../report/plan.ts';
import { startProgress } from '../report/progress.ts';
import { executionText, failureText, skippedText } from '../report/run.ts';
import { type Console, EXIT, type ExitCode } from './console.ts';
import { openOrExplain } from './project.ts';
import { type ProofFlags, prove } from './proof.ts';

export interface ApplyFlags extends ProofFlags {
  readonly skipVerify?: boolean;
  readonly allow?: readonly Consent[];
}

export async function applyCommand(
  manifest: string,
  flags: ApplyFlags,
  console: Console,
  signal: AbortSignal,
): Promise<ExitCode> {
  const project = await openOrExplain(manifest, console);
  if (project === undefined) return EXIT.failed;
  if (!(await opensslIsUsable(console))) return EXIT.failed;
  const result = await run(project, flags, signal);
  const code = explain(result, flags, console);
  if (code !== EXIT.fine || flags.skipVerify) {
    if (flags.json) console.out(`${JSON.stringify(resultJson(result, project, null), null, 2)}\n`);
    return code;
  }
  const proof = await prove(project, flags, console, signal);
  if (flags.json) console.out(`${JSON.stringify(resultJson(result, project, proof.json), null, 2)}\n`);
  return proof.code;
}

export async function opensslIsUsable(console: Console): Promise<boolean> {
  const capability = await openssl();
  if (capability.ok) return true;
  console.error(capability.problem);
  console.hint(capability.hint);
  return false;
}

async function run(project: Project, flags: ApplyFlags, signal: AbortSignal): Promise<ApplyResult> {
  const consents = new Set(flags.allow ?? []);
  const preview = await plan(project);
  if (!isDue(preview)) return apply(project, { consents, signal });
  const changes = new Map(preview.changes.map((change) => [change.id, change]));
  const progress = await startProgress(process.stderr, process.stdout, changes);
  try {
    return await apply(project, { consents, signal, listener: progress.listener });
  } finally {
    await progress.close();
  }
}

/** Says how it went; the code is `fine` only where the folder now is what the manifest says. */
function explain(result: ApplyResult, flags: ApplyFlags, console: Console): ExitCode {
  switch (result.kind) {
    case 'nothing':
      if (!flags.json) console.out('applied: nothing to do, everything is as the manifest says\n');
      return EXIT.fine;
    case 'locked':
      console.error(
        `another run has been at work since ${result.by.since} (process ${result.by.pid} on ${result.by.host})`,
      );
      console.hint('wait for it to end and run again');
      return EXIT.failed;
    case 'refused':
      for (const { refusal } of result.refusals) {
        if (refusal === null) continue;
        console.error(refusal.problem);
        console.hint(refusal.hint);
      }
      return EXIT.failed;
    case 'consent':
      for (const [consent, ids] of result.missing) {
        console.error(`${CONSENT_WORDS[consent]}: ${ids.join(', ')}`);
        console.hint(`"pki plan" shows what follows; "pki apply --allow ${consent}" does it`);
      }
      return EXIT.failed;
    case 'done':
      return explainDone(result, flags, console);
  }
}

const CONSENT_WORDS: Readonly<Record<Consent, string>> = {
  'rekey-ca': 'a new key for an authority breaks trust in everything issued below it, and needs consent',
  remove: 'removing the files of what left the manifest needs consent',
};

function explainDone(
  result: Extract<ApplyResult, { kind: 'done' }>,
  flags: ApplyFlags,
  console: Console,
): ExitCode {
  const { execution, interrupted, plan: made } = result;
  if (!flags.json) console.out(`${executionText(execution, made.changes)}\n`);
  if (interrupted) {
    console.error('interrupted; what is finished stays, and the next apply goes on from there');
    return EXIT.interrupted;
  }
  for (const failure of execution.failures) console.error(failureText(failure));
  const skipped = skippedText(execution);
  if (skipped !== undefined) console.note(skipped);
  if (execution.failures.length === 0) return EXIT.fine;
  console.hint('mend the cause and run "pki apply" again: it goes on with what is missing');
  return EXIT.failed;
}

/** docs/json.md */
function resultJson(result: ApplyResult, project: Project, proof: unknown): unknown {
  return {
    format: 'pki-apply',
    version: 1,
    result: result.kind,
    plan: 'plan' in result ? planJson(result.plan, project.manifest) : null,
    published: result.kind === 'done' ? result.execution.published : [],
    failures: result.kind === 'done' ? result.execution.failures : [],
    verification: proof,
  };
}
