/** What a user agreed to: a consent for all that needs it, or, of some kinds, for one entity alone. Pure. */
import type { EntityId } from '../pki/entity.ts';
import { type Change, type Consent, consentsOf } from './change.ts';

/** Consents that can be given for one entity. */
export const NAMED_CONSENTS = ['rekey-ca', 'remove', 'revoke'] as const satisfies readonly Consent[];
/** One of them. */
export type NamedConsent = (typeof NAMED_CONSENTS)[number];

/** `remove`, or `remove=clients/alice`. */
export type Allowance = Consent | `${NamedConsent}=${EntityId}`;

/**
 * Whether what an entity needs was agreed to. Where new keys are asked for by name, the consent to them covers no authority
 * beside these, such as the one above whose key is missing.
 * @param rotated what was asked for by name; empty: nothing was.
 */
export function isGiven(
  given: ReadonlySet<Allowance>,
  consent: Consent,
  id: EntityId,
  rotated: ReadonlySet<EntityId> = new Set(),
): boolean {
  const isMeant = consent !== 'rekey-ca' || rotated.size === 0 || rotated.has(id);
  return (isMeant && given.has(consent)) || allowancesFor(consent, [id]).some((one) => given.has(one));
}

/** A consent for these alone; nothing where none can be given for one entity. */
export function allowancesFor(consent: Consent, ids: readonly EntityId[]): readonly Allowance[] {
  const named = NAMED_CONSENTS.find((one) => one === consent);
  return named === undefined ? [] : ids.map((id) => `${named}=${id}` as const);
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
