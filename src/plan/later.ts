/** What a certificate has to say otherwise, but not at once: the next one will. Pure. */
import type { Entity, EntityId } from '../pki/entity.ts';
import { groupBy } from '../pki/group.ts';
import { isOffline } from '../pki/key-place.ts';
import { subjectAltName } from '../x509/extensions/subject-alt-name.ts';
import { EXTENSIONS, findExtension } from '../x509/extensions.ts';
import { type CertificateFacts, sanOf } from '../x509/facts.ts';
import { type Change, isIssue, waitingOf } from './change.ts';
import { diffExtension, type FieldChange } from './diff.ts';
import type { Observation } from './observation.ts';
import type { Reason } from './reason.ts';
import type { Remark } from './remark.ts';
import { statedNames } from './stated-names.ts';
import { AN_ISSUER } from './wanted.ts';

const RULES = EXTENSIONS.filter((rule) => rule.waits === true);

/** Whether a reason waits for another one. */
export function isForLater(reason: Reason): boolean {
  return (
    reason.kind === 'differs' && RULES.some((rule) => rule.fields.some((field) => field === reason.field))
  );
}

/** What changes at the next renewal, of all that stays now: each difference once, with those that have it. */
export function laterRemarks(
  entities: readonly Entity[],
  observation: Observation,
  changes: readonly Change[],
): readonly Remark[] {
  const issued = new Set(changes.filter(isIssue).map(({ id }) => id));
  const awaited = awaitedIn(changes);
  const offline = new Set(entities.filter(isOffline).map(({ id }) => id));
  const found = entities
    .filter((entity) => !issued.has(entity.id) && isIssuedHere(entity))
    .flatMap((entity) => {
      const isAway = isOffline(entity) || (entity.issuer !== null && offline.has(entity.issuer));
      return differencesOf(entity, observation).map((reason) => ({ id: entity.id, reason, isAway }));
    })
    .filter(({ id, reason }) => !awaited.has(nameOf(id, reason)));
  return [...groupBy(found, ({ reason, isAway }) => JSON.stringify([reason, isAway])).values()].flatMap(
    remarkOn,
  );
}

/** Reasons for which something waits for a key that is elsewhere: it has them said already. */
function awaitedIn(changes: readonly Change[]): ReadonlySet<string> {
  const found = changes.flatMap((change) =>
    (waitingOf(change)?.reasons ?? []).map((reason) => nameOf(change.id, reason)),
  );
  return new Set(found);
}

function nameOf(id: EntityId, reason: Reason): string {
  return `${id} ${reason.kind === 'differs' ? reason.field : ''}`;
}

interface Difference {
  readonly id: EntityId;
  readonly reason: FieldChange;
  readonly isAway: boolean;
}

function remarkOn(group: readonly Difference[]): readonly Remark[] {
  const [first] = group;
  if (first === undefined) return [];
  const { reason, isAway } = first;
  const entities = group.map(({ id }) => id);
  return [{ kind: 'differs', entities, reason, ...(isAway ? { isAway } : {}) }];
}

/** What is revoked gets no other certificate, and another issuer decides by itself what it writes. */
function isIssuedHere({ elsewhere, revoked }: Entity): boolean {
  return !elsewhere && revoked === undefined;
}

function differencesOf(entity: Entity, { entities }: Observation): readonly FieldChange[] {
  const cert = entities.get(entity.id)?.cert;
  if (cert?.state !== 'present') return [];
  const { facts } = cert;
  const hasUnstated = statedNames(sanOf(facts), entity) !== null;
  const rules = hasUnstated ? [...RULES, subjectAltName] : RULES;
  return rules.flatMap((rule) => differenceIn(rule, entity, facts));
}

/** What the manifest does not state stays for as long as the certificate, and is not written again. */
function differenceIn(
  rule: (typeof RULES)[number],
  entity: Entity,
  facts: CertificateFacts,
): readonly FieldChange[] {
  const issuer = entity.issuer === null ? null : AN_ISSUER;
  const wanted = rule.wanted({ entity, issuer, keyIdentifier: null }) ?? ({ presence: 'none' } as const);
  if (wanted.presence === 'none' && findExtension(facts, rule) === undefined) return [];
  return diffExtension(facts, { rule, wanted });
}
