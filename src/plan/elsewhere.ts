/**
 * Leaves below an authority of which only certificates are here. Their keys and certificates are made elsewhere, by an
 * agent or by hand, and put in place: here they are judged by the contract, and never issued, renewed or removed. Pure.
 */

import type { Artifact } from '../pki/artifact.ts';
import type { EndEntity, Entity, EntityId } from '../pki/entity.ts';
import { placesOf } from '../pki/files.ts';
import { KEYED } from '../pki/key-place.ts';
import { renewWindow } from '../pki/renewal.ts';
import { type CertificateFacts, keyIdentifierOf } from '../x509/facts.ts';
import { ruleOf } from './artifacts/rules.ts';
import type { Waiting } from './change.ts';
import type { Context } from './context.ts';
import { breachesOf } from './contract.ts';
import { type KeyOwners, keyOf } from './key-decision.ts';
import type { EntityObservation } from './observation.ts';
import type { Reason } from './reason.ts';
import { lifetime } from './validity.ts';
import { AN_ISSUER, wantedCertificate } from './wanted.ts';

/** An entity whose files come from elsewhere. */
export interface Elsewhere extends EndEntity {
  readonly elsewhere: true;
}

/** Whether nothing here issues it. */
export function isElsewhere(entity: Entity): entity is Elsewhere {
  return entity.elsewhere === true;
}

/** What is awaited from there; `null`: all is well. */
export function waitingElsewhere(
  entity: Elsewhere,
  observed: EntityObservation,
  { owners, now, rekey }: Pick<Context, 'owners' | 'now' | 'rekey'>,
): Waiting | null {
  const faults = contractFaults(entity, observed, owners);
  const asked: readonly Reason[] = rekey.has(entity.id) ? [{ kind: 'requested' }] : [];
  const times = faults.length === 0 ? timeFaults(entity, observed, now) : [];
  const reasons = [...asked, ...faults, ...times];
  if (reasons.length === 0) return null;
  const serves = reasons.every(({ kind }) => kind === 'expires');
  return { on: entity.issuer, elsewhere: true, reasons, serves, places: placesOf(entity), wish: null };
}

/** Everything in which the files break the contract, dates apart; nothing: they may serve. */
export function contractFaults(
  entity: Elsewhere,
  { cert, key, presented }: Pick<EntityObservation, 'cert' | 'key' | 'presented'>,
  owners?: Pick<KeyOwners, 'authorities'>,
): readonly Reason[] {
  if (cert.state === 'missing') return [{ kind: 'missing', artifact: 'cert' }];
  if (cert.state === 'garbage') return [{ kind: 'unreadable', artifact: 'cert', detail: cert.detail }];
  if (cert.state !== 'present') return [];
  const { facts } = cert;
  const wanted = wantedCertificate(entity, AN_ISSUER, keyIdentifierOf(facts));
  const keyId = keyOf(entity, { key })?.keyId ?? null;
  return [
    ...breachesOf(facts, { wanted, keyId, longest: entity.validity }),
    ...(presented?.root == null ? [{ kind: 'unrooted', issuer: entity.issuer } as const] : []),
    ...sharedWith(facts, owners),
  ];
}

/** Who has an authority's key can sign anything. */
function sharedWith({ keyId }: CertificateFacts, owners?: Pick<KeyOwners, 'authorities'>): readonly Reason[] {
  const other: EntityId | undefined = owners?.authorities.get(keyId);
  return other === undefined ? [] : [{ kind: 'shared-key', other }];
}

/** Overdue, and not merely due: what renews it has had half of the window for that. */
function timeFaults(
  { renewBefore }: Elsewhere,
  { cert, presented }: EntityObservation,
  now: number,
): readonly Reason[] {
  if (cert.state !== 'present') return [];
  const { facts } = cert;
  if (facts.notBefore > now) return [{ kind: 'not-yet-valid', notBefore: facts.notBefore }];
  const notAfter = Math.min(facts.notAfter, presented?.notAfter ?? facts.notAfter);
  if (notAfter < now) return [{ kind: 'expired', notAfter }];
  // A fixed time is meant for long lives: of a certificate for a day it would be all of it.
  const life = lifetime(facts);
  const window = Math.floor(Math.min(renewWindow(renewBefore, life), life / 2) / 2);
  const seconds = notAfter - now;
  return seconds <= window ? [{ kind: 'expires', notAfter, seconds, window }] : [];
}

/** Whether a file may be made of those that are there: not of a key that is away, nor of a certificate that is refused. */
export function isDerivable(
  artifact: Artifact,
  entity: Entity,
  { key }: Pick<EntityObservation, 'key'>,
  waiting: Waiting | null,
  { byId }: Pick<Context, 'byId'>,
): boolean {
  if (!isElsewhere(entity)) return true;
  if (KEYED.has(artifact) && key.state !== 'present') return false;
  if (waiting === null || waiting.serves) return true;
  const rule = ruleOf(artifact);
  return 'parts' in rule && rule.parts(entity, byId).every(({ of }) => of !== entity.id);
}
