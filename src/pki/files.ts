/** Where the files of an entity are, below the output folder. */
import { ALL_ARTIFACTS, ARTIFACTS, type Artifact } from './artifact.ts';
import type { Entity } from './entity.ts';

/** What decides where an entity's files are. */
export type Located = Pick<Entity, 'id' | 'layout' | 'publish'>;

/** Where an entity's file is read and published, relative to the output folder: `servers/api/key.pem`. */
export function filePath({ id, layout }: Located, artifact: Artifact): string {
  const folder = layout?.folder ?? id;
  const name = layout?.files[artifact] ?? ARTIFACTS[artifact].file;
  return folder === '.' ? name : `${folder}/${name}`;
}

/** Where a pair belongs, for those who put it there by hand. */
export function placesOf(entity: Located): Readonly<Record<'cert' | 'key', string>> {
  return { cert: filePath(entity, 'cert'), key: filePath(entity, 'key') };
}

/** The folder of an entity's files, relative to the output folder. */
export function entityFolder({ id, layout }: Located): string {
  return layout?.folder ?? id;
}

/** What an entity's file is called in that folder. */
export function fileName({ layout }: Located, artifact: Artifact): string {
  return layout?.files[artifact] ?? ARTIFACTS[artifact].file;
}

/** Files of revocation lists. */
const LISTS: readonly Artifact[] = ['crl', 'former-crls', 'crls', 'ca-crls', 'crl-der'];

/**
 * The files that are an entity's own. Where another tool laid out the folder, these are only its outputs: a `ca.pem`
 * beside its files then belongs to another program, and is neither read nor removed. What apply itself has put there is
 * remembered apart (store/observe/leftovers.ts).
 */
export function isManaged(entity: Entity, artifact: Artifact): boolean {
  // A list of another maker may be anywhere, and holds what cannot be made again.
  if (entity.layout === undefined && !LISTS.includes(artifact)) return true;
  return isOwed(entity, artifact);
}

/** Whether the entity has, or may come to have, the file. */
export function isOwed(entity: Entity, artifact: Artifact): boolean {
  switch (artifact) {
    case 'previous':
      return entity.issuer === null;
    case 'crl':
    case 'former-crls':
      return makesList(entity);
    default:
      return entity.outputs.includes(artifact);
  }
}

/** Where these are, as `foldedPath` gives it. */
export function owedPaths(entity: Entity): readonly string[] {
  return ALL_ARTIFACTS.filter((file) => isOwed(entity, file)).map((file) =>
    foldedPath(filePath(entity, file)),
  );
}

/** Whether it makes a revocation list. */
export function makesList(entity: Entity): boolean {
  if (entity.kind !== 'authority' || entity.revoked !== undefined) return false;
  // A list takes the key.
  return entity.crl?.list !== undefined && entity.keyPlace === undefined;
}

/** Equal for paths that disks of macOS and Windows do not tell apart: `API.pem` and `api.pem`. */
export function foldedPath(path: string): string {
  return path.toLowerCase();
}

/** The last part of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The folder that a path is in; `.` for one at the top. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? '.' : path.slice(0, slash);
}
