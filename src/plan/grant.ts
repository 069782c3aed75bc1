/** Whose the files of an entity are to be, what differs from that, and whether this process can bring it about. */

import { ALL_ARTIFACTS, type Artifact } from '../pki/artifact.ts';
import { type Entity, type Inventory, writtenKey } from '../pki/entity.ts';
import { entityFolder } from '../pki/files.ts';
import { groupBy } from '../pki/group.ts';
import type { Grant } from '../pki/ownership.ts';
import type { Refusal } from './blockage.ts';
import type { FileChanges } from './change.ts';
import type { Context } from './context.ts';
import type { Exposure } from './exposure.ts';
import type { Accounts, EntityObservation, Observation, Owner } from './observation.ts';
import type { Reason } from './reason.ts';

type Of = 'owner' | 'group';
type OwnerReason = Extract<Reason, { readonly kind: 'owner' }>;

/** What a plan of one entity has to know of owners; `grant` without the files, which are known last. */
export interface Claim {
  readonly grant: Grant;
  readonly reasons: readonly Reason[];
}

const IDS = { owner: 'uid', group: 'gid' } as const;

/** Nothing where nothing is stated; a refusal for a name that this host does not know. */
export function claimOf(
  entity: Entity,
  observed: EntityObservation,
  { accounts, written }: Pick<Context, 'accounts' | 'written'>,
): Claim | Refusal | undefined {
  const { ownership } = entity;
  if (ownership === undefined || accounts === undefined) return undefined;
  const { owner, group } = ownership;
  const uid = owner === undefined ? null : (accounts.users.get(owner) ?? null);
  const gid = group === undefined ? null : (accounts.groups.get(group) ?? null);
  if (owner !== undefined && uid === null) return refusal('no-account', entity, 'owner', owner, written);
  if (group !== undefined && gid === null) return refusal('no-account', entity, 'group', group, written);
  const isOwnFolder = observed.folder !== undefined;
  const grant = { uid, gid, stated: ownership, files: [], isOwnFolder };
  return {
    grant,
    reasons: [...reasonsFor('owner', grant, observed), ...reasonsFor('group', grant, observed)],
  };
}

function refusal(
  kind: 'no-account' | 'no-right',
  { id }: Entity,
  of: Of,
  name: string,
  written: Context['written'],
): Refusal {
  return { kind, of, name, at: written?.get(writtenKey(id, of)) ?? id };
}

type Owned = readonly [what: Artifact | 'folder', owner: Owner];

function ownedIn(observed: EntityObservation): readonly Owned[] {
  const files = ALL_ARTIFACTS.flatMap((artifact): readonly Owned[] => {
    const file = observed[artifact];
    return file.state === 'present' && file.owner !== undefined ? [[artifact, file.owner]] : [];
  });
  return observed.folder == null ? files : [...files, ['folder', observed.folder]];
}

/** One for all that belong to the same user. */
function reasonsFor(
  of: Of,
  { uid, gid, stated }: Grant,
  observed: EntityObservation,
): readonly OwnerReason[] {
  const [wanted, name] = [of === 'owner' ? uid : gid, stated[of]];
  if (wanted === null || name === undefined) return [];
  const others = ownedIn(observed).filter(([, owner]) => owner[IDS[of]] !== wanted);
  const byOwner = groupBy(others, ([, owner]) => String(owner[IDS[of]]));
  return [...byOwner].map(([before, owned]) => ({
    kind: 'owner',
    of,
    files: owned.map(([what]) => what),
    before: before === '0' ? 'root' : before,
    after: name,
  }));
}

/** The same with the files that keep their content. */
export function grantFor(
  { grant, reasons }: Claim,
  { writes, deletes }: Pick<FileChanges, 'writes' | 'deletes'>,
): Grant {
  const differing = new Set(reasons.flatMap((reason) => (reason.kind === 'owner' ? reason.files : [])));
  const files = ALL_ARTIFACTS.filter(
    (file) => differing.has(file) && !writes.includes(file) && !deletes.includes(file),
  );
  return { ...grant, files };
}

/** Why this process cannot give the files away, where it would have to; said before anything is done. */
export function lackingRight(
  entity: Entity,
  observed: EntityObservation,
  { grant, reasons }: Claim,
  isWritten: boolean,
  { accounts, written }: Pick<Context, 'accounts' | 'written'>,
): Refusal | undefined {
  if (accounts === undefined || accounts.mayGive) return undefined;
  const owners = ownedIn(observed).map(([, owner]) => owner);
  for (const of of ['owner', 'group'] as const) {
    const name = grant.stated[of];
    const isDue = isWritten || reasons.some((reason) => reason.kind === 'owner' && reason.of === of);
    if (name === undefined || !isDue || isMine(of, grant, owners, accounts)) continue;
    return refusal('no-right', entity, of, name, written);
  }
  return undefined;
}

/** A user may give what is its own, and only to its own groups (chown(2)). */
function isMine(of: Of, { uid, gid }: Grant, owners: readonly Owner[], { own, memberOf }: Accounts): boolean {
  if (of === 'owner') return uid === own.uid && owners.every((owner) => owner.uid === own.uid);
  const isMember = gid !== null && memberOf.has(gid);
  return isMember && owners.every((owner) => owner.uid === own.uid || owner.gid === gid);
}

/** Folders in which others may replace files: one that the manifest gives to a user is left out, being that user's on purpose. */
export function exposedIn(
  { entities }: Inventory,
  { exposed = [], accounts }: Observation,
): readonly Exposure[] {
  if (exposed.length === 0 || accounts === undefined) return exposed;
  const given = new Map(
    entities.map((entity) => [entityFolder(entity), accounts.users.get(entity.ownership?.owner ?? '')]),
  );
  return exposed.filter(({ folder, uid }) => uid === null || given.get(folder) !== uid);
}
