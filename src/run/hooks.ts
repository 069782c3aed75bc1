/** Hooks of a run: one after the other once all files are in place, each until it has succeeded. */
import { constants, readSync } from 'node:fs';
import { environmentWithout, runProgram } from '../engine/program.ts';
import type { Argv } from '../pki/argv.ts';
import { endpointText } from '../pki/endpoint.ts';
import type { Entity, EntityId, Inventory } from '../pki/entity.ts';
import { entityFolder } from '../pki/files.ts';
import { type ById, byIdOf } from '../pki/issuers.ts';
import type { Allowance } from '../plan/allowance.ts';
import { variablesIn } from '../plan/commands.ts';
import type { PendingHooks } from '../plan/errand.ts';
import type { PlannedHook } from '../plan/hooks.ts';
import { rememberCommands } from '../store/commands.ts';
import type { Folder } from '../store/folder.ts';
import { saveHooks } from '../store/hooks.ts';
import type { OutputFolder } from '../store/output-folder.ts';
import { readPublished } from '../store/symlinks/read.ts';
import type { HookFault } from '../words/hook.ts';
import type { CertificateFacts } from '../x509/facts.ts';
import { parseCertificate } from '../x509/parse.ts';

/** What became of one hook. */
export interface HookOutcome {
  readonly entity: EntityId;
  readonly run: Argv;
  /** What it printed, the end of it where that is long. */
  readonly output: string;
  /** `null` where it succeeded. */
  readonly fault: HookFault | null;
}

/** Where hooks run, and what was agreed to. */
export interface HookOptions {
  readonly root: string;
  readonly output: OutputFolder;
  /** The folder of the manifest, absolute. */
  readonly folder: string;
  readonly inventory: Inventory;
  readonly consents: ReadonlySet<Allowance>;
  /** Leaves them for a later run. */
  readonly skipHooks?: boolean;
  readonly signal?: AbortSignal;
}

/** Before any file comes to its place: what ends from here on is repeated by the next run. */
export async function announceHooks(
  own: Folder,
  before: PendingHooks,
  planned: readonly PlannedHook[],
): Promise<void> {
  if (planned.length === 0) return;
  const all = new Map([...before, ...planned.map(({ entity, changed }) => [entity, changed] as const)]);
  await saveHooks(own, all);
}

/**
 * After the steps. @param before what was due when the run began. @param published entities whose files are in place now.
 */
export async function runHooks(
  planned: readonly PlannedHook[],
  before: PendingHooks,
  published: readonly EntityId[],
  options: HookOptions,
): Promise<readonly HookOutcome[]> {
  const due = planned.filter(({ entity }) => before.has(entity) || published.includes(entity));
  const waiting = new Map(due.map(({ entity, changed }) => [entity, changed]));
  const { output, skipHooks, signal } = options;
  if (planned.length > 0 || before.size > 0) await saveHooks(output.own, waiting);
  const outcomes: HookOutcome[] = [];
  const { entities } = options.inventory;
  const run = {
    ...options,
    byId: byIdOf(entities),
    env: environmentWithout(variablesIn(entities), PASSED_ON),
  };
  for (const one of skipHooks ? [] : due) {
    if (signal?.aborted) break;
    const outcome = await runHook(one, run);
    outcomes.push(outcome);
    if (outcome.fault !== null) continue;
    waiting.delete(one.entity);
    await saveHooks(output.own, waiting);
  }
  return outcomes;
}

/** What all hooks of a run have in common. */
interface HookRun extends HookOptions {
  readonly byId: ById;
  readonly env: Readonly<Record<string, string>>;
}

async function runHook(planned: PlannedHook, options: HookRun): Promise<HookOutcome> {
  const { entity: id, hook, isNew } = planned;
  const base = { entity: id, run: hook.run };
  const entity = options.byId.get(id);
  if (entity === undefined) throw new Error(`Internal error: nothing is known of ${id}`);
  if (isNew && !options.consents.has('run')) return { ...base, output: '', fault: { kind: 'no-consent' } };
  await rememberCommands(options.root, options.output.own, [hook.run]);
  const cert = certificateOf(entity, options.root);
  const began = process.hrtime.bigint();
  const { output, fault } = await ranHook(planned, entity, cert, options);
  if (fault !== null) return { ...base, output, fault: { kind: 'program', fault } };
  const spent = Number(process.hrtime.bigint() - began) / 1e9;
  const { verify, timeout } = hook;
  if (verify === undefined || cert === undefined) return { ...base, output, fault: null };
  // TLS is loaded only where a server is asked.
  const { awaitServed } = await import('./served.ts');
  const seen = await awaitServed(verify, entity, cert.fingerprint, timeout - spent, options.signal);
  const endpoint = endpointText(verify.endpoint);
  if (seen === 'served') return { ...base, output, fault: null };
  const where = { endpoint, seconds: timeout };
  return {
    ...base,
    output,
    fault: seen === 'other' ? { kind: 'serves-other', ...where } : { kind: 'serves-none', ...where, ...seen },
  };
}

/** Octets of its output that are kept, from the end. */
const KEPT = 8 * 1024;
const LOG = 'hook.log';
const NEW = constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC;

/** Its output goes into a file: a daemon that it starts may keep a pipe open for ever. */
async function ranHook(
  { hook, changed }: PlannedHook,
  entity: Entity,
  cert: CertificateFacts | undefined,
  { root, output, folder, env, signal }: HookRun,
) {
  output.own.removeTree(LOG);
  using log = output.own.openFile(LOG, NEW, 0o600);
  const { fault } = await runProgram(hook.run, {
    cwd: folder,
    env: {
      ...env,
      PKI_ENTITY: entity.id,
      PKI_FOLDER: `${root}/${entityFolder(entity)}`,
      PKI_CHANGED: changed.map((path) => `${root}/${path}`).join('\n'),
      PKI_SERIAL: cert?.serial ?? '',
    },
    seconds: hook.timeout,
    prints: { to: log.descriptor },
    signal,
  });
  const text = endOf(log.descriptor);
  output.own.removeTree(LOG);
  return { output: text, fault };
}

/** What programs need to find their way: nothing else of the environment is a service's business. */
const PASSED_ON: ReadonlySet<string> = new Set([
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'],
  // systemctl --user
  ...['XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS'],
]);

function endOf(descriptor: number): string {
  const bytes = Buffer.alloc(64 * 1024);
  let text = Buffer.alloc(0);
  for (let at = 0; ; ) {
    const length = readSync(descriptor, bytes, 0, bytes.length, at);
    if (length === 0) return text.toString('utf8');
    at += length;
    text = Buffer.concat([text, bytes.subarray(0, length)]).subarray(-KEPT);
  }
}

function certificateOf(entity: Entity, root: string): CertificateFacts | undefined {
  const file = readPublished(root, entity, 'cert');
  try {
    return file.state === 'present' ? parseCertificate(file.facts) : undefined;
  } catch {
    // Another hand was quicker; the next plan says so.
    return undefined;
  }
}
