/** What became of deliveries into clusters: for the terminal and as JSON. Never a value of a Secret. */

import { omissionCauseText } from '../export/omission.ts';
import { TARGETS } from '../export/target.ts';
import type { Delivered, DeliveryOutcome } from '../index.ts';
import { shellWords } from '../openssl/shell.ts';
import { type Delivery, deliveryText } from '../pki/delivery.ts';
import { unreachable } from '../pki/entity.ts';
import { visible } from '../pki/printable.ts';
import { programFaultText } from '../words/program.ts';
import { plural } from './count.ts';
import type { Message } from './message.ts';
import type { Style } from './style.ts';

/** How to say it. */
interface TextOptions {
  readonly style: Style;
  readonly verbose: boolean;
  readonly dryRun: boolean;
}

const GOOD: ReadonlySet<DeliveryOutcome['kind']> = new Set(['current', 'absent', 'made', 'changed'] as const);

/** Nothing to do. */
const QUIET: ReadonlySet<DeliveryOutcome['kind']> = new Set(['current', 'absent'] as const);

/** Whether all of it is in the clusters, or, after a dry run, can be. */
export function isDelivered(delivered: readonly Delivered[]): boolean {
  return delivered.every(({ outcome }) => GOOD.has(outcome.kind));
}

/** Whether something was, or would be, written. */
export function isDeliveryDue(delivered: readonly Delivered[]): boolean {
  return delivered.some(({ outcome: { kind } }) => kind === 'made' || kind === 'changed');
}

/** A line for each that is not as it was, and a summary; ends with a newline. */
export function deliverText(delivered: readonly Delivered[], options: TextOptions): string {
  const shown = delivered.filter(({ outcome }) => options.verbose || !QUIET.has(outcome.kind));
  const lines = shown.map(({ entity, to, outcome }) => {
    const isGood = GOOD.has(outcome.kind);
    const head = isGood ? options.style.good('ok ') : options.style.bad('bad');
    return `  ${head} ${entity} → ${visible(deliveryText(to))}: ${visible(outcomeText(outcome, options.dryRun))}`;
  });
  return [...lines, summary(delivered, options)].map((line) => `${line}\n`).join('');
}

function summary(delivered: readonly Delivered[], { style, dryRun }: TextOptions): string {
  if (delivered.length === 0) return 'nothing to deliver: no entry has "deliver"';
  const bad = delivered.filter(({ outcome }) => !GOOD.has(outcome.kind)).length;
  const here = delivered.filter(({ outcome }) => outcome.kind !== 'absent').length;
  if (here === 0) return style.good('nothing to deliver: every entry with "deliver" is revoked');
  const all = plural(here, 'Secret');
  if (bad > 0) return style.bad(`deliver: ${bad} of ${all} not ${dryRun ? 'as it could be' : 'delivered'}`);
  const due = delivered.filter(({ outcome }) => !QUIET.has(outcome.kind)).length;
  if (due === 0) return style.good(`deliver: nothing to do, ${all} up to date`);
  return style.good(`deliver: ${due} of ${all} ${dryRun ? 'would be written' : 'written, and read back'}`);
}

function outcomeText(outcome: DeliveryOutcome, dryRun: boolean): string {
  switch (outcome.kind) {
    case 'current':
      return 'up to date';
    case 'made':
      return dryRun ? 'would be created' : 'created';
    case 'changed':
      return `${dryRun ? 'would change' : 'changed'}${outcome.keys.length === 0 ? '' : `: ${outcome.keys.join(', ')}`}`;
    case 'no-consent':
      return 'this folder has not delivered there before';
    case 'no-files':
      return omissionCauseText(outcome.cause, TARGETS.kubernetes.engine);
    case 'revoked':
      return 'it is revoked, and the Secret with its key is still there';
    case 'absent':
      return 'it is revoked, and nothing is there';
    case 'conflict':
      return `another manager has set it: ${oneLine(outcome.words)}`;
    case 'failed':
      return `"kubectl" ${programFaultText(outcome.fault)}${outcome.words === '' ? '' : `: ${oneLine(outcome.words)}`}`;
    case 'not-read-back':
      return 'was applied, and the cluster has something else';
    default:
      return unreachable(outcome);
  }
}

function oneLine(words: string): string {
  return words
    .split('\n')
    .map((line) => line.trim())
    .join(' ');
}

/** What to do about what was not delivered, each once. */
export function deliverMessages(delivered: readonly Delivered[]): readonly Message[] {
  const texts = delivered.flatMap(({ to, outcome: { kind } }) =>
    kind === 'revoked' ? [deletionText(to)] : (HINTS[kind] ?? []),
  );
  return [...new Set(texts)].map((text) => ({ kind: 'hint', text }));
}

const HINTS: Readonly<Partial<Record<DeliveryOutcome['kind'], string>>> = {
  'no-consent':
    'private keys go there: look at "deliver" in the manifest, and agree with --allow run, once for each Secret',
  'no-files': 'run "pki apply" first',
  conflict:
    'let the other manager give it up, or agree to it by hand: kubectl apply --server-side --field-manager=pki-apply --force-conflicts',
};

/** Deleting is left to who knows what reads the Secret: a pod that mounts it does not start without it. */
function deletionText({ context, namespace, name }: Delivery): string {
  const argv = ['kubectl', `--context=${context}`, `--namespace=${namespace}`, 'delete', 'secret', name];
  return `once nothing uses it: ${visible(shellWords(argv))}`;
}

/** The structure `pki-deliver` of docs/json.md. */
export function deliverJson(
  delivered: readonly Delivered[],
  { dryRun }: { readonly dryRun: boolean },
): unknown {
  return {
    format: 'pki-deliver',
    version: 1,
    ok: isDelivered(delivered),
    dryRun,
    deliveries: delivered.map(({ entity, to, outcome }) => ({
      entity,
      context: to.context,
      secret: `${to.namespace}/${to.name}`,
      outcome: outcome.kind,
      keys: 'keys' in outcome ? outcome.keys : [],
      text: visible(outcomeText(outcome, dryRun)),
    })),
  };
}
