/**
 * Delivery into clusters by `kubectl`, which knows every way to log in. A server-side apply under a name of our own: what
 * another manager has set is refused by the cluster, and not forced. A Secret goes through standard input.
 */
import { type FilterRun, runFilter } from '../engine/filter.ts';
import { environmentWithout } from '../engine/program.ts';
import { fileProblem, type LeafFiles } from '../export/kubernetes/leaf-files.ts';
import { deliveredText } from '../export/kubernetes/objects.ts';
import type { OmissionCause } from '../export/omission.ts';
import { type Argv, argvKey, type ProgramFault } from '../pki/argv.ts';
import type { Delivery } from '../pki/delivery.ts';
import type { EndEntity, EntityId, Inventory } from '../pki/entity.ts';
import { byIdOf } from '../pki/issuers.ts';
import { variablesIn } from '../plan/commands.ts';
import { readCommands, rememberCommands } from '../store/commands.ts';
import { readCredentials } from '../store/observe/credentials.ts';
import { OutputFolder } from '../store/output-folder.ts';

/** What became of one delivery, or would. */
export type DeliveryOutcome =
  /** The cluster has it already. */
  | { readonly kind: 'current' }
  /** `keys`: of the Secret's data; only where it is `changed`. */
  | { readonly kind: 'made' | 'changed'; readonly keys: readonly string[] }
  /** Nothing was asked of the cluster: this folder has not delivered there. */
  | { readonly kind: 'no-consent' }
  /** The entity has nothing to deliver. */
  | { readonly kind: 'no-files'; readonly cause: OmissionCause }
  /** The entity is revoked, and its Secret is still there: a program may be using it. */
  | { readonly kind: 'revoked' }
  /** The entity is revoked, and there is no such Secret, or this folder delivered none. */
  | { readonly kind: 'absent' }
  /** Another manager has set some of it. */
  | { readonly kind: 'conflict'; readonly words: string }
  | { readonly kind: 'failed'; readonly fault: ProgramFault; readonly words: string }
  /** It was applied, and the cluster has something else. */
  | { readonly kind: 'not-read-back' };

/** One delivery. */
export interface Delivered {
  readonly entity: EntityId;
  readonly to: Delivery;
  readonly outcome: DeliveryOutcome;
}

/** How to deliver. */
export interface DeliverOptions {
  /** The output folder, absolute. */
  readonly root: string;
  /** These entities alone. */
  readonly only?: ReadonlySet<EntityId>;
  /** Changes nothing in a cluster, and says what would change. */
  readonly dryRun?: boolean;
  /** Agrees to Secrets that this folder has not delivered to: a manifest comes out of a repository. */
  readonly consent?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Every delivery of the manifest, one after the other; what fails leaves the others alone.
 * @param run by which `kubectl` is run.
 */
export async function deliverAll(
  inventory: Inventory,
  options: DeliverOptions,
  run = runFilter,
): Promise<readonly Delivered[]> {
  const { root, only, signal } = options;
  const { entities } = inventory;
  const byId = byIdOf(entities);
  const known = readCommands(root);
  const env = environmentWithout(variablesIn(entities));
  const delivered: Delivered[] = [];
  for (const entity of entities) {
    if (entity.kind === 'authority' || only?.has(entity.id) === false) continue;
    for (const to of entity.deliver ?? []) {
      if (signal?.aborted) return delivered;
      const files = readCredentials(root, entity, byId);
      const isNew = !known.has(argvKey(consentArgv(to)));
      const bench = { ...options, env, isNew, run };
      delivered.push({ entity: entity.id, to, outcome: await deliverOne(entity, files, to, bench) });
    }
  }
  return delivered;
}

interface Bench extends DeliverOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly isNew: boolean;
  readonly run: typeof runFilter;
}

async function deliverOne(
  entity: EndEntity,
  files: LeafFiles | undefined,
  to: Delivery,
  bench: Bench,
): Promise<DeliveryOutcome> {
  if (entity.revoked !== undefined) return withdrawn(to, bench);
  const cause = fileProblem(entity, files);
  if (cause !== null || files === undefined) return { kind: 'no-files', cause: cause ?? { kind: 'files' } };
  if (bench.isNew && bench.consent !== true) return { kind: 'no-consent' };
  const text = deliveredText(entity, files, to);
  const planned = await differs(to, text, bench);
  if (planned.kind !== 'made' && planned.kind !== 'changed') return planned;
  if (bench.dryRun) return planned;
  using output = await OutputFolder.open(bench.root);
  await rememberCommands(bench.root, output.own, [consentArgv(to)]);
  const run = await kubectl(applyArgv(to), text, bench);
  if (run.fault !== null) return failure(run, run.fault);
  return (await isThere(to, text, files, bench)) ? planned : { kind: 'not-read-back' };
}

