/** One step of a plan: what is run, for which entity, and after which others. */
import type { EntityId } from '../pki/entity.ts';
import type { EngineMake, Make } from './make.ts';

/** Kind, entity and, of conversions, artifact, such as `sign servers/api`: unique in a plan. */
export type StepId = string;

interface StepBase {
  readonly id: StepId;
  readonly entity: EntityId;
  /** Steps that must have succeeded before. */
  readonly needs: readonly StepId[];
}

/** An engine makes something in the entity's staging folder. A cross-certificate is signed like any other. */
export interface MakeStep extends StepBase {
  readonly kind: EngineMake['op'] | 'cross';
  readonly make: Make;
  /** How long it takes; other steps count 1. */
  readonly weight: number;
}

/** Everything made is verified, bundles are put together, and the set replaces what was there. */
interface PublishStep extends StepBase {
  readonly kind: 'publish';
}

/** The files of an entity that left the manifest go to the archive. */
interface RemoveStep extends StepBase {
  readonly kind: 'remove';
}

/** One thing to run; it begins once all that it needs has succeeded. */
export type Step = MakeStep | PublishStep | RemoveStep;

/** What a step does: its name in events and in progress. */
export type StepKind = Step['kind'];

/** Of all kinds that an entity has one of. */
export function stepId(kind: StepKind, entity: EntityId): StepId {
  return `${kind} ${entity}`;
}

/** @param weight how long it takes. */
export function makeStep(make: Make, needs: readonly StepId[], weight = 1): MakeStep {
  const kind = stepKind(make);
  // An entity may have several files converted.
  const isOneOfMany = make.op === 'convert' || (make.op === 'crl' && make.to !== 'crl');
  const id = stepId(kind, make.of) + (isOneOfMany ? ` ${make.to}` : '');
  return { kind, id, entity: make.of, needs, make, weight };
}

function stepKind(make: Make): MakeStep['kind'] {
  if (make.op === 'take') return make.files.includes('cert') ? 'sign' : 'request';
  return make.op === 'sign' && make.to === 'cross' ? 'cross' : make.op;
}
