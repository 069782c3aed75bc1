/** Questions to a project that change nothing. */
import { resolve } from 'node:path';
import { opensslName } from '../engine/binary.ts';
import type { EngineChoice } from '../pki/engine.ts';
import type { EntityId } from '../pki/entity.ts';
import type { ClockDoubt } from '../plan/clock.ts';
import { variablesIn } from '../plan/commands.ts';
import type { Observation } from '../plan/observation.ts';
import { answersOcsp } from '../plan/ocsp.ts';
import { OCSP_FOLDER } from '../plan/ocsp-files.ts';
import type { Plan } from '../plan/plan.ts';
import type { Remark } from '../plan/remark.ts';
import { isWell, type StatusRow, statusRows } from '../plan/status.ts';
import { type ListRow, listRows } from '../plan/status-lists.ts';
import type { ResponseRow } from '../plan/status-responses.ts';
import { lookAndPlan } from '../run/look.ts';
import { type LedgerEntry, readLedger } from '../store/ledger.ts';
import { checkOwn } from '../store/own.ts';
import { clock, type Project } from './project.ts';

/** What is asked for beyond the manifest. */
export interface Demands {
  /** Entities to re-key. */
  readonly rekey?: ReadonlySet<EntityId>;
  /** Authorities whose earlier certificates are no longer to be trusted. */
  readonly retire?: ReadonlySet<EntityId>;
  /** The only entities for which what is due is done; by default all of them. */
  readonly only?: ReadonlySet<EntityId>;
}

/** What to plan, and as of when. */
export interface PlanOptions extends Demands {
  /** Seconds since 1970: a question, of any moment. By default what the clock says, which is compared with the ledger. */
  readonly now?: number;
  /** Treats the clock as right, whatever was issued before. */
  readonly trustClock?: boolean;
  /** `public`: files that hold a private key are not looked at. By default what this user may read. */
  readonly sight?: 'readable' | 'public';
  /** Who makes keys and certificates; `auto` by default. */
  readonly engine?: EngineChoice;
}

/** `ok`: nothing is refused, and the clock is not known to be wrong. What is due is no fault. */
export type Planned = Plan & { readonly ok: boolean };

/** What apply would do, and why. Reads the output folder and writes nothing. */
export async function plan(project: Project, options: PlanOptions = {}): Promise<Planned> {
  const { plan: made } = lookAndPlan(project.root, project.inventory, { ...options, clock });
  return plannedOf(made);
}

/** A plan, and whether all of it could be carried out. */
export function plannedOf(made: Plan): Planned {
  const isRefused = made.changes.some(({ action }) => action === 'refuse');
  return { ...made, ok: !isRefused && made.doubt?.kind !== 'behind' };
}

/** As of when, and what is looked at. */
export interface StatusOptions extends Pick<PlanOptions, 'now' | 'sight'> {
  /** Where `pki ocsp` has its files; by default `ocsp` in the output folder. */
  readonly ocsp?: string;
}

/** How every certificate stands, and at which moment (seconds since 1970). */
export async function status(
  project: Project,
  options: StatusOptions = {},
): Promise<{
  /** Every certificate, list and response is as it should be, no apply was cut short, and the clock is not known to be wrong. */
  readonly ok: boolean;
  /** In the order of the inventory, then what left the manifest. */
  readonly rows: readonly StatusRow[];
  /** Revocation lists, of every authority that makes one. */
  readonly lists: readonly ListRow[];
  /** OCSP responses, of every authority that has some in their folder. */
  readonly responses: readonly ResponseRow[];
  readonly now: number;
  /** Entities that an interrupted apply left half-way. */
  readonly pending: readonly EntityId[];
  /** What is wrong with the clock, `null` where nothing is. */
  readonly doubt: ClockDoubt | null;
  /** What does not match the manifest, and waits for a renewal. */
  readonly later: readonly Remark[];
}> {
  const { ocsp, ...moment } = options;
  const { plan: made, observation } = lookAndPlan(project.root, project.inventory, { ...moment, clock });
  const { now, pending, doubt } = made;
  const rows = statusRows(project.inventory, observation, made);
  const isFine = pending.length === 0 && doubt?.kind !== 'behind';
  const lists = listRows(project.inventory, observation, made);
  const responses = options.sight === 'public' ? [] : await responsesOf(project, observation, { now, ocsp });
  const isGood = rows.every(isWell) && [...lists, ...responses].every(({ state }) => state === 'ok');
  const later = made.remarks.filter(({ kind }) => kind === 'differs');
  return { ok: isFine && isGood, rows, lists, responses, now, pending, doubt, later };
}

async function responsesOf(
  { root, inventory }: Project,
  observation: Observation,
  { now, ocsp }: { readonly now: number; readonly ocsp: string | undefined },
): Promise<readonly ResponseRow[]> {
  if (!inventory.entities.some(answersOcsp)) return [];
  const { responseRows } = await import('../run/ocsp-status.ts');
  const folder = ocsp === undefined ? resolve(root, OCSP_FOLDER) : resolve(ocsp);
  return responseRows(root, inventory, observation, { folder, now });
}

/** Every certificate that was ever issued in this folder, oldest first, including those that are gone. */
export async function history(project: Project): Promise<readonly LedgerEntry[]> {
  checkOwn(project.root);
  return readLedger(project.root);
}

/** A plan as a POSIX shell script of its openssl commands, with the program that apply would run. */
export async function planCommands(project: Project, plan: Plan): Promise<string> {
  const { planScript } = await import('../openssl/script.ts');
  const { inventory } = project;
  const program = opensslName(process.env);
  if (inventory.entities.every(({ token }) => token === undefined))
    return planScript(plan, inventory, program);
  const { tokenDriverOf } = await import('../engine/token-driver.ts');
  const { environmentWithout } = await import('../engine/program.ts');
  const environment = environmentWithout(variablesIn(inventory.entities));
  return planScript(plan, inventory, program, await tokenDriverOf(program, environment));
}