/** Of a revoked entity nothing is delivered, and nothing deleted: when a program can do without its key is not known here. */
async function withdrawn(to: Delivery, bench: Bench): Promise<DeliveryOutcome> {
  if (bench.isNew) return { kind: 'absent' };
  const found = await isNamed(to, bench);
  if (typeof found !== 'boolean') return found;
  return { kind: found ? 'revoked' : 'absent' };
}

/** Whether there is a Secret of that name. */
async function isNamed(to: Delivery, bench: Bench): Promise<boolean | DeliveryOutcome> {
  const run = await kubectl(getArgv(to, 'name'), '', bench);
  return run.fault === null ? run.output.trim() !== '' : failure(run, run.fault);
}

/** `kubectl diff` asks the cluster what an apply would do: it ends with 1 where that is anything, and hides values. */
async function differs(to: Delivery, text: string, bench: Bench): Promise<DeliveryOutcome> {
  const run = await kubectl(diffArgv(to), text, bench);
  if (run.fault === null) return { kind: 'current' };
  if (run.fault.kind !== 'exit' || run.fault.code !== 1 || run.output === '') return failure(run, run.fault);
  const found = await isNamed(to, bench);
  if (typeof found !== 'boolean') return found;
  return { kind: found ? 'changed' : 'made', keys: keysIn(run.output) };
}

/** Keys of data in a diff, whose values kubectl writes as asterisks. */
function keysIn(diff: string): readonly string[] {
  const lines = [...diff.matchAll(/^\+ +([\w.-]+): .*\*\*\*/gm)];
  return [...new Set(lines.map(([, key = '']) => key))].sort();
}

/** An exit code proves nothing: the certificate and the roots are read, and of the key is asked whether it differs. */
async function isThere(
  to: Delivery,
  text: string,
  { fullchain, ca }: LeafFiles,
  bench: Bench,
): Promise<boolean> {
  const read = await kubectl(getArgv(to, 'jsonpath={.data.tls\\.crt} {.data.ca\\.crt}'), '', bench);
  const wanted = [fullchain, ca].map((pem) => Buffer.from(pem, 'latin1').toString('base64')).join(' ');
  if (read.fault !== null || read.output.trim() !== wanted) return false;
  return (await kubectl(diffArgv(to), text, bench)).fault === null;
}

function failure(run: FilterRun, fault: ProgramFault): DeliveryOutcome {
  const lines = harmless(run.words).split('\n');
  const conflicts = lines.filter((line) => /\bconflicts? with "/.test(line));
  if (conflicts.length > 0) return { kind: 'conflict', words: conflicts.join('\n') };
  return { kind: 'failed', fault, words: lines.slice(-3).join('\n') };
}

/** What a program says of a Secret may quote what is in it. */
function harmless(words: string): string {
  return words.replace(/[\w+/=-]{40,}/g, '…');
}

const MANAGER = ['--server-side', '--field-manager=pki-apply', '--filename=-'];

function where({ context, namespace }: Delivery): readonly string[] {
  return [`--context=${context}`, `--namespace=${namespace}`];
}

function applyArgv(to: Delivery): Argv {
  return ['kubectl', ...where(to), 'apply', ...MANAGER];
}

/** By which it is remembered that a Secret was agreed to. */
function consentArgv(to: Delivery): Argv {
  return ['kubectl', ...where(to), 'apply', `secret/${to.name}`];
}

function diffArgv(to: Delivery): Argv {
  return ['kubectl', ...where(to), 'diff', ...MANAGER];
}

function getArgv(to: Delivery, output: string): Argv {
  return ['kubectl', ...where(to), 'get', 'secret', to.name, '--ignore-not-found', `--output=${output}`];
}

function kubectl(argv: Argv, input: string, { env, signal, run }: Bench): Promise<FilterRun> {
  // KUBECONFIG may be relative to where this runs.
  return run(argv, { cwd: '.', input, env, seconds: 60, signal });
}
