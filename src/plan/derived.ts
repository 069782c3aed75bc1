/** Files that follow from certificates: what they must hold, and whether they do. */
import type { Output } from '../pki/artifact.ts';
import type { Entity, EntityId } from '../pki/entity.ts';
import type { Fingerprint } from '../x509/facts.ts';
import { diffRequest } from './diff.ts';
import type { EntityObservation, FileState } from './observation.ts';
import type { BundleMember, Outlook } from './outlook.ts';
import type { Reason } from './reason.ts';

/** Of authorities alone; planning fills it from the roots down. */
export type Outlooks = ReadonlyMap<EntityId, Outlook>;
type Bundle = 'chain' | 'fullchain' | 'ca';

/** The authorities above an entity, nearest first; the last one is its root. An authority is not its own issuer. */
export function issuersAbove(entity: Entity, byId: ReadonlyMap<EntityId, Entity>): readonly Entity[] {
  const above: Entity[] = [];
  for (let id = entity.issuer; id !== null; ) {
    const issuer = byId.get(id);
    if (issuer === undefined) throw new Error(`Internal error: ${entity.id} has an unknown issuer ${id}`);
    above.push(issuer);
    id = issuer.issuer;
  }
  return above;
}

/** Which certificates make up each bundle, by entity: leaf first and no root in chains (RFC 8446 §4.4.2). */
export function bundleMembers(
  entity: Entity,
  byId: ReadonlyMap<EntityId, Entity>,
): Readonly<Record<Bundle, readonly EntityId[]>> {
  const chain = issuersAbove(entity, byId)
    .filter(({ issuer }) => issuer !== null)
    .map(({ id }) => id);
  return { chain, fullchain: [entity.id, ...chain], ca: entity.trust };
}

/** The root above an entity, whose cross-certificates end its chain; a root itself has no chain. */
export function rootAbove(entity: Entity, byId: ReadonlyMap<EntityId, Entity>): EntityId | undefined {
  return issuersAbove(entity, byId).at(-1)?.id;
}

/** The files an entity shall have: what `outputs` asks for, but no empty chain. */
export function wantedArtifacts(
  entity: Entity,
  byId: ReadonlyMap<EntityId, Entity>,
  outlooks: Outlooks,
): readonly Output[] {
  const { chain } = bundleMembers(entity, byId);
  const root = outlooks.get(rootAbove(entity, byId) ?? '');
  const hasChain = chain.length > 0 || (root !== undefined && root.cross.length > 0);
  return entity.outputs.filter((artifact) => artifact !== 'chain' || hasChain);
}

/**
 * Reasons to write a bundle anew. Members whose certificate changes in this plan are named, once each.
 * @param root whose cross-certificates end a chain.
 */
export function bundleReasons(
  artifact: Bundle,
  found: FileState<readonly Fingerprint[]>,
  members: readonly BundleMember[],
  root: BundleMember | undefined,
  own: EntityId,
): readonly Reason[] {
  if (found.state === 'missing') return [{ kind: 'missing', artifact }];
  if (found.state === 'garbage') return [{ kind: 'unreadable', artifact, detail: found.detail }];
  if (found.state === 'blocked') return [];
  const above = artifact === 'ca' ? undefined : root;
  const changing = [
    ...members.filter(
      (member) =>
        member.id !== own && (member.fingerprint === null || (artifact === 'ca' && member.bundleChanges)),
    ),
    ...(above?.crossChanges ? [above] : []),
  ];
  if (changing.length > 0) return changing.map(({ id }) => ({ kind: 'issuer-changes', issuer: id }));
  const wanted = [
    ...members.flatMap(({ fingerprint, previous }) =>
      artifact === 'ca' ? [fingerprint, ...previous] : [fingerprint],
    ),
    ...(above?.cross ?? []),
  ];
  const same = found.facts.join() === wanted.join();
  return same ? [] : [{ kind: 'stale', artifact }];
}

/** Reasons to write the request anew: it must ask for what was issued, with the key that is there. */
export function requestReasons(entity: Entity, { csr, key }: EntityObservation): readonly Reason[] {
  if (csr.state === 'missing') return [{ kind: 'missing', artifact: 'csr' }];
  if (csr.state === 'garbage') return [{ kind: 'unreadable', artifact: 'csr', detail: csr.detail }];
  if (csr.state === 'blocked' || key.state !== 'present') return [];
  const fits = csr.facts.keyId === key.facts.keyId && csr.facts.signatureFits;
  return fits && diffRequest(csr.facts, entity).length === 0 ? [] : [{ kind: 'stale', artifact: 'csr' }];
}

/** Reasons to write the public key anew: it must be that of the private key that is there. */
export function publicKeyReasons({ public: found, key }: EntityObservation): readonly Reason[] {
  if (found.state === 'missing') return [{ kind: 'missing', artifact: 'public' }];
  if (found.state === 'garbage') return [{ kind: 'unreadable', artifact: 'public', detail: found.detail }];
  if (found.state === 'blocked' || key.state !== 'present') return [];
  return found.facts === key.facts.keyId ? [] : [{ kind: 'stale', artifact: 'public' }];
}

/** Files of ours that nobody asks for any more; they hold nothing that cannot be made again. */
export function unwantedReasons(observed: EntityObservation, wanted: readonly Output[]): readonly Reason[] {
  const derived = ['csr', 'chain', 'fullchain', 'ca', 'public'] as const;
  return derived
    .filter((artifact) => !wanted.includes(artifact))
    .filter((artifact) => ['present', 'garbage'].includes(observed[artifact].state))
    .map((artifact) => ({ kind: 'unwanted', artifact }));
}
