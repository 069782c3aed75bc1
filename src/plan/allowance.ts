/** What a user agreed to: a consent for all that needs it, or, of two kinds, for one entity alone. Pure. */
import type { EntityId } from '../pki/entity.ts';
import { type Change, type Consent, consentsOf } from './change.ts';

/** Consents that can be given for one entity. */
export const NAMED_CONSENTS = ['remove', 'revoke'] as const satisfies readonly Consent[];
/** One of them. */
export type NamedConsent = (typeof NAMED_CONSENTS)[number];

/** `remove`, or `remove=clients/alice`. */
export type Allowance = Consent | `${NamedConsent}=${EntityId}`;

/** Whether what an entity needs was agreed to. */
export function isGiven(given: ReadonlySet<Allowance>, consent: Consent, id: EntityId): boolean {
  if (given.has(consent)) return true;
  const named = NAMED_CONSENTS.find((one) => one === consent);
  return named !== undefined && given.has(`${named}=${id}`);
}

/** A consent by a name as it was typed: `clients/alice`, or `alice` where only one has that name. */
export interface NamedAllowance {
  readonly consent: NamedConsent;
  readonly name: string;
}

/** What a name stands for among the changes of a plan that need the consent. */
export type Found =
  | { readonly kind: 'found'; readonly allowance: Allowance }
  | { readonly kind: 'none' | 'several'; readonly asked: NamedAllowance; readonly ids: readonly EntityId[] };

/** Of what left the manifest only the plan knows the names. `ids`: those that it may be; of `none`, all that need it. */
export function allowanceIn(changes: readonly Change[], asked: NamedAllowance): Found {
  const { consent, name } = asked;
  const needing = changes.filter((change) => consentsOf(change).includes(consent)).map(idOf);
  const called = needing.includes(name) ? [name] : needing.filter((id) => id.endsWith(`/${name}`));
  const [only] = called;
  if (only === undefined) return { kind: 'none', asked, ids: needing };
  if (called.length > 1) return { kind: 'several', asked, ids: called };
  return { kind: 'found', allowance: `${consent}=${only}` };
}

function idOf({ id }: Change): EntityId {
  return id;
}
