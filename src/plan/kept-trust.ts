/** What is left of former keys in the files of one entity. Pure. */
import type { Entity } from '../pki/entity.ts';
import type { Fingerprint } from '../x509/facts.ts';
import type { KeptTrust } from './change.ts';
import type { Context } from './context.ts';
import type { Decision } from './decision.ts';
import type { EntityObservation } from './observation.ts';
import type { PairPlan } from './pair-plan.ts';
import type { Previous } from './previous.ts';
import { keyOutlookOf, routeOf } from './routes.ts';

/** Earlier certificates that it trusts, and by which it is shown. */
export function keptTrustIn(
  { entity, observed, context, decision }: PairPlan,
  { keep, routes, cross }: Previous,
): KeptTrust {
  return { previous: keep, routes, route: routeIn(entity, observed, decision, context), cross };
}

/** The certificate from before by which an intermediate is shown, or `null`. */
export function routeIn(
  entity: Entity,
  observed: EntityObservation,
  { issuance, newKey }: Pick<Decision, 'issuance' | 'newKey'>,
  { outlooks, now }: Context,
): Fingerprint | null {
  const routes = entity.issuer === null ? [] : (outlooks.get(entity.issuer)?.routeFacts ?? []);
  if (entity.kind !== 'authority' || routes.length === 0) return null;
  return routeOf(entity, keyOutlookOf(entity, observed, issuance, newKey), routes, now);
}
