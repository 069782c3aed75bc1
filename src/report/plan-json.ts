/** The plan as a documented structure (docs/json.md). */
import type { EntityId } from '../pki/entity.ts';
import type { Grant } from '../pki/ownership.ts';
import type { Alteration } from '../plan/alteration.ts';
import type { Refusal } from '../plan/blockage.ts';
import {
  alterationsOf,
  type Change,
  type Consent,
  type Crossing,
  consentsOf,
  crossingOf,
  type FileChanges,
  type Issuance,
  issuanceOf,
  isWork,
  type KeptTrust,
  keptTrustOf,
  makesKey,
  type Relocation,
  reasonsOf,
  replacedBy,
  waitingOf,
} from '../plan/change.ts';
import type { ClockDoubt } from '../plan/clock.ts';
import { commandsIn, type PlannedCommand } from '../plan/commands.ts';
import { countActions } from '../plan/count.ts';
import type { ArchivedSet } from '../plan/observation.ts';
import { isDue, type Plan } from '../plan/plan.ts';
import type { Reason } from '../plan/reason.ts';
import { isoTime } from '../plan/validity.ts';
import { refusalText } from '../words/refusal.ts';
import { alterationJson, reasonJson } from './reason.ts';
import { remarkJson } from './remarks.ts';

/** The whole plan; `version` changes when a field changes its meaning. */
export function planJson(plan: Plan, manifest: string): unknown {
  return {
    format: 'pki-plan',
    version: 1,
    manifest,
    output: plan.output,
    now: isoTime(plan.now),
    due: isDue(plan),
    summary: countActions(plan),
    pending: plan.pending,
    exposed: plan.exposed.map(({ folder }) => folder),
    clock: plan.doubt && doubtJson(plan.doubt),
    prunes: plan.prunes.map(archivedJson),
    left: plan.left,
    engine: plan.engine,
    remarks: plan.remarks.map(remarkJson),
    commands: commandsIn(plan).map(commandJson),
    hooks: plan.hooks.map(({ entity, hook, why, changed }) => ({ entity, run: hook.run, why, changed })),
    changes: plan.changes.map((change) => ({
      ...changeJson(change),
      wanted: plan.wanted.get(change.id) ?? null,
    })),
  };
}

function doubtJson({ kind, clock, newest, by }: ClockDoubt): unknown {
  return { kind, says: isoTime(clock), newest: isoTime(newest), by };
}

/** `known`: this folder has run it before. */
function commandJson({ argv, purpose, entities, isNew }: PlannedCommand): unknown {
  return { argv, purpose, entities, known: !isNew };
}

/** Of whom, which folder in the archive, since when, and whether a private key goes with it. */
export function archivedJson({ entity, folder, time, holdsKey }: ArchivedSet): unknown {
  return { entity, folder, archived: isoTime(time), holdsKey };
}

/** A change with every field that a change can have, whatever its action, so that readers need not tell them apart. */
export interface ChangeRecord extends Pick<Change, 'id' | 'kind' | 'action' | 'affects'>, KeptTrust {
  readonly reasons: readonly Reason[];
  readonly newKey: boolean;
  readonly issuance: Issuance | null;
  readonly writes: FileChanges['writes'];
  readonly deletes: FileChanges['deletes'];
  readonly copies: readonly Omit<Relocation, 'digest'>[];
  readonly chmods: FileChanges['chmods'];
  readonly ownership: Pick<Grant, 'uid' | 'gid' | 'files'> | null;
  readonly replaces: readonly string[];
  readonly crossing: Crossing | null;
  readonly alterations: readonly Alteration[];
  /** The first of them. */
  readonly consent: Consent | null;
  readonly consents: readonly Consent[];
  readonly refusal: Refusal | null;
  /** The authority whose key is awaited. */
  readonly waitsFor: EntityId | null;
}

/** Nothing where an action has no such field. */
export function changeRecord(change: Change): ChangeRecord {
  const { id, kind, action, affects } = change;
  return {
    id,
    kind,
    action,
    reasons: reasonsOf(change),
    newKey: makesKey(change),
    issuance: issuanceOf(change),
    ...filesRecord(change),
    replaces: replacedBy(change),
    ...keptTrustOf(change),
    crossing: crossingOf(change),
    alterations: alterationsOf(change),
    consent: consentsOf(change)[0] ?? null,
    consents: consentsOf(change),
    refusal: change.action === 'refuse' ? change.refusal : null,
    waitsFor: waitingOf(change)?.on ?? null,
    affects,
  };
}

type FilesRecord = Pick<ChangeRecord, 'writes' | 'deletes' | 'copies' | 'chmods' | 'ownership'>;

function filesRecord(change: Change): FilesRecord {
  if (!isWork(change)) return { writes: [], deletes: [], copies: [], chmods: [], ownership: null };
  const { writes, deletes, relocations, chmods, grant } = change;
  const copies = relocations.map(({ file, from, to }) => ({ file, from, to }));
  return { writes, deletes, copies, chmods, ownership: grant === undefined ? null : grantRecord(grant) };
}

function grantRecord({ uid, gid, files }: Grant): Pick<Grant, 'uid' | 'gid' | 'files'> {
  return { uid, gid, files };
}

function changeJson(change: Change): object {
  const { issuance, crossing, ...record } = changeRecord(change);
  return {
    ...record,
    reasons: record.reasons.map(reasonJson),
    alterations: record.alterations.map(alterationJson),
    refusal: record.refusal && refusalText(record.refusal),
    issuance: issuance && issuanceJson(issuance),
    crossing: crossing && { ...crossing, issuance: issuanceJson(crossing.issuance) },
  };
}

function issuanceJson(issuance: Issuance): unknown {
  return { ...issuance, notBefore: isoTime(issuance.notBefore), notAfter: isoTime(issuance.notAfter) };
}
