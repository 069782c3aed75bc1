/** The dry run as a value: what is on disk against what is wanted, for the whole inventory (design §2). Pure. */

import type { EngineChoice, EngineName } from '../pki/engine.ts';
import type { Entity, EntityId, Inventory } from '../pki/entity.ts';
import { groupBy } from '../pki/group.ts';
import { byIdOf } from '../pki/issuers.ts';
import { fingerprintsOf, type NameAttribute } from '../x509/facts.ts';
import { withAffected } from './affected.ts';
import { alsoTrusted } from './also-trusted.ts';
import { planAny } from './anchor.ts';
import type { Answered } from './answered.ts';
import { asPlanned } from './bridge.ts';
import { type Change, type Consent, consentsOf } from './change.ts';
import { type ClockDoubt, type Moment, momentOf } from './clock.ts';
import { type Context, givenIn } from './context.ts';
import { diffName } from './diff.ts';
import { duplicateSerials } from './duplicates.ts';
import { engineFor } from './engine.ts';
import type { Exposure } from './exposure.ts';
import { exposedIn } from './grant.ts';
import { hooksFor, type PlannedHook } from './hooks.ts';
import { routeIn } from './kept-trust.ts';
import { keyOwners } from './key-decision.ts';
import { explainedRoots } from './known.ts';
import { laterRemarks } from './later.ts';
import { knownPieces, leftListRemarks } from './left-lists.ts';
import {
  type ArchivedSet,
  type AuthorityObservation,
  type EntityObservation,
  NOTHING,
  type Observation,
} from './observation.ts';
import { type Outlook, outlookOf } from './outlook.ts';
import { pinnedOf } from './pinned.ts';
import { earlierOf } from './previous.ts';
import { prunesIn } from './prune.ts';
import { type Remark, remarksOf } from './remark.ts';
import { removalsIn } from './removal.ts';
import { listingsOf } from './revocations.ts';
import { planRevoked } from './revoke.ts';
import { rolloverRemarks } from './rollover-remarks.ts';
import { sealedRemarks } from './sealed-remarks.ts';
import { type CertificateSummary, summariesOf } from './summary.ts';
import { anchorsIn } from './trust.ts';
import { unlistedRemarks } from './unlisted.ts';

/** What has to change so that the observation becomes what is wanted. */
export interface Plan {
  /** Seconds since 1970; the moment the plan speaks of. */
  readonly now: number;
  /** The output folder as the manifest writes it. */
  readonly output: string;
  /** Authorities before what they sign, then as in the manifest; every entity has one, also where nothing changes. */
  readonly changes: readonly Change[];
  /** Entities that an interrupted run left half-way: the next apply finishes them first, and then looks again. */
  readonly pending: readonly EntityId[];
  /** Folders in which others may replace files: reported, not changed, because it may be on purpose. */
  readonly exposed: readonly Exposure[];
  /** What is worth knowing, though nothing is done about it. */
  readonly remarks: readonly Remark[];
  /** Entities that stay as they are, and where they are, whatever the manifest says. */
  readonly pinned: ReadonlySet<EntityId>;
  /** What is wrong with the clock, `null` where nothing is; while it is behind, nothing of this may be carried out. */
  readonly doubt: ClockDoubt | null;
  /** What of the archive is older than the manifest wants it: it goes for good. */
  readonly prunes: readonly ArchivedSet[];
  /** Commands that run once files are in place. */
  readonly hooks: readonly PlannedHook[];
  /** What is due as well, and not part of this plan, because other things were asked for by name. */
  readonly left: readonly EntityId[];
  /** Who makes keys and certificates. */
  readonly engine: EngineName;
  /** The certificates that are issued, by entity. */
  readonly wanted: ReadonlyMap<EntityId, CertificateSummary>;
}

/** The moment, in seconds since 1970, and what a manifest cannot say because it is done once. */
export interface PlanOptions {
  readonly now: number;
  /** Where `now` is what a clock says: whether it is compared with what was issued. Absent: a question, of any moment. */
  readonly clock?: 'compared' | 'trusted';
  /** Entities to re-key on request. */
  readonly rekey?: ReadonlySet<EntityId>;
  /** Authorities whose earlier certificates are no longer to be trusted. */
  readonly retire?: ReadonlySet<EntityId>;
  /** Entities that stay as they are, whatever the manifest says; what cannot do without them stays as well. */
  readonly pinned?: ReadonlySet<EntityId>;
  /** Who makes keys and certificates; `auto` by default. */
  readonly engine?: EngineChoice;
  /** Certificates that came from other machines. Absent: none. */
  readonly answers?: ReadonlyMap<EntityId, Answered>;
}

