/**
 * The typed library: everything that the command does, without its words. What is heavy (YAML and schema, processes,
 * TLS) is loaded by the function that needs it, so that importing this costs next to nothing.
 *
 * ```ts
 * const opened = await openProject('pki.yaml');
 * if (opened.ok) await apply(opened.project);
 * ```
 */
import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { Description } from './adopt/adopt.ts';
import { opensslBinary, opensslName } from './engine/binary.ts';
import type { Diagnostic } from './manifest/diagnostic.ts';
import { planScript } from './openssl/script.ts';
import type { EntityId, Inventory } from './pki/entity.ts';
import type { Consent } from './plan/change.ts';
import type { ClockDoubt } from './plan/clock.ts';
import type { EngineChoice } from './plan/engine.ts';
import type { Plan } from './plan/plan.ts';
import { type StatusRow, statusRows } from './plan/status.ts';
import type { ApplyResult } from './run/apply.ts';
import type { Listener } from './run/events.ts';
import { lookAndPlan } from './run/look.ts';
import type { Verification, VerifyOptions } from './run/verify.ts';
import { type LedgerEntry, readLedger } from './store/ledger.ts';
import { readManifest } from './store/manifest-file.ts';
import { checkOwn } from './store/own.ts';
import type { Advice } from './words/advice.ts';
import { manifestFaultText } from './words/manifest-file.ts';
import { opensslText } from './words/openssl.ts';

export type { Description } from './adopt/adopt.ts';
export type { EntryNote, LeftOut, LeftOutWhy, Note } from './adopt/left-out.ts';
export type { Diagnostic } from './manifest/diagnostic.ts';
export type { Output } from './pki/artifact.ts';
export type { Authority, EndEntity, Entity, EntityId, EntityKind, Inventory } from './pki/entity.ts';
export type { Blockage, LinkFinding, Refusal } from './plan/blockage.ts';
export type { Action, Change, Consent, Issuance } from './plan/change.ts';
export type { ClockDoubt } from './plan/clock.ts';
export type { EngineChoice } from './plan/engine.ts';
export type { Plan } from './plan/plan.ts';
export type { Reason } from './plan/reason.ts';
export type { State, StatusRow } from './plan/status.ts';
export type { ApplyResult } from './run/apply.ts';
export type { Listener, RunEvent, StepFailure } from './run/events.ts';
export { type RecoverResult, recover } from './run/recover.ts';
export type { Verification } from './run/verify.ts';
export type { CertificateCheck } from './run/verify-certificates.ts';
export type { LedgerEntry } from './store/ledger.ts';
export { UserError } from './store/user-error.ts';
export type { Advice } from './words/advice.ts';
export { refusalText } from './words/refusal.ts';

/** A manifest that is valid, and the folder it speaks of. */
export interface Project {
  /** As it was named. */
  readonly manifest: string;
  /** The output folder, absolute. */
  readonly root: string;
  /** What it describes, with every default filled in. */
  readonly inventory: Inventory;
  /** What is worth mending in it, and keeps nothing from being done. */
  readonly warnings: readonly Diagnostic[];
}

/** A project, or why there is none: `problem` where the file cannot be read, `diagnostics` where it is wrong. */
export type Opened =
  | { readonly ok: true; readonly project: Project }
  /** The file could not be read at all. */
  | ({ readonly ok: false } & Advice)
  /** It could, and this is everything that is wrong with it. */
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Reads and validates a manifest. Never throws for what a file can hold. */
export async function openProject(manifest: string): Promise<Opened> {
  const text = readManifest(manifest);
  if (!text.ok) return { ok: false, ...manifestFaultText(text.fault) };
  const { loadManifest } = await import('./resolve/load.ts');
  const loaded = loadManifest(text.text, manifest);
  if (!loaded.ok) return loaded;
  const root = resolve(dirname(manifest), loaded.inventory.output);
  return { ok: true, project: { manifest, root, inventory: loaded.inventory, warnings: loaded.warnings } };
}

/** What is asked for beyond the manifest. */
export interface Demands {
  /** Entities to re-key. */
  readonly rekey?: ReadonlySet<EntityId>;
  /** Authorities whose earlier certificates are no longer to be trusted. */
  readonly retire?: ReadonlySet<EntityId>;
  /** Entities of which what is due is done, and of no others; by default of all. */
  readonly only?: ReadonlySet<EntityId>;
}

/** What to plan, and as of when. */
export interface PlanOptions extends Demands {
  /** Seconds since 1970: a question, of any moment. By default what the clock says, which is compared with the ledger. */
  readonly now?: number;
  /** Takes the clock for right, whatever was issued before. */
  readonly trustClock?: boolean;
  /** Who makes keys and certificates; `auto` by default. */
  readonly engine?: EngineChoice;
}

/** What apply would do, and why. Reads the output folder and writes nothing. */
export async function plan(project: Project, options: PlanOptions = {}): Promise<Plan> {
  return lookAndPlan(project.root, project.inventory, { ...options, clock }).plan;
}

/** How every certificate stands, and at which moment (seconds since 1970). */
export async function status(
  project: Project,
  options: Pick<PlanOptions, 'now'> = {},
): Promise<{
  /** As in the inventory, and after that what left the manifest. */
  readonly rows: readonly StatusRow[];
  readonly now: number;
  /** Entities that an interrupted apply left half-way. */
  readonly pending: readonly EntityId[];
  /** What is wrong with the clock, `null` where nothing is. */
  readonly doubt: ClockDoubt | null;
}> {
  const { plan: made, observation } = lookAndPlan(project.root, project.inventory, { ...options, clock });
  const { now, pending, doubt } = made;
  return { rows: statusRows(project.inventory, observation, made), now, pending, doubt };
}

