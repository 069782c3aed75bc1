/** Where openssl finds the files of a make. */
import type { Entity, EntityId } from '../pki/entity.ts';
import { filePath } from '../pki/files.ts';
import type { ById } from '../pki/issuers.ts';
import { archivedPath, copyPath, type Generation, stagedPath } from '../pki/paths.ts';
import { privateUri } from '../pki/token.ts';
import type { SigningKey } from '../plan/make.ts';

/** The private key's file, relative to the output folder; of one on a token, its URI. */
export function keyPath(
  { kind, of, isNew }: SigningKey,
  byId: ById,
  run: string | undefined,
  generation: Generation = 'current',
  archived?: string,
): string {
  const { token } = lookUp(byId, of);
  if (kind === 'token' && token !== undefined) return privateUri(token);
  return isNew ? stagedPath(of, 'key', run) : pathOf(lookUp(byId, of), 'key', run, generation, archived);
}

/**
 * A file in its place: a run reads the copy that it has checked, a script, which is run by hand, the file itself.
 * @param archived the set of the archive that has it.
 */
export function pathOf(
  entity: Entity,
  file: 'key' | 'cert',
  run: string | undefined,
  generation: Generation,
  archived?: string,
): string {
  if (run !== undefined) return copyPath(entity.id, file, run, generation);
  return archived === undefined ? filePath(entity, file) : archivedPath(entity.id, archived, file);
}

/** @throws Error where there is no such entity: plan and inventory are from different manifests. */
export function lookUp(byId: ById, id: EntityId): Entity {
  const entity = byId.get(id);
  if (entity === undefined) throw new Error(`Internal error: nothing is known of ${id}`);
  return entity;
}