/** One change per entity of the inventory, then a removal for each stranger, which waits for consent. */
export function planInventory(inventory: Inventory, observation: Observation, options: PlanOptions): Plan {
  const byId = byIdOf(inventory.entities);
  const outlooks = new Map<EntityId, Outlook>();
  const children = childrenIn(inventory, observation);
  const { now, doubt } = momentIn(inventory, observation, options);
  const pinned = pinnedOf(inventory, observation, options.pinned ?? new Set());
  const pieces = knownPieces(inventory.entities, observation);
  const context: Context = {
    byId,
    owners: keyOwners(inventory.entities, observation),
    duplicates: duplicateSerials(inventory.entities, observation),
    anchors: anchorsIn(inventory.entities, observation),
    outlooks,
    rekey: options.rekey ?? new Set(),
    retire: options.retire ?? new Set(),
    hasIssued: (authority) => hasIssued(authority, inventory, observation),
    childrenOf: (authority) => children.get(authority) ?? [],
    ...givenIn(inventory, observation),
    ...(options.answers === undefined ? {} : { answers: options.answers }),
    pieces,
    listings: listingsOf(inventory, observation, pinned, now),
    now,
  };
  const changes = inventory.entities.map((entity) => {
    const observed = asPlanned(entity, observation, outlooks);
    const change = changeOf(entity, observed, context, pinned);
    if (entity.kind === 'authority')
      outlooks.set(entity.id, outlookOf(entity, observed, change, context.childrenOf(entity.id), now));
    return change;
  });
  const removals = removalsIn(observation, now);
  return {
    now,
    output: inventory.output,
    changes: [...withAffected(changes), ...removals],
    pending: observation.pending ?? [],
    exposed: exposedIn(inventory, observation),
    remarks: [
      ...remarksOf(inventory.entities, observation, changes),
      ...alsoTrusted(inventory.entities, observation, changes),
      ...laterRemarks(inventory.entities, observation, changes),
      ...leftListRemarks(inventory.entities, observation, pieces),
      ...unlistedRemarks(inventory.entities, observation, context),
      ...sealedRemarks(inventory.entities, observation, changes, context, pinned),
      ...rolloverRemarks(inventory.entities, observation, changes, outlooks),
    ],
    pinned,
    doubt,
    prunes: prunesOf(inventory, observation, options, doubt),
    hooks: hooksFor(inventory.entities, changes, observation),
    left: [],
    engine: engineFor(changes, options.engine ?? inventory.engine ?? 'auto'),
    wanted: summariesOf(inventory.entities, changes, outlooks),
  };
}

function changeOf(
  entity: Entity,
  observed: EntityObservation,
  context: Context,
  pinned: ReadonlySet<EntityId>,
): Change {
  if (pinned.has(entity.id)) return unchanged(entity, observed, context);
  return entity.revoked === undefined
    ? planAny(entity, observed, context)
    : planRevoked(entity, entity.revoked, observed, context.listings);
}

/** While a clock is in doubt nothing grows old. */
function prunesOf(
  inventory: Inventory,
  observation: Observation,
  { now, clock }: PlanOptions,
  doubt: ClockDoubt | null,
): readonly ArchivedSet[] {
  return doubt === null ? prunesIn(inventory, observation, now, clock !== 'compared') : [];
}

function momentIn({ entities }: Inventory, observation: Observation, { now, clock }: PlanOptions): Moment {
  if (clock === undefined) return { now, doubt: null };
  return momentOf(entities, observation, now, clock === 'trusted');
}

/** Earlier roots without consent gain no new trust (pinned.ts). */
function unchanged(entity: Entity, observed: EntityObservation, context: Context): Change {
  const { id, kind } = entity;
  const { routes, cross } = earlierOf(observed);
  return {
    id,
    kind,
    affects: [],
    action: 'keep',
    previous: fingerprintsOf(explainedRoots(entity, observed, context.known)),
    routes: fingerprintsOf(routes),
    route: routeIn(entity, observed, { issuance: null, newKey: false }, context),
    cross: fingerprintsOf(cross),
  };
}

/** Authorities directly below others, by those. */
function childrenIn(
  { entities }: Inventory,
  observation: Observation,
): ReadonlyMap<EntityId, readonly AuthorityObservation[]> {
  const children = entities.flatMap(({ id, kind, issuer }) =>
    kind === 'authority' && issuer !== null
      ? [{ id, issuer, observed: observation.entities.get(id) ?? NOTHING }]
      : [],
  );
  return groupBy(children, ({ issuer }) => issuer);
}

/** Whether certificates on disk were issued under this authority's name, though its own files are gone. */
function hasIssued(authority: Entity, { entities }: Inventory, observation: Observation): boolean {
  return entities.some(({ id, issuer }) => {
    const cert = observation.entities.get(id)?.cert;
    return issuer === authority.id && cert?.state === 'present' && isNameOf(authority, cert.facts.issuer);
  });
}

/** Including names as other tools order and encode them. */
function isNameOf({ subject }: Entity, name: readonly NameAttribute[]): boolean {
  return diffName('issuer', name, subject).length === 0;
}

/** Whether apply would do anything. */
export function isDue({
  changes,
  pending,
  prunes,
  hooks,
}: Pick<Plan, 'changes' | 'pending' | 'prunes' | 'hooks'>): boolean {
  return (
    pending.length > 0 ||
    hooks.length > 0 ||
    prunes.length > 0 ||
    changes.some(({ action }) => action !== 'keep')
  );
}

/** Consents that changes need, each with the entities it is about. */
export function consentsNeeded(changes: readonly Change[]): ReadonlyMap<Consent, readonly EntityId[]> {
  const needed = new Map<Consent, EntityId[]>();
  for (const change of changes) {
    for (const consent of consentsOf(change))
      needed.set(consent, [...(needed.get(consent) ?? []), change.id]);
  }
  return needed;
}
