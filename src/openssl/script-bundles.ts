/** The script's part that puts certificates together: chains, trust bundles, and what a root had before. */
import type { Entity, EntityId } from '../pki/entity.ts';
import { filePath } from '../pki/files.ts';
import { crossPath, stagedPath } from '../pki/paths.ts';
import type { Change } from '../plan/change.ts';
import { bundleMembers, rootAbove } from '../plan/derived.ts';
import { shellPath } from './shell.ts';

interface Context {
  readonly byId: ReadonlyMap<EntityId, Entity>;
  readonly changes: ReadonlyMap<EntityId, Change>;
}

/**
 * Shell lines that stage those bundles that the change writes, and use up its cross-certificate. Certificates come from
 * their places, only a new one of its own from staging.
 */
export function bundleLines(
  entity: Entity,
  { writes, issuance }: Change,
  context: Context,
): readonly string[] {
  const members = bundleMembers(entity, context.byId);
  const certificate = (id: EntityId): string =>
    id === entity.id && issuance !== null
      ? stagedPath(id, 'cert')
      : shellPath(filePath(known(context.byId, id), 'cert'));
  const cat = (ids: readonly EntityId[]): readonly string[] =>
    ids.length === 0 ? [] : [`cat ${ids.map(certificate).join(' ')}`];
  const cross = chainEnd(entity, context);
  const lines = {
    chain: () => [...cat(members.chain), ...cross],
    fullchain: () => [...cat(members.fullchain), ...cross],
    ca: () => members.ca.flatMap((id) => [...cat([id]), ...earlierRoots(id, context)]),
    previous: () => [...earlierRoots(entity.id, context), ...crossLines(entity, context)],
  };
  const bundles = (['chain', 'fullchain', 'ca', 'previous'] as const).filter((bundle) =>
    writes.includes(bundle),
  );
  const made = bundles.map(
    (bundle) => `{ ${lines[bundle]().join('; ')}; } >${stagedPath(entity.id, bundle)}`,
  );
  const isCrossed = known(context.changes, entity.id).crossing !== null;
  return [...made, ...(isCrossed ? [`rm -f ${crossPath(entity.id)}`] : [])];
}

/** A root's earlier certificates, by fingerprint: they are in its folder, wherever the run has got to. */
function earlierRoots(id: EntityId, { byId, changes }: Context): readonly string[] {
  const entity = known(byId, id);
  const files = `${shellPath(filePath(entity, 'cert'))} ${shellPath(filePath(entity, 'previous'))}`;
  return known(changes, id).previous.map((fingerprint) => `pick ${fingerprint} ${files}`);
}

/** A root's cross-certificates: the new one, and those that it had. */
function crossLines(entity: Entity, { changes }: Context): readonly string[] {
  const { cross, crossing } = known(changes, entity.id);
  const file = shellPath(filePath(entity, 'previous'));
  const kept = cross.map((fingerprint) => `pick ${fingerprint} ${file}`);
  return crossing === null ? kept : [`cat ${crossPath(entity.id)}`, ...kept];
}

/** They stand behind its earlier certificates. */
function chainEnd(entity: Entity, { byId, changes }: Context): readonly string[] {
  const root = byId.get(rootAbove(entity, byId) ?? '');
  if (root === undefined) return [];
  const { previous, cross, crossing } = known(changes, root.id);
  if (crossing === null && cross.length === 0) return [];
  return [`behind ${previous.length} ${shellPath(filePath(root, 'previous'))}`];
}

/** A shell function: of all certificates in some files, the one with a SHA-256 fingerprint. */
export const PICK = `pick() {
  wanted=$1
  shift
  rm -rf .pki/pick
  mkdir -p .pki/pick
  cat "$@" 2>/dev/null | awk '/BEGIN CERTIFICATE/ { n++ } { print >(".pki/pick/" n) }'
  for file in .pki/pick/*; do
    found=$(openssl x509 -in "$file" -noout -fingerprint -sha256 | sed 's/.*=//; s/://g' | tr A-F a-f)
    if [ "$found" = "$wanted" ]; then openssl x509 -in "$file"; rm -rf .pki/pick; return; fi
  done
  return 1
}`;

/** A shell function: the certificates of a file behind its first so many. */
export const BEHIND = `behind() {
  awk -v count="$1" '/BEGIN CERTIFICATE/ { n++ } n > count { print }' "$2"
}`;

/** @throws Error where the map has no such id: plan and inventory are not of one manifest. */
export function known<T>(map: ReadonlyMap<EntityId, T>, id: EntityId): T {
  const value = map.get(id);
  if (value === undefined) throw new Error(`Internal error: nothing is known of ${id}`);
  return value;
}
