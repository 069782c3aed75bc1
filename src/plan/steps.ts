/** The plan as a graph of steps: what is run, in which order, and what may run at the same time. Pure. */
import type { Entity, EntityId, Inventory } from '../pki/entity.ts';
import type { KeySpec } from '../pki/key-spec.ts';
import type { EncodedName } from '../x509/name.ts';
import type { Change, Crossing, Issuance } from './change.ts';
import type { Plan } from './plan.ts';

/** Kind and entity, such as `sign servers/api`: unique in a plan. */
export type StepId = string;

interface StepBase {
  readonly id: StepId;
  readonly entity: EntityId;
  /** Steps that must have succeeded before. */
  readonly needs: readonly StepId[];
}

/** One thing to run; it begins once all that it needs has succeeded. */
export type Step =
  /** Private key (unless it is kept) and certification request. */
  | (StepBase & {
      readonly kind: 'request';
      readonly newKey: boolean;
      /** How long it takes; other steps count 1. */
      readonly weight: number;
      readonly name?: EncodedName;
    })
  /** The request signed by the issuer, or by its own key. */
  | (StepBase & {
      readonly kind: 'sign';
      readonly issuer: EntityId | null;
      readonly issuance: Issuance;
      readonly newKey: boolean;
    })
  /** The same request signed by the key that its root had before: a cross-certificate. */
  | (StepBase & { readonly kind: 'cross'; readonly crossing: Crossing })
  /** The public key, where `outputs` asks for it. */
  | (StepBase & { readonly kind: 'public'; readonly newKey: boolean })
  /** Everything made is checked, bundles are put together, and the set replaces what was there. */
  | (StepBase & { readonly kind: 'publish' })
  /** The files of an entity that left the manifest go to the archive. */
  | (StepBase & { readonly kind: 'remove' });

/** What a step does: its name in events and in progress. */
export type StepKind = Step['kind'];

function stepId(kind: StepKind, entity: EntityId): StepId {
  return `${kind} ${entity}`;
}

/** In the order of the plan, with every step behind those that it needs. */
export function stepsOf(plan: Plan, { entities }: Inventory): readonly Step[] {
  const byId = new Map(entities.map((entity) => [entity.id, entity]));
  const works = new Set(plan.changes.filter(hasSteps).map(({ id }) => id));
  return plan.changes.filter(hasSteps).flatMap((change) => {
    if (change.action === 'remove') return [removeStep(change.id)];
    const entity = byId.get(change.id);
    return entity === undefined ? [] : entitySteps(change, entity, works);
  });
}

/** Kept and refused entities take no step. */
function hasSteps({ action }: Change): boolean {
  return action !== 'keep' && action !== 'refuse';
}

function removeStep(id: EntityId): Step {
  return { kind: 'remove', id: stepId('remove', id), entity: id, needs: [] };
}

function entitySteps(change: Change, entity: Entity, works: ReadonlySet<EntityId>): readonly Step[] {
  const { id, newKey, issuance, crossing, writes } = change;
  const published = (ids: readonly EntityId[]): readonly StepId[] =>
    ids.filter((other) => other !== id && works.has(other)).map((other) => stepId('publish', other));
  const steps: Step[] = [];
  if (issuance !== null || writes.includes('csr')) {
    steps.push({
      kind: 'request',
      id: stepId('request', id),
      entity: id,
      needs: [],
      newKey,
      weight: keyWeight(entity.key, newKey),
      ...(issuance?.name === undefined ? {} : { name: issuance.name }),
    });
  }
  if (issuance !== null) {
    const issuer = entity.issuer;
    const needs = [stepId('request', id), ...published(issuer === null ? [] : [issuer])];
    steps.push({ kind: 'sign', id: stepId('sign', id), entity: id, needs, issuer, issuance, newKey });
  }
  if (crossing !== null) {
    steps.push({
      kind: 'cross',
      id: stepId('cross', id),
      entity: id,
      needs: [stepId('request', id)],
      crossing,
    });
  }
  if (writes.includes('public')) {
    const needs = newKey ? [stepId('request', id)] : [];
    steps.push({ kind: 'public', id: stepId('public', id), entity: id, needs, newKey });
  }
  // Bundles hold the certificates of issuers and trusted roots, which must be the new ones by then.
  const above = published([...(entity.issuer === null ? [] : [entity.issuer]), ...entity.trust]);
  const needs = [...steps.map((step) => step.id), ...above];
  return [...steps, { kind: 'publish', id: stepId('publish', id), entity: id, needs }];
}

/** How long making a key takes, relative to an EC key: RSA primes dominate everything, so they start first. */
function keyWeight(key: KeySpec, newKey: boolean): number {
  if (!newKey) return 1;
  return key.algorithm === 'rsa' ? Math.round((key.size / 256) ** 2) : 2;
}