/** Every certificate that was ever issued in this folder, oldest first, also those that are gone. */
export async function history(project: Project): Promise<readonly LedgerEntry[]> {
  checkOwn(project.root);
  return readLedger(project.root);
}

/** A plan as a POSIX shell script of its openssl commands, with the program that apply would run. */
export async function planCommands(project: Project, plan: Plan): Promise<string> {
  return planScript(plan, project.inventory, opensslName(process.env));
}

/** What apply may do, and what hears of it. */
export interface ApplyOptions extends Demands, Pick<PlanOptions, 'engine'> {
  /** What may be done that breaks something in use; nothing by default. */
  readonly consents?: ReadonlySet<Consent>;
  /** Takes the clock for right, whatever was issued before. */
  readonly trustClock?: boolean;
  /** Sees the plan before anything is done, and may agree to more. */
  readonly review?: (plan: Plan) => Promise<ReadonlySet<Consent>>;
  /** Seconds to wait for another run in the same folder to end; none by default. */
  readonly lockTimeout?: number;
  /** Hears of every step as it goes. */
  readonly listener?: Listener;
  /** Ends what runs, and waiting for the lock; what is published by then stays. */
  readonly signal?: AbortSignal;
}

/** Makes the folder what the manifest says. Call `openssl` first: this assumes one that works. */
export async function apply(project: Project, options: ApplyOptions = {}): Promise<ApplyResult> {
  const { applyInventory } = await import('./run/apply.ts');
  return applyInventory(project.inventory, {
    consents: new Set(),
    ...options,
    root: project.root,
    binary: opensslBinary(process.env),
    clock,
    // With one for each core, cores stand idle while openssl writes.
    processes: availableParallelism() + 2,
  });
}

/** The openssl that would be used, or why it cannot be. */
export type Usable = { readonly ok: true; readonly version: string } | ({ readonly ok: false } & Advice);

/** Asks the openssl that would be used what it is. */
export async function openssl(signal?: AbortSignal): Promise<Usable> {
  const { probeOpenssl } = await import('./engine/probe.ts');
  const found = await probeOpenssl(opensslBinary(process.env), signal);
  return found.ok ? found : { ok: false, ...opensslText(found.fault) };
}

/** Certificates judged by `openssl verify`, and every pair in real TLS handshakes. Changes nothing. */
export async function verify(
  project: Project,
  options: Pick<VerifyOptions, 'onOutcome' | 'signal' | 'touched'> = {},
): Promise<Verification> {
  const { verifyInventory } = await import('./run/verify.ts');
  return verifyInventory(project.inventory, {
    ...options,
    root: project.root,
    binary: opensslBinary(process.env),
  });
}

/** Where the manifest is to go, and as of when. */
export interface AdoptOptions {
  /** Where the manifest is to be written; beside or above the folder. Without it the best place is chosen. */
  readonly manifest?: string;
  /** Seconds since 1970; the present by default. */
  readonly now?: number;
}

/** A folder that another tool made, described. */
export interface Adoption {
  /** As it was named. */
  readonly folder: string;
  /** The folder that the manifest belongs into, absolute. */
  readonly place: string;
  /** The manifest in values, and what it does not describe. */
  readonly description: Description;
  /** The same manifest, resolved. */
  readonly inventory: Inventory;
  /** What validating it finds, short of errors. */
  readonly warnings: readonly Diagnostic[];
  /** What apply would do with this manifest: the entities that do not conform, and why. */
  readonly plan: Plan;
}

/** Describes a folder by a manifest, and says what that leaves out and what would change. Reads only. */
export async function adopt(folder: string, options: AdoptOptions = {}): Promise<Adoption> {
  const [{ adoptionPlace }, { scanFolder }, { describeFolder }, { manifestText }, { loadManifest }] =
    await Promise.all([
      import('./store/observe/adoption-place.ts'),
      import('./store/observe/scan.ts'),
      import('./adopt/adopt.ts'),
      import('./manifest/write.ts'),
      import('./resolve/load.ts'),
    ]);
  const now = options.now ?? clock();
  const { place, output } = adoptionPlace(folder, options.manifest);
  const description = describeFolder(scanFolder(folder), output, now);
  const text = manifestText(description.manifest, { head: [], entries: new Map() });
  const loaded = loadManifest(text, 'the manifest of what was found');
  if (!loaded.ok)
    throw new Error(`Internal error: ${loaded.diagnostics.map(({ message }) => message).join('; ')}`);
  const { inventory, warnings } = loaded;
  const project = { manifest: '', root: resolve(folder), inventory, warnings };
  return { folder, place, description, inventory, warnings, plan: await plan(project, { now }) };
}

/** Writes a manifest where none is yet; `false` where something is. */
export async function writeManifest(path: string, text: string): Promise<boolean> {
  const { createManifest } = await import('./store/manifest-file.ts');
  return createManifest(path, text);
}

/** Seconds since 1970. Whatever depends on the day gets it from here; only caches ask for the time by themselves. */
function clock(): number {
  return Math.floor(Date.now() / 1000);
}
