/** What becomes of an entity's key and certificate, or why nothing can. Pure. */
import type { Artifact, Output } from '../pki/artifact.ts';
import type { Entity } from '../pki/entity.ts';
import { isOwed } from '../pki/files.ts';
import { isSlot } from '../pki/split.ts';
import type { Fingerprint } from '../x509/facts.ts';
import { decidePossible, type Possible } from './awaited.ts';
import type { Refusal } from './blockage.ts';
import { type Change, type Issuance, NOTHING_KEPT } from './change.ts';
import type { Context } from './context.ts';
import { wantedOutputs } from './derived.ts';
import { type Claim, claimOf } from './grant.ts';
import { givenKeyRefusal } from './key-decision.ts';
import { type Strange, strangeIn } from './known.ts';
import type { EntityObservation } from './observation.ts';
import { hasNewIdentity } from './previous.ts';
import { refusalFor } from './refusal.ts';
import { renamedLinks } from './relocation.ts';
import { situationOf } from './situation.ts';
import { unvouchedFor } from './vouching.ts';

/** The first half of the plan of one entity. */
export interface PairPlan extends Possible {
  readonly entity: Entity;
  /** Its own files alone. */
  readonly observed: EntityObservation;
  readonly context: Context;
  /** Those that it has where it keeps nothing of earlier certificates. */
  readonly first: readonly Output[];
  /** Those that follow from no certificate. */
  readonly others: readonly Artifact[];
  readonly claim: Claim | undefined;
  readonly strange: Strange;
  /** The next certificate, where it is for another key or of another name. */
  readonly successor: Issuance | null;
}

/** A refusal, or waiting without anything to serve with, ends the plan of an entity here. */
export function planPair(entity: Entity, observed: EntityObservation, context: Context): PairPlan | Change {
  const first = outputsWith([], entity, observed, context);
  const others = (['previous', 'crl', 'former-crls'] as const).filter((file) => isOwed(entity, file));
  const refusal = obstacleIn(entity, observed, [...first, ...others]);
  if (refusal !== null) return refuse(entity, refusal);
  const shared = givenKeyRefusal(entity, context.owners);
  if (shared !== null) return refuse(entity, shared);
  const claim = claimOf(entity, observed, context);
  if (claim !== undefined && 'kind' in claim) return refuse(entity, claim);
  // Of what waits the certificate stays for now, and files that follow from it are those of today.
  const possible = decidePossible(entity, observed, context);
  const { waiting, decision } = possible;
  if (waiting !== null && observed.cert.state !== 'present')
    return { ...identityOf(entity), ...NOTHING_KEPT, action: 'wait', waiting };
  const unvouched = unvouchedFor(entity, observed, decision.issuance, context);
  if (unvouched !== null) return refuse(entity, unvouched);
  const strange = strangeIn(entity, observed, context.known);
  const successor = successorOf(entity, observed, possible);
  return { entity, observed, context, first, others, claim, strange, successor, ...possible };
}

/** What each entity's change begins with. */
export function identityOf({ id, kind }: Entity) {
  return { id, kind, affects: [] } as const;
}

/** Nothing is done about an entity, and why. */
export function refuse(entity: Entity, refusal: Refusal): Change {
  return { ...identityOf(entity), action: 'refuse', refusal };
}

/** @param previous earlier certificates that it keeps. */
export function outputsWith(
  previous: readonly Fingerprint[],
  entity: Entity,
  observed: EntityObservation,
  context: Context,
): readonly Output[] {
  return wantedOutputs(situationOf(entity, observed, previous, context));
}

/** What a root keeps of its earlier certificates is not known yet, and so not which of the numbered files there will be. */
function obstacleIn(entity: Entity, observed: EntityObservation, files: readonly Artifact[]): Refusal | null {
  const possible = [...files, ...entity.outputs.filter(isSlot)];
  return refusalFor(entity, observed, possible) ?? renamedLinks(entity, observed);
}

/** Of a certificate that stays there is none, whatever the next one will be. */
function successorOf(
  entity: Entity,
  observed: EntityObservation,
  { decision: { issuance, newKey } }: Possible,
): Issuance | null {
  return issuance !== null && hasNewIdentity(entity, observed, newKey) ? issuance : null;
}
