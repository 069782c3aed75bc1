/** How every certificate stands on a day, in the terms of the plan of that day. Pure. */
import type { Entity, EntityId, EntityKind, Inventory } from '../pki/entity.ts';
import { renewWindow } from '../pki/renewal.ts';
import type { CertificateFacts } from '../x509/facts.ts';
import type { Refusal } from './blockage.ts';
import { type Change, type Remove, reasonsOf, waitingOf } from './change.ts';
import type { Observation } from './observation.ts';
import type { Plan } from './plan.ts';
import type { Reason } from './reason.ts';
import { lifetime } from './validity.ts';

/**
 * `revoked`: its issuer lists it, and its files are gone; `due`: apply would change something; `refused`: it would leave it alone; `capped`: it would renew, but nothing
 * outlives its issuer, whose own end comes first; `unknown`: it may not be read here; `waiting`: another certificate takes a key that is elsewhere.
 */
export type State =
  | 'ok'
  | 'unknown'
  | 'revoked'
  | 'due'
  | 'capped'
  | 'waiting'
  | 'expired'
  | 'missing'
  | 'refused';

/** One entity, or one that left the manifest and whose files are still there. */
export interface StatusRow {
  readonly id: EntityId;
  readonly kind: EntityKind;
  readonly issuer: EntityId | null;
  /** What is on disk, or `null` where there is no readable certificate. */
  readonly certificate: CertificateFacts | null;
  /** Seconds until its end, negative once that has passed; `null` without a certificate. */
  readonly secondsLeft: number | null;
  readonly state: State;
  readonly reasons: readonly Reason[];
  /** Where the state is `refused`. */
  readonly refusal: Refusal | null;
  /** The authority whose key is awaited. */
  readonly waitsFor: EntityId | null;
}

/** In the order of the inventory, then what left the manifest. The plan must be one of this observation. */
export function statusRows(
  { entities }: Inventory,
  observation: Observation,
  plan: Plan,
): readonly StatusRow[] {
  const changes = new Map(plan.changes.map((change) => [change.id, change]));
  const left = plan.changes.flatMap((change) => (change.action === 'remove' ? [orphanRow(change)] : []));
  const rows = entities.flatMap((entity) => {
    const { id, kind, issuer } = entity;
    const change = changes.get(id);
    if (change === undefined) return [];
    const file = observation.entities.get(id)?.cert;
    const certificate = file?.state === 'present' ? file.facts : null;
    const secondsLeft = certificate === null ? null : certificate.notAfter - plan.now;
    const state = file?.state === 'unknown' ? 'unknown' : stateOf(change, entity, certificate, plan.now);
    const refusal = change.action === 'refuse' ? change.refusal : null;
    const waitsFor = waitingOf(change)?.on ?? null;
    const reasons = reasonsOf(change);
    return [{ id, kind, issuer, certificate, secondsLeft, state, reasons, refusal, waitsFor }];
  });
  return [...rows, ...left];
}

/** An entity that left the manifest is due for the archive; its certificate no longer matters. */
function orphanRow({ id, kind, reasons }: Remove): StatusRow {
  return {
    id,
    kind,
    issuer: null,
    certificate: null,
    secondsLeft: null,
    state: 'due',
    reasons,
    refusal: null,
    waitsFor: null,
  };
}

function stateOf(change: Change, entity: Entity, certificate: CertificateFacts | null, now: number): State {
  if (change.action === 'refuse') return 'refused';
  if (entity.revoked !== undefined) return change.action === 'keep' ? 'revoked' : 'due';
  if (certificate === null) return 'missing';
  const left = certificate.notAfter - now;
  if (left < 0) return 'expired';
  if (change.action === 'wait') return 'waiting';
  if (change.action !== 'keep') return 'due';
  const isInWindow = left <= renewWindow(entity.renewBefore, lifetime(certificate));
  return isInWindow && entity.issuer !== null && !entity.elsewhere ? 'capped' : 'ok';
}

/** Whether nothing is to be done about it. */
export function isWell({ state }: Pick<StatusRow, 'state'>): boolean {
  return state === 'ok' || state === 'revoked';
}
